"""The mean silhouette: how much closer rows are to their own cluster than to the next."""

import numpy as np

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores


def scores(fits: Fits) -> Scores:
    """Return the mean silhouette of every partition."""
    return Scores(
        np.array([s.score for s in fits.silhouettes]),
        np.array([s.se for s in fits.silhouettes]),
        halves=fits.silhouettes_of_halves,
    )


CRITERION = Criterion("silhouette", "Silhouette", "the silhouette", "higher", scores)
