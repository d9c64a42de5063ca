"""The numbers behind a first look at the customers: histograms, boxes, correlations, categories."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.privacy import FEWEST, percentiles
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
        rank_correlation=numbers.rank().corr(min_periods=FEWEST).to_dict(),
        categorical={name: customers[name].value_counts().to_dict() for name in categorical},
        by_category={name: _by_category(customers, name, numeric) for name in categorical},
    )


def _number(column: pd.Series) -> NumberSummary:
    values = column.dropna().to_numpy(np.float64)
    enough, shown = len(values) >= FEWEST, box(values)
    return NumberSummary(
        count=len(values),
        mean=float(values.mean()) if enough else None,
        std=float(values.std(ddof=1)) if enough else None,
        histogram=None if shown is None else histogram(values, shown),
        box=shown,
    )


def histogram(values: NDArray[np.float64], shown: Box) -> Histogram:
    """Count values in bars of at least ten customers each, or of none.

    Parameters
    ----------
    values : array of float
        Finite.
    shown : Box
        Theirs. The few beyond its whiskers are counted in the last bars: where they are is theirs.
    """
    inside = values.clip(*shown.whiskers)
    ends = bin_edges(inside)
    edges, bars, count = [float(ends[0])], [], 0
    counts, _ = np.histogram(inside, bins=ends)
    for end, more in zip(ends[1:].tolist(), counts.tolist(), strict=True):
        count += more
        if count == 0 or count >= FEWEST:
            edges.append(end)
            bars.append(count)
            count = 0
    while count:  # the last few go to the bar before them, over any that are empty
        edges.pop()
        last = bars.pop()
        if last:
            edges.append(float(ends[-1]))
            bars.append(last + count)
            count = 0
    return Histogram(edges=tuple(edges), counts=tuple(bars))


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


def box(values: NDArray[np.float64]) -> Box | None:
    """Return a boxplot's figures: quartiles, and whiskers at 5% and 95%; None of too few.

    The last customer of a range is one person, so no range is told to its end.

    Parameters
    ----------
    values : array of float
        Finite.

    Examples
    --------
    >>> box(np.append(np.arange(1.0, 201.0), 9e9))
    Box(whiskers=(11.0, 191.0), quartiles=(51.0, 101.0, 151.0))
    """
    low, first, median, third, high = percentiles(values).tolist()
    if np.isnan(low):
        return None
    return Box(whiskers=(low, high), quartiles=(first, median, third))


def _by_category(
    customers: pd.DataFrame, column: str, numeric: list[str]
) -> dict[str, dict[str, Quartiles]]:
    """Return the quartiles of every number within each of the commonest categories."""
    count = customers[column].value_counts().sort_index().sort_values(kind="stable")
    commonest = count.index[-MOST_LEVELS:]
    within = [(level, customers[customers[column] == level]) for level in sorted(commonest)]
    return {
        number: {str(level): _quartiles(inside[number]) for level, inside in within}
        for number in numeric
    }


def _quartiles(column: pd.Series) -> Quartiles:
    _, low, middle, high, _ = percentiles(column.dropna().to_numpy(np.float64)).tolist()
    return low, middle, high
