"""A sample of customers that hangs on their ids and the seed, not on where they stand."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentation.engines.tables.table import Table

ROWS = 200_000
"""Customers up to which everything is worked out on all of them; of more, on so many where a
sample will do: its mean is about a 447th of a standard deviation off."""

_BASE = 0x9E3779B97F4A7C15  # odd, so that no letter's weight is zero
_MASK = (1 << 64) - 1


def sample_rows(table: Table, *, seed: int = 0, most: int | None = None) -> NDArray[np.intp]:
    """Return the numbers of at most `most` rows; all of them, in order, if they are few.

    Customers have a number each that is made of their id and the seed, and those with the lowest
    are the sample, in the order of these numbers. Whoever is in it stays in it while others come.

    Parameters
    ----------
    table : Table
        Prepared customers: the first column are their ids.
    seed : int
    most : int, optional
        `ROWS`, unless it is given.
    """
    most = ROWS if most is None else most
    if len(table) <= most:
        return np.arange(len(table))
    # As many as are wanted, and some: who is above can hardly be needed.
    share = most / len(table) * (1 + 10 / np.sqrt(most))
    found = _lowest(table, seed, most, below=min(int(share * (_MASK + 1)), _MASK))
    return found if len(found) == most else _lowest(table, seed, most, below=_MASK)


def _lowest(table: Table, seed: int, most: int, *, below: int) -> NDArray[np.intp]:
    ids = table.columns[0]

    def lowest(rows: range, cells: pa.Table) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
        numbers = lots(cells[ids].combine_chunks(), seed)
        few = np.flatnonzero(numbers <= np.uint64(below))
        few = few[np.argsort(numbers[few], kind="stable")[:most]]
        return numbers[few], few + rows.start

    numbers, found = map(np.concatenate, zip(*table.each(lowest, [ids]), strict=True))
    return np.asarray(found[np.argsort(numbers, kind="stable")[:most]], dtype=np.intp)


def lots(ids: pa.Array, seed: int) -> NDArray[np.uint64]:
    """Return a number for each id, as good as drawn.

    Parameters
    ----------
    ids : Array of string
    seed : int

    Examples
    --------
    >>> lots(pa.array(["a", "b", "a"]), 1).tolist() == lots(pa.array(["a", "b", "a"]), 2).tolist()
    False
    >>> first, other, again = lots(pa.array(["a", "b", "a"]), 1).tolist()
    >>> first == again != other
    True
    """
    _, places, letters = ids.cast(pa.string()).buffers()
    ends = np.frombuffer(places, dtype=np.int32)[ids.offset :][: len(ids) + 1].astype(np.int64)
    text = np.frombuffer(letters or b"", dtype=np.uint8)[ends[0] : ends[-1]].astype(np.uint64)
    lengths = np.diff(ends)
    starts = ends[:-1] - ends[0]
    place = np.arange(len(text)) - np.repeat(starts, lengths)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((text + 1) * _powers(lengths)[place])])
    own = np.asarray(sums[starts + lengths] - sums[starts], dtype=np.uint64)
    return _mixed(_mixed(own) ^ _mixed(np.array([seed & _MASK], dtype=np.uint64)))


def _powers(lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    powers = np.full(max(int(lengths.max(initial=1)), 1), _BASE, dtype=np.uint64)
    return np.multiply.accumulate(powers)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Let every bit depend on every other one.

    References
    ----------
    Steele, Lea & Flood (2014), Fast splittable pseudorandom number generators, OOPSLA.
    """
    mixed = numbers + np.uint64(_BASE)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
