"""The elbow of the inertia."""

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.choosing_k.halves import error


def scores(fits: Fits) -> Scores:
    """Return the inertia of every partition; its elbow is best."""
    n = len(fits.X)
    inertia = np.array([p.inertia for p in fits.path])
    halves = fits.halves.values(lambda half, path: [p.inertia * n / len(half) for p in path])
    return Scores(inertia, error(halves), halves=halves)


def elbow(ks: NDArray[np.intp], inertia: NDArray[np.float64]) -> int:
    """Return the k at which a falling curve lies farthest below its chord.

    Parameters
    ----------
    ks : NDArray[np.intp] of shape (m,)
        Numbers of clusters, increasing.
    inertia : NDArray[np.float64] of shape (m,)
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
    "elbow",
    "Inertia",
    "the elbow",
    "lower",
    scores,
    column="inertia",
    reading="the elbow",
    pick=elbow,
)
