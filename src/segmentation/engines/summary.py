"""The numbers behind a first look at the customers: histograms, boxes, correlations, categories."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.summary import Box, Histogram, NumberSummary, Quartiles, Summary

LEAST_BINS, MOST_BINS = 8, 40
MOST_LEVELS = 12  # of a category, within which the other columns are looked at
CELLS = 200  # of a range, to say where there are values beyond the whiskers


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
    described = numbers.describe()
    return Summary(
        customers=len(customers),
        numeric={name: _number(customers[name], described[name]) for name in numeric},
        rank_correlation=numbers.rank().corr().to_dict(),
        categorical={name: customers[name].value_counts().to_dict() for name in categorical},
        by_category={name: _by_category(customers, name, numeric) for name in categorical},
    )


def _number(column: pd.Series, described: pd.Series) -> NumberSummary:
    values = column.dropna().to_numpy(np.float64)
    edges = bin_edges(values)
    counts, _ = np.histogram(values, bins=edges)
    return NumberSummary.model_validate(
        {
            **described.to_dict(),
            "histogram": Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist())),
            "box": box(values),
        }
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
    """Return a boxplot's figures: quartiles, whiskers, and where there are values beyond these.

    Parameters
    ----------
    values : array of float
        Finite, at least one.

    References
    ----------
    Tukey (1977), Exploratory Data Analysis, chapter 2.

    Examples
    --------
    >>> box(np.array([1.0, 2.0, 3.0, 4.0, 100.0]))
    Box(whiskers=(1.0, 4.0), quartiles=(2.0, 3.0, 4.0), beyond=(99.7525,))
    """
    first, median, third = np.percentile(values, [25, 50, 75]).tolist()
    reach = 1.5 * (third - first)
    inside = values[(values >= first - reach) & (values <= third + reach)]
    low, high = min(first, float(inside.min())), max(third, float(inside.max()))
    least, most = float(values.min()), float(values.max())
    outside = values[(values < low) | (values > high)]
    cell = np.floor((outside - least) / ((most - least) or 1.0) * CELLS).clip(0, CELLS - 1)
    beyond = least + (np.unique(cell) + 0.5) / CELLS * (most - least)
    return Box(
        whiskers=(low, high), quartiles=(first, median, third), beyond=tuple(beyond.tolist())
    )


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
