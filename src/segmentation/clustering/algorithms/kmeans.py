"""k-means (Lloyd 1982) with k-means++ starts (Arthur & Vassilvitskii 2007)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.algorithms.assigners import assign, confidence_of, nearest_centroid
from segmentation.clustering.algorithms.base import Clustering, reachable_k, used_only


def fit(X: NDArray[np.float64], *, k: int, seed: int, n_init: int, max_iter: int) -> Clustering:
    """Cluster the rows of `X` into `k` segments."""
    from sklearn.cluster import KMeans

    number, notes = reachable_k(X, k)
    model = KMeans(number, n_init=n_init, max_iter=max_iter, random_state=seed).fit(X)
    return from_centres(X, model.cluster_centers_, notes=notes)


def from_centres(
    X: NDArray[np.float64], centres: NDArray[np.float64], *, notes: tuple[str, ...] = ()
) -> Clustering:
    """Return the clustering that gives each row to its nearest centre."""
    labels = assign(nearest_centroid(centres), X)
    labels, kept, dropped = used_only(labels, len(centres))
    assigner = nearest_centroid(centres[kept])
    return Clustering(labels, assigner, confidence_of(assigner, X), notes=notes + dropped)
