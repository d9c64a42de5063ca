"""The index of Davies and Bouldin."""

import numpy as np

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.choosing_k.halves import error
from segmentation.clustering.metrics.indices import davies_bouldin


def scores(fits: Fits) -> Scores:
    """Return the index of every partition."""
    halves = fits.halves.values(lambda half, path: [davies_bouldin(half, p) for p in path])
    values = np.array([davies_bouldin(fits.X, p) for p in fits.path])
    return Scores(values, error(halves), halves=halves)


CRITERION = Criterion("davies_bouldin", "Davies-Bouldin", "Davies-Bouldin", "lower", scores)
