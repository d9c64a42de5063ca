"""The customers that are left: what is wrong with all of them, and how they are written."""

from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation import paths
from segmentation.artifacts.privacy import FEWEST, OTHER
from segmentation.engines import parquet
from segmentation.engines.base import Engine, Frame
from segmentation.engines.cleaning import Cleaned
from segmentation.engines.reasons import (
    A_CONFLICT,
    A_COPY,
    NO_CELLS,
    NO_DATE,
    NO_ID,
    NO_NUMBER,
    OUTSIDE,
    short,
)
from segmentation.engines.tables.table import Table
from segmentation.errors import InputError
from segmentation.monitoring.contract import Now
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import SUM, Data

_DIRT = (A_COPY, A_CONFLICT, OUTSIDE, NO_NUMBER, NO_DATE, NO_ID, NO_CELLS)
_ASKED = 10_000  # customers, at least, whom an earlier run is asked for
_FAR = 100  # times the next largest value: no customer, however rich, but a code or a slip
_CATEGORIES = 10  # so few different texts are categories, however few customers there are
_IDENTIFYING = 1 / 2  # texts a customer above which they are names, addresses or numbers of people


@dataclass(frozen=True)
class _Ids:
    """Ids of all rows: how many, how many different ones, the first by the alphabet."""

    rows: int
    different: int
    lowest: str


@dataclass(frozen=True)
class _Numbers:
    """A numeric column: how many are known, from where to where."""

    known: int
    low: float
    high: float


@dataclass(frozen=True)
class _Categories:
    """A categorical column: how many there are, how many customers have one; and of rare ones."""

    levels: int
    known: int
    few: int
    of_few: int


@dataclass(frozen=True)
class _Level:
    """A category, and how many customers have it."""

    level: str
    n: int


def check_rejected(cleaned: Cleaned, *, data: Data, rules: Prepare) -> None:
    """Raise `InputError` if no row, or a smaller share of them than allowed, is left.

    An exact copy is left out and no customer lost, so copies are allowed in any number.
    """
    rows, rejected = cleaned.rows, cleaned.rejections
    copies = sum(rule.count for rule in cleaned.rules if rule.name == A_COPY)
    if rejected < rows and rejected - copies <= rules.max_rejected * (rows - copies):
        return
    most = next((rule for rule in cleaned.rules if rule.name != A_COPY), cleaned.rules[0])
    if rejected == rows:
        listed = ", ".join(f"{rule.name} ({rule.count})" for rule in cleaned.rules)
        message = f"all {rejected} rows of {data.path} were rejected: {listed}"
    else:
        message = (
            f"{rejected:,} of {rows:,} rows of {data.path} were rejected ({rejected / rows:.1%}; "
            f"prepare.max_rejected allows {rules.max_rejected:.0%}), {most.count:,} of them "
            f"({most.count / rows:.1%} of all rows) for '{most.name}'"
        )
    place = cleaned.words.place(most.line)
    message += f"; the first is line {place}: {short(most.reason, 200)}"
    raise InputError(f"{message}; {_mend(cleaned, most.name, data)}")


def _mend(cleaned: Cleaned, rule: str, data: Data) -> str:
    """What to do about the rule that rejected the most."""
    if rule in (A_CONFLICT, A_COPY):
        id_ = nw.col("id")
        (ids,) = cleaned.engine.rows(
            _ids(cleaned).select(
                nw.len().alias("rows"), id_.n_unique().alias("different"), id_.min().alias("lowest")
            ),
            _Ids,
        )
        if ids.different == 1:
            return (
                f"every row has the same {data.id}, '{short(ids.lowest)}': name another column "
                "in data.id"
            )
        if rule == A_CONFLICT:
            return (
                f"{ids.different:,} different values of {data.id} in {ids.rows:,} rows look "
                "like purchases or events, several rows a customer; sum them up to a row per "
                "customer first, or name another column in data.id"
            )
    if rule == OUTSIDE:
        return "mend the limits under data.numeric, or the file"
    return f"all of them are in {paths.REJECTED}, each with its reason"


def _ids(cleaned: Cleaned) -> Frame:
    """Ids of all rows, as they stand in those that were rejected."""
    text = nw.col("c0").str.strip_chars()
    left = cleaned.rejected.select(text.alias("id")).filter(
        (nw.col("id") != "").fill_null(value=False)
    )
    return nw.concat([cleaned.kept.select("id"), left], how="vertical")


def damage(cleaned: Cleaned) -> list[str]:
    """Tell of rows that are no dirt but damage, or no customers: the first of each kind."""
    told = []
    for rule in cleaned.rules:
        if rule.name not in _DIRT:
            rows = "1 row was" if rule.count == 1 else f"{rule.count:,} rows were"
            place = cleaned.words.place(rule.line)
            told.append(f"{rows} rejected, line {place}: {short(rule.reason, 200)}")
    return told


class Customers:
    """The rows that were kept, before anything is made of them.

    Parameters
    ----------
    cleaned : Cleaned
    data : Data
    """

    def __init__(self, cleaned: Cleaned, data: Data) -> None:
        self._cleaned, self._data = cleaned, data
        self._engine: Engine = cleaned.engine
        self._rows = cleaned.kept
        numbers = [nw.col(f"v{i}") for i in range(len(data.measures))]
        (found,) = self._engine.rows(
            self._rows.select(
                nw.len(),
                *(v.count().alias(f"known{i}") for i, v in enumerate(numbers)),
                *(v.min().alias(f"low{i}") for i, v in enumerate(numbers)),
                *(v.max().alias(f"high{i}") for i, v in enumerate(numbers)),
            ),
            tuple,
        )
        self.count: int
        self.count, *of = found
        n = len(numbers)
        facts = map(_Numbers, of[:n], of[n : 2 * n], of[2 * n :])
        self._numbers = dict(zip(data.measures, facts, strict=True))
        self._levels: dict[str, Frame] = {}
        self._categories: dict[str, _Categories] = {}
        for i, name in enumerate(data.kinds):
            levels = (
                self._rows.group_by(f"k{i}")
                .agg(nw.len().alias("n"))
                .join(cleaned.levels[i], left_on=f"k{i}", right_on="cell", how="inner")
                .group_by("level")
                .agg(nw.col("n").sum().cast(nw.Int64))
            )
            self._levels[name] = self._engine.keep(levels, f"kept{i}")
            few = nw.col("n") < FEWEST
            (self._categories[name],) = self._engine.rows(
                self._levels[name].select(
                    nw.len().alias("levels"),
                    nw.col("n").sum().fill_null(0).cast(nw.Int64).alias("known"),
                    few.cast(nw.Int64).sum().fill_null(0).cast(nw.Int64).alias("few"),
                    nw.when(few).then(nw.col("n")).otherwise(nw.lit(0)).sum().fill_null(0)
                    .cast(nw.Int64).alias("of_few"),
                ),
                _Categories,
            )  # fmt: skip

    def check_usable(self) -> None:
        """Raise `InputError` if there is one customer, or nothing that tells customers apart."""
        path = self._data.path
        if self.count == 1:
            (only,) = self._engine.rows(self._rows.select("id"), str)
            raise InputError(
                f"{path} has one customer, '{short(only)}'; segments need a row for each of many"
            )
        for name in self._data.columns:
            mend = f"take it out of data.{self._data.role(name)} in params.yaml"
            if not self._known(name):
                raise InputError(f"column '{name}' of {path} is missing in every row; {mend}")
            value = self._only_value(name)
            if value is not None:
                raise InputError(f"column '{name}' of {path} is '{value}' in every row; {mend}")

    def check_categories(self) -> None:
        """Raise `InputError` if a column's texts are nearly as many as its customers.

        Two hundred towns among a thousand customers pass, though most of them are rare: a town is
        something that people share. Six hundred texts among a thousand do not.
        """
        for name, of in self._categories.items():
            if of.levels > max(_IDENTIFYING * of.known, _CATEGORIES):
                raise InputError(
                    f"column '{name}' of {self._data.path} has {of.levels:,} different texts "
                    f"for {of.known:,} customers: they tell who somebody is and are no "
                    "categories; take it out of data.categorical in params.yaml"
                )

    def rare(self) -> list[str]:
        """Tell which categories of fewer than ten customers are taken together, before all else.

        Together they are `OTHER`. Where even all of them are fewer than ten customers, they are
        missing, as nothing can be said of so few.

        Raises
        ------
        InputError
            Fewer than ten customers have a category at all.
        """
        notes = []
        for name, of in self._categories.items():
            few, customers = of.few, of.of_few
            if not few:
                continue
            if self._together(name):
                what = f"taken together as '{OTHER}'"
            elif few < of.levels:
                what = "taken as missing"
            else:
                raise InputError(
                    f"column '{name}' of {self._data.path} has no category that {FEWEST} customers "
                    "share; take it out of data.categorical in params.yaml"
                )
            categories = "1 category" if few == 1 else f"{few:,} categories"
            notes.append(
                f"column '{name}': {categories} of fewer than {FEWEST} customers ({customers:,} of "
                f"{self.count:,} customers) {'is' if few == 1 else 'are'} {what}"
            )
        return notes

    def doubts(self) -> list[str]:
        """Tell of columns that can be used, but hardly as they are meant, a line for each."""
        told = []
        for name in self._data.columns:
            if self._data.never(name):
                continue
            missing = self.count - self._known(name)
            if missing > self.count / 2:
                told.append(
                    f"column '{name}' is missing for {missing:,} of {self.count:,} customers; "
                    "whatever is said of it rests on the others"
                )
        largest = [max(abs(of.low), abs(of.high)) for of in self._numbers.values()]
        sizes = [nw.col(f"v{i}").abs() for i in range(len(largest))]
        if not largest:
            return told
        (second,) = self._engine.rows(
            self._rows.select(
                nw.when(size < most).then(size).max().alias(f"s{i}")
                for i, (size, most) in enumerate(zip(sizes, largest, strict=True))
            ),
            tuple,
        )
        by_name = zip(self._numbers, sizes, largest, second, strict=True)
        for i, (name, size, most, next_one) in enumerate(by_name):
            if not next_one or most < _FAR * next_one:
                continue
            others = self._rows.filter(size < most).select(size.n_unique())
            (different,) = self._engine.rows(others, int)
            if different <= 2:
                continue
            far = self._rows.filter(size == most)
            (line,) = self._engine.rows(far.select(nw.col("line").min()), int)
            (value,) = self._engine.rows(far.filter(nw.col("line") == line).select(f"v{i}"), float)
            told.append(
                f"column '{name}' holds {value:.15g} in line "
                f"{self._cleaned.words.place(line)}, {most / next_one:,.0f} times the next "
                "largest value; if that says that the value is missing, set limits for the column "
                "under data.numeric"
            )
        return told

    def known_from(self, before: Table) -> float | None:
        """Return the share of these customers, or of some, whose id is in an earlier table.

        None where they have no ids, or others: under a name that is not there.
        """
        name, step = self._data.id, max(1, self.count // _ASKED)
        if name is None or name not in before.columns:
            return None
        some = self._rows.filter(nw.col("line") % step == 0).select("id")
        (found,) = self._engine.here(some).columns
        ids = found.combine_chunks().cast(pa.string())
        seen = np.zeros(len(ids), dtype=bool)
        for _, cells in before.slices([name]):
            seen |= pc.is_in(ids, value_set=cells[name].cast(pa.string())).to_numpy(False)
        return float(seen.mean()) if len(seen) else None

    def figures(self) -> dict[str, Now]:
        """What the columns are like, by their names in the file; not of dates, which move on.

        Of fewer than ten customers neither a mean nor a category.
        """
        names = list(self._data.numeric)
        means = [nw.col(f"v{i}").mean() for i in range(len(names))]
        (row,) = self._engine.rows(self._rows.select(*means), tuple) if means else [()]
        found = {
            name: Now(self._missing(name), mean=mean if self._known(name) >= FEWEST else None)
            for name, mean in zip(names, row, strict=True)
        }
        for name, frame in self._levels.items():
            known = max(self._known(name), 1)
            often = frame.filter(nw.col("n") >= FEWEST).sort("n", "level", descending=[True, False])
            levels = {each.level: each.n / known for each in self._engine.rows(often, _Level)}
            found[name] = Now(self._missing(name), levels=levels)
        return found

    def _missing(self, name: str) -> float:
        never = self._cleaned.never.get(name, 0)
        return max(1 - (self._known(name) + never) / max(self.count, 1), 0.0)

    def levels(self) -> dict[str, list[str]]:
        """The categories of each column, as they are written."""
        found = {}
        for name, frame in self._levels.items():
            often = frame.filter(nw.col("n") >= FEWEST).select("level").sort("level")
            found[name] = self._engine.rows(often, str)
            if self._together(name):
                found[name].append(OTHER)
        return found

    def write(self, path: Path) -> None:
        """Write them: id, numbers, categories and, where it is a sum, the value.

        Raises
        ------
        InputError
            No customer has all of the columns that the value sums up.
        """
        data = self._data
        rows = self._rows
        for i, name in enumerate(data.kinds):
            named = self._cleaned.levels[i].join(self._levels[name], on="level", how="inner")
            rest = nw.lit(OTHER if self._together(name) else None, nw.String)
            level = nw.when(nw.col("n") >= FEWEST).then(nw.col("level")).otherwise(rest)
            named = self._engine.keep(
                named.select(nw.col("cell").alias(f"k{i}"), level.alias(f"l{i}")), f"written{i}"
            )
            rows = rows.join(named, on=f"k{i}", how="left")
        columns = [
            nw.col("id").alias(data.id_column),
            *(nw.col(f"v{i}").alias(name) for i, name in enumerate(data.measures)),
            *(nw.col(f"l{i}").alias(name) for i, name in enumerate(data.kinds)),
        ]
        kinds = [
            pa.string(),
            *[pa.float64()] * len(data.measures),
            *[pa.string()] * len(data.kinds),
        ]
        names = [data.id_column, *data.columns]
        if data.sums_value:
            columns.append(self._value(data.value or ()))
            kinds.append(pa.float64())
            names.append(SUM)
        # A column of the file may be called line as well.
        place = "line" if "line" not in names else "\x01line"
        rows = rows.select(nw.col("line").alias(place), *columns)
        schema = pa.schema(list(zip(names, kinds, strict=True)))
        parquet.write(path, schema, self._engine.in_order(rows, place))

    def _value(self, parts: tuple[str, ...]) -> nw.Expr:
        """Return the sum of the columns in `data.value`, missing where one of them is.

        A sum over the known cells would make a customer look poor for a cell that nobody filled in.
        """
        places = [self._data.measures.index(name) for name in parts]
        value = nw.col(f"v{places[0]}")
        for i in places[1:]:
            value = value + nw.col(f"v{i}")
        (known,) = self._engine.rows(self._rows.select(value.count()), int)
        if not known:
            raise InputError(
                f"no customer of {self._data.path} has all of the columns that data.value sums up "
                f"({', '.join(parts)}); take out one that is often missing"
            )
        return value.alias(SUM)

    def _together(self, name: str) -> bool:
        of = self._categories[name]
        return of.few > 0 and of.of_few >= min(FEWEST, self.count)

    def _known(self, name: str) -> int:
        of = self._numbers[name] if name in self._numbers else self._categories[name]
        return of.known

    def _only_value(self, name: str) -> str | float | None:
        """The value of every row, if there is one."""
        if name in self._categories:
            if self._categories[name].levels > 1:
                return None
            return self._engine.rows(self._levels[name], _Level)[0].level
        of = self._numbers[name]
        return of.low if of.low == of.high else None
