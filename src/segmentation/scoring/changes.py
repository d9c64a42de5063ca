"""Who moved from one segment to another, for a system that acts on it; and who is left alone.

DuckDB joins what was with what is, so that any number of customers takes little memory.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from segmentation import sql
from segmentation.algorithms import NOISE
from segmentation.artifacts.segments import NO_SEGMENT
from segmentation.engines.rows import unpacked
from segmentation.engines.tables.sample import lots
from segmentation.errors import InputError
from segmentation.scoring.database import database, table

_BATCH = 50_000
_TWO_POWER_64 = float(1 << 64)

COLUMNS = ("change", "before", "before_name", "after", "after_name", "value", "play", "holdout")


@dataclass(frozen=True)
class Wanted:
    """What is told of who moved.

    Attributes
    ----------
    id_column : str
    value : str or None
        The column of the prepared customers that says what one is worth.
    names, plays : mapping of int to str
        Of the segments as they are, and what is to be done with each.
    before_names : mapping of int to str
        Of the segments as they were.
    holdout : float
        Share of customers whom no campaign may touch.
    seed : int
        Another seed leaves others alone.
    """

    id_column: str
    value: str | None
    names: Mapping[int, str]
    plays: Mapping[int, str]
    before_names: Mapping[int, str]
    holdout: float
    seed: int


@dataclass(frozen=True)
class _Moved:
    """Who moved, column by column: what became of them, their segments, what they are worth."""

    id: pa.Array
    change: pa.Array
    before: pa.Array
    after: pa.Array
    value: pa.Array


@contextmanager
def moved(
    assignments: Path, customers: Path, before: Path | None, wanted: Wanted
) -> Iterator[Iterator[pa.RecordBatch]]:
    """Give who came, moved and left, in batches, in the order of the ids.

    Parameters
    ----------
    assignments, customers : Path
        Parquet: the segment of each, and what they are worth.
    before : Path, optional
        Parquet with an id and a ``segment`` each; without it, everyone is new.
    wanted : Wanted

    Raises
    ------
    InputError
        The tables do not have these columns, or an id stands twice among those before.
    """
    with database("who moved cannot be told") as con:
        yield _batches(con, assignments, customers, before, wanted)


def _batches(
    con: duckdb.DuckDBPyConnection,
    assignments: Path,
    customers: Path,
    before: Path | None,
    wanted: Wanted,
) -> Iterator[pa.RecordBatch]:
    name = sql.name(wanted.id_column)
    value = "NULL::DOUBLE" if wanted.value is None else f"c.{sql.name(wanted.value)}"
    con.execute(
        f"CREATE VIEW now AS SELECT CAST(a.{name} AS VARCHAR) AS id, a.segment, "
        f"{value} AS value FROM {table(assignments)} AS a JOIN {table(customers)} AS c "
        f"ON a.{name} = c.{name}"
    )
    if before is None:
        con.execute("CREATE VIEW past AS SELECT '' AS id, 0 AS segment WHERE false")
    else:
        con.execute(
            f"CREATE VIEW past AS SELECT CAST({name} AS VARCHAR) AS id, segment "
            f"FROM read_parquet({sql.text(str(before))})"  # in DVC's cache it has no ending
        )
        twice = con.execute(
            "SELECT id FROM past GROUP BY id HAVING count(*) > 1 LIMIT 1"
        ).fetchone()
        if twice:
            raise InputError(f"{before.name} names the same customer twice; one row each is needed")
    found = con.sql(
        "SELECT coalesce(now.id, past.id) AS id, CASE WHEN past.id IS NULL THEN 'new' "
        "WHEN now.id IS NULL THEN 'gone' ELSE 'moved' END AS change, "
        "CAST(past.segment AS BIGINT) AS before, CAST(now.segment AS BIGINT) AS after, value "
        "FROM now FULL JOIN past ON now.id = past.id "
        "WHERE now.segment IS DISTINCT FROM past.segment ORDER BY 1"
    )
    for batch in found.to_arrow_reader(_BATCH) if found is not None else ():
        if batch.num_rows:
            yield _told(batch, wanted)


def _told(batch: pa.RecordBatch, wanted: Wanted) -> pa.RecordBatch:
    who, _ = unpacked(batch, _Moved)
    return pa.RecordBatch.from_arrays(
        [
            who.id,
            who.change,
            who.before,
            _named(who.before, wanted.before_names),
            who.after,
            _named(who.after, wanted.names),
            who.value,
            _looked_up(who.after, wanted.plays),
            held_out(who.id, wanted.holdout, wanted.seed),
        ],
        names=[wanted.id_column, *COLUMNS],
    )


def held_out(ids: pa.Array, share: float, seed: int) -> pa.Array:
    """Tell who is left alone: a customer is as long as the seed is the same, wherever they move.

    Examples
    --------
    >>> ids = pa.array([str(i) for i in range(10_000)])
    >>> round(sum(held_out(ids, 0.1, 1).to_pylist()) / 10_000, 2)
    0.1
    """
    if not len(ids):
        return pa.nulls(0, pa.bool_())
    return pa.array(lots(ids, seed) / _TWO_POWER_64 < share)


def _named(ids: pa.Array, names: Mapping[int, str]) -> pa.Array:
    return _looked_up(ids, {NOISE: NO_SEGMENT, **names}, otherwise="Segment {}")


def _looked_up(ids: pa.Array, words: Mapping[int, str], otherwise: str = "") -> pa.Array:
    coded = ids.dictionary_encode()
    told = [
        words.get(each, otherwise.format(each) or None) for each in coded.dictionary.to_pylist()
    ]
    return pa.array(told, pa.string()).take(coded.indices)
