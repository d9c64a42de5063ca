"""From text to typed cells: what is in each, as expressions that any engine works out.

What a numeric cell is, is told by its flags: their sum is a small number, and counting how often
each of these sums occurs tells all that is asked of a column.
"""

import re
from collections.abc import Callable, Iterable
from functools import reduce
from operator import add

import narwhals as nw

from segmentation.engines import dates, durations
from segmentation.engines.base import Engine, Frame
from segmentation.engines.header import BLANK
from segmentation.engines.numbers import PLAUSIBLE
from segmentation.settings.shared.data import Data

MISSING_WORDS = (
    *("", "-", "--", ".", "?", "n/a", "na", "nan", "none", "null", "unknown"),
    *("#n/a", "#value!", "#div/0!", "#ref!", "#name?", "#num!"),  # of spreadsheets
    *("<na>", "(null)", "\\n"),  # of pandas and databases
)
TOTALS = ("total", "totals", "grand total", "sum", "summe", "gesamt", "insgesamt", "totale", "suma")

# What an id is.
ORDINARY, NO_ID, NO_DIGITS, TOTAL = 0, 1, 2, 3

# Flags of a numeric cell.
MISSING, UNREADABLE, IMPLAUSIBLE, SEPARATED, PERCENT = 1, 2, 4, 8, 16
# Of one with the mark that is not the decimal one: thousands or decimals by its looks.
OTHER_THOUSANDS, OTHER_DECIMALS = 32, 64
# Of one with the decimal mark, which is not, or may be, a thousands separator.
DECIMALS, MAYBE_THOUSANDS = 128, 256
# A number that stands for "never" or "not known", and so has no value.
NEVER = 512
# A duration, such as 1:30:00, in a column whose unit is one of time.
DURATION = 1024

# Patterns that RE2 and Java read alike.
_EDGE = "[" + "".join(rf"\x{{{ord(sign):x}}}" for sign in BLANK) + "]"
_EDGES = rf"^{_EDGE}+|{_EDGE}+$"
# An id with a digit and nothing but letters, digits and a few signs is an ordinary one.
_PLAIN_ID = r"^[0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]*$"
# What a spreadsheet makes of a long id. Its digits are lost; 1E5 may be an id as it is.
_SCIENTIFIC = r"^\d(?:[.,]\d+)?[eE]\+\d{2,}$"
_CURRENCY = r"(?:[$€£¥₹]|EUR|USD|GBP|CHF)"
_GROUPS = (*(sign for sign in BLANK if sign.isspace()), "'", "’")  # between thousands
_SIGN = r"[+-]?"


def stripped(cell: nw.Expr) -> nw.Expr:
    """Return text without what is blank at its ends."""
    return cell.str.replace_all(_EDGES, "")


def is_missing(cell: nw.Expr, *, but: frozenset[str] = frozenset()) -> nw.Expr:
    """Whether stripped text stands for nothing, `but` for words that are a category here.

    It is a pattern, as DuckDB makes a join of a list of so many words.
    """
    words = "|".join(re.escape(word) for word in MISSING_WORDS if word not in but)
    return cell.str.contains(f"(?i)^(?:{words})$")


def strip(cell: str) -> str:
    """Do what `stripped` does, to text that is here."""
    return cell.strip(BLANK)


def total(expressions: Iterable[nw.Expr]) -> nw.Expr:
    """Add up."""
    return reduce(add, expressions)


def typed(engine: Engine, data: Data) -> Frame:
    """Read the customers' cells.

    Returns
    -------
    Frame
        ``line``, ``damage``, ``spaces`` (cells that had them at an end), ``id`` (null where it is
        missing) and ``id_kind``; of each numeric column its value ``v0``, ``v1`` … and flags
        ``f0`` …; of each categorical one its text ``k0`` …, words for what is missing too.
    """
    col = nw.col
    places = range(len(data.numeric))
    days = {len(data.numeric) + i: data.dated(name) for i, name in enumerate(data.date)}
    times = {
        i: unit
        for i, name in enumerate(data.numeric)
        if (unit := data.unit(name) or "") in durations.SECONDS
    }
    kinds = range(len(data.kinds))
    first_kind = 1 + len(data.measures)
    quick = engine.read().drop("text")
    if data.decimal == ",":
        plainly = (
            nw.when(~col(f"c{i + 1}").str.contains(".", literal=True))
            .then(col(f"c{i + 1}").str.replace_all(",", ".", literal=True))
            .alias(f"u{i}")
            for i in places
        )
        quick = _with(quick, plainly)
    # Nearly every cell is a plain number; only the others are looked at closely.
    cell = "c{}" if data.decimal == "." else "u{}"
    shift = 1 if data.decimal == "." else 0
    quick = _numbers(engine, quick, {f"q{i}": cell.format(i + shift) for i in places})
    every = [f"c{i}" for i in range(1 + len(data.columns))]
    quick = quick.with_columns(
        *(col(f"q{i}").is_finite().fill_null(value=False).alias(f"ok{i}") for i in places),
        nw.when(col("loose")).then(total(_one(col(c) != stripped(col(c))) for c in every))
        .otherwise(nw.lit(0)).alias("spaces"),
        _tidy(col("c0")).alias("sid"),
        *(_tidy(col(f"c{first_kind + i}")).alias(f"k{i}") for i in kinds),
    )  # fmt: skip
    odd = quick.with_columns(
        *(nw.when(~col(f"ok{i}")).then(_tidy(col(f"c{i + 1}"))).alias(f"s{i}") for i in places),
        col("sid").str.contains(_PLAIN_ID).fill_null(value=False).alias("plain_id"),
    )
    odd = odd.with_columns(
        *(nw.when(~is_missing(col(f"s{i}"))).then(col(f"s{i}")).alias(f"m{i}") for i in places),
        _id_kind().alias("id_kind"),
    )
    plain = {i: _plain(col(f"m{i}"), engine.group) for i in places}
    odd = _with(
        odd,
        [
            *(percent.alias(f"p{i}") for i, (_, percent) in plain.items()),
            *(text.alias(f"x{i}") for i, (text, _) in plain.items()),
        ],
    )
    grouped = _grouped(data.decimal)
    odd = _with(
        odd,
        [col(f"x{i}").str.contains(grouped).fill_null(value=False).alias(f"g{i}") for i in places],
    )
    odd = _with(
        odd, [_bare(col(f"x{i}"), col(f"g{i}"), data.decimal).alias(f"b{i}") for i in places]
    )
    odd = _with(odd, [_tidy(col(f"c{i + 1}")).alias(f"s{i}") for i in days])
    odd = _with(
        odd, [nw.when(~is_missing(col(f"s{i}"))).then(col(f"s{i}")).alias(f"m{i}") for i in days]
    )
    dated = {
        f"{name}{i}": text
        for i, day in days.items()
        for name, text in dates.parts(col(f"m{i}"), day, engine.group).items()
    }
    timed = {
        f"{name}{i}": text
        for i, unit in times.items()
        for name, text in durations.parts(col(f"m{i}"), unit, engine.group).items()
    }
    taken_apart = dated | timed
    odd = _with(odd, [text.alias(name) for name, text in taken_apart.items()])
    read = _numbers(
        engine, odd,
        {f"w{i}": f"b{i}" for i in places} | {f"n_{name}": name for name in taken_apart},
    )  # fmt: skip
    for i, unit in times.items():
        texts, numbers = (
            {name: col(f"{before}{name}{i}") for name in durations.PARTS} for before in ("", "n_")
        )
        lasts = durations.total(texts, numbers, unit)
        read = read.with_columns(
            nw.when(~col(f"w{i}").is_finite().fill_null(value=False)).then(lasts).alias(f"t{i}")
        )
    number = [
        nw.when(col(f"ok{i}")).then(col(f"q{i}"))
        .otherwise(
            nw.when(col(f"w{i}").is_finite()).then(col(f"w{i}"))
            .otherwise(col(f"t{i}") if i in times else nw.lit(None, nw.Float64))
        ).alias(f"n{i}")
        for i in places
    ]  # fmt: skip
    read = _with(read, number)
    for i, day in days.items():
        year, month, date = (
            col(f"n_{part}{i}") if f"{part}{i}" in dated else None
            for part in ("year", "month", "day")
        )
        assert year is not None  # noqa: S101 - no format is without a year
        assert data.as_of is not None  # noqa: S101 - no dates are declared without it
        passed = dates.since(year, month, date, column=day, as_of=data.as_of)
        read = read.with_columns(passed.alias(f"n{i}"))
    never = {i: data.never(name) for i, name in enumerate(data.numeric) if data.never(name)}
    known = {i: ~col(f"n{i}").is_in(never[i]) if i in never else None for i in places}
    return read.select(
        "line",
        "damage",
        nw.when(col("damage").is_null()).then(col("spaces")).otherwise(nw.lit(0))
        .cast(nw.Int32).alias("spaces"),
        nw.when(col("id_kind") != NO_ID).then(col("sid")).alias("id"),
        col("id_kind").cast(nw.Int8),
        *(nw.when(_and(col(f"n{i}").abs() < PLAUSIBLE, known[i])).then(col(f"n{i}")).alias(f"v{i}")
          for i in places),
        *(col(f"n{i}").alias(f"v{i}") for i in days),
        *(_plus(_flags(i, data.decimal, timed=i in times), known[i]).cast(nw.Int16).alias(f"f{i}")
          for i in places),
        *(_date_flags(i).cast(nw.Int16).alias(f"f{i}") for i in days),
        *(f"k{i}" for i in kinds),
    )  # fmt: skip


def _with(frame: Frame, columns: Iterable[nw.Expr]) -> Frame:
    """Add columns, if there are any: a table may lack numbers, or dates."""
    added = list(columns)
    return frame.with_columns(*added) if added else frame


def _numbers(engine: Engine, frame: Frame, read: dict[str, str]) -> Frame:
    return engine.numbers(frame, read) if read else frame


def _and(one: nw.Expr, other: nw.Expr | None) -> nw.Expr:
    return one if other is None else one & other


def _plus(flags: nw.Expr, known: nw.Expr | None) -> nw.Expr:
    """Flag numbers that are no known ones."""
    return flags if known is None else flags + _one(~known) * NEVER


def _date_flags(i: int) -> nw.Expr:
    """Flags of a date: there is none, or none that is written as declared."""
    return nw.when(nw.col(f"m{i}").is_null()).then(nw.lit(MISSING)).otherwise(
        _one(nw.col(f"n{i}").is_null()) * UNREADABLE
    )  # fmt: skip


def _one(flag: nw.Expr) -> nw.Expr:
    return flag.fill_null(value=False).cast(nw.Int32)


def _tidy(cell: nw.Expr) -> nw.Expr:
    return nw.when(nw.col("loose")).then(stripped(cell)).otherwise(cell)


def _id_kind() -> nw.Expr:
    text = nw.col("sid")
    odd = (
        nw.when(is_missing(text).fill_null(value=True)).then(nw.lit(NO_ID))
        .otherwise(
            nw.when(text.str.contains(_SCIENTIFIC)).then(nw.lit(NO_DIGITS))
            .otherwise(
                nw.when(text.str.to_lowercase().is_in(TOTALS)).then(nw.lit(TOTAL))
                .otherwise(nw.lit(ORDINARY))
            )
        )
    )  # fmt: skip
    return nw.when(nw.col("plain_id")).then(nw.lit(ORDINARY)).otherwise(odd)


def _plain(cell: nw.Expr, group: Callable[[int], str]) -> tuple[nw.Expr, nw.Expr]:
    """Write a number plainly but for its thousands; and whether it has a percent sign."""
    plain = cell.str.replace_all("−", "-", literal=True)
    plain = plain.str.replace_all(r"^\((.*\d.*)\)$|^([^-]*\d)-$", f"-{group(1)}{group(2)}")
    plain = plain.str.replace_all(rf"^([+-]?)\s*{_CURRENCY}\s*|\s*{_CURRENCY}$", group(1))
    percent = plain.str.contains(r"\d\s*%$")
    return plain.str.replace_all(r"(\d)\s*%$", group(1)), percent.fill_null(value=False)


def _grouped(decimal: str) -> str:
    """Thousands separated all alike: ``1,234,567.5`` but not ``1,234 567``."""
    signs = ("," if decimal == "." else ".", *_GROUPS)
    groups = "|".join(rf"(?:\x{{{ord(sign):x}}}\d{{3}})+" for sign in signs)
    return rf"^{_SIGN}[1-9]\d{{0,2}}(?:{groups})(?:[{decimal}]\d+)?$"


def _bare(plain: nw.Expr, grouped: nw.Expr, decimal: str) -> nw.Expr:
    """Write a number without separators and with a decimal point, as `Engine.numbers` reads it."""
    signs = ("," if decimal == "." else ".", *_GROUPS)
    separators = "[" + "".join(rf"\x{{{ord(sign):x}}}" for sign in signs) + "]"
    bare = nw.when(grouped).then(plain.str.replace_all(separators, "")).otherwise(plain)
    bare = stripped(bare)
    if decimal == ",":
        bare = nw.when(~bare.str.contains(".", literal=True)).then(
            bare.str.replace_all(",", ".", literal=True)
        )
    return bare


def _flags(i: int, decimal: str, *, timed: bool) -> nw.Expr:
    number, text = nw.col(f"n{i}"), nw.col(f"m{i}")
    other = "," if decimal == "." else "."
    implausible = _one(number.abs() >= PLAUSIBLE) * IMPLAUSIBLE
    grouped = text.str.contains(rf"^{_SIGN}[1-9]\d{{0,2}}(?:[{other}]\d{{3}})+(?:\D.*)?$")
    decimals = text.str.contains(rf"^{_SIGN}\d*[{other}]\d+\D*$")
    otherwise = nw.when(text.str.contains(other, literal=True)).then(
        nw.when(grouped)
        .then(nw.lit(OTHER_THOUSANDS))
        .otherwise(nw.when(decimals).then(nw.lit(OTHER_DECIMALS)).otherwise(nw.lit(0)))
    ).otherwise(nw.lit(0))  # fmt: skip
    closely = nw.when(text.is_null()).then(nw.lit(MISSING)).otherwise(
        _one(number.is_null()) * UNREADABLE
        + implausible
        + _one(nw.col(f"g{i}")) * SEPARATED
        + _one(nw.col(f"p{i}")) * PERCENT
        + otherwise
        + _decimals(text, decimal)
    )  # fmt: skip
    if timed:
        closely = nw.when(~nw.col(f"t{i}").is_null()).then(nw.lit(DURATION)).otherwise(closely)
    # Of a plain number, the length tells as much: 1.104 is less than ten, and 12.50 is not.
    cell, size = nw.col(f"c{i + 1}"), number.abs()
    length = cell.str.len_chars()
    short = (length < 5) | ((length == 5) & (size >= 10)) | ((length == 6) & (size >= 100))
    # Of a longer one, the sign before its last three does: 12.34567890 separates no thousands.
    apart = ~nw.col("loose") & (cell.str.slice(-4, 1) != decimal)
    marked = nw.when(short | apart).then(nw.lit(DECIMALS)).otherwise(nw.lit(MAYBE_THOUSANDS))
    mark = nw.when(cell.str.contains(decimal, literal=True)).then(marked).otherwise(nw.lit(0))
    quickly = implausible + mark
    return nw.when(nw.col(f"ok{i}")).then(quickly).otherwise(closely)


def _decimals(text: nw.Expr, decimal: str) -> nw.Expr:
    """Tell a mark that separates no thousands, as it is not followed by three signs at the end."""
    return nw.when(text.str.contains(decimal, literal=True)).then(
        nw.when(text.str.slice(-4, 1) == decimal)
        .then(nw.lit(MAYBE_THOUSANDS))
        .otherwise(nw.lit(DECIMALS))
    ).otherwise(nw.lit(0))  # fmt: skip


# Flags of cells when thousands are in doubt.
THOUSANDS, TWICE, NOT_THOUSANDS, SMALL, LARGE = 1, 2, 4, 8, 16


def thousands(engine: Engine, i: int, decimal: str) -> Frame:
    """Count, by their flags, the cells of a numeric column that may separate thousands wrongly."""
    other = "," if decimal == "." else "."
    text = nw.col("text")
    read = engine.read().filter(nw.col("damage").is_null())
    read = read.select("line", stripped(nw.col(f"c{i + 1}")).alias("text"))
    marked = nw.when(text.str.contains(rf"^{_SIGN}[1-9]\d{{0,2}}(?:[{decimal}]\d{{3}})+$")).then(
        nw.when(text.str.contains(rf"[{decimal}].*[{decimal}]"))
        .then(nw.lit(THOUSANDS + TWICE))
        .otherwise(nw.lit(THOUSANDS))
    ).otherwise(nw.lit(NOT_THOUSANDS))  # fmt: skip
    plain = nw.when(text.str.contains(rf"^{_SIGN}\d{{1,3}}(?:[{other}]\d+)?$")).then(
        nw.lit(SMALL)
    ).otherwise(
        nw.when(text.str.contains(rf"^{_SIGN}\d{{4,}}(?:[{other}]\d+)?$"))
        .then(nw.lit(LARGE))
        .otherwise(nw.lit(0))
    )  # fmt: skip
    flags = nw.when(is_missing(text)).then(nw.lit(0)).otherwise(
        nw.when(text.str.contains(decimal, literal=True)).then(marked).otherwise(plain)
    )  # fmt: skip
    kept = engine.keep(read.select("line", flags.alias("flags")), f"thousands{i}")
    return kept.group_by("flags").agg(nw.len().alias("count"), nw.col("line").min().alias("first"))
