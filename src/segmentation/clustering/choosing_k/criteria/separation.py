"""Dips of density between neighbouring clusters."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.partition import Partition
from segmentation.clustering.structure.dip import scaled_dips
from segmentation.clustering.structure.discrete import jittered

FULL_DIP = 0.5
"""Scaled dip from which two clusters count as separate (docs/choosing-k.md, "Separation")."""


def scores(fits: Fits) -> Scores:
    """Return the separation of every partition; the largest k among equally good ones is best."""
    halves = fits.halves.values(
        lambda half, path: _separations(jittered(half, seed=fits.seed), path),
        long=True,
        firsts=True,
    )
    whole = [_separations(rows, fits.path) for rows in fits.jittered]
    return Scores(np.mean(whole, axis=0), halves=halves)


def _separations(X: NDArray[np.float64], path: list[Partition]) -> list[float]:
    dips = scaled_dips(X, path)
    return [separation(d, p.k) for d, p in zip(dips, path, strict=True)]


def last_at_the_top(ks: NDArray[np.intp], values: NDArray[np.float64]) -> int:
    """Return the largest k among equally good ones."""
    return int(ks[np.flatnonzero(values >= values.max() - 1e-9)[-1]])


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
    reading="the largest k that is as good as the best",
    pick=last_at_the_top,
)
