"""Clean customers by the declared rules: keep every rejected row with its line and its reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import narwhals as nw

from segmentation.artifacts.quality import Quality
from segmentation.engines import cells, durations, parquet
from segmentation.engines.base import Engine, Frame
from segmentation.engines.numbers import (
    PLAUSIBLE,
    Some,
    hint,
    is_date,
    other_decimals,
    other_thousands,
)
from segmentation.engines.reasons import (
    BEYOND,
    CONFLICT,
    COPY,
    DAMAGED,
    EMPTY,
    IMPLAUSIBLE,
    LOST_DIGITS,
    MISSING_ID,
    SUMS,
    UNREADABLE,
    Words,
    short,
)
from segmentation.engines.spellings import spellings
from segmentation.errors import InputError
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

_DATES = 80_000  # more than there are days from 1900 to 2100

# What the report calls repairs.
_SPACES, _SEPARATORS, _PERCENTS = "spaces around a cell", "thousands separators", "percent signs"
_DURATIONS = "durations made numbers"
_SPELLINGS, _BLANKED = "spellings of a category", "outside limits, made blank"


@dataclass(frozen=True)
class Rule:
    """A rule that rows broke: how many, and the first of them with the reason."""

    name: str
    count: int
    line: int
    reason: str


@dataclass(frozen=True)
class _Flagged:
    """Cells of a numeric column with one sum of flags: how many, and the line of the first."""

    flags: int
    count: int
    first: int


@dataclass(frozen=True)
class _Cell:
    """A text of a categorical column, and how often it is there."""

    cell: str
    count: int


@dataclass(frozen=True)
class _Broken:
    """How many rows broke a rule, and the line of the first; damage has a rule of its own."""

    code: int
    rule: str | None
    count: int
    first: int


@dataclass(frozen=True)
class Cleaned:
    """What cleaning made of a table.

    Attributes
    ----------
    kept : Frame
        ``line``, ``id``, numbers ``v0`` … and texts ``k0`` … of each customer.
    levels : list of Frame
        Of each categorical column, the ``level`` that each text, a ``cell``, stands for.
    rejected : Frame
        The other rows: `Rejected`, and their cells as text.
    rules : tuple of Rule
        What was broken, the most frequent first.
    words : Words
        Writes the reasons.
    rows : int
        Rows read.
    repaired : dict of str to int
        How many cells each repair changed.
    missing : dict of str to int
        Missing cells of each column before cleaning.
    never : dict of str to int
        Cells that say "never" or "not known" with a number, of the columns where that is declared.
    """

    engine: Engine
    kept: Frame
    levels: list[Frame]
    rejected: Frame
    rules: tuple[Rule, ...]
    words: Words
    rows: int
    repaired: dict[str, int]
    missing: dict[str, int]
    never: dict[str, int]

    @property
    def rejections(self) -> int:
        """Rows rejected."""
        return sum(rule.count for rule in self.rules)

    def quality(self) -> Quality:
        """Count what happened. Rows in are rows kept and rows rejected, always."""
        return Quality(
            lines=self.engine.source.lines,
            rows_in=self.rows,
            rows_kept=self.rows - self.rejections,
            rows_rejected=self.rejections,
            rejected={rule.name: rule.count for rule in self.rules},
            repaired=self.repaired,
            missing=self.missing,
            never=self.never,
        )

    def write_rejected(self, path: Path) -> None:
        """Write the rejected rows: line, reason, and the cells or the text as they were read."""
        rows = self.engine.in_order(self.rejected)
        parquet.write(path, self.words.schema, map(self.words.table, rows))


class Column:
    """What the cells of a numeric column are, counted by their flags."""

    def __init__(self, counts: Iterable[_Flagged]) -> None:
        self._of = {each.flags: Some(each.count, each.first) for each in counts}

    def codes(self, *flags: int) -> list[int]:
        """The sums of flags that hold one of these."""
        return [code for code in self._of if any(code & flag for flag in flags)]

    def some(self, *flags: int) -> Some:
        """Cells that have one of these."""
        return _together([self._of[code] for code in self.codes(*flags)])

    @property
    def known(self) -> int:
        """Cells that are not missing."""
        return sum(some.count for some in self._of.values()) - self.some(cells.MISSING).count

    @cached_property
    def percents(self) -> bool:
        """Whether percent signs count: most numbers have one, as far as somebody ever did."""
        said = self.known - self.some(cells.NEVER).count
        return 2 * self.some(cells.PERCENT).count > said

    @cached_property
    def ambiguous(self) -> list[int]:
        """The sums of flags of cells with a percent sign among others, or without among those."""
        if not self.percents:
            return self.codes(cells.PERCENT)
        settled = cells.PERCENT | cells.MISSING | cells.NEVER
        return [code for code in self._of if not code & settled]

    @property
    def unreadable(self) -> list[int]:
        """The sums of flags of cells that are no numbers."""
        return [code for code in self._of if code & cells.UNREADABLE or code in self.ambiguous]

    @property
    def implausible(self) -> list[int]:
        """The sums of flags of cells that are too large."""
        return [code for code in self.codes(cells.IMPLAUSIBLE) if code not in self.unreadable]

    @property
    def separated(self) -> int:
        """Cells with thousands separators."""
        return self.of([x for x in self.codes(cells.SEPARATED) if x not in self.ambiguous]).count

    def of(self, codes: list[int]) -> Some:
        """Cells with these sums of flags."""
        return _together([self._of[code] for code in codes])


def _together(parts: list[Some]) -> Some:
    return Some(sum(p.count for p in parts), min((p.first for p in parts), default=0))


def clean(engine: Engine, data: Data, rules: Prepare) -> Cleaned:
    """Clean the customers that an engine reads.

    Parameters
    ----------
    engine : Engine
    data : Data
        Roles, limits and aliases of the columns.
    rules : Prepare
        What to do with rows that break a rule.

    Returns
    -------
    Cleaned

    Raises
    ------
    InputError
        The file cannot be read; a numeric column holds mostly text, or numbers that can be read in
        two ways.
    """
    col = nw.col
    table = engine.keep(cells.typed(engine, data), "cells")
    rows = table.filter(col("damage").is_null())
    look = Look(engine, data, rows)
    columns = look.columns(most=rules.max_unreadable)
    levels, gaps, respelt = [], [], 0
    missing = [column.some(cells.MISSING).count for column in columns]
    for i, name in enumerate(data.kinds):
        counts = rows.group_by(f"k{i}").agg(nw.len().alias("count"))
        counts = engine.keep(counts.rename({f"k{i}": "cell"}), f"counts{i}")
        nothing = cells.is_missing(col("cell"), but=data.meant(name))
        absent = engine.rows(counts.filter(nothing), _Cell)
        gaps.append([each.cell for each in absent])
        missing.append(sum(each.count for each in absent))
        known = counts.filter(~nothing)
        spelt = spellings(engine, known, data.aliases(name), f"levels{i}")
        levels.append(_only(engine, spelt, data, name, most=rules.max_unreadable))
        if name in data.flag:
            continue  # that 1 is a yes, and "ja", is what its role says: nothing was mended
        changed = levels[i].filter(col("cell") != col("level"))
        (mended,) = engine.rows(changed.select(col("count").sum()), int)
        respelt += mended or 0
    (spaces,) = engine.rows(rows.select(col("spaces").sum()), int)
    repaired = {
        _SPACES: spaces or 0,
        _SEPARATORS: sum(column.separated for column in columns),
        _SPELLINGS: respelt,
    }
    percents = sum(column.some(cells.PERCENT).count for column in columns if column.percents)
    if percents:
        repaired[_PERCENTS] = percents
    timed = sum(column.some(cells.DURATION).count for column in columns)
    if timed:
        repaired[_DURATIONS] = timed

    judge = Judge(engine, data, rules, columns, gaps)
    if rules.outside_limits == "blank":
        repaired[_BLANKED] = judge.blanked(rows)
    held, texts = judge.held(table)
    words = Words(data, engine.source.where)
    rejected = held.join(texts.drop("damage", "loose"), on="line", how="inner")
    kept = rows.join(held.select("line"), on="line", how="anti").select(
        "line",
        "id",
        *(judge.shown(i).alias(f"v{i}") for i in range(len(columns))),
        *(f"k{i}" for i in range(len(levels))),
    )
    return Cleaned(
        engine=engine,
        kept=kept,
        levels=levels,
        rejected=rejected,
        rules=_rules(engine, held, rejected, words),
        words=words,
        rows=engine.source.lines.rows,
        repaired=repaired,
        missing=dict(zip(data.columns, missing, strict=True)),
        never={
            name: column.some(cells.NEVER).count
            for name, column in zip(data.measures, columns, strict=True)
            if data.never(name)
        },
    )


def _only(engine: Engine, levels: Frame, data: Data, name: str, *, most: float) -> Frame:
    """Keep the levels that a column may have; what is another text is missing.

    Raises
    ------
    InputError
        More cells than a share of `most` are another text.
    """
    allowed = data.levels(name)
    if allowed is None:
        return levels
    col = nw.col
    strange = levels.filter(~col("level").is_in(allowed)).sort("count", descending=True)
    (known,) = engine.rows(levels.select(col("count").sum()), int)
    (odd,) = engine.rows(strange.select(col("cell").min(), col("count").sum()), _Cell)
    wrong, known = odd.count or 0, known or 0
    if wrong > most * known:
        role = data.role(name)
        what = "yes or no" if role == "flag" else "level of its scale"
        mend = (
            "give it aliases under data.flag, or declare it under data.categorical"
            if role == "flag"
            else f"add it under data.scale.{name}, or declare the column under data.categorical"
        )
        raise InputError(
            f"column '{name}' of {data.path}: {wrong:,} of {known:,} cells are no "
            f"{what}, such as '{short(odd.cell)}'; {mend}"
        )
    return levels.filter(col("level").is_in(allowed))


def _rules(engine: Engine, held: Frame, rejected: Frame, words: Words) -> tuple[Rule, ...]:
    """Count what each rule rejected, and word the first reason of each."""
    col = nw.col
    kinds = held.with_columns(
        nw.when(col("code") == DAMAGED)
        .then(col("damage").str.replace_all(r"(?s):.*$", ""))
        .alias("rule")
    )
    found: dict[str, Some] = {}
    counted = kinds.group_by("code", "rule").agg(
        nw.len().alias("count"), col("line").min().alias("first")
    )
    for each in engine.rows(counted, _Broken):
        name = each.rule or words.rule(each.code)
        some = Some(each.count, each.first)
        found[name] = _together([some, found[name]]) if name in found else some
    if not found:
        return ()
    firsts = [some.first for some in found.values()]
    told = words.told(engine.here(rejected.filter(col("line").is_in(firsts))))
    most = sorted(found.items(), key=lambda item: (-item[1].count, item[1].first))
    return tuple(Rule(name, some.count, some.first, told[some.first]) for name, some in most)


class Look:
    """Looks at a numeric column, and refuses one that is not what it is declared to be."""

    def __init__(self, engine: Engine, data: Data, rows: Frame) -> None:
        self._engine, self._data, self._rows = engine, data, rows

    def columns(self, *, most: float) -> list[Column]:
        """Count the cells by their flags.

        Raises
        ------
        InputError
            More cells than a share of `most` are no numbers, or they may mean something else.
        """
        col, found = nw.col, []
        for i in range(len(self._data.measures)):
            counts = self._rows.group_by(f"f{i}").agg(
                nw.len().alias("count"), col("line").min().alias("first")
            )
            found.append(Column(self._engine.rows(counts.rename({f"f{i}": "flags"}), _Flagged)))
        if not found:
            return []
        values = [_value(i, column) for i, column in enumerate(found)]
        lows = [value.min().alias(f"low{i}") for i, value in enumerate(values)]
        highs = [value.max().alias(f"high{i}") for i, value in enumerate(values)]
        (ends,) = self._engine.rows(self._rows.select(*lows, *highs), tuple)
        spans = zip(found, ends[: len(found)], ends[len(found) :], strict=True)
        for i, (column, low, high) in enumerate(spans):
            self._check(i, column, most=most, low=low, high=high)
        return found

    def _check(
        self, i: int, column: Column, *, most: float, low: float | None, high: float | None
    ) -> None:
        name, where = self._data.measures[i], self._data.path
        text = self._cell(i)
        if name in self._data.date:
            self._dated(i, column, name, most=most)
            return
        doubtful = self._doubt(i, column, text)
        if doubtful:
            raise InputError(f"column '{name}' of {where}: {doubtful}")
        if low is not None and high is not None and low >= 19000101 and high <= 21001231:
            self._no_dates(i, column, name)
        unreadable, implausible = column.of(column.unreadable), column.of(column.implausible)
        wrong = unreadable.count + implausible.count
        if wrong <= most * column.known:
            return
        first = (unreadable if unreadable.count else implausible).first
        place, cell = self._engine.source.where(first)[1], text(first)
        told = f"line {place} holds '{short(cell)}' ({wrong} of {column.known} cells"
        if unreadable.count:
            mend = hint(f"{cell}%" if column.percents else cell, self._data.decimal)
            if durations.is_clock(cell):
                mend = f"for durations, say what they count: data.numeric.{name}.unit: minutes"
            raise InputError(f"column '{name}' is not numeric: {told} are no numbers); {mend}")
        raise InputError(
            f"column '{name}' holds no plausible numbers: {told} are {PLAUSIBLE:g} or more); take "
            "it out of data.numeric"
        )

    def _dated(self, i: int, column: Column, name: str, *, most: float) -> None:
        wrong = column.of(column.unreadable)
        if wrong.count <= most * column.known:
            return
        place, cell = self._engine.source.where(wrong.first)[1], self._cell(i)(wrong.first)
        raise InputError(
            f"column '{self._data.source(name)}' holds no dates as declared: line {place} holds "
            f"'{short(cell)}' ({wrong.count} of {column.known} cells are not written like "
            f"{self._data.dated(name).format}); mend data.date.{name}.format"
        )

    def _cell(self, i: int) -> Callable[[int], str]:
        def text(line: int) -> str:
            one = self._rows.filter(nw.col("line") == line)
            (cell,) = self._engine.rows(self._engine.texts(one).select(f"c{i + 1}"), str)
            return cells.strip(cell)

        return text

    def _doubt(self, i: int, column: Column, text: Callable[[int], str]) -> str | None:
        decimal = self._data.decimal
        other = "," if decimal == "." else "."
        told = other_decimals(
            column.known,
            column.some(cells.OTHER_THOUSANDS),
            column.some(cells.OTHER_DECIMALS),
            text,
            other,
        )
        # Nearly every column has a decimal that is none of thousands, or none at all.
        if (
            told
            or column.some(cells.DECIMALS).count
            or not column.some(cells.MAYBE_THOUSANDS).count
        ):
            return told
        counts = Column(self._engine.rows(cells.thousands(self._engine, i, decimal), _Flagged))
        if counts.some(cells.NOT_THOUSANDS).count:
            return None
        return other_thousands(
            thousands=counts.some(cells.THOUSANDS),
            twice=counts.some(cells.TWICE),
            small=counts.some(cells.SMALL),
            large=counts.some(cells.LARGE),
            text=text,
            decimal=decimal,
        )

    def _no_dates(self, i: int, column: Column, name: str) -> None:
        """Refuse whole numbers that are dates such as 20210304, every one of them."""
        col = nw.col
        value = self._rows.select("line", value=_value(i, column)).filter(~col("value").is_null())
        (some,) = self._engine.rows(
            value.select(nw.len().alias("count"), col("line").min().alias("first")), Some
        )
        if some.count < 2:
            return
        different = value.select("value").unique()
        (many,) = self._engine.rows(different.select(nw.len()), int)
        if many > _DATES:
            return
        if all(is_date(int(number)) for number in self._engine.rows(different, float)):
            one = value.filter(col("line") == some.first).select("value")
            (first,) = self._engine.rows(one, float)
            raise InputError(
                f"column '{name}' of {self._data.path} holds dates written as numbers "
                f"({first:.0f}); declare the days or years since then, or leave the column out"
            )


def _value(i: int, column: Column) -> nw.Expr:
    """Numbers, but not those whose percent sign, or the lack of one, sets them apart."""
    if not column.ambiguous:
        return nw.col(f"v{i}")
    return nw.when(~nw.col(f"f{i}").is_in(column.ambiguous)).then(nw.col(f"v{i}"))


def _first(against: list[tuple[nw.Expr, int]]) -> nw.Expr:
    code = nw.lit(None, nw.Int32)
    for broken, reason in reversed(against):
        code = nw.when(broken).then(nw.lit(reason)).otherwise(code)
    return code.cast(nw.Int32)


class Judge:
    """Finds what is held against rows."""

    def __init__(
        self,
        engine: Engine,
        data: Data,
        rules: Prepare,
        columns: list[Column],
        gaps: list[list[str]],
    ) -> None:
        self._engine, self._data, self._rules, self._columns = engine, data, rules, columns
        self._gaps = gaps  # of each categorical column, the texts that stand for nothing
        self._beyond = {}
        for i, (name, column) in enumerate(zip(data.measures, columns, strict=True)):
            limits, value = data.limits(name), _value(i, column)
            outside = [value < limits.min] if limits.min is not None else []
            outside += [value > limits.max] if limits.max is not None else []
            if outside:
                self._beyond[i] = (outside[0] | outside[-1]).fill_null(value=False)

    def shown(self, i: int) -> nw.Expr:
        """The value of a customer, without what is made blank."""
        value = _value(i, self._columns[i])
        if self._rules.outside_limits == "blank" and i in self._beyond:
            return nw.when(~self._beyond[i]).then(value)
        return value

    def blanked(self, rows: Frame) -> int:
        """Count the cells that are made blank."""
        counts = [beyond.cast(nw.Int64).sum().alias(f"b{i}") for i, beyond in self._beyond.items()]
        if not counts:
            return 0
        (found,) = self._engine.rows(rows.select(*counts), tuple)
        return sum(n or 0 for n in found)

    def held(self, table: Frame) -> tuple[Frame, Frame]:
        """Keep the rejected rows: ``line``, ``code``, ``value``, ``first`` and ``damage``.

        The other table that is returned has their text.
        """
        col = nw.col
        known = table.filter(
            col("damage").is_null() & ~col("id_kind").is_in([cells.NO_ID, cells.NO_DIGITS])
        )
        again = known.group_by("id").agg(nw.len().alias("times")).filter(col("times") > 1)
        again = self._engine.keep(again.select("id"), "again")
        twins = self._engine.keep(
            known.join(again, on="id", how="semi").select("line", "id"), "twins"
        )
        value = nw.lit(None, nw.Float64)
        for i in self._beyond:
            value = nw.when(col("code") == BEYOND + i).then(col(f"v{i}")).otherwise(value)
        own = table.with_columns(self._own(table).alias("code")).filter(~col("code").is_null())
        own = self._engine.keep(own.select("line", "code", value.alias("value"), "damage"), "own")
        texts = self._engine.texts(
            nw.concat([own.select("line"), twins.select("line")], how="vertical").unique()
        )
        copies = self._copies(texts.join(twins.select("line"), on="line", how="semi"))
        # A copy of a row is one, whatever else is wrong with it; a total is none.
        stronger = [DAMAGED, SUMS, MISSING_ID, LOST_DIGITS]
        judged = own.join(copies, on="line", how="left")
        judged = judged.with_columns(
            nw.when(~col("first").is_null() & ~col("code").is_in(stronger))
            .then(nw.lit(COPY)).otherwise(col("code")).cast(nw.Int32).alias("code")
        )  # fmt: skip
        plain = copies.join(own.select("line"), on="line", how="anti").select(
            "line",
            nw.lit(COPY).cast(nw.Int32).alias("code"),
            nw.lit(None, nw.Float64).alias("value"),
            nw.lit(None, nw.String).alias("damage"),
            "first",
        )
        order = ["line", "code", "value", "damage", "first"]
        both = self._engine.keep(
            nw.concat([judged.select(order), plain.select(order)], how="vertical"), "judged"
        )
        still = twins.join(both.select("line"), on="line", how="anti")
        lost = self._conflicts(still).select(
            "line",
            nw.lit(CONFLICT).cast(nw.Int32).alias("code"),
            nw.lit(None, nw.Float64).alias("value"),
            nw.lit(None, nw.String).alias("damage"),
            nw.lit(None, nw.Int64).alias("first"),
        )
        return self._engine.keep(nw.concat([both, lost], how="vertical"), "held"), texts

    def _own(self, table: Frame) -> nw.Expr:
        """What is held against a row by itself: the first reason in this order."""
        col = nw.col
        against: list[tuple[nw.Expr, int]] = [(~col("damage").is_null(), DAMAGED)]
        against += [(sums, SUMS) for sums in self._sums(table)]
        against += [
            (col("id_kind") == cells.NO_ID, MISSING_ID),
            (col("id_kind") == cells.NO_DIGITS, LOST_DIGITS),
        ]
        return _first([*against, *self._cells()])

    def of_cells(self) -> nw.Expr:
        """What is held against the cells of a row, whoever it is of."""
        return _first(self._cells())

    def _cells(self) -> list[tuple[nw.Expr, int]]:
        col, size = nw.col, len(self._data.columns)
        against: list[tuple[nw.Expr, int]] = []
        for i, column in enumerate(self._columns):
            for codes, reason in (
                (column.unreadable, UNREADABLE),
                (column.implausible, IMPLAUSIBLE),
            ):
                if codes:
                    against.append((col(f"f{i}").is_in(codes), reason + i))
        if self._rules.outside_limits == "reject":
            against += [(beyond, BEYOND + i) for i, beyond in self._beyond.items()]
        gaps = []
        for i, column in enumerate(self._columns):
            said = column.codes(cells.NEVER)  # that somebody never did is known
            gap = self.shown(i).is_null()
            gaps.append(gap & ~col(f"f{i}").is_in(said) if said else gap)
        gaps += [col(f"k{i}").is_in(words) for i, words in enumerate(self._gaps) if words]
        if gaps:
            missing = cells.total(gap.fill_null(value=False).cast(nw.Int32) for gap in gaps)
            most = max(n for n in range(size + 1) if n / size <= self._rules.max_missing)
            against.append((missing > most, EMPTY))
        return against

    def _sums(self, table: Frame) -> list[nw.Expr]:
        """Rows that sum up others: called a total, and last or the largest in some number.

        A customer may be called Total as well.
        """
        col = nw.col
        named = (col("id_kind") == cells.TOTAL) & col("damage").is_null()
        if not self._columns or self._data.id is None:
            return []
        (called_so,) = self._engine.rows(table.filter(named).select(nw.len()), int)
        if not called_so:
            return []
        values = {f"v{i}": _value(i, column) for i, column in enumerate(self._columns)}
        rows = table.filter(col("damage").is_null())
        (last,) = self._engine.rows(rows.select(col("line").max()), int)
        (most,) = self._engine.rows(
            rows.filter(~named).select(*(value.max().alias(n) for n, value in values.items())),
            tuple,
        )
        sums = col("line") == last
        for value, largest in zip(values.values(), most, strict=True):
            if largest is not None:
                sums = sums | (value > largest).fill_null(value=False)
        nothing = cells.total(value.is_null().cast(nw.Int32) for value in values.values())
        return [named & (sums | (nothing == len(values)))]

    def _copies(self, text: Frame) -> Frame:
        """Rows that repeat an earlier one cell for cell: ``line``, and ``first`` of the other."""
        col = nw.col
        every = [f"c{i}" for i in range(1 + len(self._data.columns))]
        same = text.with_columns(cells.stripped(col(c)).alias(c) for c in every)
        meant = [frozenset[str](), *map(self._data.meant, self._data.columns)]
        same = same.with_columns(
            nw.when(~cells.is_missing(col(c), but=but)).then(col(c)).alias(c)
            for c, but in zip(every, meant, strict=True)
        )
        # One text a row: cells apart by what no cell holds, missing ones as what none is.
        whole = nw.concat_str(*(col(c).fill_null("\x02") for c in every), separator="\x01")
        same = self._engine.keep(same.select("line", whole.alias("whole")), "same")
        first = same.group_by("whole").agg(col("line").min().alias("first"), nw.len().alias("n"))
        repeated = same.join(first.filter(col("n") > 1), on="whole", how="inner")
        copies = repeated.filter(col("first") < col("line")).select("line", "first")
        return self._engine.keep(copies, "copies")

    def _conflicts(self, still: Frame) -> Frame:
        """Rows that share their id with a row that says something else."""
        col, keep = nw.col, self._rules.duplicate_ids
        if keep == "reject":
            times = still.group_by("id").agg(nw.len().alias("times"))
            return still.join(times, on="id", how="inner").filter(col("times") > 1)
        which = col("line").min() if keep == "first" else col("line").max()
        one = still.group_by("id").agg(which.alias("one"))
        return still.join(one, on="id", how="inner").filter(col("line") != col("one"))
