"""What a table as a whole says: the id, copies, outcomes, and what a customer is worth."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from segmentation.errors import InputError
from segmentation.onboarding import lexicon
from segmentation.onboarding.figures import Counted, Figures
from segmentation.onboarding.roles import CODES, Column, answers, ignored, role_of

_COPY = 0.995  # absolute rank correlation above which a column says what another says
_NEAR = 0.95
_WHEN = ("date", "dt", "datetime", "timestamp", "ts", "at")  # what the name of a day ends in


class PurchasesError(InputError):
    """The file holds purchases, which `segmentation purchases` makes customers of."""


@dataclass(frozen=True)
class Plan:
    """What is made of a table.

    Attributes
    ----------
    columns : tuple of Column
        In the order of the file.
    id : str or None
        The column of the id; None where there is none.
    value : tuple of str
        The column that says what a customer is worth, or those whose sum does.
    value_why : str
    value_unsure : bool
    decimal : str
    notes : tuple of str
    as_of : date or None
        The day that dates are counted up to; None where there are none.
    """

    columns: tuple[Column, ...]
    id: str | None
    value: tuple[str, ...]
    value_why: str
    value_unsure: bool
    decimal: str
    notes: tuple[str, ...] = ()
    as_of: dt.date | None = None

    def of(self, *roles: str) -> list[Column]:
        """The columns that have one of the roles."""
        return [column for column in self.columns if column.role in roles]

    @property
    def numbers(self) -> list[Column]:
        """The columns that become numbers."""
        return self.of("numeric", "date")

    @property
    def categories(self) -> list[Column]:
        """The columns that stay texts."""
        return self.of("categorical", "flag", "scale")

    @property
    def describe(self) -> tuple[str, ...]:
        """The columns that segments are not found in."""
        used = (*self.numbers, *self.categories)
        return tuple(column.becomes_column for column in used if column.describe)

    def with_column(self, column: Column) -> "Plan":
        """The same with one column taken for something else."""
        columns = tuple(column if old.name == column.name else old for old in self.columns)
        return replace(self, columns=columns)


def plan(counted: Counted, *, saved: dt.date) -> Plan:
    """Decide what each column is, and what a customer is worth.

    Parameters
    ----------
    counted : Counted
    saved : date
        When the file was saved: ages are counted up to then where no date in it says better.

    Raises
    ------
    InputError
        The table holds purchases, or nothing that tells customers apart.
    """
    columns = {figures.name: role_of(figures) for figures in counted.columns}
    columns |= answers(counted.columns, columns)
    figures = {each.name: each for each in counted.columns}
    identity = _identity(figures, columns, counted.distinct)
    for name in columns:
        words = set(lexicon.tokens(name))
        if name == identity:
            columns[name] = Column(name, "id", *_id_words(figures[name]))
        elif columns[name].role not in ("date", "flag") and _is_another_id(figures[name]):
            columns[name] = ignored(
                name, "it numbers rows or people, which is no trait",
                unsure=_several(figures[name], counted.distinct) if identity is None else "",
            )  # fmt: skip
        elif columns[name].used and _is_outcome(columns[name], words):
            columns[name] = replace(
                columns[name],
                describe=True,
                why=f"{columns[name].why}; an outcome by its name",
                becomes=f"{columns[name].becomes}, described only",
                unsure=columns[name].unsure or "an outcome shapes no segments, but is told of each",
            )
    _copies(columns, counted.sample)
    as_of, told = _as_of(columns, figures, saved)
    if as_of is not None:
        _dated(columns, as_of)
    table = list(columns.values())
    value, why, unsure = _value(table)
    telling = [c.name for c in table if c.used and not c.describe]
    if len(telling) < 2:
        left = "; ".join([f"'{c.name}': {c.why}" for c in table if c.role == "ignore"][:4])
        what = f"one column alone, '{telling[0]}', tells" if telling else "no column tells"
        raise InputError(
            f"{what} customers apart{': ' + left if left else ''}; add numbers or "
            "categories that describe them"
        )
    return Plan(
        columns=tuple(table),
        id=identity,
        value=value,
        value_why=why,
        value_unsure=unsure,
        decimal=counted.decimal,
        notes=(*counted.notes, *_repeated(counted, identity), *told),
        as_of=as_of,
    )


def _as_of(
    columns: dict[str, Column], figures: dict[str, Figures], saved: dt.date
) -> tuple[dt.date | None, list[str]]:
    """The last day in the file that is no plan for later, and whether that is sure."""
    dates = [column for column in columns.values() if column.role == "date"]
    if not dates:
        return None, []
    days = [
        (dt.date.fromisoformat(column.last), column.name)
        for column in dates
        if "-" in column.last and not _is_birth(column) and not _ends(column)
    ]
    everywhere = [
        (dt.date.fromisoformat(each.dates.last), each.name)
        for each in figures.values()
        if each.dates and each.dates.first == each.dates.last
    ]
    for day, name in everywhere:
        if max([saved.min, *(last for last, _ in days)]) <= day <= saved:
            return day, [f"dates are counted up to {day}, the day of '{name}' in every row"]
    if days:
        last, name = max(days)
        return last, [f"dates are counted up to {last}, the last day in '{name}' (data.as_of)"]
    years = [int(c.last) for c in dates if "-" not in c.last and not _is_birth(c)]
    if years:
        last = dt.date(max(years), 12, 31)
        return last, [f"years are counted up to {last.year}, the last in the file (data.as_of)"]
    return saved, [
        (
            f"no date says of when the file is: ages are counted up to {saved}, when it was saved; "
            "set data.as_of to the day that it is about"
        )
    ]


def _is_birth(column: Column) -> bool:
    return column.meaning is not None and column.meaning.key == "birth"


def _ends(column: Column) -> bool:
    return bool(set(lexicon.tokens(column.name)) & lexicon.ENDS)


def _dated(columns: dict[str, Column], as_of: dt.date) -> None:
    """Name what dates become, by what they are the dates of."""
    for name, column in columns.items():
        if column.role != "date":
            continue
        words = set(lexicon.tokens(name))
        minimum: float | None = 0
        maximum = None
        unit = "years" if column.format == "%Y" else "days"
        if _is_birth(column):
            called, unit, maximum = "age", "years", 120.0
            meaning = lexicon.of("age")
        elif words & lexicon.LAST and not _ends(column):
            rest = "_".join(word for word in lexicon.tokens(name) if word not in _WHEN)
            called, meaning = f"{unit}_since_{rest}", lexicon.of("recency")
        elif words & lexicon.JOINED and not _ends(column):
            called, meaning = f"{unit}_as_customer", lexicon.of("tenure")
        else:
            rest = "_".join(word for word in lexicon.tokens(name) if word not in _WHEN)
            called, meaning = f"{unit}_since_{rest or 'date'}", None
            minimum = None if _ends(column) else 0
        taken = {other.becomes_column for key, other in columns.items() if key != name}
        if called in taken:
            called = f"{called}_{name}"
        columns[name] = replace(
            column,
            called=called,
            becomes=f"{called}: {unit} until {as_of}",
            meaning=meaning,
            minimum=minimum,
            maximum=maximum,
            unit=unit,
        )


def _is_outcome(column: Column, words: set[str]) -> bool:
    """Whether it is what became of customers. How many orders they cancelled is what they do."""
    words = words - {"y"} if len(words) > 1 else words  # stays_last_2y
    return bool(words & (lexicon.OUTCOME if column.role != "numeric" else lexicon.RESULT))


def _repeated(counted: Counted, identity: str | None) -> list[str]:
    """Tell of rows that stand in the file again, where an id says that they are no others."""
    rows = counted.columns[0].rows
    again = rows - counted.distinct
    if identity is None or not again:
        return []
    return [f"{again:,} of {rows:,} rows stand in the file again, cell by cell: each counts once"]


def _several(figures: Figures, rows: int) -> str:
    """Doubt that a row is a customer where a name says that it numbers customers."""
    if not lexicon.says_id(figures.name) or figures.distinct >= 0.95 * rows:
        return ""
    return (
        f"{figures.distinct:,} different ones in {figures.rows:,} rows: each row is taken for a "
        "customer"
    )


def _identity(
    figures: dict[str, Figures], columns: dict[str, Column], different: int
) -> str | None:
    """The column that tells customers apart: by its name, else by cells that look like codes.

    Of a table that was appended to itself, every id stands in it twice: so it is held against the
    rows that are `different`.
    """
    rows = next(iter(figures.values())).rows
    named = [
        f for f in figures.values()
        if f.name and (lexicon.says_id(f.name) or (lexicon.is_who(f.name) and f.words <= 1.01))
    ]  # fmt: skip
    whole = [
        f for f in named
        if f.known and f.distinct >= 0.95 * min(f.known, different) and f.missing < 0.05
    ]  # fmt: skip
    if whole:
        return max(whole, key=lambda f: (f.distinct, -list(figures).index(f.name))).name
    # Lines of purchases lack their customer often: a quarter of a shop's are guests.
    repeated = [f for f in named if f.known > rows / 2 and 1 < f.distinct < 0.8 * f.known]
    dates = [name for name, column in columns.items() if column.role == "date"]
    if repeated and dates and different > 1.3 * max(f.distinct for f in repeated):
        most = max(repeated, key=lambda f: f.distinct)
        raise PurchasesError(
            f"{rows:,} rows of {most.distinct:,} different '{most.name}', with dates "
            f"('{dates[0]}'), are purchases or events, several rows a customer; `segmentation "
            "purchases FILE` makes customers of them, or sum them up to a row per customer first"
        )
    codes = [
        f for f in figures.values()
        if f.name and f.distinct == f.known == rows and f.words <= 1.01 and _like_codes(f)
        and rows > 1
    ]  # fmt: skip
    return codes[0].name if codes else None


def _like_codes(figures: Figures) -> bool:
    """Whether cells, each different, number people: ``C0017``, 1, 2, 3, …, but no amounts."""
    numbers = figures.numbers
    words = set(lexicon.tokens(figures.name))
    if figures.dates is not None or words & (lexicon.PERSONAL | lexicon.CODE):
        return False
    if numbers is None or numbers.share < 0.9:
        digits = sum(any(sign.isdigit() for sign in level) for level in figures.levels)
        return digits > 0.9 * len(figures.levels)
    return numbers.rising and lexicon.meaning_of(figures.name) is None


def _is_another_id(figures: Figures) -> bool:
    words = set(lexicon.tokens(figures.name))
    numbers = figures.numbers
    if numbers and numbers.rising and lexicon.meaning_of(figures.name) is None:
        return figures.rows > 20
    if (
        words & lexicon.INDEX
        and numbers
        and numbers.whole
        and figures.distinct > 0.9 * figures.known
    ):
        return True
    many = figures.distinct > min(0.5 * figures.known, CODES if numbers else figures.known)
    return lexicon.says_id(figures.name) and many


def _id_words(figures: Figures) -> tuple[str, str, str]:
    many = figures.known - figures.distinct
    why = "it is another one in every row"
    if many or figures.missing:
        why = f"{figures.distinct:,} different ones in {figures.rows:,} rows"
    unsure = "rows with an id again are left out" if many else ""
    return why, "the id: never a feature", unsure


def _copies(columns: dict[str, Column], sample: pd.DataFrame) -> None:
    """Leave out what another column says already."""
    used = [n for n, c in columns.items() if c.used and c.role != "date"]
    numbers = [n for n in used if columns[n].role == "numeric"]
    ranks = sample[numbers].rank() if numbers else pd.DataFrame()
    strength = np.nan_to_num(ranks.corr(min_periods=30).abs().to_numpy()) if numbers else None
    for j, name in enumerate(numbers):
        for i in range(j):
            other = numbers[i]
            if strength is None or not columns[other].used or strength[i, j] < _NEAR:
                continue
            if strength[i, j] >= _COPY or _linear(sample, other, name) >= _COPY:
                columns[name] = ignored(
                    name,
                    f"it says what '{other}' says (correlation {strength[i, j]:.2f})",
                    unsure="",
                    options=("numeric",),
                )
                break
    categories = [n for n in used if n not in numbers]
    codes = {n: pd.factorize(sample[n].astype("str").str.casefold())[0] for n in categories}
    kinds = {n: len(np.unique(code)) for n, code in codes.items()}
    for j, name in enumerate(categories):
        for other in categories[:j]:
            same = kinds[name] == kinds[other] and columns[other].used
            if (
                same
                and len(np.unique(codes[other] * (kinds[name] + 1) + codes[name])) == kinds[name]
            ):
                columns[name] = ignored(
                    name, f"it says what '{other}' says, in other words", options=("categorical",)
                )
                break


def _linear(sample: pd.DataFrame, one: str, other: str) -> float:
    return float(abs(sample[one].corr(sample[other])))


def _value(table: list[Column]) -> tuple[tuple[str, ...], str, bool]:
    """What a customer is worth: a total by its name, a sum of amounts, else the best there is."""
    numbers = [c for c in table if c.role == "numeric" and not c.describe]
    if not numbers:
        return (), "no column of numbers says so: segments are numbered by their size", False

    def worth(column: Column) -> tuple[Any, ...]:
        words = set(lexicon.tokens(column.name))
        rank = 0 if _is_score(column) or not column.meaning else column.meaning.worth
        rank += bool(words & {"total", "lifetime", "overall"}) * 2 if rank else 0
        earlier = words & {"previous", "prior"} or {"last", "year"} <= words
        rank -= bool((words & {"minimum", "min", "monthly"} or earlier) and rank)
        rank -= bool(words & lexicon.GOODS) * 3 if rank > 3 else 0
        other = lexicon.thing_of(column.name, column.meaning)
        return (rank, not other, -table.index(column))

    best = max(numbers, key=worth)
    parts = [
        c for c in numbers
        if c.meaning and c.meaning.key == "spend" and set(lexicon.tokens(c.name)) & lexicon.GOODS
    ]  # fmt: skip
    if len(parts) >= 3 and worth(best)[0] < 8:
        return (
            tuple(c.name for c in parts),
            f"the sum of {len(parts)} amounts by what was bought",
            False,
        )
    channels = _by_channel(numbers)
    if len(channels) >= 2 and best in channels:
        named = " and ".join(c.name for c in channels) if len(channels) == 2 else "all channels"
        return tuple(c.name for c in channels), f"the sum over {named}", False
    alike = _by_what(best, numbers)
    if len(alike) >= 2:
        named = " and ".join(alike) if len(alike) == 2 else f"{len(alike)} amounts"
        return tuple(alike), f"the sum of {named}, alike but for what was bought", True
    series = lexicon.alike_but_for_numbers(c.name for c in numbers).get(best.name, ())
    if series and worth(best)[0] >= 6 and not _is_score(best):
        return series, f"the sum of {len(series)} amounts alike but for a number", False
    scores = [c for c in numbers if c.meaning and c.meaning.key == "spending"]
    if scores and worth(best)[0] < 5:  # who earns much is not who spends much
        why = f"'{scores[0].name}' is no money: segments are numbered by their size"
        return (), why, True
    if worth(best)[0] > 0:
        assert best.meaning is not None  # noqa: S101 - only those with a meaning rank
        # Averages add up to no total: whoever knows a better column should say so.
        unsure = worth(best)[0] < 5 or best.meaning.key in ("basket", "rate")
        return (best.name,), f"{best.meaning.key} by its name", unsure
    counts = [c for c in numbers if c.meaning and c.meaning.key in ("frequency", "visits")]
    if counts:
        return (counts[0].name,), "there is no amount of money; this is the nearest", True
    # An age or a length is no worth: to look after the oldest would be nobody's idea of a play.
    return (), "no name says what a customer is worth: segments are numbered by their size", True


def _is_score(column: Column) -> bool:
    """Whether a number orders customers and adds up to nothing: a score, an index, a rating."""
    words = set(lexicon.tokens(column.name))
    return bool(words & {"score", "index", "rating", "scale", "rank", "grade", "level"})


def _by_what(best: Column, numbers: list[Column]) -> list[str]:
    """Amounts that are called as the best one but for one word, which says what they were paid for.

    Of spa_revenue and bar_revenue neither says alone what a guest is worth.
    """

    def apart(column: Column) -> tuple[str, ...]:
        return tuple(word if word in words else "" for word in lexicon.tokens(column.name))

    if not best.meaning or best.meaning.key != "spend" or _is_score(best):
        return []
    words = best.meaning.words - lexicon.GOODS
    same = [
        c for c in numbers
        if c.meaning is best.meaning and apart(c) == apart(best) and apart(c).count("") == 1
    ]  # fmt: skip
    told = {word for c in same for word in lexicon.tokens(c.name)}
    partial = told & lexicon.PARTIAL or any(word.isdigit() for word in told)
    return [] if partial else [c.name for c in same]


def _by_channel(numbers: list[Column]) -> list[Column]:
    """Amounts that are alike in name but for the channel: together they are what was spent."""
    groups: dict[tuple[str, ...], list[Column]] = {}
    for column in numbers:
        words = lexicon.tokens(column.name)
        if column.meaning and column.meaning.worth >= 7 and lexicon.CHANNELS & set(words):
            rest = tuple(word for word in words if word not in lexicon.CHANNELS)
            groups.setdefault(rest, []).append(column)
    return max(groups.values(), key=len, default=[])
