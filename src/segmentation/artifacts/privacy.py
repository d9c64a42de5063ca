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

    Parameters
    ----------
    values : array of float
        Finite.

    Examples
    --------
    >>> percentiles(np.arange(1.0, 202.0)).tolist()
    [11.0, 51.0, 101.0, 151.0, 191.0]
    >>> percentiles(np.arange(1.0, 42.0)).tolist()
    [10.75..., 11.0, 21.0, 31.0, 31.24...]
    >>> percentiles(np.arange(21.0)).tolist()
    [nan, nan, 10.0, nan, nan]
    """
    quantiles = np.full(5, np.nan)
    if len(values) >= 4 * FEWEST:
        tail = max(_TAIL, FEWEST / len(values))
        quantiles[:] = np.quantile(values, [tail, 0.25, 0.5, 0.75, 1 - tail])
    elif len(values) >= 2 * FEWEST:
        quantiles[2] = np.median(values)
    return quantiles


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
