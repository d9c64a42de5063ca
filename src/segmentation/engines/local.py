"""The engine for one machine: DuckDB, in bounded memory whatever the size of the file."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import duckdb
import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.engines import arrow, parquet
from segmentation.engines.base import Frame
from segmentation.engines.rows import rows
from segmentation.engines.source import Source
from segmentation.settings.shared.data import Data

T = TypeVar("T")

_MEMORY = "700MB"
_BATCH = 100_000


class Local:
    """Customers of one machine. Use it as a context, so that nothing stays on the disk.

    Parameters
    ----------
    data : Data
    threads : int, optional
        As many as there are cores, unless it is given. Results are the same with any number.
    memory : str
        What DuckDB takes at most before it uses the disk.
    """

    def __init__(self, data: Data, *, threads: int | None = None, memory: str = _MEMORY) -> None:
        self.source = Source(data)
        self._folder = tempfile.TemporaryDirectory(prefix="segmentation-")
        self._failed: BaseException | None = None
        self._rows = 0  # the last line
        self._made = 0
        self._con = duckdb.connect(
            config={
                "threads": threads or len(os.sched_getaffinity(0)),
                "memory_limit": memory,
                "temp_directory": str(Path(self._folder.name) / "spilled"),
                # Rows have lines; what keeps them in order holds them back in memory.
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,  # nothing is fetched
                "autoload_known_extensions": False,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._con.close()
        self._folder.cleanup()

    def group(self, number: int) -> str:
        """Name a group of a pattern as RE2 does."""
        return rf"\{number}"

    def read(self) -> Frame:
        """Return the customers as text. They are read when something is made of them."""
        return self._stream(self.source.batches(), self.source.schema)

    def texts(self, rows: Frame) -> Frame:
        """Return rows of the customers as text, from a file beside the tables."""
        (lines,) = self.here(rows.select("line")).columns
        wanted = np.sort(arrow.as_integers(lines.combine_chunks()))
        self._made += 1
        path = Path(self._folder.name) / f"texts{self._made}.parquet"
        account = self.source.lines
        with pq.ParquetWriter(path, self.source.schema, compression="snappy") as file:
            for batch in self.source.batches(wanted) if len(wanted) else ():
                if batch.num_rows:
                    file.write_batch(batch)
        self.source.lines = account
        return nw.from_native(self._con.read_parquet(str(path)))

    def numbers(self, frame: Frame, cells: Mapping[str, str]) -> Frame:
        """Add numbers. DuckDB reads two things more as one: ``1_000`` and ``+-1``."""
        columns = ", ".join(
            f"""CASE WHEN NOT contains("{cell}", '_') AND NOT starts_with("{cell}", '+-')
            THEN TRY_CAST("{cell}" AS DOUBLE) END AS "{number}" """
            for number, cell in cells.items()
        )
        found: Frame = nw.from_native(frame.to_native().project(f"*, {columns}"))
        return found

    def keep(self, frame: Frame, name: str) -> Frame:
        """Keep a table in memory, and what does not fit there on the disk."""
        self._run(f"CREATE TABLE {name} AS {frame.to_native().sql_query()}")
        return nw.from_native(self._con.table(name))

    def drop(self, name: str) -> None:
        """Forget a table."""
        self._con.execute(f"DROP TABLE {name}")

    def mapped(
        self,
        frame: Frame,
        work: Callable[[pa.RecordBatch], pa.RecordBatch],
        schema: pa.Schema,
        name: str,
    ) -> Frame:
        """Keep what is made of each batch. A cursor of its own reads while DuckDB writes."""
        reader = self._con.cursor().sql(frame.to_native().sql_query()).to_arrow_reader(_BATCH)
        return self.keep(self._stream(map(work, reader), schema), name)

    def here(self, frame: Frame) -> pa.Table:
        """Bring a few rows here."""
        self._failed = None
        try:
            return frame.to_native().to_arrow_table()
        except duckdb.Error:
            if self._failed is not None:
                raise self._failed from None
            raise

    def rows(self, frame: Frame, kind: type[T]) -> list[T]:
        """Bring a few rows here, with a type."""
        return rows(self.here(frame), kind)

    def in_order(self, frame: Frame, by: str = "line") -> Iterator[pa.Table]:
        """Bring a table here by the chunk, in the order of its lines."""
        line = nw.col(by)
        for start in range(0, self.source.lines.in_file + 1, parquet.CHUNK):
            chunk = frame.filter((line >= start) & (line < start + parquet.CHUNK))
            yield self.here(chunk.sort(by))

    def _stream(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Frame:
        """Let DuckDB read from here. What is raised meanwhile is raised once more by `_run`."""

        def heard() -> Iterator[pa.RecordBatch]:
            try:
                yield from batches
            except BaseException as error:
                self._failed = error
                raise

        return nw.from_native(
            self._con.from_arrow(pa.RecordBatchReader.from_batches(schema, heard()))
        )

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        self._failed = None
        try:
            return self._con.execute(sql)
        except duckdb.Error:
            if self._failed is not None:
                raise self._failed from None
            raise
