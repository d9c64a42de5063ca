"""Dates as expressions that any engine works out: from text to days and years.

No cast that may fail is needed: a date is taken apart by a pattern, and its day is counted.
"""

import datetime as dt
import re
from collections.abc import Callable

import narwhals as nw

from segmentation.settings.shared.columns import DateColumn

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHORT_MONTHS = (4, 6, 9, 11)
_CENTURY = 69  # from which on two digits are of the century before, as to Python
_YEAR = 365.2425
_PARTS = {"Y": "year", "y": "year", "m": "month", "b": "month", "B": "month", "d": "day"}
_PATTERNS = {
    "Y": r"(\d{4})", "y": r"(\d{2})", "m": r"(\d{1,2})", "d": r"(\d{1,2})",
    "b": r"([A-Za-z]{3,9})", "B": r"([A-Za-z]{3,9})",
    "H": r"\d{1,2}", "M": r"\d{1,2}", "S": r"\d{1,2}", "I": r"\d{1,2}", "f": r"\d+",
    "p": "[APap][Mm]", "z": r"(?:Z|[+-]\d{2}:?\d{2})?",
}  # fmt: skip


def parts(cell: nw.Expr, column: DateColumn, group: Callable[[int], str]) -> dict[str, nw.Expr]:
    """Take a cell apart into the text of its year, month and day, as far as the format has them.

    `group` names a group of the pattern, as `Engine.group` does.

    Examples
    --------
    >>> sorted(parts(nw.col("born"), DateColumn(format="%d-%m-%Y"), "${}".format))
    ['day', 'month', 'year']
    """
    pattern, order = _pattern(column.format)
    fits = cell.str.contains(pattern)
    found: dict[str, nw.Expr] = {}
    for i, directive in enumerate(order, start=1):
        text = nw.when(fits).then(cell.str.replace_all(pattern, group(i)))
        found[_PARTS[directive]] = _month(text) if directive in "bB" else text
    return found


def since(
    year: nw.Expr, month: nw.Expr | None, day: nw.Expr | None, *, column: DateColumn, as_of: dt.date
) -> nw.Expr:
    """Count the time from a date to `as_of`: null where there is no such day.

    Years are of 365.2425 days and have two decimals, but whole where only the year is known.
    """
    if "%y" in column.format:
        year = nw.when(year >= _CENTURY).then(year + 1900).otherwise(year + 2000)
    if month is None:
        years = nw.lit(float(as_of.year)) - year
        return years if column.unit == "years" else (years * _YEAR).round(0)
    day = nw.lit(1.0) if day is None else day
    leap = ((_over(year, 4) * 4 == year) & (_over(year, 100) * 100 != year)) | (
        _over(year, 400) * 400 == year
    )
    longest = (
        nw.when(month == 2).then(nw.when(leap).then(nw.lit(29)).otherwise(nw.lit(28)))
        .otherwise(nw.when(month.is_in(_SHORT_MONTHS)).then(nw.lit(30)).otherwise(nw.lit(31)))
    )  # fmt: skip
    real = (month >= 1) & (month <= 12) & (day >= 1) & (day <= longest)
    # The year begins in March, so that the day that may be missing is its last.
    late = nw.when(month <= 2).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    whole = year - late
    in_year = _over((month + 12 * late - 3) * 153 + 2, 5) + day - 1
    days = whole * 365 + _over(whole, 4) - _over(whole, 100) + _over(whole, 400) + in_year
    passed = nw.lit(float(_ordinal(as_of))) - days
    if column.unit == "years":
        passed = (passed / _YEAR).round(2)
    return nw.when(real).then(passed)


def _ordinal(day: dt.date) -> int:
    """The number of a day as it is counted above, from the first of March of the year 0."""
    late = day.month <= 2
    year = day.year - late
    in_year = ((day.month + 12 * late - 3) * 153 + 2) // 5 + day.day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + in_year


def _over(number: nw.Expr, by: int) -> nw.Expr:
    return (number / by).floor()


def _pattern(format_: str) -> tuple[str, list[str]]:
    """A pattern that RE2 and Java read alike, and the directives of its groups."""
    beside = re.search("%[A-Za-z]%", format_) is not None  # 20140629: no digit may be left out
    pattern, order = "", []
    for text, directive in re.findall("([^%]*)(?:%([A-Za-z]))?", format_):
        pattern += re.escape(text)
        if directive:
            part = _PATTERNS[directive]
            pattern += part.replace("{1,2}", "{2}") if beside else part
            order += [directive] if directive in "YymdbB" else []
    return f"^{pattern}$", order


def _month(name: nw.Expr) -> nw.Expr:
    short = name.str.to_lowercase().str.slice(0, 3)
    number = nw.lit(None, nw.String)
    for i, month in enumerate(_MONTHS, start=1):
        number = nw.when(short == month).then(nw.lit(str(i))).otherwise(number)
    return number
