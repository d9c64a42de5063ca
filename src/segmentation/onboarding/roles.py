"""What each column is taken for, why, what it becomes, and what that is unsure of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from segmentation.onboarding import lexicon
from segmentation.onboarding.cells import Durations
from segmentation.onboarding.figures import Dates, Figures, Numbers
from segmentation.onboarding.lexicon import Meaning
from segmentation.settings.shared.columns import NO_WORDS, YES_WORDS

Role = Literal["id", "numeric", "scale", "flag", "categorical", "date", "ignore"]
FEWEST = 10  # customers without whom nothing is told of a category
CODES = 30  # so many different numbers may be codes
_QUESTIONS = 4  # so many columns of numbers from 1 to 5, or the like, are answers
_TOPS = (5, 7, 10)
_LEVELS = 40  # so many categories can be told apart
_SENTINELS_LOW = (-1.0, -9.0, -99.0, -999.0, -9999.0)
_SENTINELS_HIGH = (99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0)


@dataclass(frozen=True)
class Column:
    """What a column was taken for.

    Attributes
    ----------
    name : str
    role : str
    why : str
        What in the cells or the name speaks for it.
    becomes : str
        What is made of it.
    unsure : str
        What to ask a person; empty where it is certain.
    options : tuple of str
        Other roles it may have instead, for that question.
    meaning : Meaning or None
    minimum, maximum : float or None
        Limits.
    unit : str or None
    aliases : dict of str to str
        Spellings of a category, or of yes and no.
    never : tuple of float
        Numbers that stand for nothing, such as -1 and 999.
    format : str
        Of a date.
    last : str
        The last of the dates.
    called : str
        The column that a date becomes.
    levels : tuple of str
        The categories, commonest first; of a scale the lowest first.
    describe : bool
        Whether segments are told by it, but not found in it.
    code : bool
        Whether its categories are codes, which say nothing to a reader.
    """

    name: str
    role: Role
    why: str
    becomes: str = ""
    unsure: str = ""
    options: tuple[Role, ...] = ()
    meaning: Meaning | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    aliases: dict[str, str] = field(default_factory=dict)
    never: tuple[float, ...] = ()
    format: str = ""
    last: str = ""
    called: str = ""
    levels: tuple[str, ...] = ()
    describe: bool = False
    code: bool = False

    @property
    def becomes_column(self) -> str:
        """The column of the prepared table that is made of it."""
        return self.called or self.name

    @property
    def used(self) -> bool:
        """Whether anything is made of it."""
        return self.role not in ("id", "ignore")


def ignored(name: str, why: str, *, unsure: str = "", options: tuple[Role, ...] = ()) -> Column:
    """Leave a column out, with the reason."""
    return Column(name, "ignore", why, "left out", unsure, options)


def role_of(figures: Figures) -> Column:
    """Take a column for something by its cells and its name, apart from the others."""
    name, numbers = figures.name, figures.numbers
    words = set(lexicon.tokens(name))
    if not name:
        return ignored(name, "it has no name")
    if not figures.known:
        return ignored(name, "it is empty")
    if figures.distinct == 1:
        rows = "every row that has a value" if figures.missing else "every row"
        return ignored(name, f"it is '{_short(figures.example)}' in {rows}")
    if numbers and numbers.share >= 0.9 and numbers.minimum == numbers.maximum:
        return ignored(name, f"it is {numbers.minimum:g} in every row that has a number")
    if figures.dates and figures.dates.first == figures.dates.last:
        return ignored(name, f"it is the same day in every row, {figures.dates.last}")
    if words & lexicon.JUDGED:
        return ignored(name, "it is what a model said of them, not what they are like")
    if lexicon.says_economy(name):
        return ignored(name, "it is about the economy of a day, not about a customer")
    if figures.durations and figures.durations.clock:
        return replace(
            ignored(
                name,
                f"its cells are times of the day, such as '{_short(figures.example)}'",
                unsure="if it is how long something took, name it under data.numeric with a unit",
                options=("numeric",) if numbers else (),
            ),
            unit=figures.durations.unit,
        )
    flag = _flag(figures) or _left(figures, words)
    if flag is None and figures.missing > 0.5:
        return ignored(
            name,
            f"it is missing for {figures.missing:.0%} of the customers",
            unsure="what is said of it would rest on the others",
            options=("categorical",) if numbers is None else ("numeric",),
        )
    if figures.known - max(figures.levels.values()) < FEWEST <= figures.rows / 10:
        return ignored(name, f"all but a few are '{_short(next(iter(figures.levels)))}'")
    if flag is not None:
        return flag
    if figures.dates is not None and not (numbers and numbers.share > 0.9 and not _is_day(figures)):
        return _date(figures, figures.dates)
    if numbers is not None and numbers.share >= 0.9:
        return _number(figures, numbers, words)
    if words & lexicon.PERSONAL and (figures.distinct > FEWEST or words & lexicon.CALLED):
        return ignored(name, "it says who somebody is, which is no trait that people share")
    if words <= lexicon.CALENDAR:
        return ignored(name, "a day or month of the calendar is no trait of a customer")
    return _category(figures)


def _flag(figures: Figures) -> Column | None:
    folded = {level.casefold(): level for level in figures.levels}
    if not 2 <= figures.distinct <= 6:
        return None
    # Who has no internet has no film over it either: "No internet service" beside Yes and No.
    absent = [level for level in folded if level.startswith("no ")]
    absent += [level for level in folded if figures.meant and level == figures.meant.casefold()]
    plain = folded.keys() - absent
    if not plain <= YES_WORDS | NO_WORDS or not plain & YES_WORDS:
        return None
    if not plain & NO_WORDS and not figures.meant:
        return None
    if len(plain) > 4:
        return None
    words = lexicon.tokens(figures.name)
    either = [word for word in words if word in lexicon.EITHER]
    beside = [w for w in words if w not in lexicon.EITHER | lexicon.FILLERS and len(w) > 1]
    unnamed = len(either) == 1 and not beside
    if unnamed and all(level.isdigit() for level in plain):
        return None  # 0 and 1 of sex or education: codes; but not of marital_Married
    shown = " and ".join(f"'{level}'" for level in figures.levels if level.casefold() in plain)
    why = f"it is {shown} only"
    if absent:
        why = f"it is {shown}; '{folded[absent[0]]}' is a no"
    return Column(
        figures.name,
        "flag",
        why,
        "yes or no",
        aliases={folded[level]: "No" for level in absent},
        levels=("Yes", "No"),
        meaning=lexicon.meaning_of(figures.name),
    )


def _left(figures: Figures, words: set[str]) -> Column | None:
    """Whether two texts say who left and who stayed: a yes and a no in other words."""
    if figures.distinct != 2 or not words & lexicon.OUTCOME:
        return None
    said = {level: set(lexicon.tokens(level)) for level in figures.levels}
    left = [level for level, words in said.items() if words & lexicon.LEAVING]
    stayed = [level for level, words in said.items() if words & lexicon.STAYING]
    if len(left) != 1 or len(stayed) != 1 or left == stayed:
        return None
    return Column(
        figures.name,
        "flag",
        f"'{left[0]}' is a yes, '{stayed[0]}' a no",
        "yes or no",
        aliases={left[0]: "Yes", stayed[0]: "No"},
        levels=("Yes", "No"),
    )


def _is_day(figures: Figures) -> bool:
    """Whether numbers are days such as 20210304."""
    numbers = figures.numbers
    return bool(
        numbers and figures.dates and numbers.minimum >= 19000101 and numbers.maximum <= 21001231
    )


def _date(figures: Figures, dates: Dates) -> Column:
    unsure = ""
    swapped = [
        form for form in dates.others
        if form.split(" ")[0] in ("%m/%d/%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y")
    ]  # fmt: skip
    if swapped:
        either = f"{dates.format} or {swapped[0]}"
        unsure = f"day and month could be swapped ({either}; --date-format says which)"
    return Column(
        figures.name,
        "date",
        f"its cells are dates such as '{_short(figures.example)}', {dates.first} to {dates.last}",
        "the time since then",
        unsure,
        format=dates.format,
        last=dates.last,
        meaning=lexicon.meaning_of(figures.name),
    )


def _number(figures: Figures, numbers: Numbers, words: set[str]) -> Column:
    name = figures.name
    meaning = lexicon.meaning_of(name)
    personal = words & lexicon.PERSONAL and not words & lexicon.COUNT
    if personal and figures.distinct > FEWEST:
        return ignored(name, "it says who somebody is, which is no trait that people share")
    if meaning and meaning.key == "giving" and words <= lexicon.COUNTED and numbers.whole:
        meaning = lexicon.of("frequency")  # gifts of 1 to 17 are how many
    if _is_year(numbers) and figures.durations is None:
        return _year(figures, numbers, meaning)
    calendar = words & lexicon.CALENDAR and not words & lexicon.COUNT and meaning is None
    if calendar and numbers.whole and numbers.minimum >= 0 and numbers.maximum <= 53:
        return ignored(name, "a day or month of the calendar is no amount")
    if figures.durations is None and _is_code(figures, numbers, words, meaning):
        return _code(figures, numbers)
    column = _amount(figures, numbers, meaning)
    if figures.durations is not None:
        return _lasting(column, figures.durations, figures.example)
    scale = words & lexicon.SCALE
    few = numbers.whole and numbers.distinct <= 11 and 0 <= numbers.minimum <= 1
    if scale and numbers.minimum >= 0 and numbers.maximum <= 100:
        top = next(t for t in (5, 7, 10, 100) if numbers.maximum <= t)
        return replace(
            column, why="its name says that it is a scale",
            minimum=0 if numbers.minimum < 1 else 1, maximum=top,
        )  # fmt: skip
    counted = words & lexicon.COUNT or lexicon.is_plural(name)
    if few and meaning is None and not counted and numbers.distinct > 2:
        return replace(
            column,
            unsure=f"whole numbers from {numbers.minimum:g} to {numbers.maximum:g} may be codes",
            options=("categorical",),
        )
    return column


def answers(figures: Iterable[Figures], columns: Mapping[str, Column]) -> dict[str, Column]:
    """Columns that are answers to questions of one kind: at least four from 1 to 5, or the like.

    What they are called then says what was asked: a price that is 4 is no money, and a brand that
    is 4 no code.
    """
    found: dict[tuple[float, float], list[Figures]] = {}
    for each in figures:
        numbers, column = each.numbers, columns[each.name]
        asked = column.role == "numeric" or column.code
        if (
            numbers and asked and each.durations is None and numbers.whole and numbers.distinct >= 4
            and numbers.minimum in (0, 1) and numbers.maximum in _TOPS
            and not lexicon.COUNT & set(lexicon.tokens(each.name))
        ):  # fmt: skip
            found.setdefault((numbers.minimum, numbers.maximum), []).append(each)
    return {
        each.name: Column(
            each.name,
            "numeric",
            f"one of {len(asked)} answers from {low:g} to {high:g}",
            "a number",
            options=("categorical",),
            meaning=lexicon.of("opinion"),
            minimum=low,
            maximum=high,
        )
        for (low, high), asked in found.items()
        if len(asked) >= _QUESTIONS
        for each in asked
    }


def _is_year(numbers: Numbers) -> bool:
    return numbers.whole and numbers.minimum >= 1850 and numbers.maximum <= 2100


def _year(figures: Figures, numbers: Numbers, meaning: Meaning | None) -> Column:
    what = "birth" if meaning and meaning.key == "birth" else "start"
    return Column(
        figures.name,
        "date",
        f"its numbers are years, {numbers.minimum:g} to {numbers.maximum:g}",
        "the years since then",
        "" if what == "birth" else "years of what",
        format="%Y",
        last=f"{numbers.maximum:g}",
        meaning=meaning,
    )


def _is_code(figures: Figures, numbers: Numbers, words: set[str], meaning: Meaning | None) -> bool:
    if not numbers.whole or words & lexicon.COUNT or (meaning and not words & {"type", "code"}):
        return False
    leading = any(level.startswith("0") and len(level) > 1 for level in figures.levels)
    if leading and "." not in figures.example:
        return True
    if numbers.minimum == 0 and lexicon.is_plural(figures.name):
        return False  # group classes are how many
    return bool(words & lexicon.CODE)


def _code(figures: Figures, numbers: Numbers) -> Column:
    if numbers.distinct > CODES:
        return ignored(
            figures.name, f"its {numbers.distinct:,} numbers are codes, too many to be told apart"
        )
    return Column(
        figures.name,
        "categorical",
        f"its {numbers.distinct} whole numbers are codes by the name",
        f"{numbers.distinct} categories",
        levels=_shared(figures),
        code=True,
    )


def _amount(figures: Figures, numbers: Numbers, meaning: Meaning | None) -> Column:
    if (numbers.percent or "%" in figures.name) and meaning and meaning.key == "spend":
        meaning = lexicon.of("share")  # a margin of 25% is no money
    never = _sentinels(numbers)
    known = [value for value in numbers.counts if value not in never]
    high = max(known) if numbers.maximum in never else numbers.maximum
    low = min(known) if numbers.minimum in never else numbers.minimum
    minimum: float | None = None
    unsure = ""
    if low >= 0:
        minimum = 0
    elif meaning and meaning.minimum == 0 and numbers.negative <= 0.02:
        minimum = 0
        unsure = f"{numbers.negative:.1%} are below zero, which is no {meaning.key}: left out"
    maximum = meaning.maximum if meaning else None
    if maximum is not None and numbers.quantiles[4] > maximum:
        maximum = None
    if numbers.percent and numbers.maximum <= 100:
        maximum = 100
    if figures.odd:
        share = 1 - numbers.share
        unsure = f"{share:.1%} are no numbers, such as '{_short(figures.odd)}': rows left out"
    if never:
        listed = " and ".join(f"{value:g}" for value in never)
        unsure = f"{listed} taken for 'never' or 'not known'"
    why = f"its cells are numbers from {low:g} to {high:g}"
    if meaning:
        why = f"{meaning.key} by its name, {low:g} to {high:g}"
    return Column(
        figures.name,
        "numeric",
        why,
        "a number"
        + (", not below 0" if minimum == 0 else "")
        + (f"; {' and '.join(f'{value:g}' for value in never)} is none" if never else ""),
        unsure,
        ("categorical",) if not meaning and numbers.distinct <= CODES and numbers.whole else (),
        meaning=meaning,
        minimum=minimum,
        maximum=maximum,
        unit=lexicon.unit_of(figures.name, meaning),
        never=never,
    )


def _lasting(column: Column, lasting: Durations, example: str) -> Column:
    """Say of a column of numbers that they are durations, and in which unit."""
    unsure = column.unsure
    if lasting.two:
        other = "hours and minutes" if lasting.unit == "seconds" else "minutes and seconds"
        read = "minutes and seconds" if lasting.unit == "seconds" else "hours and minutes"
        unit = "minutes" if lasting.unit == "seconds" else "seconds"
        unsure = f"'{lasting.two}' taken for {read}; `unit: {unit}` takes it for {other}"
    return replace(
        column,
        why=f"its cells are durations such as '{_short(example)}'",
        becomes=f"a number of {lasting.unit}",
        unsure=unsure,
        options=(),
        unit=lasting.unit,
        meaning=column.meaning or lexicon.of("duration"),
    )


def _sentinels(numbers: Numbers) -> tuple[float, ...]:
    """Numbers that are far from all others, often met, and known to stand for nothing."""
    if not numbers.whole or numbers.distinct < 4:
        return ()
    found = []
    ordered = sorted(numbers.counts)
    total = sum(numbers.counts.values())
    if numbers.minimum in _SENTINELS_LOW:
        second = next((v for v in ordered if v > numbers.minimum), 0.0)
        if second >= 0 and numbers.counts.get(numbers.minimum, 0) >= 0.003 * total:
            found.append(numbers.minimum)
    if numbers.maximum in _SENTINELS_HIGH:
        second = next((v for v in reversed(ordered) if v < numbers.maximum), 0.0)
        if second < numbers.maximum / 3 and numbers.counts.get(numbers.maximum, 0) >= 3:
            found.append(numbers.maximum)
    if numbers.maximum not in found and numbers.maximum >= 10_000:
        # Typed in where nothing was known: 666666 beside incomes of which none is half as large.
        second = next((v for v in reversed(ordered) if v < numbers.maximum), 0.0)
        if len(set(f"{numbers.maximum:.0f}")) == 1 and second < numbers.maximum / 2:
            found.append(numbers.maximum)
    return tuple(found)


def _category(figures: Figures) -> Column:
    name = figures.name
    if figures.distinct > max(figures.known / 2, FEWEST):
        if figures.words > 3:
            return ignored(name, "it is free text, another one in nearly every row")
        return ignored(
            name, f"it has {figures.distinct:,} different texts: they tell who somebody is"
        )
    if max(figures.levels.values()) < FEWEST <= figures.rows / 2:
        return ignored(name, f"no text of it is shared by {FEWEST} customers")
    common = [many for many in figures.levels.values() if many >= FEWEST]
    if figures.distinct > _LEVELS and sum(common[:_LEVELS]) < 0.6 * figures.known:
        return ignored(
            name,
            f"its {figures.distinct:,} texts are too many to be told apart",
            unsure="group them in the file to use them",
        )
    if figures.words > 4 and figures.longest > 80:
        return ignored(name, "it is free text")
    # The commonest spelling of each, as cleaning takes primary and PRIMARY for one.
    spelt = {level.casefold(): level for level in reversed(figures.levels)}
    order = lexicon.in_order(spelt.values())
    if order and figures.distinct == len(figures.levels):
        return Column(
            name,
            "scale",
            f"its {len(order)} texts have an order",
            " < ".join(_short(level, 14) for level in order),
            levels=order,
        )
    rare = figures.distinct - len(common)
    becomes = f"{len(common) or figures.distinct} categories"
    if rare > 0 and common:
        becomes += f", {rare} rare ones as '(other)'"
    column = Column(
        name,
        "categorical",
        f"it has {figures.distinct} texts, most often '{_short(next(iter(figures.levels)))}'",
        becomes,
        levels=_shared(figures),
        meaning=None,
    )
    if figures.meant:
        word = figures.meant
        return replace(
            column,
            unsure=f"'{word}' is taken for a category; without the alias it is a missing cell",
            aliases={word: word},
        )
    return column


def _shared(figures: Figures) -> tuple[str, ...]:
    """Return the texts that enough customers share: settings and words name no others."""
    return tuple(level for level, many in figures.levels.items() if many >= FEWEST)


def _short(text: str, longest: int = 30) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
