"""The numbers behind a first look at the customers: histograms, boxes, correlations, categories."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.privacy import tail
from segmentation.artifacts.summary import Box, Histogram, NumberSummary, Quartiles, Summary

LEAST_BINS, MOST_BINS = 8, 40
MOST_LEVELS = 12  # of a category, within which the other columns are looked at


def summarise(customers: pd.DataFrame, *, numeric: list[str], categorical: list[str]) -> Summary:
    """Sum up every column.

    Parameters
    ----------
    customers : DataFrame
        Each number has at least one value.
    numeric, categorical : list of str
        Columns.
    """
    numbers = customers[numeric]
    return Summary(
        customers=len(customers),
        numeric={name: _number(customers[name]) for name in numeric},
        rank_correlation=numbers.rank().corr().to_dict(),
        categorical={name: customers[name].value_counts().to_dict() for name in categorical},
        by_category={name: _by_category(customers, name, numeric) for name in categorical},
    )


def _number(column: pd.Series) -> NumberSummary:
    values = column.dropna().to_numpy(np.float64)
    shown = box(values)
    # The few at either end are counted in the last bars: where they are is theirs.
    inside = values.clip(*shown.whiskers)
    edges = bin_edges(inside)
    counts, _ = np.histogram(inside, bins=edges)
    return NumberSummary(
        count=len(values),
        mean=float(values.mean()),
        std=float(values.std(ddof=1)) if len(values) > 1 else None,
        histogram=Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist())),
        box=shown,
    )


def bin_edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Freedman-Diaconis bins, between 8 and 40 of them; whole steps for few whole numbers.

    Parameters
    ----------
    values : array of float
        Finite, at least one. A single value far from the others makes bins wide, never many.
    """
    distinct = np.unique(values)
    low, high = float(distinct[0]), float(distinct[-1])
    steps_fit = high - low < MOST_BINS  # else a sentinel such as 99999 would make 99999 steps
    if steps_fit and len(distinct) <= 25 and np.all(distinct == np.round(distinct)):
        return np.arange(low - 0.5, high + 1.5)
    # NumPy's own rule makes as many bins as it finds right before anyone can bound them.
    lower, upper = np.percentile(values, [25, 75])
    width = 2 * (upper - lower) * len(values) ** (-1 / 3)
    ideal = (high - low) / width if width else 1
    count = int(np.clip(np.ceil(ideal), LEAST_BINS, MOST_BINS))
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, count + 1)


def box(values: NDArray[np.float64]) -> Box:
    """Return a boxplot's figures: quartiles, and whiskers at 5% and 95%.

    The last customer of a range is one person, so no range is told to its end.

    Parameters
    ----------
    values : array of float
        Finite, at least one.

    Examples
    --------
    >>> box(np.append(np.arange(1.0, 201.0), 9e9)).whiskers
    (11.0, 191.0)
    """
    beyond = tail(len(values))
    parts = np.quantile(values, [beyond, 0.25, 0.5, 0.75, 1 - beyond])
    low, first, median, third, high = parts.tolist()
    return Box(whiskers=(low, high), quartiles=(first, median, third))


def _by_category(
    customers: pd.DataFrame, column: str, numeric: list[str]
) -> dict[str, dict[str, Quartiles]]:
    """Return the quartiles of every number within each of the commonest categories."""
    count = customers[column].value_counts().sort_index().sort_values(kind="stable")
    commonest = count.index[-MOST_LEVELS:]
    within = customers[customers[column].isin(commonest)].groupby(column)[numeric]
    quartiles = within.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    return {
        number: {
            str(level): (float(low), float(middle), float(high))
            for level, (low, middle, high) in zip(
                quartiles.index, quartiles[number].to_numpy(), strict=True
            )
        }
        for number in numeric
    }
