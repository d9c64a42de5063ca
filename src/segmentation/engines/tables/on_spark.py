"""Tables whose parts are worked on by the executors of Spark."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from segmentation.engines.session import failed, scratch
from segmentation.engines.tables.table import Table
from segmentation.progress import watched
from segmentation.settings.shared.engine import Engine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

T = TypeVar("T")


class OnSpark(Table):
    """A table whose files all executors see.

    What `each` works out of a part is put on the disk by whoever did, and read here part after
    part: Spark's driver gets none of it.
    """

    elsewhere = True

    def __init__(self, session: "SparkSession", engine: Engine, *paths: Path) -> None:
        super().__init__(*paths)
        self._spark, self._engine = session, engine
        self._paths = [path.resolve() for path in paths]

    def each(
        self,
        work: Callable[[range, pa.Table], T],
        columns: Sequence[str] | None = None,
        *,
        doing: str = "look at all customers",
    ) -> Iterator[T]:
        """Give what is worked out of every part, in their order. `work` is sent to executors."""
        names = self.columns if columns is None else list(columns)
        paths, parts = self._paths, self.parts
        with scratch(self._engine) as name:
            folder = Path(name)

            def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
                table = Table(*paths)
                for batch in batches:
                    (numbers,) = batch.columns
                    for i in numbers.to_pylist():
                        found = work(parts[i], table.read(parts[i], names))
                        (folder / f"{i}").write_bytes(pickle.dumps(found))
                    yield batch

            todo = self._spark.range(0, len(parts), 1, numPartitions=len(parts))
            try:
                todo.mapInArrow(task, "id long").write.format("noop").mode("overwrite").save()
            except Exception as error:
                told = failed(error)
                if told is None:
                    raise
                raise told from error
            yield from watched(
                map(_taken, sorted(folder.iterdir(), key=_number)), total=len(parts), doing=doing
            )


def _number(file: Path) -> int:
    return int(file.name)


def _taken(file: Path) -> Any:
    found = pickle.loads(file.read_bytes())  # noqa: S301 - written by our own tasks just now
    file.unlink()
    return found
