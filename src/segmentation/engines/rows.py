"""What comes here of a table that is elsewhere, with a type: a field for every column."""

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import pyarrow as pa

T = TypeVar("T")


def rows(table: pa.Table, kind: type[T]) -> list[T]:
    """Return the rows of a small table.

    Parameters
    ----------
    table : Table
    kind : type
        A dataclass with a field for each column, of its name and in its place; a tuple, of columns
        that are as many as somebody declared; or what is in the only column.

    Examples
    --------
    >>> rows(pa.table({"n": [3, 4]}), int)
    [3, 4]
    >>> rows(pa.table({"low": [3, 4], "high": [5, 6]}), tuple)
    [(3, 5), (4, 6)]
    """
    columns = [_whole(column).to_pylist() for column in table.columns]
    if kind is tuple:
        return list(zip(*columns, strict=True))  # type: ignore[arg-type]
    if not is_dataclass(kind):
        (only,) = columns
        return list(only)
    _must_fit(kind, table.column_names)
    return list(map(kind, *columns))


def unpacked(table: pa.Table | pa.RecordBatch, kind: type[T]) -> tuple[T, list[Any]]:
    """Return the first columns as `kind`, a dataclass with a field for each, and those after them.

    Examples
    --------
    >>> from segmentation.engines.numbers import Some
    >>> front, cells = unpacked(pa.table({"count": [3], "first": [1], "c0": ["a"]}), Some)
    >>> front.first.to_pylist(), len(cells)
    ([1], 1)
    """
    columns = table.columns
    size = len(fields(kind))  # type: ignore[arg-type]
    _must_fit(kind, table.schema.names[:size])
    return kind(*columns[:size]), columns[size:]


def _must_fit(kind: type, columns: list[str]) -> None:
    """Raise where code asks for other columns than it had made."""
    names = [field.name for field in fields(kind)]
    if names != columns:
        raise TypeError(
            f"a table has the columns {', '.join(columns)}, but {kind.__name__} has the fields "
            f"{', '.join(names)}"
        )


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return whole numbers as such: sums of them are decimals to DuckDB, for want of room."""
    return column.cast(pa.int64()) if pa.types.is_decimal(column.type) else column
