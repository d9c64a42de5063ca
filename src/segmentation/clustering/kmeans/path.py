"""k-means for a whole range of k, each k helped by its neighbours."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.kmeans.lloyd import Fit, lloyd, seed_centres
from segmentation.clustering.partition import Partition, partition_of

_TRIED = 5  # clusters whose division is tried at each step up, at least
_MANY = 15  # above so many clusters random restarts rarely beat the neighbours of k


def kmeans_path(
    X: ArrayLike,
    *,
    k_range: Iterable[int],
    seed: int = 0,
    restarts: int = 8,
    sweeps: int = 2,
    splits: int = 3,
    max_iter: int = 100,
) -> list[Partition]:
    """Fit k-means at every k of a range.

    Going up, the start for k splits the clusters of k - 1 whose division in two saves most; going
    down, it merges the pair of k + 1 that costs least. Both are polished by Lloyd's iterations
    and compete with restarts from k-means++. A poor optimum at one k is thereby repaired from its
    neighbours, which random restarts alone rarely do when k is large.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows to cluster.
    k_range : iterable of int
        Numbers of clusters, each at least 2 and less than n.
    seed : int, default 0
        Seed of the k-means++ starts.
    restarts : int, default 8
        Starts from k-means++ at each k; a quarter of them above k = 15, where they rarely win.
    sweeps : int, default 2
        Most passes down by merging and up again by splitting what that improved.
    splits : int, default 3
        Clusters that a step up tries to divide.
    max_iter : int, default 100
        Most of Lloyd's iterations in one fit.

    Returns
    -------
    list of Partition
        In increasing k.

    Raises
    ------
    InputError
        If `X` is not a finite matrix or `k_range` does not fit it.

    References
    ----------
    Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding, SODA.
    Fritzke (1997), The LBG-U method for vector quantization, Neural Processing Letters 5, 35-45.
    Ward (1963), Hierarchical grouping to optimize an objective function, JASA 58, 236-244.

    Examples
    --------
    >>> path = kmeans_path([[0.0], [0.1], [5.0], [5.1], [9.0]], k_range=[2, 3])
    >>> [round(p.inertia, 3) for p in path]
    [10.412, 0.01]
    """
    A = as_matrix(X, min_rows=3)
    ks = as_k_range(k_range, n_rows=len(A))
    rows, centre = A, A.mean(axis=0)
    A = A - centre
    norms = np.einsum("ij,ij->i", A, A)
    rng = np.random.default_rng(seed)
    polish = partial(lloyd, A, norms, max_iter=max_iter)

    best: dict[int, Fit] = {}
    current = _one_cluster(A)
    savings: dict[bytes, tuple[float, NDArray[np.float64]]] = {}
    for k in ks:
        starts = restarts if k <= _MANY else restarts // 4
        seeds = [seed_centres(A, norms, k, rng) for _ in range(starts)]
        fits = [polish(centres) for centres in seeds]
        fits.append(_grow(A, current, k, splits, polish, savings))
        current = best[k] = min(fits, key=lambda fit: fit.inertia)
    for _ in range(sweeps):
        before = dict(best)
        for k, above in zip(ks[-2::-1], ks[:0:-1], strict=True):
            fit = _shrink(best[above], k, polish)
            best[k] = min(best[k], fit, key=lambda f: f.inertia)
        for below, k in pairwise(ks):
            if best[below] is not before[below]:
                fit = _grow(A, best[below], k, splits, polish, savings)
                best[k] = min(best[k], fit, key=lambda f: f.inertia)
        if all(best[k] is before[k] for k in ks):
            break
    return [partition_of(rows, best[k].labels, best[k].centres + centre) for k in ks]


def _one_cluster(X: NDArray[np.float64]) -> Fit:
    inertia = float(X.var(axis=0).sum() * len(X))
    return Fit(np.zeros(len(X), dtype=np.intp), X.mean(axis=0)[None], inertia)


def _grow(
    X: NDArray[np.float64],
    fit: Fit,
    k: int,
    splits: int,
    polish: Callable[[NDArray[np.float64]], Fit],
    savings: dict[bytes, tuple[float, NDArray[np.float64]]],
) -> Fit:
    """Split clusters until there are `k`, best saving first, then polish."""
    labels, centres = fit.labels, fit.centres
    while len(centres) < k:
        missing = k - len(centres)
        order = np.argsort(labels, kind="stable")
        members = np.split(order, np.cumsum(np.bincount(labels, minlength=len(centres)))[:-1])
        trials = []
        for j in _worst(X, centres, labels, most=max(2 * missing, _TRIED)):
            key = members[j].tobytes()
            if key not in savings:
                savings[key] = _halve(X[members[j]])
            trials.append((savings[key][0], j))
        trials.sort(reverse=True)
        useful = [j for saving, j in trials if saving > 0] or [trials[0][1]]
        if missing == 1:
            together = [[j] for j in useful[:splits]]
        else:  # far from the target several are split at a time, but never more than a third
            together = [useful[: max(1, min(missing, len(centres) // 3))]]
        fits = [polish(_replace(centres, which, members, savings)) for which in together]
        chosen = min(fits, key=lambda f: f.inertia)
        labels, centres = chosen.labels, chosen.centres
    return Fit(labels, centres, chosen.inertia)


def _worst(
    X: NDArray[np.float64],
    centres: NDArray[np.float64],
    labels: NDArray[np.intp],
    *,
    most: int,
) -> list[int]:
    """Clusters with the largest inertia: no division saves more than that."""
    inertia = np.bincount(labels, ((X - centres[labels]) ** 2).sum(axis=1), minlength=len(centres))
    return [int(j) for j in np.argsort(-inertia, kind="stable")[:most]]


def _replace(
    centres: NDArray[np.float64],
    split: list[int],
    members: list[NDArray[np.intp]],
    savings: dict[bytes, tuple[float, NDArray[np.float64]]],
) -> NDArray[np.float64]:
    kept = np.delete(centres, split, axis=0)
    halves = [savings[members[j].tobytes()][1] for j in split]
    return np.vstack([kept, *halves])


def _halve(X: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Divide rows in two along their principal axis; return the saving and both centres."""
    centre = X.mean(axis=0)
    A = X - centre
    total = float((A**2).sum())
    if len(X) < 2 or total == 0:
        return 0.0, np.vstack([centre, centre])
    axis = np.linalg.eigh(A.T @ A)[1][:, -1]
    step = np.sqrt(total / len(X) / 2) * axis
    fit = lloyd(A, np.einsum("ij,ij->i", A, A), np.vstack([step, -step]), max_iter=10)
    return total - fit.inertia, fit.centres + centre


def _shrink(fit: Fit, k: int, polish: Callable[[NDArray[np.float64]], Fit]) -> Fit:
    """Merge the pair that costs least until there are `k`, then polish."""
    centres, sizes = fit.centres, np.bincount(fit.labels, minlength=len(fit.centres)).astype(float)
    while len(centres) > k:
        gaps = ((centres[:, None] - centres[None]) ** 2).sum(axis=2)
        cost = gaps * sizes[:, None] * sizes / np.maximum(sizes[:, None] + sizes, 1)
        np.fill_diagonal(cost, np.inf)
        i, j = divmod(int(cost.argmin()), len(centres))
        both = max(sizes[i] + sizes[j], 1.0)
        centres = centres.copy()
        centres[i] = (sizes[i] * centres[i] + sizes[j] * centres[j]) / both
        sizes[i] = both
        centres, sizes = np.delete(centres, j, axis=0), np.delete(sizes, j)
    return polish(centres)
