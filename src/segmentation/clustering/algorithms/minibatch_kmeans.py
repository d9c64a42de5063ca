"""Mini-batch k-means (Sculley 2010): k-means on small random batches, for many rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.algorithms import kmeans
from segmentation.clustering.algorithms.base import Clustering, reachable_k
from segmentation.clustering.algorithms.kmeans import from_centres


def fit(
    X: NDArray[np.float64], *, k: int, seed: int, n_init: int, max_iter: int, batch_size: int
) -> Clustering:
    """Cluster the rows of `X` into at most `k` segments.

    Rows that fit in one batch are clustered by k-means itself.
    """
    if len(X) <= batch_size:
        found = kmeans.fit(X, k=k, seed=seed, n_init=n_init, max_iter=max_iter)
        note = f"All {len(X):,} rows fit in one batch, so this is plain k-means."
        return replace(found, notes=(*found.notes, note))
    from sklearn.cluster import MiniBatchKMeans

    number, notes = reachable_k(X, k)
    model = MiniBatchKMeans(
        number,
        n_init=n_init,
        max_iter=max_iter,
        batch_size=batch_size,
        random_state=seed,
    ).fit(X)
    return from_centres(X, model.cluster_centers_, notes=notes)
