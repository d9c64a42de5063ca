"""`playbook.yaml`: the words that name segments, and the plays that suit them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from segmentation.config import Settings
from segmentation.errors import SettingsError, did_you_mean
from segmentation.insight.profiles import LevelProfile, NumberProfile, Pair, SegmentProfile


class Range(Settings):
    """Inclusive bounds."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("needs min, max or both")
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
        found = self.index or self.lift or self.value_index
        assert found is not None  # noqa: S101 - `_complete` saw to it
        return found


class Play(Settings):
    """Something to do for segments in which all conditions hold."""

    name: str
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]
    action: str
    channel: str
    measure: str


class Words(Settings):
    """How a column speaks of a segment. A noun stands last in a name, an adjective before it."""

    high: str | None = None
    low: str | None = None
    level: str | None = None
    noun: bool = False


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
        found: dict[str, list[str]] = {}
        for play in self.plays:
            for condition in play.when:
                if condition.column is not None and condition.level is not None:
                    found.setdefault(condition.column, []).append(condition.level)
        return found


@dataclass(frozen=True)
class Evidence:
    """A figure of a segment that meets a condition.

    Attributes
    ----------
    column : str
    level : str or None
    figure : {"index", "lift"}
    value : float
        100 (index) or 1 (lift) for the average customer.
    interval : pair of float or None
    min, max : float or None
        The bounds that the condition sets.
    """

    column: str
    level: str | None
    figure: str
    value: float
    interval: Pair | None
    min: float | None
    max: float | None


@dataclass(frozen=True)
class Recommendation:
    """A play with the numbers that triggered it, one for each of its conditions."""

    play: Play
    evidence: tuple[Evidence, ...]


def check_columns(playbook: Playbook, *, numeric: list[str], categorical: list[str]) -> None:
    """Raise `SettingsError` if conditions name columns that do not exist or do not fit."""
    wrong = []
    for play in playbook.plays:
        for condition in play.when:
            if condition.column is None:
                continue
            known, role = (numeric, "numeric") if condition.index else (categorical, "categorical")
            if condition.column not in known:
                near = did_you_mean(condition.column, known)
                wrong.append(
                    f"the play '{play.name}' asks for the {role} column '{condition.column}', "
                    f"which is not declared{near}"
                )
    if wrong:
        raise SettingsError(f"playbook.yaml: edit or remove plays: {'; '.join(wrong)}")


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
                    f"Play '{play.name}' asks for {column} '{level}', which no customer has"
                    f"{did_you_mean(level, levels[column])}"
                )
    return told


def recommend(
    profile: SegmentProfile, plays: tuple[Play, ...], *, value: str
) -> list[Recommendation]:
    """List the plays whose conditions all hold, in the playbook's order; often none.

    A bound on one side of the average, such as an index of at least 120, claims a difference:
    the figure must meet the bound, and a difference to that side must be confirmed. A range with
    the average in it claims none: the figure's whole interval must lie within.
    """
    found = []
    for play in plays:
        evidence = [_evidence(profile, condition, value) for condition in play.when]
        if all(evidence):
            found.append(Recommendation(play, tuple(e for e in evidence if e)))
    return found


def _evidence(profile: SegmentProfile, condition: Condition, value: str) -> Evidence | None:
    """The figure that meets a condition; None if it does not."""
    column, bounds = condition.column or value, condition.bounds
    figures: NumberProfile | LevelProfile | None
    if condition.level is None:
        number = profile.numeric[column]
        figures, figure, average = number, number.index, 100.0
        interval, name = number.index_interval, "index"
    else:
        level = profile.categorical[column].get(condition.level)
        if level is None:
            return None
        figures, figure, average = level, level.lift, 1.0
        interval, name = level.lift_interval, "lift"
    if figure is None or not bounds.holds(figure):
        return None
    if bounds.holds(average):
        certain = interval is not None and all(bounds.holds(limit) for limit in interval)
    else:
        certain = figures.confirmed
    if not certain:
        return None
    return Evidence(column, condition.level, name, figure, interval, bounds.min, bounds.max)
