"""`playbook.yaml`: the words that name segments, and the plays that suit them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from segmentation.errors import did_you_mean, nearest
from segmentation.settings.shared.base import Settings


class Range(Settings):
    """Inclusive bounds."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("needs min, max or both")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}")
        return self

    def holds(self, value: float | None) -> bool:
        """Whether `value` is known and within the bounds."""
        return (
            value is not None
            and (self.min is None or value >= self.min)
            and (self.max is None or value <= self.max)
        )


class Condition(Settings):
    """What must hold for a segment: an index of a number, or the lift of a category."""

    column: str | None = None
    index: Range | None = None
    level: str | None = None
    lift: Range | None = None
    value_index: Range | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.level is None) != (self.lift is None):
            raise ValueError("level and lift go together")
        if sum(bounds is not None for bounds in (self.index, self.lift, self.value_index)) != 1:
            raise ValueError(
                "needs one of index (of a number), level and lift (of a category), value_index"
            )
        if (self.column is None) != (self.value_index is not None):
            raise ValueError(
                "needs a column"
                if self.column is None
                else "value_index is about data.value in params.yaml and takes no column"
            )
        return self

    @property
    def bounds(self) -> Range:
        """The bounds of whatever figure the condition is about."""
        bounds = self.index or self.lift or self.value_index
        assert bounds is not None  # noqa: S101 - `_complete` saw to it
        return bounds


class Play(Settings):
    """Something to do for segments in which all conditions hold."""

    name: str
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]
    action: str
    channel: str
    measure: str


class Words(Settings):
    """How a column speaks of a segment. A noun stands last in a name, an adjective before it.

    What begins like ``with`` or ``from`` stands behind the noun. Of columns about the same, one is
    said. A quiet column is never said: it holds codes, or what names should not tell. `none` is
    said instead of `low` of a segment that has next to nothing of it, `one` where customers have
    hardly more than one, and `also` instead of `high` where another column gave the noun.
    """

    high: str | None = None
    low: str | None = None
    none: str | None = None
    one: str | None = None
    also: str | None = None
    level: str | None = None
    levels: dict[str, str] = {}
    noun: bool = False
    about: str | None = None
    quiet: bool = False

    @field_validator("level")
    @classmethod
    def _one_place(cls, level: str | None) -> str | None:
        """Check that the level's own name can be put in, and nothing else."""
        if level is not None and set("{}") & set(level.replace("{level}", "")):
            raise ValueError(f"'{level}' has braces; only {{level}} is replaced, by the level")
        return level


class Playbook(Settings):
    """All of `playbook.yaml`."""

    names: dict[int, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]] = {}
    words: dict[str, Words] = {}
    plays: tuple[Play, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        seen: dict[str, int] = {}
        for segment, name in self.names.items():
            if seen.setdefault(name.casefold(), segment) != segment:
                first = seen[name.casefold()]
                raise ValueError(f"names: segments {first} and {segment} are both called '{name}'")
        return self

    def levels(self) -> dict[str, list[str]]:
        """The levels of each column that conditions ask for."""
        levels: dict[str, list[str]] = {}
        for play in self.plays:
            for condition in play.when:
                if condition.column is not None and condition.level is not None:
                    levels.setdefault(condition.column, []).append(condition.level)
        return levels


def fitting(
    playbook: Playbook, *, numeric: Collection[str], categorical: Collection[str]
) -> tuple[Playbook, list[str]]:
    """Leave out the plays and words that are about other columns, and say so in one line.

    That is no error: the playbook comes with plays and words for the columns of the sample, and
    another table is to get as far as its report with them. A misspelt column looks the same, so
    the line names every such column, with the nearest one there is.

    Parameters
    ----------
    playbook : Playbook
    numeric, categorical : collection of str
        The columns there are.

    Returns
    -------
    Playbook
        With the plays all of whose columns are there, and the words for columns that are.
    list of str
        One line of what is left out, if anything is, and one for each word that is never said.
    """
    columns = {*numeric, *categorical}
    misfits = [list(_misfits(play, numeric, categorical)) for play in playbook.plays]
    unknown = [column for column in playbook.words if column not in columns]
    roles = [
        told
        for name, word in playbook.words.items()
        for told in _wrong_role(name, word, numeric, categorical)
    ]
    if not unknown and not any(misfits):
        return playbook, roles
    fits = playbook.model_copy(
        update={
            "plays": tuple(
                play for play, misfit in zip(playbook.plays, misfits, strict=True) if not misfit
            ),
            "words": {name: word for name, word in playbook.words.items() if name in columns},
        }
    )
    plays = [f"the play '{play.name}'" for play in playbook.plays if play not in fits.plays]
    words = [f"the words for '{column}'" for column in unknown]
    out = [
        " and ".join(named) if len(named) <= 2 else f"{len(named)} {kind}"
        for kind, named in (("plays", plays), ("words", words))
        if named
    ]
    missing = [
        *(column for misfit in misfits for column in misfit),
        *(_misfit(column, columns) for column in unknown),
    ]
    told = (
        f"playbook.yaml: left out {' and '.join(out)}, as data in params.yaml declares no column "
        f"{', '.join(dict.fromkeys(missing))}"
    )
    return fits, [told, *roles]


def _wrong_role(
    column: str, word: Words, numeric: Collection[str], categorical: Collection[str]
) -> Iterator[str]:
    """Words that are never said: of a high category, of the level of a number."""
    if column in categorical and (word.high or word.low):
        yield f"playbook.yaml: words: '{column}' is a category; high and low are never said of it"
    if column in numeric and (word.level or word.levels):
        yield f"playbook.yaml: words: '{column}' is a number; level is never said of it"


def _misfits(play: Play, numeric: Collection[str], categorical: Collection[str]) -> Iterator[str]:
    for condition in play.when:
        if condition.column is None:
            continue
        known, others, role = numeric, categorical, "number"
        if condition.level is not None:
            known, others, role = categorical, numeric, "category"
        if condition.column in others:
            yield f"'{condition.column}' as a {role}"
        elif condition.column not in known:
            yield _misfit(condition.column, known)


def _misfit(column: str, known: Collection[str]) -> str:
    near = nearest(column, known, at_least=0.7)  # so near that it may be meant
    return f"'{column}' (did you mean '{near}'?)" if near else f"'{column}'"


def absent_names(playbook: Playbook, segments: Collection[int]) -> list[str]:
    """Say which names given by hand are of segments that this run does not have."""
    there = ", ".join(str(i) for i in segments) or "none"
    return [
        f"playbook.yaml: names: no segment {i} is there to be called '{name}'; segments: {there}"
        for i, name in playbook.names.items()
        if i not in segments
    ]


def absent_levels(playbook: Playbook, levels: Mapping[str, Collection[str]]) -> list[str]:
    """Say which conditions cannot hold because no customer has the level.

    That is no error: a month may pass without a customer of some category. It is told beside the
    plays, with the nearest level there is.

    Parameters
    ----------
    playbook : Playbook
    levels : mapping of str to collection of str
        The levels of every categorical column.
    """
    told = []
    for play in playbook.plays:
        for condition in play.when:
            column, level = condition.column, condition.level
            if column is not None and level is not None and level not in levels[column]:
                told.append(
                    f"playbook.yaml: the play '{play.name}' asks for {column} '{level}', which no "
                    f"customer has"
                    f"{did_you_mean(level, levels[column])}"
                )
    return told
