"""`playbook.yaml`: the words that name segments, and the plays that suit them."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from segmentation.config import Settings
from segmentation.errors import SettingsError, did_you_mean
from segmentation.insight.profiles import SegmentProfile


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

    def __str__(self) -> str:
        bounds = [f"at least {self.min:g}"] if self.min is not None else []
        bounds += [f"at most {self.max:g}"] if self.max is not None else []
        return " and ".join(bounds)


class Condition(Settings):
    """What must hold for a segment: the index of a number, or the lift of a category."""

    column: str
    index: Range | None = None
    level: str | None = None
    lift: Range | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.level is None) != (self.lift is None):
            raise ValueError("level and lift go together")
        if (self.index is None) == (self.lift is None):
            raise ValueError("needs either index (of a number) or level and lift (of a category)")
        return self


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

    names: dict[int, str] = {}
    words: dict[str, Words] = {}
    plays: tuple[Play, ...] = ()


@dataclass(frozen=True)
class Recommendation:
    """A play with the numbers that triggered it."""

    play: Play
    because: tuple[str, ...]


def check_columns(playbook: Playbook, *, numeric: list[str], categorical: list[str]) -> None:
    """Raise `SettingsError` if a condition names a column that does not exist or does not fit."""
    for play in playbook.plays:
        for condition in play.when:
            known, role = (numeric, "numeric") if condition.index else (categorical, "categorical")
            if condition.column not in known:
                near = did_you_mean(condition.column, known)
                raise SettingsError(
                    f"playbook.yaml: play '{play.name}' asks for the {role} column "
                    f"'{condition.column}', which is not declared{near}"
                )


def recommend(profile: SegmentProfile, plays: tuple[Play, ...]) -> list[Recommendation]:
    """List the plays whose conditions all hold, in the playbook's order; often none."""
    found = []
    for play in plays:
        because = [_because(profile, condition) for condition in play.when]
        if all(because):
            found.append(Recommendation(play, tuple(b for b in because if b)))
    return found


def _because(profile: SegmentProfile, condition: Condition) -> str | None:
    """The number that meets a condition, in words; None if it is not met."""
    column = condition.column.replace("_", " ")
    if condition.index is not None:
        index = profile.numeric[condition.column].index
        if not condition.index.holds(index):
            return None
        return f"{column}: index {index:.0f} ({condition.index})"
    level = profile.categorical[condition.column].get(str(condition.level))
    if level is None or condition.lift is None or not condition.lift.holds(level.lift):
        return None
    return f"{condition.level}: {level.lift:.1f} times as frequent as usual ({condition.lift})"
