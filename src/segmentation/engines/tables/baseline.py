"""Sum up the customers of a training for those who will be scored."""

import numpy as np
from numpy.typing import NDArray

from segmentation.artifacts import privacy
from segmentation.artifacts.base import Position
from segmentation.artifacts.baseline import (
    Baseline,
    Counted,
    LevelCounts,
    NumberBins,
    SegmentBaseline,
)
from segmentation.artifacts.files import POSITION_DIGITS, rounded
from segmentation.columns import Columns
from segmentation.engines.tables.bars import box, histogram
from segmentation.engines.tables.table import Table, matrix

_BINS = 10


def baseline(
    points: Table,
    customers: Columns,
    segment: NDArray[np.intp],
    confidence: NDArray[np.float64],
    *,
    numbers: list[str],
    categories: list[str],
) -> Baseline:
    """Return what is kept of the customers of a training.

    Parameters
    ----------
    points : Table
        Their features.
    customers : Columns
    segment : int array of shape (n,)
        Negative for those in none.
    confidence : array of shape (n,)
    numbers, categories : list of str
        The columns that segments were found in.
    """
    told = sorted(_described(customers, segment, numbers))
    centres = _centres(points, segment, told)
    distance = _distances(points, segment, centres)
    segments = {}
    unlike = 0
    for each, count in zip(*np.unique(segment[segment >= 0], return_counts=True), strict=True):
        here = SegmentBaseline(customers=int(count))
        if each in centres:
            away = distance[segment == each]
            here = SegmentBaseline(
                customers=int(count),
                centre=tuple(centres[each]),
                distance=float(away.mean()),
                deviation=float(away.std()),
            )
            unlike += int((away > (here.reach or np.inf)).sum())
        segments[int(each)] = here
    columns: dict[str, Counted] = {name: binned(customers, name) for name in numbers}
    columns |= {name: counted(customers, name) for name in categories}
    return Baseline(
        customers=len(segment),
        unassigned=int((segment < 0).sum()),
        unlike=unlike,
        confidence=float(confidence.mean()),
        confidence_deviation=float(confidence.std()),
        segments=segments,
        columns=columns,
    )


def binned(customers: Columns, name: str) -> NumberBins:
    """Count the customers in tenths of a number, of which none is of fewer than ten.

    A tenth ends at an edge of a bar or a quantile of `explore` where fewer than ten lie between.
    """
    column = customers[name]
    values = column.dropna().to_numpy(np.float64)
    edges, counts = _tenths(values)
    return NumberBins(
        edges=tuple(edges),
        counts=tuple(counts.tolist()),
        missing=int(column.isna().sum()),
        mean=float(values.mean()),
        deviation=float(values.std()),
    )


def places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return all places in a number that stages tell of: how many are not above them is known.

    Parameters
    ----------
    values : array of float
        Everyone's, finite, at least one.
    """
    return np.union1d(_told(values), _tenths(values)[0])


def _tenths(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return where tenths end, but for the last, and how many customers are in each."""
    bins = min(_BINS, max(1, len(values) // privacy.FEWEST))
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique([rounded(q, POSITION_DIGITS) for q in np.quantile(values, inner)])
    edges = privacy.apart(edges, _told(values), values)
    counts = np.diff(privacy.up_to(edges, values), prepend=0, append=len(values))
    while len(edges) and counts.min() < privacy.FEWEST:
        least = int(counts.argmin())
        edge = min(max(least - 1, 0) if least == len(edges) else least, len(edges) - 1)
        counts[edge] += counts[edge + 1]
        counts, edges = np.delete(counts, edge + 1), np.delete(edges, edge)
    return edges, counts


def _told(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the places in a number that `explore` and `profile` tell of."""
    shown = box(values)
    if shown is None:
        quantiles = privacy.percentiles(values)
        return quantiles[~np.isnan(quantiles)]
    return np.append(shown.places, histogram(values, shown).edges[1:-1])


def counted(customers: Columns, name: str) -> LevelCounts:
    """Count the customers of each category; those of fewer than ten are one since `prepare`."""
    column = customers[name]
    counts = column.value_counts()
    return LevelCounts(
        counts={str(level): int(count) for level, count in sorted(counts.items())},
        missing=int(column.isna().sum()),
    )


def _described(customers: Columns, segment: NDArray[np.intp], numbers: list[str]) -> set[int]:
    """Return the segments of whose centres nothing is of fewer than ten, in no number either."""
    ids, group = np.unique(np.maximum(segment, -1), return_inverse=True)
    hidden = ~np.isin(ids, sorted(privacy.described(segment) - {-1}))
    shown = ~hidden
    for name in numbers:
        known = np.bincount(group[customers[name].notna().to_numpy()], minlength=len(ids))
        shown &= privacy.told(known, hidden) | (known == 0)
    return set(ids[shown].tolist())


def _centres(
    points: Table, segment: NDArray[np.intp], told: list[int]
) -> dict[int, list[Position]]:
    """Return the means of segments; of a feature that is a yes or no, to tens of customers."""
    sums = {each: np.zeros(len(points.columns)) for each in told}
    distinct: list[set[float]] = [set() for _ in points.columns]
    for part, cells in points.slices(points.columns):
        X, here = matrix(cells), segment[part]
        for each in told:
            sums[each] += X[here == each].sum(axis=0)
        for i, values in enumerate(distinct):
            for some in (X[:100, i], X[:, i]):  # most numbers are known by the first
                if len(values) <= 2:
                    values.update(np.unique(some)[:3].tolist())
    centres = {}
    for each in told:
        size = int((segment == each).sum())
        centre = sums[each] / size
        for i, values in enumerate(distinct):
            if len(values) == 2:
                no, yes = sorted(values)
                count = min(privacy.in_tens(size * (centre[i] - no) / (yes - no)), size)
                centre[i] = no + count / size * (yes - no)
        centres[each] = centre.tolist()
    return centres


def _distances(
    points: Table, segment: NDArray[np.intp], centres: dict[int, list[Position]]
) -> NDArray[np.float64]:
    distance = np.zeros(len(segment))
    for part, cells in points.slices(points.columns):
        X, here = matrix(cells), segment[part]
        for each, centre in centres.items():
            inside = here == each
            away = np.sqrt(((X[inside] - centre) ** 2).sum(axis=1))
            distance[part][inside] = away
    return distance
