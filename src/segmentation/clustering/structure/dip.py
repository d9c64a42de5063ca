"""Dips of density: in one sample, and between neighbouring clusters.

The dip is worked out here because the package `diptest` has a licence (GPL) that would bind this
project and whoever builds on it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression

from segmentation.clustering.partition import Partition

_NEIGHBOURS = 3  # clusters next to each cluster that are looked at


def dip(x: ArrayLike) -> float:
    """Return how far a sample is from having a single mode.

    Parameters
    ----------
    x : array-like of shape (n,)
        A sample.

    Returns
    -------
    float
        Hartigan's dip: the largest difference between the distribution function of the sample and
        the nearest one that is convex up to a mode and concave after it. From 1 / 2n to 1/4. For a
        sample from one mode it is at most about 0.7 / sqrt(n).

    Notes
    -----
    The convex minorant and the concave majorant of the distribution function, which isotonic
    regression of its slopes gives, are compared on an interval that shrinks around the mode. What
    is left behind on either side shows how large the dip is at least; when no difference inside is
    larger, that is the dip.
    The step of a value that occurs more than once may stand at the mode at no cost.

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
    values, counts = np.unique(np.asarray(x, dtype=np.float64), return_counts=True)
    n = counts.sum()
    above = np.cumsum(counts) / n  # the distribution function, and its limit from the left
    below = above - counts / n
    twice = 1 / n  # the dip, twice
    first, last = 0, len(values) - 1
    while first < last:
        inside = slice(first, last + 1)
        up, down = above[inside], below[inside]
        minorant, low = _hull(values[inside], down, convex=True)
        majorant, high = _hull(values[inside], up, convex=False)
        apart = majorant - minorant
        touching = np.union1d(low, high)
        widest = touching[apart[touching].argmax()]
        if apart[widest] <= twice:
            break
        if widest in low:
            left, right = widest, high[np.searchsorted(high, widest)]
        else:
            left, right = low[np.searchsorted(low, widest) - 1], widest
        twice = max(
            twice,
            (up - minorant)[:left].max(initial=0.0),
            (majorant - down)[right + 1 :].max(initial=0.0),
        )
        first, last = first + int(left), first + int(right)
    return float(twice / 2)


def scaled_dips(
    X: NDArray[np.float64], path: Sequence[Partition]
) -> list[dict[tuple[int, int], float]]:
    """Return how far the neighbouring clusters of every partition are apart.

    The rows of two neighbours are projected on the line through their centres, and the dip of
    the projection is taken times the root of their number: at most about 0.5 when the line cuts one
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
        For every partition, the scaled dip by pair of neighbouring clusters.
    """
    known: dict[tuple[bytes, bytes], float] = {}
    dips = []
    for partition in path:
        order = np.argsort(partition.labels, kind="stable")
        ends = np.cumsum(np.bincount(partition.labels, minlength=partition.k))[:-1]
        members = np.split(order, ends)
        names = [rows.tobytes() for rows in members]
        here = {}
        for a, b in neighbours(X, partition):
            # Most clusters of k are clusters of k + 1 as well.
            key = (names[a], names[b]) if names[a] < names[b] else (names[b], names[a])
            if key not in known:
                known[key] = _between(X[members[a]], X[members[b]])
            here[a, b] = known[key]
        dips.append(here)
    return dips


def _hull(
    x: NDArray[np.float64], y: NDArray[np.float64], *, convex: bool
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Greatest convex minorant (or least concave majorant) of points, and where it touches them."""
    widths = np.diff(x)
    slopes = isotonic_regression(np.diff(y) / widths, weights=widths, increasing=convex)
    corners = slopes.blocks
    return np.interp(x, x[corners], y[corners]), corners


def _between(A: NDArray[np.float64], B: NDArray[np.float64]) -> float:
    if min(len(A), len(B)) < 4:
        return 0.0
    _, along = projected(A, B)
    return dip(along) * float(np.sqrt(len(along)))


def projected(
    A: NDArray[np.float64], B: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the axis between the centres of two clusters, and where their rows lie along it.

    Each row is left out of its own centre: with many columns the axis would otherwise lean towards
    every row and open a dip of its own.
    """
    a, b = A.mean(axis=0), B.mean(axis=0)
    axis, middle = b - a, (a + b) / 2
    left, right = A - middle, B - middle
    along = np.concatenate(
        (
            left @ axis + np.einsum("ij,ij->i", left, A - a) / (len(A) - 1),
            right @ axis - np.einsum("ij,ij->i", right, B - b) / (len(B) - 1),
        )
    )
    return axis, along


def neighbours(X: NDArray[np.float64], partition: Partition) -> list[tuple[int, int]]:
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
