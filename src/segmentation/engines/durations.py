"""Durations as expressions that any engine works out: ``1:30:00``, ``90 min``, ``2h 15m``.

They count in a numeric column whose unit is one of time. ``1:30`` are hours and minutes, or minutes
and seconds in a column of seconds.
"""

import re
from collections.abc import Callable, Mapping

import narwhals as nw

SECONDS = {
    **dict.fromkeys(("seconds", "sec", "s"), 1.0),
    **dict.fromkeys(("minutes", "min"), 60.0),
    **dict.fromkeys(("hours", "h"), 3600.0),
}
"""What a unit of time is, in seconds."""

PARTS = {"days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}
"""What a duration is made of, in the order of the groups of `WORDED`, in seconds."""

# Patterns that RE2 and Java read alike, of text in lower case.
THREE = r"(\d+):([0-5]?\d):([0-5]\d(?:[.,]\d+)?)$"
TWO = r"(\d+):([0-5]\d)$"
_NUMBER = r"(\d+(?:[.,]\d+)?)\s*"
_BESIDE = r"[,\s]*(?:and\s+|und\s+|et\s+|y\s+)?"
WORDED = (
    r"^(?:pt?)?"
    rf"(?:{_NUMBER}(?:days?|d|tage?n?|jours?|d[ií]as?){_BESIDE}t?)?"
    rf"(?:{_NUMBER}(?:hours?|hrs?|h|std\.?|stunden?|heures?|horas?|ore){_BESIDE})?"
    rf"(?:{_NUMBER}(?:minutes?|mins?\.?|m|minuten?|minutos?|minuti){_BESIDE})?"
    rf"(?:{_NUMBER}(?:seconds?|secs?\.?|s|sek\.?|sekunden?|secondes?|segundos?|secondi))?$"
)
NO_UNIT = r"^\d+(?:[.,]\d+)?\s*m$"
"""Metres, or millions, as likely as minutes."""


def spoken(two: str) -> tuple[str, str]:
    """What stands for the groups of `THREE` and of `TWO`, where ``{1}`` is the first."""
    return "{1}h {2}m {3}s", "{1}m {2}s" if SECONDS.get(two) == 1 else "{1}h {2}m"


def is_clock(cell: str) -> bool:
    """Whether a cell is written as ``1:30`` or ``1:30:00``."""
    return re.fullmatch(f"({TWO})|({THREE})", cell) is not None


def parts(cell: nw.Expr, unit: str, group: Callable[[int], str]) -> dict[str, nw.Expr]:
    """Take a cell apart into the texts of its days, hours, minutes and seconds.

    Of a cell that is no duration all are null. `group` names a group of a pattern, as
    `Engine.group` does.

    Examples
    --------
    >>> list(parts(nw.col("call"), "minutes", "${}".format))
    ['days', 'hours', 'minutes', 'seconds']
    """
    groups = [group(i) for i in range(4)]
    three, two = (each.format(*groups) for each in spoken(unit))
    text = cell.str.to_lowercase().str.replace_all(THREE, three).str.replace_all(f"^{TWO}", two)
    fits = text.str.contains(WORDED) & text.str.contains(r"\d") & ~text.str.contains(NO_UNIT)
    text = nw.when(fits).then(text)
    return {
        name: text.str.replace_all(WORDED, group(i)).str.replace_all(",", ".", literal=True)
        for i, name in enumerate(PARTS, start=1)
    }


def total(texts: Mapping[str, nw.Expr], numbers: Mapping[str, nw.Expr], unit: str) -> nw.Expr:
    """Add up what `parts` took apart, read as numbers: null where a cell is no duration."""
    seconds = None
    for name, worth in PARTS.items():
        each = numbers[name].fill_null(0.0) * worth
        seconds = each if seconds is None else seconds + each
    assert seconds is not None  # noqa: S101 - there are parts
    return nw.when(~texts["days"].is_null()).then(seconds / SECONDS[unit])
