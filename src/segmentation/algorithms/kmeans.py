"""k-means (Lloyd 1982) with k-means++ starts (Arthur & Vassilvitskii 2007), then repaired."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.algorithms.assigners import assign, confidence_of, nearest_centroid
from segmentation.algorithms.base import (
    ROUND,
    Algorithm,
    AlgorithmOptions,
    Clustering,
    Natural,
    reachable_k,
    used_only,
)


class Options(AlgorithmOptions):
    """Random starts, of which the best is kept and repaired, and most rounds of each."""

    n_init: Natural = 10
    max_iter: Natural = 300


def fit(
    X: NDArray[np.float64], *, k: int, seed: int, options: Options, least: int = 1
) -> Clustering:
    """Cluster the rows of `X` into `k` segments of at least `least` rows."""
    from segmentation.clustering.kmeans.fit import kmeans_fit

    number, notes = reachable_k(X, k)
    found = kmeans_fit(X, k=number, seed=seed, restarts=options.n_init, max_iter=options.max_iter)
    bound = Bound(least=least, seed=seed, restarts=options.n_init, max_iter=options.max_iter)
    return from_centres(X, found.centres, bound=bound, notes=notes)


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The rows that a segment has at least, and how hard to look for segments that have them."""

    least: int
    seed: int
    restarts: int
    max_iter: int


def from_centres(
    X: NDArray[np.float64],
    centres: NDArray[np.float64],
    *,
    bound: Bound | None = None,
    notes: tuple[str, ...] = (),
) -> Clustering:
    """Return the clustering that gives each row to its nearest centre.

    Where that leaves a segment below the `bound`, the centres are found anew: new rows then go to
    the centre with the least squared distance minus its offset.
    """
    labels = assign(nearest_centroid(centres), X)
    sizes = np.bincount(labels, minlength=len(centres))
    if bound and bound.least > 1 and sizes.min() < bound.least:
        return _bounded(X, centres, bound, notes)
    labels, kept, dropped = used_only(labels, len(centres))
    assigner = nearest_centroid(centres[kept])
    return Clustering(labels, assigner, confidence_of(assigner, X), notes=notes + dropped)


def _bounded(
    X: NDArray[np.float64], centres: NDArray[np.float64], bound: Bound, notes: tuple[str, ...]
) -> Clustering:
    """Return a clustering in which every segment has as many rows as the bound asks for.

    Customers who are alike stay together. Where so many are that the bound cannot be kept, there
    is a segment less.
    """
    from segmentation.clustering.kmeans.bounded import bounded_kmeans

    asked = len(centres)
    while True:
        found = bounded_kmeans(
            X,
            centres,
            least=bound.least,
            seed=bound.seed,
            restarts=bound.restarts,
            max_iter=bound.max_iter,
        )
        offsets, k = found.offsets, len(centres)
        step = 1e-6 * float(((X - X.mean(axis=0)) ** 2).sum(axis=1).mean())
        for _ in range(2 * k):
            assigner = nearest_centroid(found.centres, offsets=offsets)
            labels = assign(assigner, X)
            sizes = np.bincount(labels, minlength=k)
            if sizes.min() >= bound.least:
                break
            # The rows that decide are alike, or alike to the last digits: they come along.
            offsets = offsets + step * (sizes < bound.least)
        if sizes.min() >= bound.least or k == 1:
            break
        centres = np.delete(found.centres, sizes.argmin(), axis=0)
    if k < asked:
        alike = "too many of them are alike to be divided so."
        notes += (f"Only {k} of {asked} segments have {bound.least:,} customers: {alike}",)
    elsewhere = np.count_nonzero(labels != assign(nearest_centroid(found.centres), X))
    if elsewhere:
        where = "in a segment whose centre is not the nearest to them."
        share = f"{elsewhere / len(X):.1%} of all are {where}"
        notes += (f"No segment may have fewer than {bound.least:,} customers, so {share}",)
    return Clustering(labels, assigner, confidence_of(assigner, X), notes=notes)


ALGORITHM = Algorithm(
    "kmeans",
    fit=fit,
    options=Options,
    finds="round groups of similar spread",
    suits="you have no reason for another: it is quick, stable and easy to explain",
    bounds_sizes=True,
    rounds=lambda options: options.max_iter,
    taste=ROUND,
)
