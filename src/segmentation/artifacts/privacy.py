"""What may be told of customers: nothing that stands on fewer than ten, differences included.

What is left out could often be worked out: everyone's figure minus those of the other segments, the
total of a row minus its other cells. So enough is left out beside it that whatever can be worked
out stands on ten customers, too. Whatever describes segments, or counts within them, asks here.
"""

import numpy as np
from numpy.typing import NDArray

FEWEST = 10
"""Nothing that is published is made of fewer customers than this: it would tell of people."""

OTHER = "(other)"
"""Stands for all categories of fewer customers; no cell is read as this (`as_level`)."""

_TAIL = 0.05  # of a range that is told without it, on either side


def as_level(text: str) -> str:
    """Return a category under a name that `OTHER` cannot be mistaken for.

    Examples
    --------
    >>> as_level("(other)"), as_level("other"), as_level("Bonn (Rhein)")
    ('other', 'other', 'Bonn (Rhein)')
    """
    return text[1:-1] if text.casefold() == OTHER else text


def percentiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where values lie: the ends of a range, between them the quartiles.

    The ends leave out 5% on either side, or the ten customers that are more of few. Where fewer
    than ten lie beyond a quartile, or on either side of the median, it is NaN, as are the ends.
    Where fewer than ten lie between the ends and the quartiles, they are the same.

    Parameters
    ----------
    values : array of float
        Finite.

    Examples
    --------
    >>> percentiles(np.arange(1.0, 202.0)).tolist()
    [11.0, 51.0, 101.0, 151.0, 191.0]
    >>> percentiles(np.arange(1.0, 42.0)).tolist()
    [11.0, 11.0, 21.0, 31.0, 31.0]
    >>> percentiles(np.arange(21.0)).tolist()
    [nan, nan, 10.0, nan, nan]
    """
    quantiles = np.full(5, np.nan)
    if len(values) >= 4 * FEWEST:
        tail = max(_TAIL, FEWEST / len(values)) if len(values) >= 8 * FEWEST else 0.25
        quantiles[:] = np.quantile(values, [tail, 0.25, 0.5, 0.75, 1 - tail])
    elif len(values) >= 2 * FEWEST:
        quantiles[2] = np.median(values)
    return quantiles


def up_to(places: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Count the values that are not above each place; places are ascending."""
    counts = np.bincount(np.searchsorted(places, values), minlength=len(places) + 1)
    return np.asarray(np.cumsum(counts)[:-1], dtype=np.intp)


def apart(
    places: NDArray[np.float64], kept: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Move places on a number's axis so that no one to nine lie between any and those told already.

    Who knows how many are not above two places knows how many lie between them.

    Parameters
    ----------
    places : array of float
        Ascending; it is to be told how many are not above them.
    kept : array of float
        Told already: quantiles, or places that were moved apart.
    values : array of float
        The customers', finite.

    Returns
    -------
    array of float
        Ascending, each once. What is too near to a place that was kept becomes that one, or is left
        out. Between two that were moved there can still be fewer than ten customers.

    Examples
    --------
    >>> apart(np.array([12.5, 30.5, 70.5]), np.array([25.5, 75.5]), np.arange(100.0)).tolist()
    [12.5, 25.5, 75.5]
    """
    kept = np.unique(kept)
    below, below_kept = up_to(places, values), up_to(kept, values)
    moved = []
    for place, count in zip(places, below, strict=True):
        if _near(count, below_kept).any():
            nearest = int(np.abs(below_kept - count).argmin())
            count = below_kept[nearest]  # noqa: PLW2901 - where it is moved to
            same = places[below == count]  # whole steps stay whole
            place = same[0] if len(same) else kept[nearest]  # noqa: PLW2901
        if not _near(count, below_kept).any():  # two that were kept may be near, of equal values
            moved.append(place)
    return np.unique(np.array(moved, dtype=np.float64))


def _near(count: int, others: NDArray[np.intp]) -> NDArray[np.bool_]:
    away = np.abs(others - count)
    return (away > 0) & (away < FEWEST)


def in_tens(count: float) -> int:
    """Round a number of customers to tens: beside another count it never tells of one to nine.

    Examples
    --------
    >>> [in_tens(count) for count in (3, 6, 94, 96)]
    [0, 10, 90, 100]
    """
    return FEWEST * round(count / FEWEST)


def told(sizes: NDArray[np.intp], hidden: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Say of which groups figures can be told, beside the same figures of everyone.

    Parameters
    ----------
    sizes : int array of shape (groups,)
        Customers; together the groups are everyone.
    hidden : bool array of shape (groups,), optional
        Groups of which nothing is told in any case.

    Returns
    -------
    bool array of shape (groups,)
        Of the others none is of fewer than ten; nor are those left out together, as they can be
        worked out together: if need be the smallest of the others are left out with them.

    Examples
    --------
    >>> told(np.array([90, 40, 70])).tolist(), told(np.array([90, 40, 3])).tolist()
    ([True, True, True], [True, False, False])
    >>> told(np.array([90, 40, 3, 7])).tolist()
    [True, True, False, False]
    """
    shown = sizes >= FEWEST
    if hidden is not None:
        shown &= ~hidden
    for group in np.argsort(sizes, kind="stable"):
        if not 0 < sizes[~shown].sum() < FEWEST:
            break
        shown[group] = False
    return shown


def described(segment: NDArray[np.intp]) -> set[int]:
    """Return the segments of which figures can be told.

    Parameters
    ----------
    segment : int array of shape (n,)
        Segment of each customer; of those in none, who are negative, nothing is told.

    Examples
    --------
    >>> described(np.repeat([-1, 1, 2, 3], [2, 50, 30, 40]))
    {1, 3}
    """
    ids, sizes = np.unique(np.maximum(segment, -1), return_counts=True)
    return set(ids[told(sizes, ids < 0)].tolist())


def told_cells(counts: NDArray[np.intp], hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which cells of a table of counts can be told, beside the totals of rows and columns.

    Parameters
    ----------
    counts : int array of shape (rows, columns)
        Customers; nobody is counted twice.
    hidden : bool array of shape (rows, columns)
        Cells that are not told in any case.

    Returns
    -------
    bool array of shape (rows, columns)
        No cell of 1 to 9 is told, and what can be worked out by adding and subtracting is none
        either, nor several such cells of together fewer than ten. A cell of nobody is told.

    Examples
    --------
    >>> counts = np.array([[90, 3, 20], [40, 50, 60], [70, 80, 30]])
    >>> told_cells(counts, counts < 0).astype(int).tolist()
    [[1, 0, 0], [1, 1, 1], [1, 0, 0]]
    """
    shown: NDArray[np.bool_] = ~hidden & ((counts == 0) | (counts >= FEWEST))
    while (cell := _next_to_hide(counts, shown)) is not None:
        shown[cell] = False
    return shown


def _next_to_hide(counts: NDArray[np.intp], shown: NDArray[np.bool_]) -> tuple[int, int] | None:
    """Return the cell to leave out next, since without it too few could be worked out."""

    def cost(cell: tuple[int, int]) -> tuple[int, int]:
        # One whose row and column have something left out protects both; then the smallest.
        i, j = cell
        lone = int(shown[i].all()) + int(shown[:, j].all())
        return lone, int(counts[cell] or counts.sum())

    few = (counts > 0) & (counts < FEWEST)
    for row, column in np.argwhere(few & ~shown):
        rows, columns = _worked_out(counts, shown, row, column)
        more, less = rows[:, None] & ~columns, ~rows[:, None] & columns
        if not 0 < counts[more & ~shown].sum() < FEWEST or (less & ~shown).any():
            continue
        # A larger sum, or one from which something unknown is subtracted.
        candidates = np.argwhere(shown & ((more & (counts > 0)) | less)).tolist()
        if candidates:
            return min(((i, j) for i, j in candidates), key=cost)
    return None


def _worked_out(
    counts: NDArray[np.intp], shown: NDArray[np.bool_], row: int, column: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find the smallest sum of cells with this one in it that totals give away.

    Totals of some rows minus those of some columns are the cells of these rows in other columns,
    minus those of other rows in these columns. Where the latter are known, the former are known
    together. The least such sum is a least cut between row and column, through which no cell leads
    back.

    Returns
    -------
    rows, columns : bool arrays
        Those whose totals give it away.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    n, m = counts.shape
    capacity = np.zeros((n + m, n + m), dtype=np.int32)
    capacity[:n, n:] = np.where(shown, 0, np.minimum(counts, FEWEST))
    capacity[n:, :n] = np.where(shown, 0, FEWEST).T
    flow = maximum_flow(csr_array(capacity), row, n + column).flow.toarray()
    left = csr_array(capacity - flow > 0)
    inside = np.zeros(n + m, dtype=bool)
    inside[breadth_first_order(left, row, return_predecessors=False)] = True
    return inside[:n], inside[n:]
