"""Whether rows fall into groups with a gap between them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.partition import Partition
from segmentation.clustering.structure.axes import axes
from segmentation.clustering.structure.dip import neighbours, projected
from segmentation.clustering.structure.spread import spread_ties
from segmentation.clustering.structure.valley import Interval, bins, openness, valleys

SMALL = 0.1
"""A group of a smaller share is a small one."""
LEAST = 0.015
"""Smaller shares are no groups here: strays lie together by chance."""

KINDS = ("large", "small", "large", "small")
"""What `gaps` returns: along lines through all rows, then between clusters."""

_SIDES: tuple[Interval, ...] = ((SMALL, 1.0), (LEAST, SMALL))
_LOOKED_AT = 2.5  # a shallower valley is not looked at where its sides meet
_ALIKE = 0.9  # share of the rows that two divisions have in common,
_SHARED = 0.8  # and Jaccard similarity of their smaller sides, from which they are one
_FEWEST = 8  # rows of a cluster beside which a valley is looked for
_HALF = 0.5  # of the smaller of two clusters, that a side of the valley between them has


class Gap(NamedTuple):
    """The widest gap of one kind.

    Attributes
    ----------
    z : float
        By how many standard deviations the density in it is lower than on both sides.
    depth : float
        Share of the density on the lower side that is missing in it.
    apart : NDArray[np.bool_] of shape (n,)
        The rows on the smaller side.
    k : int
        Number of clusters between which it is; 1 where it was found along a line through all rows.
    """

    z: float
    depth: float
    apart: NDArray[np.bool_]
    k: int


class _Line(NamedTuple):
    """A valley that may be a gap."""

    z: float
    depth: float
    rows: NDArray[np.intp]
    placed: NDArray[np.intp]
    axis: NDArray[np.float64]
    at: int
    width: int


class _Judge:
    """Looks at a valley where its sides meet; the same division of rows only once."""

    def __init__(self, n: int, *, seed: int, looks: bool) -> None:
        self._n, self._seed, self._looks = n, seed, looks
        self._closed: list[NDArray[np.int8]] = []

    def weigh(self, line: _Line, X: NDArray[np.float64]) -> float:
        """Return what is left of the z of a valley between rows of `X`."""
        if not self._looks or line.z < _LOOKED_AT:
            return line.z
        right = line.placed >= line.at
        few = right if right.sum() * 2 <= len(right) else ~right
        for other in self._closed:
            both = other[line.rows]
            known = both != 0
            # A part of other rows may well be divided where all of them are not.
            most = max(len(few), int(np.count_nonzero(other)))
            if np.count_nonzero(known) < _ALIKE * most:
                continue
            # Small sides agree on most rows whatever they are: what counts is what they share.
            for side in (both == 1, both == -1):
                alike = (few & side).sum() / max(((few & known) | side).sum(), 1)
                if alike >= _SHARED:
                    return 0.0
        left = openness(
            X[line.rows],
            line.placed,
            line.axis,
            at=line.at,
            width=line.width,
            seed=self._seed,
        )
        if left == 0:
            division = np.zeros(self._n, dtype=np.int8)
            division[line.rows] = np.where(right, np.int8(1), np.int8(-1))
            self._closed.append(division)
        return line.z * left


def gaps(
    X: NDArray[np.float64], path: Sequence[Partition], *, seed: int, looks: bool = True
) -> tuple[Gap, Gap, Gap, Gap]:
    """Find the widest gaps: along lines through all rows and between clusters, large and small.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        Rows.
    path : sequence of Partition
        k-means partitions of them.
    seed : int
        Of everything random.
    looks : bool, default True
        Whether valleys are looked at where their sides meet. Without it they can only be deeper:
        enough for what data are compared with.

    Returns
    -------
    tuple of Gap
        Along lines through all rows with at least a tenth on either side, with less; between
        clusters, the same two. Clusters without a gap between them are taken together first, so a
        gap between clusters is one all around.
    """
    rows, shaped = spread_ties(X, seed=seed)
    judge = _Judge(len(X), seed=seed, looks=looks)
    along = _through_all(rows, shaped, path, judge, seed=seed)
    between = _between_clusters(rows, X, path, judge)
    return (*along, *between)


def _none(n: int) -> Gap:
    return Gap(0.0, 0.0, np.zeros(n, dtype=bool), 1)


def _through_all(
    X: NDArray[np.float64],
    shaped: NDArray[np.bool_],
    path: Sequence[Partition],
    judge: _Judge,
    *,
    seed: int,
) -> tuple[Gap, Gap]:
    n = len(X)
    best = [_none(n), _none(n)]
    if not shaped.any():
        return best[0], best[1]
    scale = X[:, shaped].std(axis=0)
    A = X[:, shaped] / np.where(scale > 0, scale, 1.0)
    W = axes(A, path, columns=shaped, seed=seed)
    placed = bins(list((A @ W).T))
    lines = valleys(placed, [[side] * len(placed) for side in _SIDES], finest=(0, 1))
    everyone = np.arange(n)
    for i, found in enumerate(lines):
        for j in np.argsort(-found.z, kind="stable"):
            if found.z[j] <= best[i].z:
                break
            line = _Line(
                float(found.z[j]),
                float(found.depth[j]),
                everyone,
                placed[j],
                W[:, j],
                int(found.bin[j]),
                int(found.width[j]),
            )
            z = judge.weigh(line, A)
            if z > best[i].z:
                right = placed[j] >= line.at
                apart = right if right.sum() * 2 <= n else ~right
                best[i] = Gap(z, line.depth, apart, 1)
    return best[0], best[1]


def _between_clusters(
    X: NDArray[np.float64],
    original: NDArray[np.float64],
    path: Sequence[Partition],
    judge: _Judge,
) -> tuple[Gap, Gap]:
    lines: dict[tuple[bytes, bytes], _Line] = {}
    order: list[list[tuple[tuple[int, int], tuple[bytes, bytes] | None]]] = []
    waiting: dict[tuple[bytes, bytes], tuple[NDArray[np.intp], ...]] = {}
    for partition in path:
        by_label = np.argsort(partition.labels, kind="stable")
        sizes = np.bincount(partition.labels, minlength=partition.k)
        members = np.split(by_label, np.cumsum(sizes)[:-1])
        names = [rows.tobytes() for rows in members]
        here: list[tuple[tuple[int, int], tuple[bytes, bytes] | None]] = []
        for a, b in _connected(original, partition):
            if min(sizes[a], sizes[b]) < _FEWEST:
                here.append(((a, b), None))
                continue
            # Most clusters of k are clusters of k + 1 as well.
            first, second = (a, b) if names[a] < names[b] else (b, a)
            key = names[first], names[second]
            waiting[key] = members[first], members[second]
            here.append(((a, b), key))
        order.append(here)
    if waiting:
        lines = _lines(X, waiting)
    known = {}
    for key in sorted(lines, key=lambda k: (-lines[k].z, k)):
        known[key] = judge.weigh(lines[key], X)
    best = [_none(len(X)), _none(len(X))]
    for partition, here in zip(path, order, strict=True):
        heights = {pair: (known[key] if key else 0.0) for pair, key in here}
        depths = {pair: (lines[key].depth if key else 0.0) for pair, key in here}
        for gap in _merged(partition, heights, depths):
            share = gap.apart.mean()
            for i, (low, high) in enumerate(_SIDES):
                if low <= share < high and gap.z > best[i].z:
                    best[i] = gap
    return best[0], best[1]


def _lines(
    X: NDArray[np.float64], pairs: Mapping[tuple[bytes, bytes], tuple[NDArray[np.intp], ...]]
) -> dict[tuple[bytes, bytes], _Line]:
    """The valley between the clusters of every pair."""
    members, along, axis_of = [], [], []
    for first, second in pairs.values():
        axis, s = projected(X[first], X[second])
        members.append(np.concatenate((first, second)))
        along.append(s)
        axis_of.append(axis)
    sides = [
        (_HALF * min(len(first), len(second)) / (len(first) + len(second)), 1.0)
        for first, second in pairs.values()
    ]
    placed = bins(along)
    (found,) = valleys(placed, [sides], finest=(0,))
    return {
        key: _Line(
            float(found.z[i]),
            float(found.depth[i]),
            members[i],
            placed[i],
            axis_of[i],
            int(found.bin[i]),
            int(found.width[i]),
        )
        for i, key in enumerate(pairs)
    }


def _merged(
    partition: Partition,
    heights: Mapping[tuple[int, int], float],
    depths: Mapping[tuple[int, int], float],
) -> list[Gap]:
    """Take clusters together, the shallowest valley first; each time that is a gap all around."""
    whose = np.arange(partition.k)
    out = []
    for pair in sorted(heights, key=lambda p: (heights[p], p)):
        one, other = whose[pair[0]], whose[pair[1]]
        if one == other:
            continue
        inside = whose == one, whose == other
        rows = [part[partition.labels] for part in inside]
        smaller = rows[0] if rows[0].sum() <= rows[1].sum() else rows[1]
        out.append(Gap(heights[pair], depths[pair], smaller, partition.k))
        whose[inside[1]] = one
    return out


def _connected(X: NDArray[np.float64], partition: Partition) -> list[tuple[int, int]]:
    """Neighbouring clusters, and between parts that are far from each other the nearest pair."""
    pairs = neighbours(X, partition)
    whose = np.arange(partition.k)
    for a, b in pairs:
        whose[whose == whose[b]] = whose[a]
    if len(set(whose.tolist())) > 1:
        C = partition.centres
        far = ((C[:, None] - C[None]) ** 2).sum(axis=2)
        nearest = sorted(
            (round(float(far[a, b]), 9), a, b)
            for a in range(partition.k)
            for b in range(a + 1, partition.k)
        )
        for _, a, b in nearest:
            if whose[a] != whose[b]:
                pairs.append((a, b))
                whose[whose == whose[b]] = whose[a]
    return pairs
