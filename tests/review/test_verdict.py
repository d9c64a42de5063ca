"""Green, amber or red: each rule by itself, and what the words say."""

from typing import Any

import pytest

from segmentation.errors import SettingsError
from segmentation.monitoring.drift import Drift
from segmentation.review.answers import AnswerChange
from segmentation.review.changes import MetricChange, metric_changes
from segmentation.review.stakes import PlayChange, Stake, Stakes
from segmentation.review.verdict import Facts, judge
from segmentation.settings.review import Review
from segmentation.settings.shared.base import validate

UNMOVED = Stakes(1000, Stake(0, 0.0), Stake(0, 0.0), (), by_chance=24)


def touched(lost: int = 0, lost_value: float | None = 0.0, moved: int = 0, **rest: Any) -> Stakes:
    moved_value = rest.pop("moved_value", 0.0)
    facts: dict[str, Any] = {"gone": (), "by_chance": 24} | rest
    return Stakes(1000, Stake(lost, lost_value), Stake(moved, moved_value), **facts)


def facts(**given: Any) -> Facts:
    quiet: dict[str, Any] = {
        "stakes": UNMOVED, "metrics": (), "answers": (), "plays_lost": (), "drift": (),
    }  # fmt: skip
    return Facts(**(quiet | given))


def metrics(**pairs: tuple[float, float]) -> tuple[MetricChange, ...]:
    base, head = ({name: pair[i] for name, pair in pairs.items()} for i in (0, 1))
    return metric_changes(base, head, same_points=True)


def worse(question: str = "Would they come back?") -> AnswerChange:
    return AnswerChange(question, "Both do", "None does reliably", "worse", "Because.")


def drifting(psi: float, chance: float = 0.02) -> Drift:
    return Drift("income", psi, chance, 0.1, 0.0, 0.0)


@pytest.mark.parametrize(
    ("given", "colour", "rule"),
    [
        ({}, "green", None),
        ({"stakes": touched(lost=10)}, "green", None),
        ({"stakes": touched(lost=11)}, "amber", "lost"),
        ({"stakes": touched(lost=101)}, "red", "lost"),
        ({"stakes": touched(lost_value=0.02)}, "amber", "lost_value"),
        ({"stakes": touched(lost_value=0.11)}, "red", "lost_value"),
        ({"stakes": touched(lost_value=None)}, "green", None),
        ({"stakes": touched(moved=24)}, "green", None),  # as many as resampling moves
        ({"stakes": touched(moved=25)}, "amber", "moved"),
        ({"stakes": touched(moved=251)}, "red", "moved"),
        ({"stakes": touched(moved_value=0.26)}, "red", "moved_value"),
        ({"stakes": None}, "amber", ""),
        ({"metrics": metrics(noise_share=(0.0, 0.03))}, "amber", "noise"),
        ({"metrics": metrics(noise_share=(0.0, 0.11))}, "red", "noise"),
        ({"metrics": metrics(noise_share=(0.3, 0.0))}, "green", None),
        ({"metrics": metrics(structure_level=(2, 0))}, "red", "structure"),
        ({"metrics": metrics(structure_level=(0, 2))}, "green", None),
        ({"plays_lost": (PlayChange("Win back", "1 a", 9),)}, "amber", "plays"),
        ({"answers": (worse(),)}, "amber", "answers"),
        ({"drift": (drifting(0.3),)}, "amber", "drift"),
        ({"drift": (drifting(0.3, chance=0.4),)}, "green", None),
        ({"drift": (drifting(0.2),)}, "green", None),
    ],
)
def test_each_rule(given: dict[str, Any], colour: str, rule: str | None) -> None:
    verdict = judge(Review(), facts(**given))
    assert verdict.colour == colour
    assert [finding.rule for finding in verdict.findings] == ([] if rule is None else [rule])


def test_a_metric_that_gets_worse_is_amber() -> None:
    change = MetricChange("stability", 0.9, 0.5, 0.01, 0.01, "worse")
    verdict = judge(Review(), facts(metrics=(change,)))
    assert (verdict.colour, verdict.reason) == ("amber", "1 metric gets worse")


def test_red_decides_and_all_that_speaks_against_it_is_told() -> None:
    verdict = judge(
        Review(), facts(stakes=touched(moved=30), metrics=metrics(noise_share=(0, 0.5)))
    )
    assert [(f.colour, f.rule) for f in verdict.findings] == [("red", "noise"), ("amber", "moved")]
    assert verdict.reason == "over 10 points more customers are in no segment"


def test_rules_can_be_moved_and_switched_off() -> None:
    never = {"amber": "never", "red": "never"}
    rules = validate(Review, {"moved": never, "plays": "red", "lost": {"amber": 0, "red": 1}}, "x")
    assert judge(rules, facts(stakes=touched(moved=900))).colour == "green"
    assert judge(rules, facts(stakes=touched(lost=1))).colour == "amber"
    lost = (PlayChange("Win back", "1 a", 9), PlayChange("Win back", "2 b", 9))
    verdict = judge(rules, facts(plays_lost=lost))
    assert (verdict.colour, verdict.reason) == ("red", "segments lose plays")
    assert verdict.findings[0].figures == "Win back"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"lost": {"amber": 0.5, "red": 0.1}}, "red 0.1 is below amber 0.5"),
        ({"lost": {"amber": "resampling", "red": 0.1}}, "'lost.amber' is 'resampling'"),
        ({"plays": "green"}, "'plays' is 'green'"),
        ({"lots": {}}, "did you mean 'lost'"),
    ],
)
def test_mistakes_are_told(content: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        validate(Review, content, "params.yaml")


def test_leaving_half_out_is_never_better() -> None:
    base = {
        "k": 4,
        "silhouette": 0.3,
        "silhouette_se": 0.01,
        "stability": 0.7,
        "stability_se": 0.01,
    }
    head = {**base, "silhouette": 0.6, "stability": 0.95, "noise_share": 0.5}
    changes = metric_changes({**base, "noise_share": 0.0}, head, same_points=True)
    outcomes = {change.name: change.outcome for change in changes}
    assert outcomes["silhouette"] == outcomes["stability"] == "not comparable"
    assert "better" not in outcomes.values()
    near = metric_changes({**base, "noise_share": 0.46}, head, same_points=True)
    assert {change.name: change.outcome for change in near}["silhouette"] == "better"
