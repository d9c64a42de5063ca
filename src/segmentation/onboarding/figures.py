"""What is counted of each column before anything is made of it, by DuckDB."""

from dataclasses import dataclass, field, replace

import duckdb
import pandas as pd

from segmentation import sql
from segmentation.engines.cells import MISSING_WORDS, TOTALS
from segmentation.errors import SettingsError, did_you_mean
from segmentation.onboarding.cells import (
    LIKE_A_DATE,
    TOP,
    Durations,
    durations_of,
    lasting_number,
    meant_of,
    number,
    trimmed,
)
from segmentation.onboarding.source import Source

SAMPLE = 20_000  # rows in which columns are compared with one another
_EARLIEST = 1800  # year of a date that is told of customers
# Written as people do. Where day and month cannot be told apart, both are tried and doubted.
DATE_FORMATS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    *("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%Y", "%m-%d-%Y"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y"),
    *("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y"),
)
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H:%M:%S.%f", " %I:%M %p")
# Of what programs write: 2024-03-31T10:15:00.000Z.
_ZONED = ("T%H:%M:%SZ", "T%H:%M:%S%z", "T%H:%M:%S.%f", "T%H:%M:%S.%fZ", "T%H:%M:%S.%f%z",
          " %H:%M:%S%z", " %H:%M:%S.%f%z", " %H:%M:%S UTC")  # fmt: skip
_FORMATS = (
    *(day + time for day in DATE_FORMATS for time in _TIMES),
    *(f"%Y-%m-%d{time}" for time in _ZONED),
)


@dataclass(frozen=True)
class Numbers:
    """A column as numbers."""

    share: float  # of the known cells that are numbers
    distinct: int
    whole: bool
    minimum: float
    maximum: float
    mean: float
    quantiles: tuple[float, ...]  # 1, 25, 50, 75 and 99%
    zeros: float
    negative: float
    percent: bool = False
    counts: dict[float, int] = field(default_factory=dict)  # of the commonest, and of the ends
    rising: bool = False  # one more in each row than in the row before

    @property
    def spread(self) -> float:
        """Between the quartiles."""
        return self.quantiles[3] - self.quantiles[1]


@dataclass(frozen=True)
class Dates:
    """A column as dates."""

    share: float
    format: str
    first: str
    last: str
    others: tuple[str, ...] = ()  # formats that read as many cells


@dataclass(frozen=True)
class Figures:
    """What is counted of a column."""

    name: str
    rows: int
    known: int
    distinct: int
    levels: dict[str, int]  # the commonest texts
    longest: int
    words: float  # a cell, on average
    numbers: Numbers | None = None
    dates: Dates | None = None
    example: str = ""
    odd: str = ""  # a cell that is no number where nearly all are
    meant: str = ""  # a text such as None that is a category here
    durations: Durations | None = None

    @property
    def missing(self) -> float:
        """Share of the rows without a cell."""
        return 1 - self.known / self.rows

    @property
    def top_share(self) -> float:
        """Of the commonest text among the known cells."""
        return max(self.levels.values(), default=0) / max(self.known, 1)


@dataclass(frozen=True)
class Counted:
    """All columns of a table."""

    columns: tuple[Figures, ...]
    decimal: str
    notes: tuple[str, ...]
    sample: pd.DataFrame  # numbers where a column is one, else text, by column name
    distinct: int  # rows that are not, cell by cell, another one again
    totals: int = 0  # the row of sums below the others; 0 where there is none


def count(source: Source, *, date_format: str = "auto") -> Counted:
    """Count what there is to know of each column.

    Parameters
    ----------
    source : Source
    date_format : str
        Of dates that may be read in several ways.

    Raises
    ------
    SettingsError
        There is no such format.
    """
    if date_format not in ("auto", *_FORMATS):
        raise SettingsError(
            f"--date-format '{date_format}' is no format of dates that is known"
            + did_you_mean(date_format, DATE_FORMATS)
        )
    con, names = source.con, source.names
    missing = ", ".join(map(sql.text, MISSING_WORDS))
    tidy = ", ".join(
        f"CASE WHEN lower({trimmed(i)}) IN ({missing}) THEN NULL ELSE {trimmed(i)} END AS c{i}"
        for i in range(len(names))
    )
    con.execute(f"CREATE TABLE tidy AS SELECT row, {tidy} FROM cells")
    # Lines of delimiters only are no customers.
    blank = " AND ".join(f"c{i} IS NULL" for i in range(len(names)))
    con.execute(f"DELETE FROM tidy WHERE {blank}")
    totals = _totals(con, len(names))
    decimal, notes = _decimal(con, len(names))
    lasting = durations_of(con, names, decimal)
    values = [
        lasting_number(f"c{i}", lasting[i].unit, decimal)
        if i in lasting
        else number(f"c{i}", decimal)
        for i in range(len(names))
    ]
    numbers = ", ".join(f"{value} AS n{i}" for i, value in enumerate(values))
    con.execute(f"CREATE TABLE numbers AS SELECT row, {numbers} FROM tidy")
    meant = meant_of(con, names)
    for i, word in meant.items():
        con.execute(
            f"UPDATE tidy SET c{i} = {sql.text(word)} FROM cells WHERE tidy.row = cells.row "
            f"AND lower({trimmed(i, 'cells.')}) = {sql.text(word.lower())}"
        )
    columns = tuple(
        replace(
            _figures(con, i, name, date_format), meant=meant.get(i, ""), durations=lasting.get(i)
        )
        for i, name in enumerate(names)
    )
    every = ", ".join(f"c{i}" for i in range(len(names)))
    distinct = con.execute(f"SELECT count(DISTINCT hash({every})) FROM tidy").fetchone() or (0,)
    return Counted(columns, decimal, tuple(notes), _sample(con, columns), distinct[0], totals)


def _totals(con: duckdb.DuckDBPyConnection, columns: int) -> int:
    """Leave out a last row whose first cell is "Total": its sums are nobody's."""
    first = f"coalesce({', '.join(f'c{i}' for i in range(columns))})"
    row = con.execute(f"SELECT row, lower({first}) FROM tidy ORDER BY row DESC LIMIT 1").fetchone()
    if row is None or row[1].rstrip(":") not in TOTALS:
        return 0
    con.execute(f"DELETE FROM tidy WHERE row = {row[0]}")
    return int(row[0])


def _decimal(con: duckdb.DuckDBPyConnection, columns: int) -> tuple[str, list[str]]:
    """Tell which of ``.`` and ``,`` is the decimal mark: the one that reads more cells."""
    sums = ", ".join(
        f"count({number(f'c{i}', '.')}), count({number(f'c{i}', ',')}), count(c{i}), "
        rf"count(*) FILTER (regexp_full_match(c{i}, '[+-]?[1-9]\d{{0,2}}(\.\d{{3}})+')), "
        rf"count(*) FILTER (regexp_full_match(c{i}, '[+-]?\d+\.\d*') AND NOT "
        rf"regexp_full_match(c{i}, '[+-]?[1-9]\d{{0,2}}(\.\d{{3}})+')), "
        rf"count(*) FILTER (regexp_full_match(c{i}, '[+-]?\d{{1,3}}')), "
        rf"count(*) FILTER (regexp_full_match(c{i}, '[+-]?\d{{4,}}'))"
        for i in range(columns)
    )
    found = con.execute(f"SELECT {sums} FROM (FROM tidy LIMIT 200000)").fetchone() or ()
    points = commas = thousands = 0
    for i in range(columns):
        point, comma, known, grouped, decimals, small, large = found[7 * i : 7 * i + 7]
        if max(point, comma) >= 0.8 * known > 0:
            points, commas = points + point, commas + comma
            thousands += bool(grouped and small and not decimals and not large)
    if commas > points:
        return ",", ["a comma is the decimal mark"]
    if commas == points and thousands:
        return ",", ["points always stand before three digits: taken for thousands"]
    return ".", []


def _figures(con: duckdb.DuckDBPyConnection, i: int, name: str, date_format: str) -> Figures:
    c, n = f"c{i}", f"n{i}"
    row = con.execute(
        f"SELECT count(*), count({c}), count(DISTINCT {c}), max(length({c})), "
        rf"avg(1 + length({c}) - length(replace({c}, ' ', ''))), any_value({c}), "
        rf"count(*) FILTER (regexp_full_match({c}, '{LIKE_A_DATE}')) FROM tidy"
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has one row
    rows, known, distinct, longest, words, example, dated = row
    levels = dict(
        con.execute(
            f"SELECT {c}, count(*) AS many FROM tidy WHERE {c} IS NOT NULL GROUP BY {c} "
            f"ORDER BY many DESC, {c} LIMIT {TOP}"
        ).fetchall()
    )
    numbers = _numbers(con, i, known) if known else None
    odd = ""
    if numbers is not None and numbers.share < 1:
        found = con.execute(
            f"SELECT {c} FROM tidy JOIN numbers USING (row) WHERE {c} IS NOT NULL AND {n} IS NULL "
            "ORDER BY row LIMIT 1"
        ).fetchone()
        odd = found[0] if found else ""
    return Figures(
        name=name,
        rows=rows,
        known=known,
        distinct=distinct,
        levels=levels,
        longest=longest or 0,
        words=words or 0.0,
        numbers=numbers,
        dates=_dates(con, c, known, date_format) if known and dated >= 0.8 * known else None,
        example=example or "",
        odd=odd,
    )


def _numbers(con: duckdb.DuckDBPyConnection, i: int, known: int) -> Numbers | None:
    n = f"n{i}"
    row = con.execute(
        f"SELECT count({n}), count(DISTINCT {n}), bool_and({n} = round({n})), min({n}), max({n}), "
        f"avg({n}), quantile_disc({n}, [0.01, 0.25, 0.5, 0.75, 0.99]), "
        f"count(*) FILTER ({n} = 0), count(*) FILTER ({n} < 0) FROM numbers"
    ).fetchone()
    if row is None or not row[0]:
        return None
    many, distinct, whole, low, high, mean, quantiles, zeros, negative = row
    counts = dict(
        con.execute(
            f"SELECT {n}, count(*) AS many FROM numbers WHERE {n} IS NOT NULL GROUP BY {n} "
            f"ORDER BY many DESC, {n} LIMIT {TOP}"
        ).fetchall()
    )
    ends = con.execute(
        f"WITH each AS (SELECT {n} AS v, count(*) AS many FROM numbers WHERE {n} IS NOT NULL "
        "GROUP BY v) (FROM each ORDER BY v LIMIT 2) UNION ALL (FROM each ORDER BY v DESC LIMIT 2)"
    ).fetchall()
    percent = con.execute(
        f"SELECT count(*) FILTER (c{i} LIKE '%\\%' ESCAPE '\\') FROM tidy"
    ).fetchone()
    rising = False
    if many == distinct == known and whole and high - low + 1 == distinct:
        steps = con.execute(
            f"SELECT bool_and(step = 1) FROM (SELECT {n} - lag({n}) OVER (ORDER BY row) AS step "
            "FROM numbers) WHERE step IS NOT NULL"
        ).fetchone()
        rising = bool(steps and steps[0])
    return Numbers(
        share=many / known,
        distinct=distinct,
        whole=bool(whole),
        minimum=low,
        maximum=high,
        mean=mean,
        quantiles=tuple(quantiles),
        zeros=zeros / many,
        negative=negative / many,
        percent=bool(percent and percent[0] >= 0.9 * known),
        counts=counts | dict(ends),
        rising=rising,
    )


def _dates(
    con: duckdb.DuckDBPyConnection, c: str, known: int, wanted: str = "auto"
) -> Dates | None:
    """The format that reads most cells, and others that read as many."""
    counts = ", ".join(f"count(try_strptime({c}, '{form}'))" for form in _FORMATS)
    found = con.execute(f"SELECT {counts} FROM (FROM tidy LIMIT 50000)").fetchone() or ()
    known = (con.execute(f"SELECT count({c}) FROM (FROM tidy LIMIT 50000)").fetchone() or (0,))[0]
    best = max(found, default=0)
    if not best or best < 0.9 * known:
        return None
    alike = [form for form, many in zip(_FORMATS, found, strict=True) if many == best]
    # Read with %Y, 2/24/11 is a day of the year 11.
    first = ", ".join(f"min(year(try_strptime({c}, '{form}')::TIMESTAMP))" for form in alike)
    years = con.execute(f"SELECT {first} FROM (FROM tidy LIMIT 50000)").fetchone() or ()
    alike = [form for form, year in zip(alike, years, strict=True) if year >= _EARLIEST]
    if not alike:
        return None
    alike = [form for form in alike if form.startswith(wanted)][:1] or alike
    form = alike[0]
    # The day where it was, not in Greenwich.
    day = f"left({c}, 10)" if "%z" in form else c
    ends = con.execute(
        f"SELECT min(d)::DATE::VARCHAR, max(d)::DATE::VARCHAR FROM "
        f"(SELECT try_strptime({day}, '{form[:8] if '%z' in form else form}') AS d FROM tidy)"
    ).fetchone()
    assert ends is not None  # noqa: S101 - an aggregate has one row
    return Dates(best / known, form, ends[0], ends[1], tuple(alike[1:]))


def _sample(con: duckdb.DuckDBPyConnection, columns: tuple[Figures, ...]) -> pd.DataFrame:
    chosen = ", ".join(
        f"n{i}" if column.numbers and column.numbers.share >= 0.9 else f"c{i}"
        for i, column in enumerate(columns)
    )
    table = con.execute(
        f"SELECT {chosen} FROM (SELECT * FROM tidy JOIN numbers USING (row) "
        f"USING SAMPLE reservoir({SAMPLE} ROWS) REPEATABLE (42)) ORDER BY row"
    ).df()
    table.columns = pd.Index([column.name for column in columns])
    return table
