"""Tables of customers that stages hand on: read by the column, by the row, or part after part."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, overload

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from segmentation.artifacts import files
from segmentation.progress import watched
from segmentation.workers import in_order

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

GROUP = 1 << 17
"""Rows of a part: a row group of every file that is written here."""


class Table:
    """Parquet files side by side: row i of one is the customer of row i of all others.

    Nothing is read before it is asked for, and no more than that. As a data frame it gives a column
    by its name, has a length, and takes rows by their numbers, so that whatever needs no more than
    these three works on either.

    Parameters
    ----------
    *paths : Path
        At least one; of columns of one name that of the last file counts.

    Raises
    ------
    InputError
        A file is missing, is no Parquet, or has no rows.
    """

    elsewhere = False
    """Whether `each` is worked out in other processes, where nothing is kept from part to part."""

    def __init__(self, *paths: Path) -> None:
        self._files = [_File(path) for path in paths]
        self._owner = {name: file for file in self._files for name in file.names}

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._owner)

    @property
    def parts(self) -> list[range]:
        """Rows that belong together, in order: what is worked on at a time."""
        return [range(i, min(i + GROUP, len(self))) for i in range(0, len(self), GROUP)]

    def __len__(self) -> int:
        return int(self._files[0].starts[-1])

    @overload
    def __getitem__(self, name: str, /) -> "pd.Series": ...
    @overload
    def __getitem__(self, name: list[str], /) -> "Table": ...
    def __getitem__(self, name: str | list[str], /) -> "pd.Series | Table":
        """Return a column, or the table with only some of them."""
        if not isinstance(name, str):
            narrow = copy(self)
            narrow._owner = {each: self._owner[each] for each in name}
            return narrow
        column = self._owner[name].read(range(len(self)), [name])
        found: pd.Series = column.to_pandas()[name]
        return found

    def take(self, rows: NDArray[np.intp], columns: Iterable[str] | None = None) -> "pd.DataFrame":
        """Return rows, by their numbers and in the order of these, and all columns or some."""
        names = self.columns if columns is None else list(columns)
        order = np.argsort(rows, kind="stable")
        ascending = rows[order]
        found = []
        for part in self.parts:
            first, end = np.searchsorted(ascending, (part.start, part.stop))
            if first < end:
                inside = pa.array(ascending[first:end] - part.start)
                found.append(self.read(part, names).take(inside))
        table = pa.concat_tables(found) if found else self.read(range(0), names)
        back = np.empty(len(order), dtype=np.intp)
        back[order] = np.arange(len(order))
        found_rows: pd.DataFrame = table.take(pa.array(back)).to_pandas()
        return found_rows

    def read(self, rows: range, columns: Sequence[str]) -> pa.Table:
        """Return some of the rows."""
        tables: dict[_File, list[str]] = {
            file: [] for file in map(self._owner.__getitem__, columns)
        }
        for name in columns:
            tables[self._owner[name]].append(name)
        cells: dict[str, pa.ChunkedArray] = {}
        for file, names in tables.items():
            table = file.read(rows, names)
            cells |= {name: table[name] for name in names}
        return pa.table({name: cells[name] for name in columns})

    def each(
        self,
        work: Callable[[range, pa.Table], T],
        columns: Sequence[str] | None = None,
        *,
        doing: str = "look at all customers",
    ) -> Iterator[T]:
        """Give what is worked out of every part, in their order, on all processors.

        Parameters
        ----------
        work : callable
            Takes the rows of a part and their cells.
        columns : sequence of str, optional
            Those that are read.
        doing : str
            What to call it where it takes long.
        """
        return self._here(work, columns, doing)

    def slices(self, columns: Sequence[str]) -> Iterator[tuple[slice, pa.Table]]:
        """Give the rows of every part, to index arrays with, and their cells."""
        return self._here(lambda part, cells: (slice(part.start, part.stop), cells), columns)

    def arrays(self, work: Callable[[slice, NDArray[np.float64]], T]) -> Iterator[T]:
        """Give what is worked out of every part, as an array of its numbers."""
        return self._here(
            lambda part, cells: work(slice(part.start, part.stop), matrix(cells)), None
        )

    def levels(self, name: str) -> set[str]:
        """Return the different texts of a column, without the missing."""
        parts = self.each(lambda _, cells: cells[name].unique().to_pylist(), [name])
        return set().union(*parts) - {None}

    def _here(
        self,
        work: Callable[[range, pa.Table], T],
        columns: Sequence[str] | None,
        doing: str = "look at all customers",
    ) -> Iterator[T]:
        names = self.columns if columns is None else list(columns)
        found = in_order(lambda part: work(part, self.read(part, names)), self.parts)
        return watched(found, total=len(self.parts), doing=doing)


class _File:
    def __init__(self, path: Path) -> None:
        files.must_exist(path)
        try:
            self._metadata = pq.read_metadata(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise files.unreadable(path, error) from error
        self._path = path
        groups = range(self._metadata.num_row_groups)
        self.starts = [0, *accumulate(self._metadata.row_group(i).num_rows for i in groups)]
        if not self.starts[-1]:
            raise files.unreadable(path, ValueError("it has no rows"))
        self.names: list[str] = self._metadata.schema.to_arrow_schema().names

    def read(self, rows: range, columns: list[str]) -> pa.Table:
        spans = enumerate(pairwise(self.starts))
        groups = [i for i, (low, high) in spans if low < rows.stop and high > rows.start]
        try:
            # A file each time: threads do not share one.
            with pq.ParquetFile(self._path, metadata=self._metadata) as file:
                found = file.read_row_groups(groups, columns=columns, use_threads=False)
        except (pa.ArrowInvalid, OSError) as error:
            raise files.unreadable(self._path, error) from error
        return found.slice(rows.start - self.starts[groups[0]] if groups else 0, len(rows))


def matrix(table: pa.Table) -> NDArray[np.float64]:
    """Return numbers as an array of shape (rows, columns); what is missing is NaN."""
    X = np.empty((table.num_rows, table.num_columns))
    for j, column in enumerate(table.columns):
        X[:, j] = column.to_numpy()
    return X


def write(path: Path, parts: Iterable["pd.DataFrame"]) -> None:
    """Write a table part after part; a small one in the bytes of `files.write_parquet`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = None
    try:
        for part in parts:
            rows = pa.Table.from_pandas(part, preserve_index=False)
            if writer is None:
                writer = pq.ParquetWriter(path, rows.schema, compression="zstd")
            writer.write_table(rows.cast(writer.schema), row_group_size=GROUP)
    finally:
        if writer is not None:
            writer.close()
