"""A model of centres as one SELECT: what is missing filled in, transformed, scaled, compared.

Every number is a cast and a literal of double precision, so that a database reckons as NumPy does,
and every distance is written out, so that people can read it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np

from segmentation import sql
from segmentation.errors import SettingsError, did_you_mean
from segmentation.scoring.centres import Category, Step, centres_of
from segmentation.scoring.rule import Rule


@dataclass(frozen=True)
class Dialect:
    """How a database writes things.

    Attributes
    ----------
    double, text : str
        Its types.
    quote : str
        Around names.
    backslashes : bool
        Whether a backslash in a text has to be doubled, and a quote be marked by one.
    escaped_names : bool
        The same for names.
    no_nan : str
        NULL instead of NaN, which dataframes write for what is missing; ``{}`` is the number.
    least, greatest : str
        Of several numbers.
    """

    double: str
    text: str
    quote: str = '"'
    backslashes: bool = False
    escaped_names: bool = False
    no_nan: str = "{}"
    least: str = "LEAST"
    greatest: str = "GREATEST"

    def name(self, column: str) -> str:
        """Quote a name."""
        if self.quote == '"':
            return sql.name(column)
        escaped = column.replace("\\", "\\\\").replace("`", "\\`")
        return f"`{escaped if self.escaped_names else column.replace('`', '``')}`"

    def literal(self, text: str) -> str:
        """Quote a text."""
        if self.backslashes:
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return sql.text(text)


DIALECTS: Mapping[str, Dialect] = {
    "duckdb": Dialect("DOUBLE", "VARCHAR", no_nan="NULLIF({}, CAST('NaN' AS DOUBLE))"),
    "postgres": Dialect(
        "DOUBLE PRECISION", "TEXT", no_nan="NULLIF({}, CAST('NaN' AS DOUBLE PRECISION))"
    ),
    "sqlite": Dialect("REAL", "TEXT", least="MIN", greatest="MAX"),
    "bigquery": Dialect(
        "FLOAT64",
        "STRING",
        quote="`",
        backslashes=True,
        escaped_names=True,
        no_nan="IF(IS_NAN({0}), NULL, {0})",
    ),
    "snowflake": Dialect(
        "DOUBLE", "VARCHAR", backslashes=True, no_nan="NULLIF({}, CAST('NaN' AS DOUBLE))"
    ),
    "spark": Dialect(
        "DOUBLE", "STRING", quote="`", backslashes=True, no_nan="NULLIF({}, CAST('NaN' AS DOUBLE))"
    ),
}


def select(
    rule: Rule,
    *,
    dialect: str,
    names: Mapping[int, str],
    key: str,
    table: str = "customers",
    about: str = "",
) -> str:
    """Return the SELECT that gives every row of a table its segment.

    Parameters
    ----------
    rule : Rule
    dialect : str
        One of `DIALECTS`.
    names : mapping of int to str
        Of the segments.
    key : str
        The column that tells customers apart.
    table : str
        Where they are.
    about : str
        What the first line says.

    Raises
    ------
    InputError
        The model is none of centres.
    SettingsError
        The dialect is not known.

    Notes
    -----
    It gives ``segment``, ``name``, ``confidence`` and ``runner_up`` beside the key. Of segments
    that are equally near, the first in the model is taken, as the model does.
    """
    if dialect not in DIALECTS:
        raise SettingsError(f"--sql: unknown '{dialect}'{did_you_mean(dialect, DIALECTS)}")
    return _Select(rule, DIALECTS[dialect], names, key, table, about).text()


class _Select:
    def __init__(
        self,
        rule: Rule,
        dialect: Dialect,
        names: Mapping[int, str],
        key: str,
        table: str,
        about: str,
    ) -> None:
        self._rule, self._sql, self._names = rule, dialect, names
        self._key, self._table, self._about = dialect.name(key), dialect.name(table), about
        self._model = centres_of(rule, form="SQL")

    def text(self) -> str:
        about = " ".join(self._about.split())
        steps = {
            "cells": self._cells(),
            "numbers": self._numbers(),
            "points": self._points(),
            "distances": self._distances(),
            "nearest": self._nearest(),
        }
        parts = [
            f"-- {what}\n{name} AS (\n{body}\n)"
            for (name, body), what in zip(
                steps.items(),
                (
                    "numbers and categories as the model takes them",
                    "what is missing is the median of the training",
                    "transformed and scaled as in the training",
                    "squared distance to the centre of each segment",
                    "the nearest segment, and how near the next one is",
                ),
                strict=True,
            )
        ]
        with_them = "WITH\n" + ",\n".join(parts)
        return f"-- {about}\n{with_them}\n{self._last()};\n"

    def _cells(self) -> str:
        sql = self._sql
        lines = [f"  SELECT {self._key} AS customer"]
        for i, name in enumerate(self._rule.numbers):
            number = f"CAST({sql.name(name)} AS {sql.double})"
            lines.append(f"    {sql.no_nan.format(number)} AS n{i}")
        filling = {each.column: each.filling for each in self._model.categories}
        for i, name in enumerate(self._rule.categories):
            text = f"CAST({sql.name(name)} AS {sql.text})"
            lines.append(f"    COALESCE({text}, {sql.literal(filling[i])}) AS k{i}")
        return ",\n".join(lines) + f"\n  FROM {self._table}"

    def _numbers(self) -> str:
        lines = ["  SELECT customer"]
        for flag in self._model.flags:
            test = f"n{flag.column} IS NULL"
            if flag.middle is not None:
                test = f"COALESCE(n{flag.column}, {_number(flag.middle)}) = 0"
            lines.append(f"    CASE WHEN {test} THEN 1.0E0 ELSE 0.0E0 END AS h{flag.place}")
        for each in self._model.numbers:
            at = each.column
            lines.append(f"    COALESCE(n{at}, {_number(each.middle)}) AS n{at}")
        lines += [f"    k{i}" for i in range(len(self._rule.categories))]
        return ",\n".join(lines) + "\n  FROM cells"

    def _bounded(self, x: str, bounds: tuple[float, float] | None) -> str:
        if bounds is None:
            return x
        low, high = map(_number, bounds)
        return f"{self._sql.least}({self._sql.greatest}({x}, {low}), {high})"

    def _points(self) -> str:
        lines = ["  SELECT customer"]
        for each in self._model.numbers:
            value = _transformed(self._bounded(f"n{each.column}", each.bounds), each.transform)
            lines.append(f"    {_after(value, each.steps)} AS f{each.place}")
        lines += [
            f"    {_after(f'h{flag.place}', flag.steps)} AS f{flag.place}"
            for flag in self._model.flags
        ]
        lines += [f"    k{i}" for i in range(len(self._rule.categories))]
        return ",\n".join(lines) + "\n  FROM numbers"

    def _distances(self) -> str:
        model = self._model
        at = [each.place for each in model.numbers] + [each.place for each in model.flags]
        lines = ["  SELECT customer"]
        for j, centre in enumerate(model.at):
            terms = [f"(f{p} - {_number(centre[p])}) * (f{p} - {_number(centre[p])})" for p in at]
            terms += [self._of_category(each, j) for each in model.categories]
            if model.heights[j]:
                terms.append(_number(model.heights[j]))
            lines.append("    " + "\n      + ".join(terms) + f" AS d{j}")
        return ",\n".join(lines) + "\n  FROM points"

    def _of_category(self, category: Category, j: int) -> str:
        """Return the squared distance to a centre: the same for all who have the same level."""
        *away, other = category.away[:, j]
        levels = " ".join(
            f"WHEN {self._sql.literal(level)} THEN {_number(far)}"
            for level, far in zip(category.levels, away, strict=True)
        )
        return f"CASE k{category.column} {levels} ELSE {_number(other)} END"

    def _nearest(self) -> str:
        sql, k = self._sql, len(self._model.segments)
        every = [f"d{j}" for j in range(k)]
        best = " ".join(
            f"WHEN {' AND '.join(f'd{j} <= d{i}' for i in range(k) if i != j)} THEN {j}"
            for j in range(k)
        )
        pairs = [f"{sql.greatest}({one}, {other})" for one, other in combinations(every, 2)]
        second = f"{sql.least}({', '.join(pairs)})" if len(pairs) > 1 else pairs[0]
        return (
            f"  SELECT customer, {', '.join(every)},\n    CASE {best} END AS place,\n"
            f"    {sql.least}({', '.join(every)}) AS best,\n    {second} AS next_best\n"
            "  FROM distances"
        )

    def _last(self) -> str:
        sql = self._sql
        segments = list(enumerate(self._model.segments))
        ids = " ".join(f"WHEN {j} THEN {segment}" for j, segment in segments)
        names = " ".join(
            f"WHEN {j} THEN {sql.literal(self._names[segment])}" for j, segment in segments
        )
        runner_up = " ".join(
            f"WHEN place <> {j} AND d{j} <= next_best THEN {segment}" for j, segment in segments
        )
        return (
            f"SELECT customer AS {self._key},\n  CASE place {ids} END AS segment,\n"
            f"  CASE place {names} END AS name,\n"
            "  CASE WHEN next_best > 0 THEN 1.0E0 - SQRT(best / next_best) ELSE 0.0E0 END"
            " AS confidence,\n"
            f"  CASE {runner_up} END AS runner_up\nFROM nearest"
        )


def _number(value: Any) -> str:
    """Write a number in full, so that no database takes it for a decimal."""
    text = repr(float(value))
    text = text if "e" in text else f"{text}E0"
    return f"({text.replace('e', 'E')})" if text.startswith("-") else text.replace("e", "E")


def _transformed(x: str, transform: float | Literal["log"] | None) -> str:
    if transform is None:
        return x
    if transform == "log":
        return f"LN({x} + 1.0E0)"
    tiny = np.spacing(1.0)
    up = f"(POWER({x} + 1.0E0, {_number(transform)}) - 1.0E0) / {_number(transform)}"
    if abs(transform) < tiny:
        up = f"LN({x} + 1.0E0)"
    rest = 2 - transform
    down = f"-(POWER(1.0E0 - {x}, {_number(rest)}) - 1.0E0) / {_number(rest)}"
    if abs(rest) <= tiny:
        down = f"-LN(1.0E0 - {x})"
    return f"CASE WHEN {x} >= 0 THEN {up} ELSE {down} END"


def _after(x: str, steps: Iterable[Step]) -> str:
    """Write what is done with a number, one step after the other."""
    for i, (sign, by) in enumerate(steps):
        x = f"({x}) {sign} {_number(by)}" if i and sign in "*/" else f"{x} {sign} {_number(by)}"
    return x
