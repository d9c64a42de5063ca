"""A file that somebody uploaded: checked, scored and compared with the training, in memory.

Its name is used for nothing, not even in what is said of it.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.artifacts.drift import Drift
from segmentation.commands.drift import compare
from segmentation.commands.load import Chosen
from segmentation.dashboard.limits import MOST_MEGABYTES, MOST_ROWS
from segmentation.engines.local import Local
from segmentation.engines.scorable import Scorable
from segmentation.errors import InputError, SegmentationError
from segmentation.scoring.held import held, nameless
from segmentation.scoring.mending import for_files
from segmentation.scoring.output import added_names, writing
from segmentation.scoring.rule import Rule
from segmentation.scoring.stream import ADDED, Beside, Counts, columns_taken, scored

KINDS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
PREVIEW = 10
_MEGABYTE = 1 << 20
_UNPACKED = 10 * MOST_MEGABYTES * _MEGABYTE
_PARQUET = b"PAR1"
# Of gzip, bzip2, xz, zstd, zip (and with it workbooks), PDF, old workbooks, programs, pictures.
_OTHERS = (
    b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK", b"%PDF", b"\xd0\xcf\x11\xe0",
    b"\x7fELF", b"MZ", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format 3", b"Obj\x01", b"ORC",
)  # fmt: skip


@dataclass(frozen=True)
class Scored:
    """What became of a file.

    Attributes
    ----------
    content : bytes
        The scored file.
    kind : {"csv", "parquet"}
    by : str
        Which model scored it.
    counts : Counts
    damaged : int
        Lines that are no rows.
    first_damage : str
    preview : tuple of tuple of str
        What was added to the first rows, without what stood in them.
    drift : Drift or None
    why_no_drift : str
    """

    content: bytes
    kind: str
    by: str
    counts: Counts
    damaged: int
    first_damage: str
    preview: tuple[tuple[str, ...], ...]
    drift: Drift | None
    why_no_drift: str


def score(content: bytes, chosen: Chosen) -> Scored:
    """Score a file's customers and compare them with those of the training.

    Raises
    ------
    InputError
        It is too large, neither a CSV nor Parquet, or a column is missing.
    """
    kind = kind_of(content)
    with held(content) as file, held(b"") as out:
        try:
            counts, damaged, first, preview = _score(file, out, chosen, kind=kind)
            drift, why = _drift(file, chosen)
        except SegmentationError as error:
            told = " ".join(str(error).split())  # what reads Parquet may tell it in several lines
            raise InputError(nameless(told, file, called="the file")) from error
        except Exception as error:
            raise InputError(
                f"the file cannot be read as a table ({type(error).__name__}); upload a CSV or "
                "Parquet file with a row per customer"
            ) from error
        made = out.read_bytes()
    return Scored(
        content=made,
        kind=kind,
        by=chosen.called,
        counts=counts,
        damaged=damaged,
        first_damage=nameless(first, file, called="the file"),
        preview=preview,
        drift=drift,
        why_no_drift=nameless(why, file, called="the file"),
    )


def kind_of(content: bytes) -> str:
    """Return what a file is by its content, if it is one that is taken.

    Raises
    ------
    InputError
        It is not.
    """
    if not content.strip():
        raise InputError("the file is empty")
    if len(content) > MOST_MEGABYTES * _MEGABYTE:
        raise InputError(f"the file has more than {MOST_MEGABYTES} MB; {_BY_HAND}")
    if content.startswith(_PARQUET):
        try:
            told = pq.read_metadata(io.BytesIO(content))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise InputError("the file begins like Parquet and cannot be read as such") from error
        size = sum(told.row_group(i).total_byte_size for i in range(told.num_row_groups))
        if told.num_rows > MOST_ROWS or size > _UNPACKED:
            raise InputError(f"the file has more than {MOST_ROWS:,} rows, or is too large "
                             f"unpacked; {_BY_HAND}")  # fmt: skip
        return "parquet"
    if content.startswith(_OTHERS):
        raise InputError("the file is neither a CSV nor Parquet; save it as one of these")
    if content.count(b"\n") > MOST_ROWS + 1:
        raise InputError(f"the file has more than {MOST_ROWS:,} rows; {_BY_HAND}")
    return "csv"


_BY_HAND = "`segmentation score FILE` takes files of any size"


def _score(
    file: Path, out: Path, chosen: Chosen, *, kind: str
) -> tuple[Counts, int, str, tuple[tuple[str, ...], ...]]:
    rule = Rule(chosen.model, chosen.baseline)
    data = columns_taken(rule, chosen.data).model_copy(update={"path": file})
    beside, counts = Beside(rule, data, chosen.segments), Counts()
    preview: tuple[tuple[str, ...], ...] = ()
    as_read = {"delimiter": data.delimiter, "encoding": data.encoding}
    with (
        for_files(data),
        Local(data) as engine,
        writing(out, Path(f"it.{kind}"), **as_read) as writer,
    ):
        customers = Scorable(engine, data, chosen.prepare, rule.levels)
        damaged, first = customers.damaged()
        for each in scored(customers, rule, counts):
            rows = beside.rows(each)
            if not preview:
                preview = _preview(rows, each.batch.rows.schema.names)
            writer.write(rows)
    return counts, damaged, first, preview


def _preview(rows: pa.RecordBatch, before: list[str]) -> tuple[tuple[str, ...], ...]:
    added = [rows[name].slice(0, PREVIEW).to_pylist() for name in added_names(before, ADDED)]
    return tuple(
        (str(i), *("" if cell is None else str(cell) for cell in row))
        for i, row in enumerate(zip(*added, strict=True), start=1)
    )


def _drift(file: Path, chosen: Chosen) -> tuple[Drift | None, str]:
    try:
        return compare(file, chosen), ""
    except InputError as error:
        return None, str(error)
