"""Why a row was rejected: a code while it is looked for, a sentence when it is written."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from segmentation.engines import arrow, cells
from segmentation.engines.rows import unpacked
from segmentation.settings.shared.data import Data

DAMAGED, SUMS, MISSING_ID, LOST_DIGITS, COPY, EMPTY, CONFLICT = range(7)
UNREADABLE, IMPLAUSIBLE, BEYOND = 10_000, 20_000, 30_000  # and the number of the column

A_COPY, A_CONFLICT, OUTSIDE = "exact copy", "conflicting id", "outside limits"
NO_NUMBER, NO_DATE, NO_CELLS = "not a number", "not a date", "too many cells are missing"
NO_ID = "id is missing"
_RULES = {
    SUMS: "totals",
    MISSING_ID: NO_ID,
    LOST_DIGITS: "id has lost its digits",
    COPY: A_COPY,
    EMPTY: NO_CELLS,
    CONFLICT: A_CONFLICT,
}
_NUMBERED = {UNREADABLE: NO_NUMBER, IMPLAUSIBLE: "no plausible number", BEYOND: OUTSIDE}
_LONGEST = 60  # characters of a cell in a message
_LEDGER = ("line", "reason", "text", "file")  # columns of the rejected rows beside their cells


def short(text: str, longest: int = _LONGEST) -> str:
    """Cut text that is too long for a message."""
    return text if len(text) <= longest else f"{text[:longest]}…"


@dataclass(frozen=True)
class Rejected:
    """Rejected rows beside their cells, column by column.

    Attributes
    ----------
    line, code : Array of int
    value : Array of float
        What is outside limits.
    damage : Array of string
        Why a line is no row.
    first : Array of int
        The line of which it is a copy.
    text : Array of string
        Of lines that are no rows.
    """

    line: pa.ChunkedArray
    code: pa.ChunkedArray
    value: pa.ChunkedArray
    damage: pa.ChunkedArray
    first: pa.ChunkedArray
    text: pa.ChunkedArray


class Words:
    """Writes the reasons of rejected rows.

    Parameters
    ----------
    data : Data
    where
        Gives the file of a line, and its place there.
    """

    def __init__(self, data: Data, where: Callable[[int], tuple[Path, int]]) -> None:
        self._data, self._where = data, where
        self._measures = data.measures
        self._parts = data.path.is_dir()

    @property
    def schema(self) -> pa.Schema:
        """Of the table of rejected rows. Of several files, each row tells its own."""
        cells_of = (self._data.id_column, *self._data.cells)
        named = [f"{name} (cell)" if name in _LEDGER else name for name in cells_of]
        front = ["file", "line"] if self._parts else ["line"]
        return pa.schema(
            [
                (name, pa.int64() if name == "line" else pa.string())
                for name in [*front, "reason", *named, "text"]
            ]
        )

    def rule(self, code: int) -> str:
        """Name the rule of a code, but for damage, which has words of its own."""
        if code in _RULES:
            return _RULES[code]
        if UNREADABLE + len(self._data.numeric) <= code < IMPLAUSIBLE:
            return NO_DATE
        return _NUMBERED[code - code % 10_000]

    def place(self, line: int) -> str:
        """Say where a line is, if not in the one file."""
        path, number = self._where(line)
        return f"{number} of {path.name}" if self._parts else str(number)

    def reason(self, code: int, of: Any = None) -> str:
        """Say why a row was rejected, from its code and the cell that it speaks of (`_reads`)."""
        if code == DAMAGED:
            return str(of)
        rule = self.rule(code)
        if code == SUMS:
            return f"{rule}: the line sums up others"
        if code == LOST_DIGITS:
            return f"{rule}: a spreadsheet wrote it as '{cells.strip(of)}'"
        if code == COPY:
            return f"{rule}: of line {self.place(of)}"
        if code == CONFLICT:
            return f"{rule}: another row has the same id"
        if code < UNREADABLE:
            return rule
        column = code % 10_000
        name = self._measures[column]
        if code >= BEYOND:
            return f"{rule}: {name} is {of:g}, {self._allowed(name)}"
        cell = cells.strip(of)
        plain = re.fullmatch(rf"[+-]?\d{{1,15}}([{self._data.decimal}]\d+)?", cell)
        among = ", where most have a percent sign" if plain else ""
        return f"{rule}: {name} is '{cell[:_LONGEST]}'{among}"

    def table(self, rows: pa.Table) -> pa.Table:
        """Make what is written of rejected rows."""
        rejected, of = unpacked(rows, Rejected)
        columns = [rejected.line, self._told(rejected, of), *of, rejected.text]
        if self._parts:
            places = [self._where(line) for line in rejected.line.to_pylist()]
            columns[0] = arrow.integers(number for _, number in places)
            files = [path.relative_to(self._data.path).as_posix() for path, _ in places]
            columns.insert(0, arrow.texts(files))
        return pa.table(columns, schema=self.schema)

    def told(self, rows: pa.Table) -> dict[int, str]:
        """Say of the lines of a few rejected rows why they are."""
        rejected, of = unpacked(rows, Rejected)
        reasons = self._told(rejected, of).to_pylist()
        return dict(zip(rejected.line.to_pylist(), reasons, strict=True))

    def _told(self, rows: Rejected, of: list[pa.ChunkedArray]) -> pa.Array:
        """Say why each row was rejected; what is the same of many is said once."""
        codes = rows.code.combine_chunks().dictionary_encode()
        told = [""] * len(codes)
        for i, code in enumerate(codes.dictionary.to_pylist()):
            at = np.flatnonzero(np.asarray(codes.indices) == i)
            read = self._reads(code, rows, of)
            if read is None:
                said, which = [self.reason(code)], np.zeros(len(at), dtype=np.intp)
            else:
                some = read.take(pa.array(at)).combine_chunks()
                some = some.dictionary_encode(null_encoding="encode")
                said = [self.reason(code, each) for each in some.dictionary.to_pylist()]
                which = np.asarray(some.indices)
            for row, number in zip(at.tolist(), which.tolist(), strict=True):
                told[row] = said[number]
        return arrow.texts(told)

    def _reads(
        self, code: int, rows: Rejected, of: list[pa.ChunkedArray]
    ) -> pa.ChunkedArray | None:
        """The column that the reason speaks of."""
        if code >= BEYOND:
            return rows.value
        if code >= UNREADABLE:
            return of[code % 10_000 + 1]
        return {DAMAGED: rows.damage, LOST_DIGITS: of[0], COPY: rows.first}.get(code)

    def _allowed(self, column: str) -> str:
        limits = self._data.limits(column)
        if limits.min is None:
            return f"above {limits.max:g}"
        if limits.max is None:
            return f"below {limits.min:g}"
        return f"not from {limits.min:g} to {limits.max:g}"
