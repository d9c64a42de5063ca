"""k-means for a whole range of k, each k helped by its neighbours."""

from collections.abc import Iterable
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.kmeans.lloyd import Fit, lloyd, seed_centres
from segmentation.clustering.kmeans.moves import (
    Savings,
    grow,
    one_cluster,
    shrink,
    starts_at,
)
from segmentation.clustering.partition import Partition, partition_of

_STILL = 0.005
"""Share of the rows that may still move where a path is one of many that are compared: what it
changes of an inertia or a silhouette is a tenth of what differs between draws."""


def kmeans_path(
    X: ArrayLike,
    *,
    k_range: Iterable[int],
    seed: int = 0,
    restarts: int = 8,
    sweeps: int = 2,
    splits: int = 3,
    max_iter: int = 100,
    still: float = 0.0,
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
    still : float, default 0
        Share of the rows: no more than these may still change their cluster when a fit ends.

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
    polish = partial(lloyd, A, norms, max_iter=max_iter, still=still)

    best: dict[int, Fit] = {}
    current = one_cluster(A)
    savings: Savings = {}
    for k in ks:
        seeds = [seed_centres(A, norms, k, rng) for _ in range(starts_at(k, restarts))]
        fits = [polish(centres) for centres in seeds]
        fits.append(grow(A, current, k, splits, polish, savings))
        current = best[k] = min(fits, key=lambda fit: fit.inertia)
    for _ in range(sweeps):
        before = dict(best)
        for k, above in zip(ks[-2::-1], ks[:0:-1], strict=True):
            fit = shrink(best[above], k, polish)
            best[k] = min(best[k], fit, key=lambda f: f.inertia)
        for below, k in pairwise(ks):
            if best[below] is not before[below]:
                fit = grow(A, best[below], k, splits, polish, savings)
                best[k] = min(best[k], fit, key=lambda f: f.inertia)
        if all(best[k] is before[k] for k in ks):
            break
    return [partition_of(rows, best[k].labels, best[k].centres + centre) for k in ks]


def quick_path(
    X: ArrayLike, *, k_range: Iterable[int], seed: int, restarts: int = 1, max_iter: int = 30
) -> list[Partition]:
    """Fit k-means at every k of a range with little care, for one of many clouds or draws.

    See Also
    --------
    kmeans_path : takes the same and more, and takes its time.
    """
    return kmeans_path(
        X,
        k_range=k_range,
        seed=seed,
        restarts=restarts,
        sweeps=0,
        splits=1,
        max_iter=max_iter,
        still=_STILL,
    )
