"""Valleys of density between neighbouring clusters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from segmentation.clustering.partition import Partition

_KNOTS = 160  # points at which the distribution functions are compared
_MODES = 24  # positions tried for the single mode
_NEIGHBOURS = 3  # clusters next to each cluster that are looked at


def dip(x: NDArray[np.float64]) -> float:
    """Return how far a sample is from having a single mode: its dip, from below.

    Parameters
    ----------
    x : NDArray[np.float64] of shape (n,)
        A sample.

    Returns
    -------
    float
        Largest difference between the distribution function of the sample and one that is convex
        up to a mode and concave after it. Both parts are fitted apart, which makes it at most the
        dip and closer to it than 1 / n. For a sample from one mode it is at most about
        0.6 / sqrt(n).

    References
    ----------
    Hartigan and Hartigan (1985), The dip test of unimodality, Annals of Statistics 13, 70-84.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> one, two = rng.normal(size=500), np.r_[rng.normal(size=250), 9 + rng.normal(size=250)]
    >>> dip(one) < 0.02 < 0.1 < dip(two)
    True
    """
    n = len(x)
    values = np.sort(x)
    index = np.unique(np.round(np.linspace(0, n - 1, min(_KNOTS, n))).astype(np.intp))
    share = (index + 0.5) / n
    values, first = np.unique(values[index], return_index=True)
    if len(values) < 4:
        return 0.0
    share = share[first]
    widths = np.diff(values)
    density = np.diff(share) / widths
    nearest = np.inf
    # Left of the mode the nearest function is convex (its density rises), right of it concave.
    for mode in np.unique(np.linspace(0, len(density), _MODES).astype(np.intp)):
        away = 0.0
        if mode > 0:
            away = _misfit(density[:mode], widths[:mode], increasing=True)
        if away < nearest and mode < len(density):
            away = max(away, _misfit(density[mode:], widths[mode:], increasing=False))
        nearest = min(nearest, away)
    return float(nearest / 2)


def valley_depths(
    X: NDArray[np.float64], path: Sequence[Partition]
) -> list[dict[tuple[int, int], float]]:
    """Return how deep the valleys are between the neighbouring clusters of every partition.

    The rows of two neighbours are projected on the line through their centres, and the dip of
    the projection is taken times the root of their number: up to about 0.4 when the line cuts one
    population, growing with the rows when there are two.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        The rows that were clustered.
    path : sequence of Partition
        Their partitions.

    Returns
    -------
    list of dict
        For every partition, depth by pair of neighbouring clusters.
    """
    known: dict[tuple[bytes, bytes], float] = {}
    depths = []
    for partition in path:
        order = np.argsort(partition.labels, kind="stable")
        ends = np.cumsum(np.bincount(partition.labels, minlength=partition.k))[:-1]
        members = np.split(order, ends)
        names = [rows.tobytes() for rows in members]
        here = {}
        for a, b in _neighbours(X, partition):
            # Most clusters of k are clusters of k + 1 as well.
            key = (names[a], names[b]) if names[a] < names[b] else (names[b], names[a])
            if key not in known:
                known[key] = _depth(X[members[a]], X[members[b]])
            here[a, b] = known[key]
        depths.append(here)
    return depths


def _misfit(
    density: NDArray[np.float64], widths: NDArray[np.float64], *, increasing: bool
) -> float:
    fit = isotonic_regression(density, weights=widths, increasing=increasing).x
    return float(np.abs(np.cumsum((fit - density) * widths)).max())


def _depth(A: NDArray[np.float64], B: NDArray[np.float64]) -> float:
    if min(len(A), len(B)) < 4:
        return 0.0
    a, b = A.mean(axis=0), B.mean(axis=0)
    axis, middle = b - a, (a + b) / 2
    # Each row is left out of its own centre: with many columns the axis would otherwise lean
    # towards every row and open a valley of its own.
    left, right = A - middle, B - middle
    along = np.concatenate(
        (
            left @ axis + np.einsum("ij,ij->i", left, A - a) / (len(A) - 1),
            right @ axis - np.einsum("ij,ij->i", right, B - b) / (len(B) - 1),
        )
    )
    return dip(along) * float(np.sqrt(len(along)))


def _neighbours(X: NDArray[np.float64], partition: Partition) -> list[tuple[int, int]]:
    """Pairs of clusters that are often nearest and second nearest to the same row."""
    k, labels = partition.k, partition.labels
    scores = X @ (-2.0 * partition.centres.T) + (partition.centres**2).sum(axis=1)
    scores[np.arange(len(X)), labels] = np.inf
    shared = np.bincount(labels * k + scores.argmin(axis=1), minlength=k * k).reshape(k, k)
    shared = shared + shared.T
    pairs = set()
    for a in range(k):
        for b in np.argsort(-shared[a], kind="stable")[:_NEIGHBOURS]:
            if shared[a, b] > 0:
                pairs.add((min(a, int(b)), max(a, int(b))))
    return sorted(pairs)
