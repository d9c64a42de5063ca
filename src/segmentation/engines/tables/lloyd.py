"""k-means of all customers, from the centres that a sample of them gave.

Lloyd's iterations go on until nobody moves. After the first, only customers near a border are
looked at: the others are known to be too far from it for what the centres have moved since (Hamerly
2010). Sums are those of parts, added up in the order of the file, so centres are the same to the
last bit on any number of processors.

References
----------
Hamerly (2010), Making k-means even faster, SIAM International Conference on Data Mining, 130-140.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentation.engines.tables.table import Table, matrix
from segmentation.workers import in_order

Matrix = NDArray[np.float64]

_CLOSE = 1e-6  # of a row's length: more than rounding makes of a distance


@dataclass(frozen=True)
class Finished:
    """Where the centres are, and how many iterations it took.

    Attributes
    ----------
    centres : array of shape (k, p)
        Means of the customers who are nearest to them.
    iterations : int
    moved : int
        Customers who changed their segment in the last iteration; 0 unless it was the last allowed.
    """

    centres: Matrix
    iterations: int
    moved: int


def finish(points: Table, centres: Matrix, *, max_iter: int) -> Finished:
    """Move centres until no customer changes the one that is nearest.

    Parameters
    ----------
    points : Table
        Features, without missing ones.
    centres : array of shape (k, p)
        Each near some customer.
    max_iter : int
        Most iterations.
    """
    if points.elsewhere:
        return by_steps(points, centres, max_iter=max_iter)
    with tempfile.TemporaryDirectory(prefix="segmentation-") as folder:
        # Rows are looked up by the few: on the disk uncompressed, as much of it in memory as fits.
        shape = (len(points), len(points.columns))
        rows = np.memmap(Path(folder) / "points", np.float64, "w+", shape=shape)
        parts = list(points.each(lambda part, cells: _Part.of(rows, part, cells, centres)))
        moved = len(points)
        iterations = 0
        while moved and iterations < max_iter:
            iterations += 1
            new = _means(parts, centres)
            shifts = np.sqrt(((new - centres) ** 2).sum(axis=1))
            centres = new
            moved = sum(in_order(lambda part: part.follow(new, shifts), parts))  # noqa: B023
        for part in parts:
            part.add_up(len(centres))
        return Finished(_means(parts, centres), iterations, moved)


def by_steps(points: Table, centres: Matrix, *, max_iter: int) -> Finished:
    """Do what `finish` does, each iteration by itself: it sees all rows, and keeps none.

    Whoever works on a part remembers nothing of it, so who has moved is found by assigning
    customers to the centres before these as well.
    """
    counts, sums, _ = _step(points, centres, centres)
    moved, iterations = len(points), 0
    while moved and iterations < max_iter:
        iterations += 1
        new = _divided(counts, sums, centres)
        counts, sums, moved = _step(points, new, centres)
        centres = new
    return Finished(_divided(counts, sums, centres), iterations, moved)


def _step(points: Table, centres: Matrix, before: Matrix) -> tuple[NDArray[np.int64], Matrix, int]:
    """Count and sum up the customers of each centre; and how many had another one before."""
    k = len(centres)

    def work(_: range, cells: pa.Table) -> tuple[NDArray[np.intp], Matrix, int]:
        X = matrix(cells)
        labels = _nearest(X, centres)[0]
        moved = 0 if before is centres else int(np.sum(labels != _nearest(X, before)[0]))
        sums = np.column_stack([np.bincount(labels, x, k) for x in X.T]).astype(np.float64)
        return np.bincount(labels, minlength=k), sums, moved

    found = list(points.each(work, doing="move the centres"))
    counts = np.sum([each[0] for each in found], axis=0)
    sums = np.asarray(np.sum([each[1] for each in found], axis=0), dtype=np.float64)
    return counts, sums, sum(each[2] for each in found)


def _divided(counts: NDArray[np.int64], sums: Matrix, centres: Matrix) -> Matrix:
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)


def _means(parts: "list[_Part]", centres: Matrix) -> Matrix:
    counts = np.zeros(len(centres), dtype=np.int64)
    sums = np.zeros_like(centres)
    for part in parts:
        counts += part.counts
        sums += part.sums
    return _divided(counts, sums, centres)


class _Part:
    """Some customers: their nearest centres, and how far centres may go before these can change.

    Attributes
    ----------
    labels : array of shape (n,)
    slack : array of shape (n,)
        By how much the nearest centre is nearer than the next, at least.
    counts, sums : arrays of shape (k,) and (k, p)
    """

    def __init__(self, rows: Matrix, centres: Matrix) -> None:
        self._rows = rows
        labels, self.slack = _nearest(rows, centres)
        self.labels = labels.astype(np.int16)
        self.add_up(len(centres))

    @classmethod
    def of(cls, store: Matrix, part: range, cells: pa.Table, centres: Matrix) -> "_Part":
        rows = store[part.start : part.stop]
        rows[:] = matrix(cells)
        return cls(rows, centres)

    def add_up(self, k: int) -> None:
        """Sum up the customers of each centre."""
        self.counts = np.bincount(self.labels, minlength=k)
        self.sums = np.column_stack([np.bincount(self.labels, x, k) for x in self._rows.T])

    def follow(self, centres: Matrix, shifts: NDArray[np.float64]) -> int:
        """Look at whom new centres, that far from the old, may concern; count those who change."""
        others = np.full(len(shifts), shifts.max())
        others[shifts.argmax()] = np.delete(shifts, shifts.argmax()).max(initial=0.0)
        self.slack -= (shifts + others)[self.labels]
        near = np.flatnonzero(self.slack <= 0)
        if not len(near):
            return 0
        rows = self._rows[near]
        labels, self.slack[near] = _nearest(rows, centres)
        before = self.labels[near]
        changed = labels != before
        if changed.any():
            self.labels[near[changed]] = labels[changed]
            self._move(rows[changed], before[changed], labels[changed], len(centres))
        return int(np.count_nonzero(changed))

    def _move(
        self, rows: Matrix, before: NDArray[np.int16], after: NDArray[np.intp], k: int
    ) -> None:
        self.counts = (
            self.counts + np.bincount(after, minlength=k) - np.bincount(before, minlength=k)
        )
        self.sums = self.sums + np.column_stack(
            [np.bincount(after, x, k) - np.bincount(before, x, k) for x in rows.T]
        )


def _nearest(rows: Matrix, centres: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """The nearest centre of each row, and how much nearer it is than any other."""
    squares = rows @ (-2.0 * centres.T)
    squares += np.einsum("ij,ij->i", centres, centres)
    labels = squares.argmin(axis=1)
    each = np.arange(len(rows))
    norms = np.einsum("ij,ij->i", rows, rows)
    first = np.sqrt(np.maximum(squares[each, labels] + norms, 0.0))
    squares[each, labels] = np.inf
    second = np.sqrt(np.maximum(squares.min(axis=1) + norms, 0.0))
    return labels, second - first - _CLOSE * np.sqrt(norms)
