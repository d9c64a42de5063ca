"""Cells as SQL that DuckDB works out: numbers, durations, and words that may stand for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from segmentation import sql
from segmentation.engines import durations
from segmentation.onboarding import lexicon
from segmentation.settings.shared.columns import NO_WORDS, YES_WORDS

TOP = 60  # commonest values that are looked at
_SHARED = 10  # customers without whom nothing is told of a category
_CURRENCY = "(?:[$€£¥₹]|EUR|USD|GBP|CHF)"
LIKE_A_DATE = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ].*)?"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|[A-Za-z]{3,9} \d{1,2}, \d{4}|(19|20)\d{6}"
)


@dataclass(frozen=True)
class Durations:
    """A column as durations: its numbers are in a unit that suits them.

    Attributes
    ----------
    unit : str
    two : str
        A cell such as 1:30, of which it is not certain what it counts; empty where there is none.
    clock : bool
        Whether cells may be times of the day.
    """

    unit: str
    two: str = ""
    clock: bool = False


def trimmed(i: int, of: str = "") -> str:
    """SQL of a cell without what is blank at its ends."""
    blank = " || ".join(f"chr({ord(sign)})" for sign in "\t\n\r \u00a0\u200b\ufeff")
    return f"trim({of}c{i}, {blank})"


def meant_of(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[int, str]:
    """Tell in which columns None is a category, and NA the region: what a program writes for
    missing cells stands in columns of numbers and dates, too.
    """  # noqa: D205
    found: dict[int, str] = {}
    for word in ("None", "NA"):
        often = (
            con.execute(
                "SELECT "
                + ", ".join(
                    f"count(*) FILTER (lower({trimmed(i)}) = {sql.text(word.lower())})"
                    for i in range(len(names))
                )
                + " FROM cells"
            ).fetchone()
            or ()
        )
        if not any(often):
            continue
        told = (
            con.execute(
                "SELECT "
                + ", ".join(
                    f"count(c{i}), count(n{i}), count(DISTINCT c{i}), "
                    f"count(*) FILTER (regexp_full_match(c{i}, '{LIKE_A_DATE}'))"
                    for i in range(len(names))
                )
                + " FROM tidy JOIN numbers USING (row)"
            ).fetchone()
            or ()
        )
        of = {i: told[4 * i : 4 * i + 4] for i, many in enumerate(often) if many}
        if any(max(n, dated) > 0.5 * known for known, n, _, dated in of.values()):
            continue
        for i, (_, _, distinct, _) in of.items():
            if often[i] >= _SHARED and 1 <= distinct <= TOP and i not in found:
                levels = con.execute(
                    f"SELECT DISTINCT lower(c{i}) FROM tidy WHERE c{i} IS NOT NULL"
                ).fetchall()
                if _is_category(word, {level for (level,) in levels}, names[i]):
                    found[i] = _spelt(con, i, word)
    return found


def _is_category(word: str, beside: set[str], name: str) -> bool:
    """Whether a word that may stand for nothing is one of the answers beside it."""
    if word == "NA":
        return beside <= lexicon.REGIONS and bool(lexicon.AREA & set(lexicon.tokens(name)))
    # Beside yes and no it is neither.
    return not (beside <= YES_WORDS | NO_WORDS and beside & NO_WORDS)


def _spelt(con: duckdb.DuckDBPyConnection, i: int, word: str) -> str:
    """The commonest spelling of a word in a column."""
    row = con.execute(
        f"SELECT {trimmed(i)} AS cell, count(*) AS many FROM cells "
        f"WHERE lower({trimmed(i)}) = {sql.text(word.lower())} GROUP BY cell "
        "ORDER BY many DESC, cell LIMIT 1"
    ).fetchone()
    assert row is not None  # noqa: S101 - it was counted
    return str(row[0])


def _spoken(column: str, unit: str) -> str:
    """SQL that writes a duration in words: 1:30:00 as 1h 30m 00s."""
    three, two = (each.format("", r"\1", r"\2", r"\3") for each in durations.spoken(unit))
    inner = f"regexp_replace(lower({column}), {sql.text(durations.THREE)}, {sql.text(three)})"
    return f"regexp_replace({inner}, {sql.text('^' + durations.TWO)}, {sql.text(two)})"


def _seconds(column: str, unit: str) -> str:
    """SQL that reads a cell as a duration, NULL where it is none."""
    text = _spoken(column, unit)
    each = " + ".join(
        f"coalesce(TRY_CAST(replace(regexp_extract({text}, {sql.text(durations.WORDED)}, {i}), "
        f"',', '.') AS DOUBLE), 0) * {worth}"
        for i, worth in enumerate(durations.PARTS.values(), start=1)
    )
    fits = (
        rf"regexp_matches({text}, {sql.text(durations.WORDED)}) AND regexp_matches({text}, '\d') "
        f"AND NOT regexp_matches({text}, {sql.text(durations.NO_UNIT)})"
    )
    return f"CASE WHEN {fits} THEN {each} END"


def lasting_number(column: str, unit: str, decimal: str) -> str:
    """SQL that reads a cell as a duration in a unit, or as a number of it."""
    seconds = f"({_seconds(column, unit)}) / {durations.SECONDS[unit]}"
    return f"coalesce({number(column, decimal)}, {seconds})"


def durations_of(
    con: duckdb.DuckDBPyConnection, names: Sequence[str], decimal: str
) -> dict[int, Durations]:
    """Columns nearly all of whose cells are durations, with the unit that suits them."""
    few = "(FROM tidy LIMIT 200000)"
    counts = ", ".join(
        f"count(c{i}), count({number(f'c{i}', decimal)}), "
        rf"count(*) FILTER (regexp_matches(c{i}, '^\D{{0,2}}\d.*[:a-zA-Z]')) "
        for i in range(len(names))
    )
    row = con.execute(f"SELECT {counts} FROM {few}").fetchone() or ()
    found: dict[int, Durations] = {}
    for i, name in enumerate(names):
        known, numbers, like = row[3 * i : 3 * i + 3]
        if not known or numbers + like < 0.9 * known or not like:
            continue
        c = f"c{i}"
        told = con.execute(
            f"SELECT count({_seconds(c, 'minutes')}), median({_seconds(c, 'minutes')}), "
            f"max({_seconds(c, 'minutes')}), "
            rf"any_value({c}) FILTER (regexp_full_match({c}, '\d+:[0-5]\d')), "
            rf"count(*) FILTER (regexp_full_match({c}, '[0-2]\d:[0-5]\d(:[0-5]\d)?')), "
            rf"count(*) FILTER (regexp_full_match({c}, '(?i)\d{{1,2}}:[\d:]+\s*[ap]\.?m\.?')) "
            f"FROM {few}"
        ).fetchone()
        assert told is not None  # noqa: S101 - an aggregate has one row
        lasting, middle, longest, two, padded, noon = told
        words = set(lexicon.tokens(name))
        if noon > 0.9 * known:
            found[i] = Durations("minutes", clock=True)
        if not lasting or lasting + numbers < 0.9 * known:
            continue
        lasts = bool(words & lexicon.LASTING)
        clock = padded == lasting and longest < 86400 and not lasts and (
            longest >= 43200 or bool(words & lexicon.CLOCK)
        )  # fmt: skip
        # A call of 45:30, or a visit of 3:12, are minutes and seconds.
        short = two and (longest >= 86400 or bool(words & lexicon.BRIEF))
        unit = "seconds" if short or middle < 120 else "minutes" if middle < 172800 else "hours"
        found[i] = Durations(unit, two or "", clock)
    return found


def _plain(cell: str) -> str:
    """Strip what stands around a number: parentheses, a sign behind it, a currency, per cent."""
    inner = f"replace({cell}, '−', '-')"
    inner = rf"regexp_replace({inner}, '^\((.*\d.*)\)$', '-\1')"
    inner = rf"regexp_replace({inner}, '^([^-]*\d)-$', '-\1')"
    inner = rf"regexp_replace({inner}, '^([+-]?)\s*{_CURRENCY}\s*', '\1')"
    return rf"regexp_replace({inner}, '\s*({_CURRENCY}|%)$', '')"


def number(column: str, decimal: str) -> str:
    """SQL that reads a cell as a number, NULL where it is none."""
    thousands = "," if decimal == "." else r"\."
    mark = r"\." if decimal == "." else ","
    plain = _plain(column)
    grouped = "|".join(
        rf"(?:{sep}\d{{3}})+" for sep in (thousands, r"[\s\x{00A0}\x{202F}]", "''", "’")
    )
    digits = rf"regexp_full_match({plain}, '[+-]?(\d+{mark}?\d*|{mark}\d+)([eE][+-]?\d+)?')"
    thousand = rf"regexp_full_match({plain}, '[+-]?[1-9]\d{{0,2}}(?:{grouped})(?:{mark}\d+)?')"
    unmarked = rf"regexp_replace({plain}, '[{thousands}\s\x{{00A0}}\x{{202F}}''’]', '', 'g')"

    def cast(text: str) -> str:
        text = f"replace({text}, ',', '.')" if decimal == "," else text
        return f"TRY_CAST({text} AS DOUBLE)"

    value = f"CASE WHEN {digits} THEN {cast(plain)} WHEN {thousand} THEN {cast(unmarked)} END"
    return f"CASE WHEN abs({value}) < 1e15 THEN {value} END"
