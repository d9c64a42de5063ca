"""A model of centres as one SELECT: what is missing filled in, transformed, scaled, compared.

Every number is a cast and a literal of double precision, so that a database reckons as NumPy does,
and every distance is written out, so that people can read it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from segmentation import sql
from segmentation.algorithms.assigners import heights
from segmentation.artifacts.transformer import (
    BOUNDS,
    CATEGORIES,
    FLAG,
    SCALES,
    category_blocks,
    parts_of,
)
from segmentation.errors import InputError, SettingsError, did_you_mean
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
    if not hasattr(rule.assigner, "centroids_"):
        raise InputError(
            f"a model of {type(rule.assigner).__name__} has no form in SQL: only segments around "
            "centres have one; `segmentation typing` gives rules that come close to any model"
        )
    if len(rule.segments) < 2:
        raise InputError("a model of one segment has no form in SQL: everyone is in it")
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
        self._centres = np.asarray(rule.assigner.centroids_)
        self._heights = np.asarray(heights(rule.assigner))
        self._ids = rule.segments

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
        for i, name in enumerate(self._rule.categories):
            text = f"CAST({sql.name(name)} AS {sql.text})"
            lines.append(f"    COALESCE({text}, {sql.literal(self._filling(i))}) AS k{i}")
        return ",\n".join(lines) + f"\n  FROM {self._table}"

    def _filling(self, i: int) -> str:
        fillings = [
            each
            for _, part, _ in parts_of(self._rule.transformer, CATEGORIES)
            for each in part.steps[0][1].statistics_
        ]
        return str(fillings[i]) if i < len(fillings) else ""

    def _steps(self) -> Iterator[tuple[int, str, int, dict[str, Any]]]:
        """Yield each number: its place in the matrix, name, place in its part, and the steps."""
        transformer = self._rule.transformer
        for name, part, columns in transformer.transformers_:
            if part == "drop" or name.startswith((CATEGORIES, SCALES, FLAG)):
                continue
            first = transformer.output_indices_[name].start
            for i, column in enumerate(columns):
                yield first + i, str(column), i, dict(part.steps)

    def _flags(self) -> Iterator[tuple[int, int, float, dict[str, Any]]]:
        """Yield each yes or no beside a number: its places, its weight, and the steps."""
        transformer = self._rule.transformer
        by_part = transformer.transformer_weights or {}
        for name, part, (column,) in parts_of(transformer, FLAG):
            place = transformer.output_indices_[name].start
            at = self._rule.numbers.index(column)
            yield place, at, by_part.get(name, 1.0), dict(part.steps)

    def _numbers(self) -> str:
        places = {name: i for i, name in enumerate(self._rule.numbers)}
        lines = ["  SELECT customer"]
        for place, at, _, steps in self._flags():
            test = f"n{at} IS NULL"
            if "simpleimputer" in steps:
                middle = _number(steps["simpleimputer"].statistics_[0])
                test = f"COALESCE(n{at}, {middle}) = 0"
            lines.append(f"    CASE WHEN {test} THEN 1.0E0 ELSE 0.0E0 END AS h{place}")
        for _, name, i, steps in self._steps():
            at = places[name]
            middle = _number(steps["simpleimputer"].statistics_[i])
            lines.append(f"    COALESCE(n{at}, {middle}) AS n{at}")
        lines += [f"    k{i}" for i in range(len(self._rule.categories))]
        return ",\n".join(lines) + "\n  FROM cells"

    def _bounded(self, x: str, steps: Mapping[str, Any]) -> str:
        if BOUNDS not in steps:
            return x
        low, high = steps[BOUNDS].feature_range
        return f"{self._sql.least}({self._sql.greatest}({x}, {_number(low)}), {_number(high)})"

    def _points(self) -> str:
        transformer = self._rule.transformer
        by_part = transformer.transformer_weights or {}
        weight = {
            str(column): by_part[part]
            for part, _, columns in transformer.transformers_
            if part in by_part and not part.startswith((CATEGORIES, SCALES, FLAG))
            for column in columns
        }
        places = {name: i for i, name in enumerate(self._rule.numbers)}
        lines = ["  SELECT customer"]
        for place, name, i, steps in self._steps():
            value = self._bounded(f"n{places[name]}", steps)
            value = _scaled(_transformed(value, steps, i), steps, i)
            if name in weight:
                value = f"({value}) * {_number(weight[name])}"
            lines.append(f"    {value} AS f{place}")
        for place, _, by, steps in self._flags():
            value = _scaled(f"h{place}", steps, 0)
            lines.append(f"    ({value}) * {_number(by)} AS f{place}")
        lines += [f"    k{i}" for i in range(len(self._rule.categories))]
        return ",\n".join(lines) + "\n  FROM numbers"

    def _distances(self) -> str:
        at = [place for place, *_ in (*self._steps(), *self._flags())]
        lines = ["  SELECT customer"]
        for j, centre in enumerate(self._centres):
            terms = [f"(f{p} - {_number(centre[p])}) * (f{p} - {_number(centre[p])})" for p in at]
            terms += self._of_categories(centre)
            if self._heights[j]:
                terms.append(_number(self._heights[j]))
            lines.append("    " + "\n      + ".join(terms) + f" AS d{j}")
        return ",\n".join(lines) + "\n  FROM points"

    def _of_categories(self, centre: np.ndarray) -> Iterator[str]:
        """Yield the squared distance in each category: the same for all who have the same level."""
        transformer = self._rule.transformer
        yield from self._of_scales(centre)
        encoders = [
            (part.steps[-1][1], i, (transformer.transformer_weights or {}).get(name, 1.0))
            for name, part, columns in parts_of(transformer, CATEGORIES)
            for i in range(len(columns))
        ]
        blocks = category_blocks(transformer)
        for place, (block, (encoder, i, weight)) in enumerate(zip(blocks, encoders, strict=True)):
            rare = encoder.infrequent_categories_[i]
            known = [str(level) for level in encoder.categories_[i]]
            few = set() if rare is None else {str(level) for level in rare}
            often = [level for level in known if level not in few]
            here = centre[block]

            def away(column: int | None, here: Any = here, weight: float = weight) -> str:
                one = np.zeros(len(here))
                if column is not None:
                    one[column] = weight
                return _number(float(((one - here) ** 2).sum()))

            levels = " ".join(
                f"WHEN {self._sql.literal(level)} THEN {away(j)}" for j, level in enumerate(often)
            )
            # What the encoder does not know counts as rare, or as none where there is no rare one.
            yield f"CASE k{place} {levels} ELSE {away(len(often) if few else None)} END"

    def _of_scales(self, centre: np.ndarray) -> Iterator[str]:
        """Yield the squared distance in each scale: the same for all who have the same level."""
        transformer = self._rule.transformer
        for part_name, part, names in parts_of(transformer, SCALES):
            first = transformer.output_indices_[part_name].start
            weight = (transformer.transformer_weights or {}).get(part_name, 1.0)
            nobody = pd.DataFrame([dict.fromkeys(names)], dtype=object)
            for i, name in enumerate(names):
                levels = self._rule.levels[name]
                each = pd.concat([nobody] * (1 + len(levels)), ignore_index=True)
                each.loc[1:, name] = levels
                points = weight * np.asarray(part.transform(each))[:, i]
                away = (points - centre[first + i]) ** 2
                cases = " ".join(
                    f"WHEN {self._sql.literal(level)} THEN {_number(far)}"
                    for level, far in zip(levels, away[1:], strict=True)
                )
                place = self._rule.categories.index(name)
                yield f"CASE k{place} {cases} ELSE {_number(away[0])} END"

    def _nearest(self) -> str:
        sql, k = self._sql, len(self._centres)
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
        sql, k = self._sql, len(self._centres)
        ids = " ".join(f"WHEN {j} THEN {self._ids[j]}" for j in range(k))
        names = " ".join(
            f"WHEN {j} THEN {sql.literal(self._names[self._ids[j]])}" for j in range(k)
        )
        runner_up = " ".join(
            f"WHEN place <> {j} AND d{j} <= next_best THEN {self._ids[j]}" for j in range(k)
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


def _transformed(x: str, steps: Mapping[str, Any], i: int) -> str:
    if "powertransformer" in steps:
        power = float(steps["powertransformer"].lambdas_[i])
        tiny = np.spacing(1.0)
        up = f"(POWER({x} + 1.0E0, {_number(power)}) - 1.0E0) / {_number(power)}"
        if abs(power) < tiny:
            up = f"LN({x} + 1.0E0)"
        down = f"-(POWER(1.0E0 - {x}, {_number(2 - power)}) - 1.0E0) / {_number(2 - power)}"
        if abs(power - 2) <= tiny:
            down = f"-LN(1.0E0 - {x})"
        return f"CASE WHEN {x} >= 0 THEN {up} ELSE {down} END"
    if "functiontransformer" in steps:
        return f"LN({x} + 1.0E0)"
    return x


def _scaled(x: str, steps: Mapping[str, Any], i: int) -> str:
    if "standardscaler" in steps:
        it = steps["standardscaler"]
        return f"({x} - {_number(it.mean_[i])}) / {_number(it.scale_[i])}"
    if "robustscaler" in steps:
        it = steps["robustscaler"]
        return f"({x} - {_number(it.center_[i])}) / {_number(it.scale_[i])}"
    if "minmaxscaler" in steps:
        it = steps["minmaxscaler"]
        return f"{x} * {_number(it.scale_[i])} + {_number(it.min_[i])}"
    return x
