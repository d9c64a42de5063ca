"""The variance ratio of Calinski and Harabasz."""

import numpy as np

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.metrics.indices import calinski_harabasz


def scores(fits: Fits) -> Scores:
    """Return the variance ratio of every partition."""
    n = len(fits.X)
    # Of half as many rows the ratio is about half as large: it has n - k as a factor.
    errors = fits.halves.jackknife(
        lambda half, p: calinski_harabasz(half, p) * (n - p.k) / max(len(half) - p.k, 1)
    )
    return Scores(np.array([calinski_harabasz(fits.X, p) for p in fits.path]), errors)


CRITERION = Criterion(
    "calinski_harabasz", "Calinski-Harabasz", "Calinski-Harabasz", "higher", scores
)
