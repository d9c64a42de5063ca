"""Dips of density between neighbouring clusters."""

from collections.abc import Mapping

import numpy as np

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.structure.dip import scaled_dips

FULL_DIP = 0.5
"""Scaled dip from which two clusters count as separate (docs/choosing-k.md, "Separation")."""


def scores(fits: Fits) -> Scores:
    """Return the separation of every partition; the largest k among equally good ones is best."""
    dips = scaled_dips(fits.jittered, fits.path)
    values = np.array([separation(d, p.k) for d, p in zip(dips, fits.path, strict=True)])
    best = np.flatnonzero(values >= values.max() - 1e-9)
    return Scores(values, prefers=fits.ks[int(best[-1])])


def separation(dips: Mapping[tuple[int, int], float], k: int) -> float:
    """Return the mean, over clusters, of the smallest dip to a neighbour, `FULL_DIP` being 1."""
    smallest = np.full(k, np.inf)
    for pair, dip in dips.items():
        for cluster in pair:
            smallest[cluster] = min(smallest[cluster], dip)
    return float(np.minimum(smallest / FULL_DIP, 1.0).mean())


CRITERION = Criterion(
    "separation",
    "Dips between segments",
    "the dips of density between clusters",
    "higher",
    scores,
    reading="the last k at the top",
)
