"""Read numbers as people write them, and doubt what can be read in two ways."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

PLAUSIBLE = 1e15  # nothing about a customer is larger; figures of larger numbers lose their digits

_CURRENCY = r"(?:[$€£¥₹]|EUR|USD|GBP|CHF)"
_SPACES = r"\s'’"
_FEW = 1000  # cells looked at before all of them are


@dataclass(frozen=True)
class Numbers:
    """A column of text as numbers.

    Attributes
    ----------
    parsed : Series of float64
        NaN where a cell is missing, unreadable or implausible.
    unreadable : Series of bool
        Cells that hold something other than a finite number.
    implausible : Series of bool
        Cells whose number is beyond `PLAUSIBLE`.
    separated, percents : int
        How many cells had thousands separators, and percent signs.
    """

    parsed: pd.Series
    unreadable: pd.Series
    implausible: pd.Series
    separated: int
    percents: int


def read_numbers(cells: pd.Series, decimal: str) -> Numbers:
    """Read a column.

    Thousands separators count only between groups of three digits: ``1,234`` is a number, ``1,2``
    is not. Percent signs count where every number has one. Accountants' ``(12)`` and the ``12-`` of
    some exports are minus 12.

    Parameters
    ----------
    cells : Series of str
    decimal : str
        The decimal mark, ``.`` or ``,``.
    """
    # Most cells are plain numbers; only the others are looked at closely.
    values = pd.to_numeric(cells, errors="coerce").astype(np.float64)
    if decimal == ",":
        values = values.mask(cells.str.contains(".", regex=False).fillna(False))
    rest = cells[values.isna() & cells.notna()]
    plain, separated, percents = _plain(rest, decimal, alone=values.notna().sum() == 0)
    values.loc[rest.index] = pd.to_numeric(plain, errors="coerce").astype(np.float64)
    values = values.mask(np.isinf(values))
    implausible = values.abs() >= PLAUSIBLE
    return Numbers(
        parsed=values.mask(implausible),
        unreadable=cells.notna() & values.isna(),
        implausible=implausible,
        separated=separated,
        percents=percents,
    )


def _plain(cells: pd.Series, decimal: str, *, alone: bool) -> tuple[pd.Series, int, int]:
    """Write numbers plainly, and count those with thousands separators and with percent signs."""
    thousands = "," if decimal == "." else "."
    plain = cells.str.replace("−", "-", regex=False)
    plain = plain.str.replace(r"^\((.*\d.*)\)$|^([^-]*\d)-$", r"-\1\2", regex=True)
    plain = plain.str.replace(rf"^([+-]?)\s*{_CURRENCY}\s*|\s*{_CURRENCY}$", r"\1", regex=True)
    percent = plain.str.contains(r"\d\s*%$", regex=True).fillna(False).astype(bool)
    if alone and percent.any() and percent.all():
        plain = plain.str.replace(r"\s*%$", "", regex=True)
    else:
        percent[:] = False
    grouped = (
        plain.str.fullmatch(
            rf"[+-]?[1-9]\d{{0,2}}([{thousands}{_SPACES}])\d{{3}}(?:\1\d{{3}})*(?:[{decimal}]\d+)?"
        )
        .fillna(False)
        .astype(bool)
    )
    plain = plain.mask(grouped, plain.str.replace(rf"[{thousands}{_SPACES}]", "", regex=True))
    if decimal == ",":
        plain = plain.mask(plain.str.contains(".", regex=False).fillna(False), "?")
        plain = plain.str.replace(",", ".", regex=False)
    return plain, int(grouped.sum()), int(percent.sum())


def doubt(cells: pd.Series, decimal: str) -> str | None:
    """Say why numbers may mean something else than what is read, and how to mend it.

    Examples
    --------
    >>> doubt(pd.Series(["1.104", "407", "23.870"], dtype="str"), ".").split(";")[0]
    "'1.104' beside '407' looks like a thousands separator"
    >>> doubt(pd.Series(["1.104", "40.5"], dtype="str"), ".")
    """
    other = "," if decimal == "." else "."
    return _other_decimals(cells, other) or _other_thousands(cells, decimal, other)


def _other_decimals(cells: pd.Series, other: str) -> str | None:
    """Decimals written with the mark that separates thousands: ``12,5`` or ``0,407``."""
    marked = _with(cells, other)
    grouped = _matching(marked, rf"{_SIGN}[1-9]\d{{0,2}}(?:[{other}]\d{{3}})+(?:\D.*)?")
    decimals = marked[~grouped & _matching(marked, rf"{_SIGN}\d*[{other}]\d+\D*")]
    if len(decimals) > 0.1 * int(grouped.sum()) and len(decimals) > 0.1 * int(cells.notna().sum()):
        return f"'{decimals.iloc[0]}' has a decimal '{other}'; set data.decimal to \"{other}\""
    if int(grouped.sum()) and len(decimals) > 0.02 * int(grouped.sum()) + 1:
        whole = marked[grouped].iloc[0]
        return (
            f"'{decimals.iloc[0]}' beside '{whole}' looks like decimals; set data.decimal to "
            f'"{other}"'
        )
    return None


def _other_thousands(cells: pd.Series, decimal: str, other: str) -> str | None:
    """Thousands separated by the decimal mark: ``1.104`` beside ``407``, and never ``1.5``."""
    marked = _with(cells, decimal)
    pattern = rf"{_SIGN}[1-9]\d{{0,2}}(?:[{decimal}]\d{{3}})+"
    # A column of decimals is told from its first cells; all of them are looked at only in doubt.
    if marked.empty or not (
        _matching(marked.iloc[:_FEW], pattern).all() and _matching(marked, pattern).all()
    ):
        return None
    twice = marked[marked.str.count(re.escape(decimal)) > 1]
    plain = cells[cells.notna() & ~cells.index.isin(marked.index)]
    small = _matching(plain, rf"{_SIGN}\d{{1,3}}(?:[{other}]\d+)?")
    large = _matching(plain, rf"{_SIGN}\d{{4,}}(?:[{other}]\d+)?")
    if large.any() or not (len(twice) or small.any()):
        return None
    beside = twice.iloc[0] if len(twice) else plain[small].iloc[0]
    return (
        f"'{marked.iloc[0]}' beside '{beside}' looks like a thousands separator; set data.decimal "
        f'to "{other}" (or, if these are decimals, write all of them out: {beside}{decimal}000)'
    )


_SIGN = r"[+-]?"


def _with(cells: pd.Series, mark: str) -> pd.Series:
    return cells[cells.str.contains(mark, regex=False).fillna(False).astype(bool)]


def _matching(cells: pd.Series, pattern: str) -> pd.Series:
    return cells.str.fullmatch(pattern).fillna(False).astype(bool)


_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ].*)?"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}"
)
_OTHER_QUOTES = "'’‘“”„«»`´"
_TRUTH = re.compile(r"true|false|yes|no|y|n|t|f", re.IGNORECASE)


def hint(cell: str, decimal: str) -> str:
    """What to do with a column whose cells are no numbers, by one of them.

    Examples
    --------
    >>> hint("2021-03-04", ".")
    'dates are no numbers: declare the days or years since then, or leave the column out'
    """
    if _DATE.fullmatch(cell):
        return "dates are no numbers: declare the days or years since then, or leave the column out"
    if _TRUTH.fullmatch(cell):
        return "declare it under data.categorical"
    if cell.strip(_OTHER_QUOTES) != cell:
        return 'write it without quotes, or all quotes as "'
    if cell.endswith("%"):
        return "write all of its numbers with a percent sign, or none"
    if re.fullmatch(r"[+-]?\d+[.,]\d+", cell):
        other = "," if decimal == "." else "."
        return f'set data.decimal to "{other}"'
    return "mend the file or declare it under data.categorical"


def are_dates(values: pd.Series) -> bool:
    """Whether whole numbers are dates such as 20210304, every one of them."""
    known = values.dropna()
    if len(known) < 2 or known.min() < 19000101 or known.max() > 21001231:
        return False
    return bool(
        pd.to_datetime(known.astype("int64").astype("str"), format="%Y%m%d", errors="coerce")
        .notna()
        .all()
    )
