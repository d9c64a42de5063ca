"""Doubt numbers that can be read in two ways, and say how to mend what are none."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

PLAUSIBLE = 1e15  # nothing about a customer is larger; figures of larger numbers lose their digits


@dataclass(frozen=True)
class Some:
    """Cells of a kind: how many, and the line of the first."""

    count: int
    first: int


def other_decimals(
    cells: int, thousands: Some, decimals: Some, text: Callable[[int], str], other: str
) -> str | None:
    r"""Say where decimals are written with the mark that separates thousands: ``12,5``.

    Parameters
    ----------
    cells : int
        Those that are not missing.
    thousands, decimals : Some
        Those with the other mark that look like ``1,234``, and like ``12,5`` or ``0,407``.
    text
        Gives the cell in a line.
    other : str
        The mark that is not the decimal one.

    Examples
    --------
    >>> other_decimals(9, Some(0, 0), Some(5, 2), {2: "12,5"}.__getitem__, ",")
    '\'12,5\' has a decimal \',\'; set data.decimal to ","'
    """
    if decimals.count > 0.1 * thousands.count and decimals.count > 0.1 * cells:
        return f"'{text(decimals.first)}' has a decimal '{other}'; set data.decimal to \"{other}\""
    if thousands.count and decimals.count > 0.02 * thousands.count + 1:
        return (
            f"'{text(decimals.first)}' beside '{text(thousands.first)}' looks like decimals; set "
            f'data.decimal to "{other}"'
        )
    return None


def other_thousands(
    *,
    thousands: Some,
    twice: Some,
    small: Some,
    large: Some,
    text: Callable[[int], str],
    decimal: str,
) -> str | None:
    """Say where thousands are separated by the decimal mark: ``1.104`` beside ``407``.

    Parameters
    ----------
    thousands, twice : Some
        Cells such as ``1.104``, of which there are some and no others with the mark, and
        ``1.104.200`` among them.
    small, large : Some
        Cells without the mark, of up to three digits and of more.
    text
        Gives the cell in a line.
    decimal : str

    Examples
    --------
    >>> cells = {1: "1.104", 2: "407", 3: "23.870"}.__getitem__
    >>> none = Some(0, 0)
    >>> other_thousands(
    ...     thousands=Some(2, 1), twice=none, small=Some(1, 2), large=none, text=cells, decimal="."
    ... ).split(";")[0]
    "'1.104' beside '407' looks like a thousands separator"
    """
    if large.count or not (twice.count or small.count):
        return None
    other = "," if decimal == "." else "."
    beside = text(twice.first if twice.count else small.first)
    return (
        f"'{text(thousands.first)}' beside '{beside}' looks like a thousands separator; set "
        f'data.decimal to "{other}" (or, if these are decimals, write all of them out: '
        f"{beside}{decimal}000)"
    )


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
    'dates are no numbers: declare it under data.date'
    """
    if _DATE.fullmatch(cell):
        return "dates are no numbers: declare it under data.date"
    if _TRUTH.fullmatch(cell):
        return "declare it under data.flag or data.categorical"
    if cell.strip(_OTHER_QUOTES) != cell:
        return 'write it without quotes, or all quotes as "'
    if cell.endswith("%"):
        return "write all of its numbers with a percent sign, or none"
    if re.fullmatch(r"[+-]?\d+[.,]\d+", cell):
        other = "," if decimal == "." else "."
        return f'set data.decimal to "{other}"'
    return "mend the file or declare it under data.categorical"


def is_date(value: int) -> bool:
    """Whether a whole number is a date such as 20210304."""
    try:
        date(value // 10000, value // 100 % 100, value % 100)
    except ValueError:
        return False
    return True
