"""The bars of a histogram and the figures of a box, of which nothing tells of fewer than ten."""

import numpy as np
from numpy.typing import NDArray

from segmentation.artifacts.privacy import FEWEST, apart, percentiles, up_to
from segmentation.artifacts.summary import Box, Histogram

LEAST_BINS, MOST_BINS = 8, 40


def histogram(values: NDArray[np.float64], shown: Box) -> Histogram:
    """Count values in bars of at least ten customers each, or of none.

    Parameters
    ----------
    values : array of float
        Finite.
    shown : Box
        Theirs. The few beyond its whiskers are counted in the last bars: where they are is theirs.
        Nor does it tell of fewer than ten beside a bar: an edge too near to a quantile is moved.
    """
    ends = bin_edges(values.clip(*shown.whiskers))
    first, last = float(ends[0]), float(ends[-1])
    inner = apart(ends[1:-1], shown.places, values)
    inner = inner[(inner > first) & (inner < last)]
    counts = np.diff(up_to(inner, values), prepend=0, append=len(values))
    edges, bars, count = [first], [], 0
    for end, more in zip([*inner.tolist(), last], counts.tolist(), strict=True):
        count += more
        if count == 0 or count >= FEWEST:
            edges.append(end)
            bars.append(count)
            count = 0
    while count:  # the last few go to the bar before them, over any that are empty
        edges.pop()
        before = bars.pop()
        if before:
            edges.append(last)
            bars.append(before + count)
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
