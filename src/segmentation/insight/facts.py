"""The facts of a run as one plain structure, which every page and picture is made from."""

from dataclasses import asdict
from typing import Any

from segmentation.insight.playbook import Recommendation
from segmentation.insight.profiles import SegmentProfile
from segmentation.insight.traits import Trait


def segment_facts(
    profile: SegmentProfile,
    *,
    name: str,
    traits: list[Trait],
    plays: list[Recommendation],
    labels: dict[str, str],
) -> dict[str, Any]:
    """Put together what is known of one segment, as it goes into `segments.json`."""
    return {
        **asdict(profile),
        "name": name,
        "marks": [in_words(trait, labels) for trait in traits],
        "plays": [
            {
                "name": found.play.name,
                "action": found.play.action,
                "channel": found.play.channel,
                "measure": found.play.measure,
                "because": list(found.because),
            }
            for found in plays
        ],
    }


def in_words(trait: Trait, labels: dict[str, str]) -> str:
    """Say a trait with its number: ``income ($ a year): 118,000 on average, index 182``."""
    if trait.level is not None:
        times = "" if trait.index is None else f", {trait.index / 100:.1f} times the usual share"
        return f"{labels[trait.column]} {trait.level}: {trait.typical:.0%}{times}"
    index = "" if trait.index is None else f", index {trait.index:.0f}"
    return f"{labels[trait.column]}: {number(trait.typical)} on average{index}"


def number(value: float | None) -> str:
    """Write a number for people: three significant digits, thousands separated."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}".replace("-", "−")
    return f"{value:.3g}".replace("-", "−")


def percent(value: float | None) -> str:
    """Write a share for people."""
    return "–" if value is None else f"{100 * value:.0f}%"


def verdict(facts: dict[str, Any], metrics: dict[str, Any]) -> str:
    """Say in one line what was found."""
    assigned = facts["customers"] - facts["unassigned"]
    if not metrics["structured"]:
        return (
            f"No segments beyond one population (p = {metrics['structure_p_value']:.2g}); the "
            f"{metrics['k']} groups below divide {assigned:,} customers for convenience only"
        )
    return f"{metrics['k']} segments among {assigned:,} customers, beyond what one population shows"
