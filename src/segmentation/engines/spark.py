"""The engine for a cluster: PySpark. No rows but a few that are asked for come to the driver."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.engines import arrow, blocks, parquet, spans
from segmentation.engines.base import Frame
from segmentation.engines.blocks import About
from segmentation.engines.rows import rows
from segmentation.engines.session import failed
from segmentation.engines.source import NO_LINES, Part, Source, must_have_rows
from segmentation.engines.spans import Found, Span
from segmentation.settings.shared.data import Data

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")

# What Spark would read as a number besides: 1d, 0x1p3, NaN.
_PLAIN = r"^[ \t\n\x0B\f\r]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\x0B\f\r]*$"


@dataclass(frozen=True)
class _Counted:
    """How many lines there are in a span."""

    line: int
    span: int


@dataclass(frozen=True)
class _Read:
    """What there was in a span, as text."""

    span: int
    text: str


class Spark:
    """Customers that Spark reads and keeps. Use it as a context, so that nothing stays behind.

    The files must lie where every executor sees them under the same name, as on one machine or on
    a disk that is mounted everywhere.

    Parameters
    ----------
    data : Data
    session : SparkSession
    folder : TemporaryDirectory
        Where tables are kept until the end; it is the engine's own.
    """

    def __init__(
        self, data: Data, session: "SparkSession", folder: "TemporaryDirectory[str]"
    ) -> None:
        self._data = data
        self.source = Source(data)
        self._spark = session
        self._kept = folder
        self._folder = Path(folder.name)
        self._text: DataFrame | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kept.cleanup()
        told = failed(error)
        if told is not None:
            raise told from error

    def group(self, number: int) -> str:
        """Name a group of a pattern as Java does."""
        return f"${number}"

    def read(self) -> Frame:
        """Return the customers as text, read span by span by the executors."""
        if self._text is None:
            self._text = self._read()
        return _frame(self._text)

    def texts(self, rows: Frame) -> Frame:
        """Return rows of the customers as text."""
        text = self.read().to_native()
        return _frame(text.join(rows.select("line").to_native(), "line", "left_semi"))

    def numbers(self, frame: Frame, cells: Mapping[str, str]) -> Frame:
        """Add numbers."""
        from pyspark.sql import functions as sf

        added = {
            number: sf.when(sf.col(cell).rlike(_PLAIN), sf.col(cell).try_cast("double"))
            for number, cell in cells.items()
        }
        return _frame(frame.to_native().withColumns(added))

    def keep(self, frame: Frame, name: str) -> Frame:
        """Keep a table on the disk that all see: how it was made is no longer Spark's concern."""
        return _frame(self._keep(frame.to_native(), name))

    def drop(self, name: str) -> None:
        """Forget a table."""
        shutil.rmtree(self._folder / name)

    def mapped(
        self,
        frame: Frame,
        work: Callable[[pa.RecordBatch], pa.RecordBatch],
        schema: pa.Schema,
        name: str,
    ) -> Frame:
        """Keep what is made of each batch of a table."""
        from pyspark.sql.pandas.types import from_arrow_schema

        def each(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return map(work, batches)

        made = frame.to_native().mapInArrow(each, from_arrow_schema(schema))
        return _frame(self._keep(made, name))

    def here(self, frame: Frame) -> pa.Table:
        """Bring a few rows here."""
        return frame.to_native().toArrow()

    def rows(self, frame: Frame, kind: type[T]) -> list[T]:
        """Bring a few rows here, with a type."""
        return rows(self.here(frame), kind)

    def in_order(self, frame: Frame, by: str = "line") -> Iterator[pa.Table]:
        """Bring a table here by the chunk, which Spark has sorted and put on the disk."""
        from pyspark.sql import functions as sf

        native = frame.to_native()
        names = native.columns
        # Names of people's files may hold dots, which Spark takes for a way into a column.
        plain = native.toDF(*(f"x{i}" for i in range(len(names))))
        place = f"x{names.index(by)}"
        plain = plain.withColumn("chunk", sf.expr(f"CAST({place} DIV {parquet.CHUNK} AS INT)"))
        plain = plain.repartition("chunk").sortWithinPartitions("chunk", place)
        folder = self._folder / "ordered"
        plain.write.partitionBy("chunk").mode("overwrite").parquet(folder.as_uri())
        parts = sorted(folder.glob("chunk=*"), key=lambda part: int(part.name.split("=")[1]))
        for part in parts:
            files = [pq.ParquetFile(file).read() for file in sorted(part.glob("*.parquet"))]
            yield pa.concat_tables(files).sort_by(place).rename_columns(names)
        shutil.rmtree(folder)

    def _keep(self, table: "DataFrame", name: str) -> "DataFrame":
        folder = (self._folder / name).as_uri()
        table.write.mode("overwrite").parquet(folder)
        return self._spark.read.schema(table.schema).parquet(folder)

    def _read(self) -> "DataFrame":
        from pyspark.sql import functions as sf
        from pyspark.sql.pandas.types import from_arrow_schema

        todo = spans.spans(self._data)
        if any(span.end for span in todo):
            data = self._data
            counts = self._each(todo, lambda span: _counted(span, data), "line long")
            of = {each.span: each.line for each in rows(counts.toArrow(), _Counted)}
            todo = spans.numbered(todo, [of[i] for i in range(len(todo))])
        schema, data = self.source.schema, self._data
        table = self._each(todo, lambda span: _rows_of(span, data), from_arrow_schema(schema))
        table = self._keep(table, "text")
        ends = rows(table.where("line < 0").select("span", "text").toArrow(), _Read)
        found = [Found.loads(end.text) for end in sorted(ends, key=lambda end: end.span)]
        self._account(todo, found)
        table = table.where("line > 0")
        offsets = {part.path: part.offset for part in self.source.parts}
        if any(offsets.values()):
            shifts = self._spark.createDataFrame(
                [(i, offsets[span.path]) for i, span in enumerate(todo)], "span int, shift long"
            )
            table = table.join(sf.broadcast(shifts), "span")
            table = table.withColumn("line", sf.col("line") + sf.col("shift"))
            if data.id is None:  # customers are told apart by their line
                line = sf.when(sf.col("damage").isNull(), sf.col("line").cast("string"))
                table = table.withColumn("c0", line)
        return table.select(*schema.names)

    def _each(self, todo: list[Span], work: Any, schema: Any) -> "DataFrame":
        """Let a task work on each span; its rows have the span's number."""
        from pyspark.sql.types import IntegerType, StructType

        def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                (numbers,) = batch.columns
                for i in numbers.to_pylist():
                    for some in work(todo[i]):
                        which = pa.repeat(pa.scalar(i, pa.int32()), some.num_rows)
                        yield some.append_column("span", which)

        table = self._spark.range(0, len(todo), 1, numPartitions=len(todo))
        whole = StructType.fromDDL(schema) if isinstance(schema, str) else schema
        return table.mapInArrow(task, StructType([*whole.fields]).add("span", IntegerType()))

    def _account(self, todo: list[Span], found: list[Found]) -> None:
        told = spans.accounts(todo, found, self._data)
        self.source.names = list(found[-1].names)
        files = list(dict.fromkeys(span.path for span in todo))
        self.source.parts = []
        self.source.lines = NO_LINES
        for path, lines in zip(files, told, strict=True):
            self.source.parts.append(Part(path, self.source.lines.in_file))
            self.source.lines += lines
        must_have_rows(self.source.lines, self._data.path)


def _frame(table: "DataFrame") -> Frame:
    found: Frame = nw.from_native(table)
    return found


def _counted(span: Span, data: Data) -> Iterator[pa.RecordBatch]:
    lines = spans.count(span, data) if span.end else 0
    yield pa.RecordBatch.from_arrays([arrow.integers([lines])], ["line"])


def _rows_of(span: Span, data: Data) -> Iterator[pa.RecordBatch]:
    """Give the rows of a span and, as one more with a line that is none, what there was in it."""
    for found in spans.read(span, data):
        if not isinstance(found, Found):
            yield found
            continue
        none = pa.nulls(1, pa.string())
        about = About(
            arrow.integers([-1]), none, arrow.texts([found.dumps()]), pa.nulls(1, pa.bool_())
        )
        yield blocks.batch(about, [none] * (1 + len(data.cells)))
