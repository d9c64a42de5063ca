"""Green, amber or red: what the rules in `params.yaml` say of a change."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from segmentation.artifacts.structure import IN_WORDS, structure_at
from segmentation.insight.numbers import counted, number, percent
from segmentation.monitoring.drift import Drift
from segmentation.review.answers import AnswerChange
from segmentation.review.changes import MetricChange
from segmentation.review.stakes import PlayChange, Stakes
from segmentation.settings.review import Bounds, Review

Colour = Literal["green", "amber", "red"]


@dataclass(frozen=True)
class Finding:
    """A rule that makes a change amber or red.

    Attributes
    ----------
    colour : {"amber", "red"}
    rule : str
        Its name in `params.yaml`; empty where it is none that can be set.
    reason : str
        What it says of the change, as a clause.
    figures : str
        With which figures.
    """

    colour: Colour
    rule: str
    reason: str
    figures: str


@dataclass(frozen=True)
class Facts:
    """What the rules are held against; what cannot be told is None, or empty."""

    stakes: Stakes | None
    metrics: tuple[MetricChange, ...]
    answers: tuple[AnswerChange, ...]
    plays_lost: tuple[PlayChange, ...]
    drift: tuple[Drift, ...]


@dataclass(frozen=True)
class Verdict:
    """Green, amber or red, with every rule that speaks against the change; red ones first."""

    findings: tuple[Finding, ...]

    @property
    def colour(self) -> Colour:
        """The colour of the rule that decides."""
        return self.findings[0].colour if self.findings else "green"

    @property
    def reason(self) -> str:
        """Why it is that colour, as a clause."""
        return self.findings[0].reason if self.findings else "no rule speaks against it"


def judge(rules: Review, facts: Facts) -> Verdict:
    """Hold the rules of a review against what a change does."""
    found = list(_findings(rules, facts))
    return Verdict(tuple(sorted(found, key=lambda finding: finding.colour != "red")))


def _findings(rules: Review, facts: Facts) -> Iterator[Finding]:
    yield from _of_customers(rules, facts)
    known = {metric.name: metric for metric in facts.metrics}
    noise = known.get("noise_share")
    more = 0.0 if noise is None or noise.change is None else round(noise.change, 6)
    if noise and (over := _above(more, rules.noise)):
        colour, bound = over
        yield Finding(
            colour,
            "noise",
            f"over {100 * bound:g} points more customers are in no segment",
            f"{percent(noise.base)} before, {percent(noise.head)} after",
        )
    level = known.get("structure_level")
    if rules.structure != "never" and level and level.outcome == "worse":
        before, after = (IN_WORDS[structure_at(int(x or 0))] for x in (level.base, level.head))
        yield Finding(
            rules.structure, "structure", "less structure is found", f"{before} before, {after} now"
        )
    if rules.plays != "never" and facts.plays_lost:
        names = dict.fromkeys(each.play for each in facts.plays_lost)
        reason = "segments lose plays" if len(facts.plays_lost) > 1 else "a segment loses a play"
        yield Finding(rules.plays, "plays", reason, ", ".join(names))
    worse = [answer for answer in facts.answers if answer.outcome == "worse"]
    if rules.answers != "never" and worse:
        reason = f"{counted(len(worse), 'answer')} about trust {_gets(len(worse))} worse"
        yield Finding(rules.answers, "answers", reason, " ".join(a.question for a in worse))
    down = [metric.name for metric in facts.metrics if metric.outcome == "worse"]
    down = [name for name in down if name not in ("structured", "structure_level")]
    if rules.metrics != "never" and down:
        reason = f"{counted(len(down), 'metric')} {_gets(len(down))} worse"
        yield Finding(rules.metrics, "metrics", reason, ", ".join(down))
    moving = [each for each in facts.drift if each.psi > each.chance]
    if moving:
        most = max(moving, key=lambda each: each.psi)
        if over := _above(most.psi, rules.drift):
            colour, bound = over
            yield Finding(
                colour,
                "drift",
                f"the customers drift, by a PSI over {bound:g}",
                f"{most.column}: {number(most.psi)}",
            )


def _of_customers(rules: Review, facts: Facts) -> Iterator[Finding]:
    stakes = facts.stakes
    if stakes is None:
        yield Finding("amber", "", "who moved cannot be told", "see the notes")
        return
    lost, moved, common = stakes.lost, stakes.moved, stakes.common
    if over := _above(lost.customers / common, rules.lost):
        colour, bound = over
        yield Finding(
            colour,
            "lost",
            f"over {percent(bound)} of customers lose their segment",
            f"{lost.customers:,} of {common:,}, {percent(lost.customers / common)}",
        )
    if lost.value is not None and (over := _above(lost.value, rules.lost_value)):
        colour, bound = over
        yield Finding(
            colour,
            "lost_value",
            f"over {percent(bound)} of the value is with customers who lose their segment",
            percent(lost.value),
        )
    share, chance = moved.customers / common, (stakes.by_chance or 0) / common
    if over := _above(share, rules.moved, resampling=chance):
        colour, bound = over
        reason = "more customers change segment than resampling alone moves"
        if colour == "red" or rules.moved.amber != "resampling":
            reason = f"over {percent(bound)} of customers change segment"
        beside = "" if stakes.by_chance is None else f"; resampling: about {stakes.by_chance:,}"
        figures = f"{moved.customers:,} of {common:,}, {percent(share)}{beside}"
        yield Finding(colour, "moved", reason, figures)
    if moved.value is not None and (over := _above(moved.value, rules.moved_value)):
        colour, bound = over
        yield Finding(
            colour,
            "moved_value",
            f"over {percent(bound)} of the value is with customers who change segment",
            percent(moved.value),
        )


def _above(value: float, bounds: Bounds, *, resampling: float = 0.0) -> tuple[Colour, float] | None:
    """Return the colour of a figure and the bound that it is above, if it is above one."""
    amber = resampling if bounds.amber == "resampling" else bounds.amber
    if not isinstance(bounds.red, str) and value > bounds.red:
        return "red", bounds.red
    return ("amber", amber) if not isinstance(amber, str) and value > amber else None


def _gets(number: int) -> str:
    return "gets" if number == 1 else "get"
