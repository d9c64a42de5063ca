"""The plays that suit a segment, each with the figures that say so."""

from dataclasses import dataclass

from segmentation.artifacts.segments import Evidence, LevelProfile, NumberProfile, Profile
from segmentation.insight.playbook import Condition, Play


@dataclass(frozen=True)
class Recommendation:
    """A play with the numbers that triggered it, one for each of its conditions."""

    play: Play
    evidence: tuple[Evidence, ...]


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
        evidence = [_evidence(profile, condition, value) for condition in play.when]
        if all(evidence):
            suitable.append(Recommendation(play, tuple(e for e in evidence if e)))
    return suitable


def _evidence(profile: Profile, condition: Condition, value: str | None) -> Evidence | None:
    """The figure that meets a condition; None if it does not."""
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
    if figure is None or not bounds.holds(figure):
        return None
    if bounds.holds(average):
        certain = interval is not None and all(bounds.holds(limit) for limit in interval)
    else:
        certain = figures.confirmed
    if not certain:
        return None
    return Evidence(
        column=column,
        level=condition.level,
        figure="index" if condition.level is None else "lift",
        value=figure,
        interval=interval,
        min=bounds.min,
        max=bounds.max,
    )
