"""Agreement of the partitions of two random halves of the rows."""

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores


def scores(fits: Fits) -> Scores:
    """Return the mean adjusted Rand index between the partitions of two halves."""
    return Scores(*fits.halves.agreement())


CRITERION = Criterion(
    "split_agreement",
    "Agreement of two halves",
    "the agreement of two halves",
    "higher",
    scores,
)
