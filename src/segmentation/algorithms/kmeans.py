"""k-means (Lloyd 1982) with k-means++ starts (Arthur & Vassilvitskii 2007), then repaired."""

from __future__ import annotations

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


def fit(X: NDArray[np.float64], *, k: int, seed: int, options: Options) -> Clustering:
    """Cluster the rows of `X` into `k` segments."""
    from segmentation.clustering.kmeans.fit import kmeans_fit

    number, notes = reachable_k(X, k)
    found = kmeans_fit(X, k=number, seed=seed, restarts=options.n_init, max_iter=options.max_iter)
    return from_centres(X, found.centres, notes=notes)


def from_centres(
    X: NDArray[np.float64], centres: NDArray[np.float64], *, notes: tuple[str, ...] = ()
) -> Clustering:
    """Return the clustering that gives each row to its nearest centre."""
    labels = assign(nearest_centroid(centres), X)
    labels, kept, dropped = used_only(labels, len(centres))
    assigner = nearest_centroid(centres[kept])
    return Clustering(labels, assigner, confidence_of(assigner, X), notes=notes + dropped)


ALGORITHM = Algorithm(
    "kmeans",
    fit=fit,
    options=Options,
    finds="round groups of similar spread",
    suits="you have no reason for another: it is quick, stable and easy to explain",
    taste=ROUND,
)
