"""Moves from one number of clusters to another: splitting up, merging down."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.kmeans.lloyd import Fit, lloyd

Savings = dict[bytes, tuple[float, NDArray[np.float64]]]
"""What dividing a cluster in two saves, and the centres of the halves, by its rows."""

_TRIED = 5  # clusters whose division is tried at each step up, at least
_MANY = 15  # above so many clusters random starts rarely beat what these moves find


def starts_at(k: int, starts: int) -> int:
    """Return how many of `starts` random starts are worth it at `k`: a quarter of them above 15."""
    return starts if k <= _MANY else starts // 4


def one_cluster(X: NDArray[np.float64]) -> Fit:
    """Return all rows as one cluster."""
    inertia = float(X.var(axis=0).sum() * len(X))
    return Fit(np.zeros(len(X), dtype=np.intp), X.mean(axis=0)[None], inertia)


def grow(
    X: NDArray[np.float64],
    fit: Fit,
    k: int,
    splits: int,
    polish: Callable[[NDArray[np.float64]], Fit],
    savings: Savings,
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
    savings: Savings,
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


def shrink(fit: Fit, k: int, polish: Callable[[NDArray[np.float64]], Fit]) -> Fit:
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
