"""The variance ratio of Calinski and Harabasz."""

import numpy as np

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.choosing_k.halves import error
from segmentation.clustering.metrics.indices import calinski_harabasz


def scores(fits: Fits) -> Scores:
    """Return the variance ratio of every partition."""
    n = len(fits.X)
    # Of half as many rows the ratio is about half as large: it has n - k as a factor.
    halves = fits.halves.values(
        lambda half, path: [
            calinski_harabasz(half, p) * (n - p.k) / max(len(half) - p.k, 1) for p in path
        ]
    )
    values = np.array([calinski_harabasz(fits.X, p) for p in fits.path])
    return Scores(values, error(halves), halves=halves)


CRITERION = Criterion(
    "calinski_harabasz", "Calinski-Harabasz", "Calinski-Harabasz", "higher", scores
)
