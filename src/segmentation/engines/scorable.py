"""Customers to be scored: read as `cleaning` reads them, in the order of the file, all of them.

Who cannot be scored stays, with the reason. Ids play no part: a row that stands there twice is
scored twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.artifacts.quality import Lines
from segmentation.engines import arrow, cells
from segmentation.engines.cleaning import Judge, Look
from segmentation.engines.local import Local
from segmentation.engines.numbers import Some
from segmentation.engines.reasons import DAMAGED, UNREADABLE, Words
from segmentation.engines.rows import unpacked
from segmentation.engines.source import Source
from segmentation.engines.spellings import alike, folded
from segmentation.errors import InputError, nearest
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

MEMORY = "250MB"
"""What DuckDB may take to score: the rest is for the rows at hand."""


@dataclass(frozen=True)
class Batch:
    """Some rows of the file.

    Attributes
    ----------
    rows : RecordBatch
        All of their cells, as they stand in the file.
    customers : Table
        The columns that the model takes: numbers, and categories in the spelling of the training.
    why_not : Array of string
        Why a row cannot be scored; null where it can.
    """

    rows: pa.RecordBatch
    customers: pa.Table
    why_not: pa.Array


@dataclass(frozen=True)
class _Judged:
    """Rows before their typed cells: where they are, and what is held against them."""

    line: pa.Array
    code: pa.Array


class Scorable:
    """The customers of a file.

    Parameters
    ----------
    engine : Local
        Reads the file.
    data : Data
        The columns that the model takes, with their limits and aliases; the file.
    rules : Prepare
    levels : mapping of str to sequence of str
        The categories that the model knows, by column.

    Raises
    ------
    InputError
        The file cannot be read, a column is missing, or its numbers are in doubt.
    """

    def __init__(
        self, engine: Local, data: Data, rules: Prepare, levels: Mapping[str, Sequence[str]]
    ) -> None:
        self._engine, self._data = engine, data
        if not data.path.exists():  # of the training's file something else would be said
            there = [each.name for each in data.path.parent.glob("*") if each.is_file()]
            near = nearest(data.path.name, there)
            raise InputError(
                f"{data.path} does not exist" + (f"; did you mean '{near}'?" if near else "")
            )
        if data.path.is_fifo():
            raise InputError(
                f"{data.path} is a pipe, which can be read only once; write it to a file first"
            )
        self._known = {name: _spellings(data, name, levels[name]) for name in data.kinds}
        table = engine.keep(cells.typed(engine, data), "cells")
        self._table = table
        rows = table.filter(nw.col("damage").is_null())
        columns = Look(engine, data, rows).columns(most=rules.max_unreadable)
        gaps = [self._gaps(rows, i) for i in range(len(data.kinds))]
        judge = Judge(engine, data, rules, columns, gaps)
        self._frame = rows.select(
            "line",
            judge.of_cells().alias("code"),
            *(judge.shown(i).alias(f"v{i}") for i in range(len(columns))),
            *(
                nw.when(~nw.col(f"k{i}").is_in(words)).then(nw.col(f"k{i}")).alias(f"k{i}")
                if words
                else nw.col(f"k{i}")
                for i, words in enumerate(gaps)
            ),
        )
        self._words = Words(data, engine.source.where)

    @property
    def lines(self) -> Lines:
        """What the lines of the file are."""
        return self._engine.source.lines

    def damaged(self) -> tuple[int, str]:
        """Return how many lines are no rows, and of the first its place and what is wrong."""
        col = nw.col
        broken = self._table.filter(~col("damage").is_null())
        (found,) = self._engine.rows(
            broken.select(nw.len().alias("count"), col("line").min().alias("first")), Some
        )
        if not found.count:
            return 0, ""
        one = broken.filter(col("line") == found.first).select("damage")
        (damage,) = self._engine.rows(one, str)
        reason = self._words.reason(DAMAGED, damage)
        return found.count, f"line {self._words.place(found.first)}: {reason}"

    def batches(self, *, doing: str = "score") -> Iterator[Batch]:
        """Give the rows, batch by batch.

        Raises
        ------
        InputError
            The file is no longer the one that was looked at.
        """
        feed = _Feed(self._engine.in_order(self._frame))
        for rows in Source(self._data, doing=doing).originals():
            typed = feed.take(rows.num_rows)
            if typed.num_rows < rows.num_rows:
                raise InputError(f"{self._data.path} changed while it was read; score it again")
            judged, typed_cells = unpacked(typed, _Judged)
            yield Batch(rows, self._customers(typed_cells), self._why_not(judged.code))

    def _gaps(self, rows: nw.LazyFrame, i: int) -> list[str]:  # type: ignore[type-arg]
        """The texts of a categorical column that stand for nothing."""
        different = rows.select(cell=nw.col(f"k{i}")).unique()
        nothing = cells.is_missing(nw.col("cell"), but=self._data.meant(self._data.kinds[i]))
        return self._engine.rows(different.filter(nothing), str)

    def _customers(self, typed: list[pa.ChunkedArray]) -> pa.Table:
        numbers = len(self._data.measures)
        columns = dict(zip(self._data.measures, typed[:numbers], strict=True))
        for name, kind in zip(self._data.kinds, typed[numbers:], strict=True):
            text = kind.combine_chunks().dictionary_encode()
            keys, levels = self._known[name]
            as_known = levels.take(pc.index_in(folded(text.dictionary), value_set=keys))
            if self._data.levels(name) is None:
                as_known = pc.coalesce(as_known, text.dictionary)
            columns[name] = as_known.take(text.indices)
        return pa.table(columns)

    def _why_not(self, codes: pa.ChunkedArray) -> pa.Array:
        of = codes.combine_chunks().dictionary_encode()
        told = [self._told(code) for code in of.dictionary.to_pylist()]
        return arrow.texts(told).take(of.indices)

    def _told(self, code: int) -> str:
        rule = self._words.rule(code)
        return f"{rule}: {self._data.measures[code % 10_000]}" if code >= UNREADABLE else rule


class _Feed:
    """Hands on the rows of tables by any number."""

    def __init__(self, tables: Iterator[pa.Table]) -> None:
        self._tables = tables
        self._rest: pa.Table | None = None

    def take(self, rows: int) -> pa.Table:
        found = self._rest
        while found is None or found.num_rows < rows:
            more = next(self._tables, None)
            if more is None:
                break
            found = more if found is None else pa.concat_tables([found, more])
        if found is None:
            raise InputError("the file has no rows")
        self._rest = found.slice(rows)
        return found.slice(0, rows).combine_chunks()


def _spellings(data: Data, name: str, levels: Sequence[str]) -> tuple[pa.Array, pa.Array]:
    """Return spellings, folded, and the level of the training that each stands for."""
    known = dict(zip(folded(arrow.texts(levels)).to_pylist(), levels, strict=True))
    aliases = data.aliases(name)
    others = folded(arrow.texts(aliases)).to_pylist()
    right = folded(arrow.texts(aliases.values())).to_pylist()
    for other, key, level in zip(others, right, aliases.values(), strict=True):
        known[other] = known.get(key, level)
    for other, level in alike(levels).items():
        known.setdefault(other.lower(), level)
    return arrow.texts(known), arrow.texts(known.values())
