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
    told = sorted(privacy.described(segment) - {-1})
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
    """Count the customers in tenths of a number, of which none is of fewer than ten."""
    column = customers[name]
    values = column.dropna().to_numpy(np.float64)
    bins = min(_BINS, max(1, len(values) // privacy.FEWEST))
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique([rounded(q, POSITION_DIGITS) for q in np.quantile(values, inner)])
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    while len(edges) and counts.min() < privacy.FEWEST:
        least = int(counts.argmin())
        edge = min(max(least - 1, 0) if least == len(edges) else least, len(edges) - 1)
        counts[edge] += counts[edge + 1]
        counts, edges = np.delete(counts, edge + 1), np.delete(edges, edge)
    return NumberBins(
        edges=tuple(edges),
        counts=tuple(counts.tolist()),
        missing=int(column.isna().sum()),
        mean=float(values.mean()),
        deviation=float(values.std()),
    )


def counted(customers: Columns, name: str) -> LevelCounts:
    """Count the customers of each category; those of fewer than ten are one since `prepare`."""
    column = customers[name]
    counts = column.value_counts()
    return LevelCounts(
        counts={str(level): int(count) for level, count in sorted(counts.items())},
        missing=int(column.isna().sum()),
    )


def _centres(
    points: Table, segment: NDArray[np.intp], told: list[int]
) -> dict[int, list[Position]]:
    sums = {each: np.zeros(len(points.columns)) for each in told}
    for part, cells in points.slices(points.columns):
        X, here = matrix(cells), segment[part]
        for each in told:
            sums[each] += X[here == each].sum(axis=0)
    return {each: (sums[each] / (segment == each).sum()).tolist() for each in told}


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
