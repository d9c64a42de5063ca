"""k-means in which no cluster has fewer rows than a bound.

The cheapest division of rows among given centres, so that each gets its least number, is a power
diagram: every row goes to the centre with the least squared distance minus an offset, and only
centres that would get too few have one. So a whole division is carried over to new rows by one
number a centre.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.kmeans.lloyd import lloyd, seed_centres

Matrix = NDArray[np.float64]
Labels = NDArray[np.intp]

_ROWS = 2_000  # rows on which starts are tried
_TRIED = 10  # rounds that a start goes
_STILL = 10_000  # one row in as many may still change its cluster when it ends
_SWEEPS = 30  # times that every offset is set anew, the others held


class Bounded(NamedTuple):
    """Labels, centres and their offsets; the cost is the sum of squared distances."""

    labels: Labels
    centres: Matrix
    offsets: Matrix
    cost: float


def bounded_lloyd(
    X: Matrix, centres: Matrix, *, least: int, max_iter: int = 300, offsets: Matrix | None = None
) -> Bounded:
    """Alternate the cheapest division with at least `least` rows each, and its means.

    Parameters
    ----------
    X : array of shape (n, d)
    centres : array of shape (k, d)
    least : int
        At most ``n / k``.
    max_iter : int, default 300
    offsets : array of shape (k,), optional
        A guess of them.

    References
    ----------
    Bradley, Bennett and Demiriz (2000), Constrained k-means clustering, MSR-TR-2000-65.
    Aurenhammer, Hoffmann and Aronov (1998), Minkowski-type theorems and least-squares clustering,
    Algorithmica 20, 61-76.
    """
    k = len(centres)
    offsets = np.zeros(k) if offsets is None else offsets
    labels = np.full(len(X), -1, dtype=np.intp)
    for _ in range(max_iter):
        gaps = _gaps(X, centres)
        new, offsets = divide(gaps, least=least, offsets=offsets)
        settled = np.count_nonzero(new != labels) <= len(X) // _STILL
        labels = new
        if settled:
            break
        centres = _means(X, labels, k)
    cost = float(gaps[np.arange(len(X)), labels].sum())
    return Bounded(labels, centres, offsets, cost)


def bounded_kmeans(
    X: Matrix, centres: Matrix, *, least: int, seed: int, restarts: int, max_iter: int = 300
) -> Bounded:
    """Return the best of bounded k-means from `centres` and from random starts.

    They are tried on at most 2,000 rows, with the bound of the same share, and the best is
    finished on all.
    """
    k, n = len(centres), len(X)
    rng = np.random.default_rng(seed)
    rows = X if n <= _ROWS else X[np.sort(rng.choice(n, _ROWS, replace=False))]
    norms = np.einsum("ij,ij->i", rows, rows)
    begun = [centres]
    for _ in range(restarts if len(rows) > k else 0):
        drawn = seed_centres(rows, norms, k, rng)
        begun.append(lloyd(rows, norms, drawn, max_iter=5).centres)
    few = least * len(rows) // n
    tried = [bounded_lloyd(rows, each, least=few, max_iter=_TRIED) for each in begun]
    best = tried[0]
    for each in tried[1:]:
        if each.cost < best.cost * (1 - 1e-9):  # better by more than rounding
            best = each
    return bounded_lloyd(X, best.centres, least=least, max_iter=max_iter, offsets=best.offsets)


def divide(gaps: Matrix, *, least: int, offsets: Matrix) -> tuple[Labels, Matrix]:
    """Give every row a cluster, each cluster at least `least` rows, at the least sum of `gaps`.

    Offsets are set in turn, each so that its cluster gets the bound exactly if it would get fewer,
    until that changes little; what is left is put right one row at a time along the cheapest chain
    of clusters. The offsets returned lie in the middle of those that make this division.

    Parameters
    ----------
    gaps : array of shape (n, k)
        Cost of each row in each cluster.
    least : int
        At most ``n / k``.
    offsets : array of shape (k,)
        A guess of them.
    """
    k = gaps.shape[1]
    labels = np.asarray(gaps.argmin(axis=1), dtype=np.intp)
    if np.bincount(labels, minlength=k).min() >= least:
        return labels, np.zeros(k)
    reach = gaps - _raised(gaps, offsets, least)
    labels = np.asarray(reach.argmin(axis=1), dtype=np.intp)
    return _put_right(gaps, labels, least)


def _raised(gaps: Matrix, offsets: Matrix, least: int) -> Matrix:
    """Return offsets with which clusters have nearly the rows that they need."""
    offsets = offsets.copy()
    k = len(offsets)
    for _ in range(_SWEEPS):
        sizes = np.bincount((gaps - offsets).argmin(axis=1), minlength=k)
        wrong = np.where(offsets > 0, np.abs(sizes - least), np.maximum(least - sizes, 0))
        if wrong.sum() <= 2 * k:  # at least the row that decides is on either side
            break
        for j in np.flatnonzero(wrong):
            reach = gaps - offsets
            reach[:, j] = np.inf
            margins = gaps[:, j] - reach.min(axis=1)
            offsets[j] = max(0.0, float(np.partition(margins, least - 1)[least - 1]))
    return offsets


def _put_right(gaps: Matrix, labels: Labels, least: int) -> tuple[Labels, Matrix]:
    """Move rows along cheapest chains until every size is right and nothing more is saved."""
    k = gaps.shape[1]
    labels = labels.copy()
    sizes = np.bincount(labels, minlength=k)
    step, row = np.full((k, k), np.inf), np.zeros((k, k), dtype=np.intp)
    stale = list(range(k))
    tiny = 1e-12 * float(np.abs(gaps).max(initial=0.0))
    while True:
        for j in stale:
            members = np.flatnonzero(labels == j)
            step[j] = np.inf
            if len(members):
                moves = gaps[members] - gaps[members, j][:, None]
                first = moves.argmin(axis=0)
                step[j], row[j] = moves[first, np.arange(k)], members[first]
            step[j, j] = 0.0
        lengths, nexts = _shortest(step)
        rich, poor = np.flatnonzero(sizes > least), np.flatnonzero(sizes < least)
        if not len(rich):
            break
        ends = poor if len(poor) else np.arange(k)
        chains = lengths[np.ix_(rich, ends)]
        a, b = np.unravel_index(int(chains.argmin()), chains.shape)
        if not len(poor) and chains[a, b] >= -tiny:
            break
        chain = [int(rich[a])]
        while chain[-1] != ends[b]:
            chain.append(int(nexts[chain[-1], ends[b]]))
        moved = [int(row[x, y]) for x, y in pairwise(chain)]
        labels[moved] = chain[1:]
        sizes[chain[0]] -= 1
        sizes[chain[-1]] += 1
        stale = chain
    return labels, _between(step, rich)


def _shortest(step: Matrix) -> tuple[Matrix, Labels]:
    """Return the length of the cheapest chain between any two clusters, and the next on it."""
    lengths = step.copy()
    k = len(step)
    nexts = np.tile(np.arange(k), (k, 1))
    for via in range(k):
        through = lengths[:, [via]] + lengths[[via]]
        # Shorter by more than rounding: the way over two rows alike is no way around.
        better = through < lengths - 1e-12 * np.abs(np.where(np.isfinite(lengths), lengths, 0.0))
        lengths = np.where(better, through, lengths)
        nexts = np.where(better, nexts[:, [via]], nexts)
    return lengths, nexts


def _between(step: Matrix, rich: Labels) -> Matrix:
    """Return the middle of the offsets with which the nearest centre makes the division.

    An offset may exceed another by no more than the cheapest chain between the two costs. Those of
    clusters with more rows than they need are zero, and none is less. Chains from every cluster
    and to every cluster give offsets at the rim of what is allowed; their mean lies inside.
    """
    step = step.copy()
    step[:, rich] = np.minimum(step[:, rich], 0.0)
    lengths, _ = _shortest(step)
    middle = (lengths - lengths.T).mean(axis=0) / 2
    return np.asarray(middle - middle.min(), dtype=np.float64)


def _gaps(X: Matrix, centres: Matrix) -> Matrix:
    gaps = X @ (-2.0 * centres.T)
    gaps += np.einsum("ij,ij->i", X, X)[:, None]
    gaps += np.einsum("ij,ij->i", centres, centres)
    return np.asarray(gaps)


def _means(X: Matrix, labels: Labels, k: int) -> Matrix:
    """Means summed row by row: products of matrices add up in another order elsewhere."""
    sizes = np.bincount(labels, minlength=k)
    sums = np.column_stack([np.bincount(labels, column, minlength=k) for column in X.T])
    return np.asarray(sums / np.maximum(sizes, 1)[:, None])
