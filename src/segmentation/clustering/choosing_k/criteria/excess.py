"""The silhouette beyond what one population shows, which takes away its taste for small k."""

import numpy as np

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores


def scores(fits: Fits) -> Scores:
    """Return the excess of every partition, and the same in standard deviations (`excess_z`)."""
    one = fits.structure
    expected = np.interp(fits.ks, one.k, one.expected)
    spread = np.interp(fits.ks, one.k, one.spread)
    excess = np.array([s.score for s in fits.silhouettes]) - expected
    errors = [s.se for s in fits.silhouettes]
    return Scores(
        excess,
        np.hypot(errors, spread / np.sqrt(one.draws)),
        halves=fits.silhouettes_of_halves - expected,
        beside={"excess_z": excess / spread},
    )


CRITERION = Criterion(
    "excess",
    "Excess silhouette",
    "the silhouette's excess over one population",
    "higher",
    scores,
    reading="beyond what one population shows",
)
