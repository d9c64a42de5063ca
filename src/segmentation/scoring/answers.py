"""Customers who are here, a row each as an application has them, placed as those of a file are.

Most rows hold plain numbers and categories in the training's spelling: these go to the model as
they are. All others are read as a file of them would be, which takes many times as long.
"""

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.algorithms import NOISE
from segmentation.artifacts.files import DIGITS
from segmentation.artifacts.segments import NO_SEGMENT
from segmentation.engines.local import Local
from segmentation.engines.scorable import MEMORY, Scorable
from segmentation.errors import InputError, lacking
from segmentation.scoring.held import held, nameless
from segmentation.scoring.rule import Rule, Scores
from segmentation.scoring.stream import Counts, columns_taken, scored
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

ANSWER = ("segment", "name", "confidence", "not_scored")
PLAIN = 1e7
"""From here on a number may be a date, which reading a file would find."""


class Answers:
    """Places customers.

    Parameters
    ----------
    model : Pipeline
        From a customer to a segment.
    data, prepare : Data, Prepare
        How the customers were read that it was made of.
    names : mapping of int to str
        Of its segments.
    """

    def __init__(self, model: Any, data: Data, prepare: Prepare, names: Mapping[int, str]) -> None:
        self._rule, self._prepare = Rule(model), prepare
        self._data = columns_taken(self._rule, data).model_copy(update={"id": None})
        self._names = {i: names.get(i, f"Segment {i}") for i in self._rule.segments}
        self._names[NOISE] = NO_SEGMENT

    def of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the segment, its name, the confidence, and why there is none, of each row.

        Raises
        ------
        InputError
            There are no rows, a column is missing, or a cell is neither text nor a number.
        """
        self._check(rows)
        plain = self._plain(rows)
        if plain is not None:
            everyone = np.ones(len(rows), dtype=bool)
            return self._told([(everyone, self._rule.score(plain), [None] * len(rows))])
        table = pa.table({name: _cells(rows[name], name, self._data) for name in self._data.cells})
        content = io.BytesIO()
        pq.write_table(table, content)
        with held(content.getvalue()) as file:
            try:
                return self._as_a_file(self._data.model_copy(update={"path": file}))
            except InputError as error:
                # How to mend it is told for files.
                told = nameless(str(error), file, called="the request").partition("; ")[0]
                raise InputError(told.replace(": line ", ": row ")) from None

    def _as_a_file(self, data: Data) -> pd.DataFrame:
        with Local(data, threads=1, memory=MEMORY) as engine:
            customers = Scorable(engine, data, self._prepare, self._rule.levels)
            found = scored(customers, self._rule, Counts())
            return self._told(
                [(each.able, each.scores, each.batch.why_not.to_pylist()) for each in found]
            )

    def _check(self, rows: pd.DataFrame) -> None:
        names = [str(name) for name in rows.columns]
        if not set(self._data.cells) <= set(names):
            raise InputError(lacking(self._data.cells, names))
        twice = [name for name in self._data.cells if names.count(name) > 1]
        if twice:
            raise InputError(f"more than one column '{twice[0]}'")
        if not len(rows):
            raise InputError("no rows; send at least one customer")

    def _plain(self, rows: pd.DataFrame) -> pd.DataFrame | None:
        """Return the rows as the model takes them, if nothing in them has to be read."""
        data = self._data
        if data.date:
            return None
        found: dict[str, Any] = {}
        for name in data.numeric:
            numbers = _numbers(rows[name])
            limits, never = data.limits(name), data.never(name)
            if numbers is None or never:
                return None
            known = numbers[~np.isnan(numbers)]
            low = -PLAIN if limits.min is None else max(limits.min, -PLAIN)
            high = PLAIN if limits.max is None else min(limits.max, PLAIN)
            if ((known < low) | (known > high)).any():
                return None
            found[name] = numbers
        for name in data.kinds:
            cells = rows[name]
            if not (cells.isin(self._rule.levels[name]) | cells.isna()).all():
                return None
            found[name] = cells.astype("str")
        plain = pd.DataFrame({name: found[name] for name in data.columns}, index=rows.index)
        gaps = plain.isna().mean(axis=1)
        return None if (gaps > self._prepare.max_missing).any() else plain

    def _told(self, parts: list[tuple[np.ndarray, Scores, list[str | None]]]) -> pd.DataFrame:
        """Put the answers together: cells are None where a row has none."""
        ids: list[int | None] = []
        confidence: list[float | None] = []
        why: list[str | None] = []
        for able, scores, reasons in parts:
            place = np.cumsum(able) - 1
            segments = scores.segment.tolist()
            firm = scores.confidence.round(DIGITS).tolist()
            ids += [segments[i] if ok else None for ok, i in zip(able, place, strict=True)]
            confidence += [firm[i] if ok else None for ok, i in zip(able, place, strict=True)]
            why += reasons
        names = [None if i is None else self._names[i] for i in ids]
        columns = dict(zip(ANSWER, (ids, names, confidence, why), strict=True))
        whole = None not in ids
        types = {"segment": "int64", "confidence": "float64"} if whole else {}
        return pd.DataFrame(columns, dtype="object").astype(types)


def _numbers(cells: "pd.Series[Any]") -> np.ndarray | None:
    """Return cells as numbers, NaN where there is none; None if any is something else."""
    if pd.api.types.is_bool_dtype(cells):
        return None
    if not pd.api.types.is_numeric_dtype(cells):
        known = cells[cells.notna()]
        if not all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in known):
            return None
    try:
        return cells.to_numpy(dtype="float64", na_value=np.nan)
    except (OverflowError, ValueError, TypeError):
        return None


def _cells(cells: "pd.Series[Any]", name: str, data: Data) -> pa.Array:
    """Return cells as a file would have them: numbers, or texts where there is any text."""
    values = [None if _is_missing(cell) else cell for cell in cells.tolist()]
    if any(not isinstance(each, str | int | float | None) for each in values):
        values = [_as_text(each, name, data.written(name)) for each in values]
    kinds = {type(each) for each in values if each is not None}
    if kinds <= {int, float} and all(abs(each) < 2**53 for each in values if each is not None):
        return pa.array(values, pa.int64() if kinds == {int} else pa.float64())
    texts = (_number(each, data.decimal) if isinstance(each, float) else each for each in values)
    return pa.array([None if each is None else str(each) for each in texts], pa.string())


def _number(number: float, decimal: str) -> str:
    """Write a number as a file has it; a whole one, which may be a category, without decimals."""
    whole = number.is_integer() and abs(number) < 2**53
    return str(int(number)) if whole else str(number).replace(".", decimal)


def _is_missing(cell: Any) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and
                                                               cell != cell)  # fmt: skip


def _as_text(cell: Any, name: str, days: str | None) -> str | None:
    if days and isinstance(cell, dt.date):
        return cell.strftime(days)
    if isinstance(cell, dict | list | tuple | set | bytes | np.ndarray):
        raise InputError(f"a cell of the column '{name}' is neither a text nor a number")
    return None if cell is None else str(cell)
