"""Tell other systems who moved between segments, once; and later what acting on it did."""

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segmentation import artifacts, paths, sql
from segmentation.artifacts import files
from segmentation.artifacts.effect import Effect
from segmentation.artifacts.segments import Segments
from segmentation.commands.backfill import committed_states
from segmentation.engines.tables.table import Table
from segmentation.errors import InputError
from segmentation.repository import lock
from segmentation.repository.dvc_internals import cached
from segmentation.repository.snapshot import Snapshot
from segmentation.scoring import effect as room
from segmentation.scoring.changes import Wanted, held_out, moved
from segmentation.scoring.database import database, table_with
from segmentation.scoring.output import aside, safe, writing
from segmentation.scoring.postgres import is_postgres, replace_rows, without_password
from segmentation.settings.params import Params, load_params
from segmentation.tracking import runs
from segmentation.tracking.store import open_store, repository
from segmentation.tracking.verified import VerifiedRun

LEDGER = Path("data/exports/told.parquet")
"""Who was told to be where, and who is left alone: what the last export said."""

LAST = "last"
TABLE = "segment_changes"
_DATABASES = (".duckdb", ".db", ".sqlite")


@dataclass(frozen=True)
class Done:
    """What was written: how many rows by what became of the customer, and where; None if none."""

    counts: Mapping[str, int]
    out: str | None


def changes(since: str, out: str, *, holdout: float, seed: int | None) -> Done:
    """Write who moved.

    Parameters
    ----------
    since : str
        ``last``, the id or name of a run, a day such as 2026-03-31, or a file with a segment each.
    out : str
        The ending of a file says what it becomes: .csv, .parquet, .jsonl, .duckdb or .sqlite; or
        the address of a database, ``postgresql://USER@HOST:PORT/DATABASE``.
    holdout : float
        Share of customers to be left alone.
    seed : int, optional
        By default that of `params.yaml`.

    Raises
    ------
    InputError
        The results here are not those of `dvc.lock`, what was before cannot be found, or others
        would be left alone than were told.
    """
    params = load_params(paths.PARAMS)
    Snapshot.of_workspace().verify(paths.ASSIGNMENTS, paths.PREPARED, paths.SEGMENTS)
    facts = artifacts.read(Segments)
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as folder, _before(since, params, Path(folder)) as (before, names):
        wanted = Wanted(
            id_column=_told_apart(params),
            value=params.data.value_column,
            names=facts.names,
            plays={each.id: each.plays[0].name for each in facts.segments if each.plays},
            before_names=names or facts.names,
            holdout=holdout,
            seed=params.seed if seed is None else seed,
        )
        if LEDGER.exists():
            left_alone_as_told(LEDGER, wanted)
        with moved(paths.ASSIGNMENTS, paths.PREPARED, before, wanted) as batches:
            first = next(batches, None)
            if first is not None:
                _write(_counted(first, batches, counts), out)
    if first is None and LEDGER.exists():
        return Done(counts, None)
    _remember(wanted)
    return Done(counts, without_password(out) if counts else None)


def effect(outcomes: Path, *, outcome: str, cost: float, absent: float | None) -> Effect:
    """Compare, by the last export, outcomes of those treated and those left alone; write it.

    Raises
    ------
    InputError
        Nothing was exported yet, or the outcomes cannot be read.
    """
    if not LEDGER.exists():
        raise InputError(
            "nobody was held out yet: `segmentation export --changes last --holdout 0.1 -o FILE` "
            "first"
        )
    found = room.effect(
        LEDGER,
        outcomes,
        id_column=_told_apart(load_params(paths.PARAMS)),
        outcome=outcome,
        cost=cost,
        absent=absent,
        names=artifacts.read(Segments).names,
    )
    artifacts.write(found)
    return found


def _told_apart(params: Params) -> str:
    """Return the column by which a customer is found again."""
    if params.data.id is None:
        raise InputError(
            "without an id nobody is found again in another file; name the column that tells "
            "customers apart in data.id"
        )
    return params.data.id


@contextmanager
def _before(
    since: str, params: Params, folder: Path
) -> Iterator[tuple[Path | None, dict[int, str] | None]]:
    """Find a table of who was where, and what the segments were called then if that is known."""
    file = Path(since)
    if since == LAST:
        copy = folder / "before.parquet"
        if LEDGER.exists():
            _as_before(LEDGER, copy, "id", _told_apart(params))
        yield (copy if LEDGER.exists() else None), None
    elif file.suffix.lower() == ".csv" or files.is_parquet(file):
        copy = folder / "before.parquet"
        _as_before(file, copy, _told_apart(params), _told_apart(params))
        yield copy, None
    elif (day := _day(since)) is not None:
        end = dt.datetime.combine(day, dt.time.max).astimezone().timestamp() * 1000
        states = [state for state in committed_states(Path()) if state.time <= end]
        if not states:
            raise InputError(f"no state of the pipeline was committed by {since}")
        latest = max(states, key=lambda state: state.time)
        names = Snapshot.at(latest.commit, remote=False).artifact(Segments).names
        yield _of_state(latest.stages, since), names
    else:
        with open_store(repository()) as client:
            run = runs.find_run(client, params.track.experiment, wanted=since, key=None)
            verified = VerifiedRun.of(client, run)
            names = verified.artifact(Segments).names
        yield _of_state(verified.stages, f"the run '{since}'"), names


def _of_state(stages: lock.Stages, called: str) -> Path:
    found = cached(lock.hash_of(stages, paths.ASSIGNMENTS, "outs"), Path())
    if found is None:
        raise InputError(
            f"who was where at {called} is not in DVC's cache; `dvc fetch --all-commits` brings it"
        )
    return found


def _as_before(file: Path, copy: Path, id_here: str, id_column: str) -> None:
    """Take the id and the segment of a table."""
    if not file.exists():
        raise InputError(f"{file} does not exist; give a run, a day or a file")
    with database(f"{file} cannot be read") as con:
        read = table_with(con, file, id_here, "segment")
        con.execute(
            f"COPY (SELECT CAST({sql.name(id_here)} AS VARCHAR) AS {sql.name(id_column)}, "
            f"CAST(segment AS BIGINT) AS segment FROM {read}) TO {sql.text(str(copy))}"
        )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _counted(
    first: pa.RecordBatch, rest: Iterator[pa.RecordBatch], counts: Counter[str]
) -> Iterator[pa.RecordBatch]:
    batch: pa.RecordBatch | None = first
    while batch is not None:
        _, change, *_ = batch.columns  # beside the id, whatever that is called
        kinds, sizes = change.value_counts().flatten()
        counts.update(dict(zip(kinds.to_pylist(), sizes.to_pylist(), strict=True)))
        yield batch
        batch = next(rest, None)


def _write(batches: Iterator[pa.RecordBatch], told: str) -> None:
    if is_postgres(told):
        replace_rows(told, TABLE, batches)
        return
    out = Path(told)
    ending = out.suffix.lower()
    if ending in _DATABASES:
        _into_database(batches, out)
        return
    if ending not in (".csv", ".jsonl") and not files.is_parquet(out):
        raise InputError(
            f"{out}: the ending says what is written; known: .csv, .parquet, .jsonl, "
            f"{', '.join(_DATABASES)}, postgresql://USER@HOST/DATABASE"
        )
    with aside(out) as unfinished:
        if ending == ".jsonl":
            with unfinished.open("w", encoding="utf-8", newline="\n") as file:
                for batch in batches:
                    file.write(batch.to_pandas().to_json(orient="records", lines=True))
            return
        with writing(unfinished, out) as writer:
            for batch in batches:
                writer.write(_for_spreadsheets(batch) if ending == ".csv" else batch)


def _for_spreadsheets(batch: pa.RecordBatch) -> pa.RecordBatch:
    cells = [safe(each) if pa.types.is_string(each.type) else each for each in batch.columns]
    names = [files.for_spreadsheet(name) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(cells, names=names)


def _into_database(batches: Iterator[pa.RecordBatch], out: Path) -> None:
    """Put the rows in the place of those of the last time, all at once or not at all."""
    put = _into_sqlite if out.suffix.lower() == ".sqlite" else _into_duckdb
    try:
        if out.exists() and (put is _into_sqlite or _holds_more(out)):
            put(batches, out)  # a transaction, and what else is there stays
            return
        with aside(out) as unfinished:
            try:
                put(batches, unfinished)
            finally:
                for log in (".wal", "-journal"):
                    unfinished.with_name(f"{unfinished.name}{log}").unlink(missing_ok=True)
    except (sqlite3.Error, duckdb.Error) as error:
        why = str(error).partition("\n")[0]
        raise InputError(f"{out} cannot be written: {why}") from error


def _holds_more(out: Path) -> bool:
    """Tell whether a DuckDB file has more than our table.

    If it has not it is made anew: on a full disk DuckDB keeps the old rows, and all the room that
    the new ones took until then.
    """
    with closing(duckdb.connect(str(out))) as con:
        found = con.execute(
            "SELECT table_name FROM duckdb_tables() UNION ALL "
            "SELECT view_name FROM duckdb_views() WHERE NOT internal UNION ALL "
            "SELECT function_name FROM duckdb_functions() WHERE NOT internal UNION ALL "
            "SELECT sequence_name FROM duckdb_sequences()"
        ).fetchall()
    return any(name != TABLE for (name,) in found)


def _into_duckdb(batches: Iterator[pa.RecordBatch], out: Path) -> None:
    with closing(duckdb.connect(str(out))) as con:
        con.execute("BEGIN")
        con.execute(f"DROP TABLE IF EXISTS {TABLE}")
        for i, batch in enumerate(batches):
            con.register("batch", pa.Table.from_batches([batch]))
            verb = f"INSERT INTO {TABLE}" if i else f"CREATE TABLE {TABLE} AS"
            con.execute(f"{verb} SELECT * FROM batch")
        con.execute("COMMIT")


def _into_sqlite(batches: Iterator[pa.RecordBatch], out: Path) -> None:
    with closing(sqlite3.connect(out)) as database, database:
        database.execute("BEGIN")
        database.execute(f"DROP TABLE IF EXISTS {TABLE}")
        for i, batch in enumerate(batches):
            names = ", ".join(map(sql.name, batch.schema.names))
            if not i:
                database.execute(f"CREATE TABLE {TABLE} ({names})")
            marks = ", ".join("?" * batch.num_columns)
            rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            database.executemany(f"INSERT INTO {TABLE} VALUES ({marks})", rows)


def left_alone_as_told(ledger: Path, wanted: Wanted) -> None:
    """Refuse to leave others alone than the last export did: what it is for could not be told.

    Raises
    ------
    InputError
        Share or seed are others.
    """
    other = 0
    with pq.ParquetFile(ledger) as file:
        for batch in file.iter_batches(columns=["id", "holdout"]):
            ids, told = batch.columns
            now = held_out(ids, wanted.holdout, wanted.seed)
            other += pc.sum(pc.not_equal(now, told)).as_py() or 0
    if other:
        raise InputError(
            f"of {other:,} customers it was told otherwise whether they are left alone; give "
            f"--holdout and --seed as the last time, or remove {ledger} to tell everyone anew"
        )


def _remember(wanted: Wanted) -> None:
    table = Table(paths.ASSIGNMENTS)
    schema = pa.schema([("id", pa.string()), ("segment", pa.int64()), ("holdout", pa.bool_())])
    with aside(LEDGER) as unfinished, pq.ParquetWriter(unfinished, schema) as file:
        for _, cells in table.slices([wanted.id_column, "segment"]):
            who, segment = (column.combine_chunks() for column in cells.columns)
            ids = who.cast(pa.string())
            held = held_out(ids, wanted.holdout, wanted.seed)
            columns = [ids, segment.cast(pa.int64()), held]
            file.write_table(pa.table(columns, schema=schema))
