"""Agreement of the partitions of two random halves of the rows."""

import numpy as np

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores


def scores(fits: Fits) -> Scores:
    """Return the mean adjusted Rand index between the partitions of two halves."""
    values = fits.halves.agreement()
    return Scores(
        values.mean(axis=0),
        values.std(axis=0, ddof=1) / np.sqrt(len(values)),
        halves=values.repeat(2, axis=0),
    )


CRITERION = Criterion(
    "split_agreement",
    "Agreement of two halves",
    "the agreement of two halves",
    "higher",
    scores,
)
