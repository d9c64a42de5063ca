"""One made-up customer gets what the model says, and what is said to change it does."""

from pathlib import Path

import made
import pandas as pd
import pytest

from segmentation.commands.load import Chosen
from segmentation.dashboard import what_if
from segmentation.scoring.rule import Rule


@pytest.fixture
def chosen(tmp_path: Path) -> Chosen:
    return made.chosen(tmp_path)


def test_it_says_what_the_model_says(chosen: Chosen) -> None:
    rule = Rule(chosen.model, chosen.baseline)
    between = what_if.ranges(chosen, rule)
    levels = what_if.usual_levels(chosen, rule)
    customer: dict[str, float | str | None] = {
        **{name: span.usual for name, span in between.items()},
        **{name: known[0] for name, known in levels.items()},
    }
    found = what_if.ask(chosen, rule, customer, between)
    assert found.segment == int(chosen.model.predict(pd.DataFrame([customer]))[0])
    assert found.runner_up != found.segment
    assert len(found.reasons) == 3
    assert 0 < len(found.changes) <= 5
    assert all(change.segment != found.segment for change in found.changes)
    assert not found.unlike


def test_what_is_not_known_is_taken_as_missing(chosen: Chosen) -> None:
    rule = Rule(chosen.model, chosen.baseline)
    between = what_if.ranges(chosen, rule)
    found = what_if.ask(chosen, rule, dict.fromkeys(rule.columns), between)
    missing = pd.DataFrame([dict.fromkeys(rule.columns)]).astype(
        dict.fromkeys(rule.numbers, "float64") | dict.fromkeys(rule.categories, "str")
    )
    assert found.segment == int(chosen.model.predict(missing)[0])


def test_a_number_can_be_asked_around_those_of_the_training(chosen: Chosen) -> None:
    rule = Rule(chosen.model, chosen.baseline)
    for name, span in what_if.ranges(chosen, rule).items():
        limits = chosen.data.limits(name)
        assert span.low <= span.usual <= span.high
        assert 10 <= (span.high - span.low) / span.step <= 1000
        assert limits.min is None or span.low >= limits.min - span.step
