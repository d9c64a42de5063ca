"""The plays that suit a segment, each with the figures that say so."""

from dataclasses import dataclass

from segmentation.insight.playbook import Condition, Play
from segmentation.insight.profiles import LevelProfile, NumberProfile, Pair, SegmentProfile


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
