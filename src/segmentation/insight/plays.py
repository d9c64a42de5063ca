"""The plays that suit a segment, with the figures that say so, or what the nearest one lacks."""

from dataclasses import dataclass

from segmentation.artifacts.segments import Evidence, LevelProfile, NumberProfile, Profile
from segmentation.insight.playbook import Condition, Play


@dataclass(frozen=True)
class Recommendation:
    """A play with the numbers that triggered it, one for each of its conditions."""

    play: Play
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Miss:
    """A play that does not suit, with the figure that speaks against it.

    `uncertain` is a figure that meets its condition, where that may be chance.
    """

    play: Play
    evidence: Evidence
    uncertain: bool


@dataclass(frozen=True)
class _Held:
    """A figure held against a condition."""

    evidence: Evidence
    meets: bool
    certain: bool
    short_of: float  # the way to the nearest bound, in averages


def recommend(
    profile: Profile, plays: tuple[Play, ...], *, value: str | None
) -> list[Recommendation]:
    """List the plays whose conditions all hold, in the playbook's order; often none.

    A bound on one side of the average, such as an index of at least 120, claims a difference:
    the figure must meet the bound, and a difference to that side must be confirmed. A range with
    the average in it claims none: the figure's whole interval must lie within.
    """
    suitable = []
    for play in plays:
        held = [_hold(profile, condition, value) for condition in play.when]
        if all(each is not None and each.meets and each.certain for each in held):
            suitable.append(Recommendation(play, tuple(each.evidence for each in held if each)))
    return suitable


def nearest_miss(profile: Profile, plays: tuple[Play, ...], *, value: str | None) -> Miss | None:
    """Return the play that lacks the fewest conditions, and of these the least; None if unknown."""
    misses: list[tuple[int, float, Miss]] = []
    for play in plays:
        held = [_hold(profile, condition, value) for condition in play.when]
        lacking = [each for each in held if each and not (each.meets and each.certain)]
        if lacking and None not in held:
            worst = max(lacking, key=lambda each: each.short_of)
            miss = Miss(play, worst.evidence, uncertain=worst.meets)
            misses.append((len(lacking), worst.short_of, miss))
    return min(misses, key=lambda each: each[:2])[2] if misses else None


def _hold(profile: Profile, condition: Condition, value: str | None) -> _Held | None:
    """Hold a segment against a condition; None if there is no figure for it."""
    column, bounds = condition.column or value, condition.bounds
    figures: NumberProfile | LevelProfile | None
    if column is None:  # nothing says what a customer is worth
        return None
    if condition.level is None:
        number = profile.numeric[column]
        figures, figure, average = number, number.index, 100.0
        interval = number.index_interval
    else:
        level = profile.categorical[column].get(condition.level)
        if level is None:
            return None
        figures, figure, average = level, level.lift, 1.0
        interval = level.lift_interval
    if figure is None:
        return None
    if bounds.holds(average):
        certain = interval is not None and all(bounds.holds(limit) for limit in interval)
    else:
        certain = figures.confirmed
    below = 0.0 if bounds.min is None else bounds.min - figure
    above = 0.0 if bounds.max is None else figure - bounds.max
    evidence = Evidence(
        column=column,
        level=condition.level,
        figure="index" if condition.level is None else "lift",
        value=figure,
        interval=interval,
        min=bounds.min,
        max=bounds.max,
    )
    return _Held(evidence, bounds.holds(figure), certain, max(below, above, 0.0) / average)
