"""Lloyd's iterations and k-means++ starts on plain arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Fit(NamedTuple):
    """Labels, centres and inertia of a k-means fit."""

    labels: NDArray[np.intp]
    centres: NDArray[np.float64]
    inertia: float


def lloyd(
    X: NDArray[np.float64],
    norms: NDArray[np.float64],
    centres: NDArray[np.float64],
    *,
    max_iter: int = 100,
    still: float = 0.0,
) -> Fit:
    """Polish `centres` until no row changes its cluster; an empty cluster takes the worst row.

    `still` is a share of the rows: no more than these may still change when it ends.

    scikit-learn's own Lloyd is as fast a pass, but its fixed cost a call is several times what a
    whole fit costs here, and a path makes hundreds of fits.
    """
    n, k = len(X), len(centres)
    total = float(norms.sum())
    clusters = np.arange(k)[:, None]
    members: NDArray[np.bool_] = np.zeros((k, n), dtype=bool)
    for _ in range(max_iter):
        new = _members(X, centres)
        moved = np.count_nonzero(new != members)  # a row that moves leaves one and enters another
        if not moved:
            break
        members = new
        weights = members.astype(np.float64)
        sizes = weights.sum(axis=1)
        if not sizes.all():
            labels = _refill(X, centres, members.argmax(axis=0), sizes.astype(np.intp))
            members = labels == clusters
            weights = members.astype(np.float64)
            sizes = weights.sum(axis=1)
        centres = weights @ X / np.maximum(sizes, 1)[:, None]
        if moved <= 2 * still * n:
            break
    labels = members.argmax(axis=0)
    sizes = np.bincount(labels, minlength=k)
    inertia = total - float((sizes * np.einsum("ij,ij->i", centres, centres)).sum())
    if inertia < 1e-6 * total:  # digits were lost: sum the squares themselves
        inertia = float(((X - centres[labels]) ** 2).sum())
    return Fit(labels, centres, inertia)


def _members(X: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say for every centre, shape (k, n), to which rows it is the nearest.

    What takes the place of numpy's `argmin` runs without branches, several times as fast.
    """
    scores = (-2.0 * centres) @ X.T
    scores += np.einsum("ij,ij->i", centres, centres)[:, None]
    members = scores == scores.min(axis=0)
    if np.count_nonzero(members) != len(X):  # as far from two centres: the first
        return np.asarray(scores.argmin(axis=0) == np.arange(len(centres))[:, None])
    return np.asarray(members)


def nearest(X: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.intp]:
    """Index of the nearest centre of each row."""
    scores = X @ (-2.0 * centres.T)
    scores += np.einsum("ij,ij->i", centres, centres)
    return np.asarray(scores.argmin(axis=1), dtype=np.intp)


def seed_centres(
    X: NDArray[np.float64], norms: NDArray[np.float64], k: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Greedy k-means++: each centre is the best of a few rows drawn by squared distance."""
    tries = 2 + int(np.log(k))
    chosen = [int(rng.integers(len(X)))]
    closest = ((X - X[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < k:
        weights = np.cumsum(closest)
        if weights[-1] <= 0:  # fewer distinct rows than centres
            chosen.append(int(rng.integers(len(X))))
            continue
        drawn = np.searchsorted(weights, rng.random(tries) * weights[-1]).clip(max=len(X) - 1)
        gaps = norms[drawn, None] + norms - 2.0 * (X[drawn] @ X.T)
        gaps = np.minimum(np.maximum(gaps, 0.0), closest)
        pick = int(gaps.sum(axis=1).argmin())
        chosen.append(int(drawn[pick]))
        closest = gaps[pick]
    return X[chosen]


def _refill(
    X: NDArray[np.float64],
    centres: NDArray[np.float64],
    labels: NDArray[np.intp],
    sizes: NDArray[np.intp],
) -> NDArray[np.intp]:
    """Give each empty cluster the row that is farthest from its own centre."""
    labels = labels.copy()
    far = ((X - centres[labels]) ** 2).sum(axis=1)
    sizes = sizes.copy()
    for j in np.flatnonzero(sizes == 0):
        candidates = np.where(sizes[labels] > 1, far, -1.0)
        row = int(candidates.argmax())
        if far[row] <= 0:  # duplicates only: the cluster has to stay empty
            break
        sizes[labels[row]] -= 1
        labels[row] = j
        sizes[j] = 1
        far[row] = 0.0
    return labels
