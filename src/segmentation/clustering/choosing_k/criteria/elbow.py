"""The elbow of the inertia."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores


def scores(fits: Fits) -> Scores:
    """Return the inertia of every partition; its elbow is best."""
    n = len(fits.X)
    inertia = np.array([p.inertia for p in fits.path])
    errors = fits.halves.jackknife(lambda half, p: p.inertia * n / len(half))
    return Scores(inertia, errors, prefers=elbow(fits.ks, inertia))


def elbow(ks: Sequence[int], inertia: NDArray[np.float64]) -> int:
    """Return the k at which a falling curve lies farthest below its chord.

    Parameters
    ----------
    ks : sequence of int
        Numbers of clusters, increasing.
    inertia : NDArray[np.float64] of shape (len(ks),)
        The curve.

    Returns
    -------
    int
        The elbow; every curve has one, whether there are clusters or not.

    References
    ----------
    Satopaa, Albrecht, Irwin and Raghavan (2011), Finding a "kneedle" in a haystack, ICDCS
    Workshops, 166-171.
    """
    x = np.asarray(ks, dtype=np.float64)
    if len(x) < 3 or inertia[0] <= inertia[-1]:
        return int(ks[0])
    across = (x - x[0]) / (x[-1] - x[0])
    down = (inertia[0] - inertia) / (inertia[0] - inertia[-1])
    return int(ks[int(np.argmax(down - across))])


CRITERION = Criterion(
    "elbow", "Inertia", "the elbow", "lower", scores, column="inertia", reading="the elbow"
)
