"""The index of Davies and Bouldin."""

import numpy as np

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.metrics.indices import davies_bouldin


def scores(fits: Fits) -> Scores:
    """Return the index of every partition."""
    return Scores(
        np.array([davies_bouldin(fits.X, p) for p in fits.path]),
        fits.halves.jackknife(davies_bouldin),
    )


CRITERION = Criterion("davies_bouldin", "Davies-Bouldin", "Davies-Bouldin", "lower", scores)
