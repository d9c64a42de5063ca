"""Which way the dates of a file are written."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from segmentation import sql
from segmentation.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d",
         "%Y%m%d", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d-%b-%Y", "%d %b %Y")  # fmt: skip
_TIMES = ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M:%S.%g", " %H:%M:%S.%g", "T%H:%M:%S%z",
          "T%H:%M:%SZ", "T%H:%M:%S.%gZ", " %H:%M:%S UTC", " %I:%M %p", " %I:%M:%S %p")  # fmt: skip
_ENOUGH = 0.5  # of the values that a format must read; lines with others are left out, and told


def format_of(
    con: "DuckDBPyConnection", relation: str, column: str, examples: Iterable[str]
) -> str:
    """Return the one way to read a column's dates.

    Parameters
    ----------
    con : DuckDBPyConnection
    relation : str
        SQL of a relation with the column as text.
    column : str
    examples : iterable of str
        Some of the dates, from all over the relation; all are read only if these do not decide.

    Raises
    ------
    InputError
        No format that is known reads them, or two do and tell other days.
    """
    quoted = sql.name(column)
    first = sorted({each.strip() for each in examples} - {""})
    if not first:
        raise InputError(f"column '{column}' holds no dates")
    con.execute("create or replace temp table looked_at as select unnest(?) as d", [first])
    fits = _fitting(con, "looked_at", [day + time for day in _DAYS for time in _TIMES])
    if not fits:
        raise InputError(
            f"column '{column}' holds dates such as '{first[0]}', written in a way that is not "
            "known; set purchases.date_format, for example to %d.%m.%Y %H:%M"
        )
    if len(fits) == 1:
        return fits[0]
    # The examples may be of a few days; whether 3/4 is in March or in April shows in the whole.
    con.execute(
        "create or replace temp table looked_at as "
        f"select distinct trim({quoted}::varchar) as d from {relation} where {quoted} is not null"
    )
    best, *others = _fitting(con, "looked_at", fits) or fits
    for other in others:
        differ = " is distinct from ".join(f"try_strptime(d, {sql.text(w)})" for w in (best, other))
        if con.execute(f"select count(*) from looked_at where {differ}").fetchone() != (0,):
            raise InputError(
                f"dates in column '{column}' can be read in two ways, {best} and {other}; set "
                "purchases.date_format to the right one, or give it to the command: "
                f"--date-format {best}"
            )
    return best


def _fitting(con: "DuckDBPyConnection", table: str, formats: list[str]) -> list[str]:
    """Return the formats that read the most of a table's dates, if that is nearly all."""
    reads = ", ".join(f"count(try_strptime(d, {sql.text(each)}))" for each in formats)
    total, *counts = con.execute(f"select count(*), {reads} from {table}").fetchone() or (0,)
    most = max(counts, default=0)
    if most < _ENOUGH * total:
        return []
    return [each for each, count in zip(formats, counts, strict=True) if count == most]
