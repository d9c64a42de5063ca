"""The numbers behind a first look at the customers: histograms, boxes, correlations, categories."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.privacy import FEWEST, percentiles
from segmentation.artifacts.summary import NumberSummary, Quartiles, Summary
from segmentation.engines.tables.bars import box, histogram
from segmentation.engines.tables.table import Table
from segmentation.progress import watched
from segmentation.workers import in_order

MOST_LEVELS = 12  # of a category, within which the other columns are looked at


def summarise(
    customers: pd.DataFrame | Table, *, numeric: list[str], categorical: list[str]
) -> Summary:
    """Sum up every column.

    Parameters
    ----------
    customers : DataFrame or Table
        Each number has at least one value.
    numeric, categorical : list of str
        Columns.
    """
    categories = {name: _Category.of(customers[name]) for name in categorical}
    found = in_order(lambda name: _number(customers[name], categories), numeric)
    found = watched(found, total=len(numeric), doing="sum up columns")
    numbers = dict(zip(numeric, found, strict=True))
    ranks = pd.DataFrame({name: of.ranks for name, of in numbers.items()})
    return Summary(
        customers=len(customers),
        numeric={name: of.summary for name, of in numbers.items()},
        rank_correlation=ranks.corr(min_periods=FEWEST).to_dict(),
        categorical={name: of.counts for name, of in categories.items()},
        by_category={
            category: {name: of.by_category[category] for name, of in numbers.items()}
            for category in categorical
        },
    )


@dataclass(frozen=True)
class _Category:
    """Customers by category, the commonest ones, and which of these each customer has."""

    counts: dict[str, int]
    commonest: list[str]
    codes: NDArray[np.int8]

    @classmethod
    def of(cls, column: pd.Series) -> Self:
        count = column.value_counts()
        last = count.sort_index().sort_values(kind="stable").index[-MOST_LEVELS:]
        commonest = sorted(last)
        codes, levels = pd.factorize(column)
        place = {level: i for i, level in enumerate(commonest)}
        places = np.array([*(place.get(level, -1) for level in levels), -1], dtype=np.int8)
        return cls(
            {str(level): int(n) for level, n in count.items()},
            [str(level) for level in commonest],
            places[codes],
        )


@dataclass(frozen=True)
class _Number:
    """What is told of a number, and the rank of each customer in it."""

    summary: NumberSummary
    by_category: dict[str, dict[str, Quartiles]]
    ranks: NDArray[np.float64]


def _number(column: pd.Series, categories: dict[str, _Category]) -> _Number:
    cells = column.to_numpy(np.float64)
    known = ~np.isnan(cells)
    values = cells[known]
    enough, shown = len(values) >= FEWEST, box(values)
    summary = NumberSummary(
        count=len(values),
        mean=float(values.mean()) if enough else None,
        std=float(values.std(ddof=1)) if enough else None,
        histogram=None if shown is None else histogram(values, shown),
        box=shown,
    )
    by_category = {
        name: {
            level: _quartiles(cells[known & (of.codes == i)])
            for i, level in enumerate(of.commonest)
        }
        for name, of in categories.items()
    }
    return _Number(summary, by_category, _ranks(cells, known))


def _ranks(cells: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Rank values, those that are the same by the mean of their ranks; a missing one has none."""
    ranks = np.full(len(cells), np.nan)
    values, counts = np.unique(cells[known], return_counts=True)
    means = np.cumsum(counts) - (counts - 1) / 2
    ranks[known] = means[np.searchsorted(values, cells[known])]
    return ranks


def _quartiles(values: NDArray[np.float64]) -> Quartiles:
    _, low, middle, high, _ = percentiles(values).tolist()
    return low, middle, high
