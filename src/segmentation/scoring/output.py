"""Write scored customers beside their own columns, aside first and then where they belong."""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segmentation.artifacts.files import for_spreadsheet, is_parquet
from segmentation.engines.tables.export import joined, quoted


class Writer(Protocol):
    """Takes batches of rows, all of the same columns."""

    def write(self, rows: pa.RecordBatch) -> None:
        """Write rows behind those before."""

    def close(self) -> None:
        """Write what is left."""


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Give a name to write to; what lies there is moved to `path` once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def writing(
    path: Path, kind: Path, *, delimiter: str = ",", encoding: str = "utf-8"
) -> Iterator[Writer]:
    """Write rows to `path`, as a CSV or as Parquet by the ending of `kind`."""
    writer: Writer = (
        Parquet(path) if is_parquet(kind) else Csv(path, delimiter=delimiter, encoding=encoding)
    )
    try:
        yield writer
    finally:
        writer.close()


class Csv:
    """A CSV. Cells are quoted where they must be.

    Parameters
    ----------
    path : Path
    delimiter, encoding : str
    """

    def __init__(self, path: Path, *, delimiter: str = ",", encoding: str = "utf-8") -> None:
        self._file = path.open("wb")
        self._delimiter, self._encoding = delimiter, encoding
        self._begun = False

    def write(self, rows: pa.RecordBatch) -> None:
        """Write rows; under the names of their columns, if they are the first."""
        if not self._begun:
            header = io.StringIO()
            writer = csv.writer(header, delimiter=self._delimiter, lineterminator="\n")
            writer.writerow(rows.schema.names)
            self._file.write(self._encoded(header.getvalue().encode()))
            self._begun = True
        cells = [quoted(_as_text(column), self._delimiter) for column in rows.columns]
        self._file.write(self._encoded(joined(cells, self._delimiter)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _encoded(self, text: bytes) -> bytes:
        if self._encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig", "utf8"):
            return text
        return text.decode("utf-8").encode(self._encoding, "replace")


class Parquet:
    """A Parquet file, in the types that the rows have."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def write(self, rows: pa.RecordBatch) -> None:
        """Write rows."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, rows.schema, compression="zstd")
        self._writer.write_batch(rows)

    def close(self) -> None:
        """Write the end of the file."""
        if self._writer is not None:
            self._writer.close()


def added_names(taken: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return names for added columns: those that a file has already begin with ``scored_``.

    Examples
    --------
    >>> added_names(["id", "name"], ["segment", "name"])
    ['segment', 'scored_name']
    """
    names = []
    for name in wanted:
        while name in taken:
            name = f"scored_{name}"  # noqa: PLW2901
        names.append(name)
    return names


def safe(texts: pa.Array) -> pa.Array:
    """Put an apostrophe before texts that a spreadsheet would run as formulas."""
    coded = texts.dictionary_encode()
    values = [for_spreadsheet(text) if text else text for text in coded.dictionary.to_pylist()]
    return pa.array(values, pa.string()).take(coded.indices)


def _as_text(column: pa.Array) -> pa.Array:
    """Return cells as a CSV holds them: what is missing is empty."""
    if pa.types.is_string(column.type):
        return column.fill_null("")
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        told = [None if value is None else str(value) for value in column.to_pylist()]
        return pa.array(told, pa.string()).fill_null("")
    return pc.cast(column, pa.string()).fill_null("")
