import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from segmentation.errors import SettingsError
from segmentation.insight.playbook import Playbook, absent_levels, fitting
from segmentation.insight.plays import Recommendation, recommend
from segmentation.insight.profiles import profile_segments
from segmentation.settings.shared.base import validate


def book(*conditions: dict[str, Any], **rest: Any) -> Playbook:
    play = {"name": "Treat", "action": "a", "channel": "c", "measure": "m", "when": conditions}
    return validate(Playbook, {"plays": [play], **rest}, "playbook.yaml")


def found(rows: int, *conditions: dict[str, Any]) -> list[Recommendation]:
    """What is recommended to a segment that spends half as much again and is mostly from Köln."""
    rng = np.random.default_rng(0)
    segment = np.repeat([1, 2], [rows, 3 * rows])
    table = pd.DataFrame(
        {
            "spend": rng.normal(100, 30, 4 * rows).clip(0) * np.where(segment == 1, 1.5, 1.0),
            "age": rng.normal(40, 8, 4 * rows),
            "town": np.where(
                rng.random(4 * rows) < np.where(segment == 1, 0.8, 0.2), "Köln", "Bonn"
            ),
        }
    )
    profile = profile_segments(
        table, segment, numeric=["spend", "age"], categorical=["town"], value="spend"
    )[0]
    return recommend(profile, book(*conditions).plays, value="spend")


def test_a_play_carries_the_numbers_that_triggered_it() -> None:
    (treat,) = found(
        200,
        {"column": "spend", "index": {"min": 120}},
        {"column": "town", "level": "Köln", "lift": {"min": 1.5}},
    )
    spend, town = treat.evidence
    assert (spend.column, spend.figure, spend.min, spend.max) == ("spend", "index", 120, None)
    assert spend.interval is not None
    assert 120 < spend.interval[0] < spend.value < spend.interval[1] < 145
    assert (town.column, town.level, town.figure) == ("town", "Köln", "lift")
    assert town.value > 1.5


def test_all_conditions_must_hold() -> None:
    high = {"column": "spend", "index": {"min": 120}}
    assert found(200, high)
    assert not found(200, high, {"column": "age", "index": {"min": 120}})
    assert not found(200, high, {"column": "town", "level": "Ulm", "lift": {"min": 0}})


def test_what_a_customer_is_worth_needs_no_column() -> None:
    (treat,) = found(200, {"value_index": {"min": 120}})
    assert treat.evidence[0].column == "spend"


def test_a_bound_on_one_side_of_the_average_needs_a_confirmed_difference() -> None:
    assert found(200, {"column": "spend", "index": {"min": 105}})
    assert not found(2, {"column": "spend", "index": {"min": 105}})


def test_a_range_around_the_average_must_hold_the_whole_interval() -> None:
    average = {"column": "age", "index": {"min": 90, "max": 110}}
    assert found(200, average)
    assert not found(3, average)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"column": "spend"}, "needs one of index"),
        ({"column": "spend", "index": {}}, "needs min, max or both"),
        ({"column": "spend", "index": {"min": 120, "max": 80}}, "min 120 is not below max 80"),
        ({"column": "spend", "index": {"min": 9, "max": 9}}, "min 9 is not below max 9"),
        ({"column": "town", "level": True, "lift": {"min": 2}}, 'level.*in quotes.*: "true"'),
        ({"column": "town", "level": 7, "lift": {"min": 2}}, "the number 7; put it in quotes"),
        ({"index": {"min": 1}}, "needs a column"),
        ({"column": "spend", "value_index": {"min": 1}}, "takes no column"),
        ({"column": "town", "level": "Köln"}, "level and lift go together"),
        ({"column": "a", "index": {"min": 1}, "level": "b", "lift": {"min": 1}}, "needs one of"),
    ],
)
def test_a_condition_that_says_nothing_is_told(condition: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        book(condition)


def test_two_segments_cannot_be_given_one_name() -> None:
    with pytest.raises(SettingsError, match="segments 1 and 3 are both called 'vips'"):
        book({"value_index": {"min": 1}}, names={1: "VIPs", 3: "vips"})


def test_a_misspelt_column_is_left_out_and_told_with_the_nearest_name() -> None:
    spend = book({"column": "spends", "index": {"min": 120}}, words={"spend": {"high": "big"}})
    fits, (told,) = fitting(spend, numeric=["age", "spend"], categorical=["town"])
    assert (fits.plays, list(fits.words)) == ((), ["spend"])
    assert told == (
        "playbook.yaml: left out the play 'Treat', as data in params.yaml declares no column "
        "'spends' (did you mean 'spend'?)"
    )
    word = validate(Playbook, {"words": {"twon": {"level": "from {level}"}}}, "playbook.yaml")
    fits, (told,) = fitting(word, numeric=["age", "spend"], categorical=["town"])
    assert fits.words == {}
    assert "left out the words for 'twon'" in told
    assert "did you mean 'town'?" in told


def test_a_column_of_the_other_kind_is_left_out_too() -> None:
    town = book({"column": "town", "level": "Köln", "lift": {"min": 2}})
    fits, (told,) = fitting(town, numeric=["town"], categorical=[])
    assert fits.plays == ()
    assert told.endswith("declares no column 'town' as a category")


def test_words_that_are_never_said_are_told() -> None:
    words = validate(
        Playbook,
        {"words": {"town": {"high": "rich"}, "age": {"level": "{level}"}, "spend": {"low": "x"}}},
        "playbook.yaml",
    )
    fits, told = fitting(words, numeric=["age", "spend"], categorical=["town"])
    assert fits == words
    assert told == [
        "playbook.yaml: words: 'town' is a category; high and low are never said of it",
        "playbook.yaml: words: 'age' is a number; level is never said of it",
    ]


@pytest.mark.parametrize("level", ["{lvel} people", "{level", "{level.x}"])
def test_only_the_level_is_put_into_words(level: str) -> None:
    with pytest.raises(SettingsError, match=r"only \{level\} is replaced"):
        validate(Playbook, {"words": {"town": {"level": level}}}, "playbook.yaml")


def test_a_wrong_condition_is_told_once() -> None:
    with pytest.raises(SettingsError) as told:
        book({"column": "age", "index": {"min": 120, "max": 80}})
    assert "min 120 is not below max 80" in str(told.value)
    assert "empty" not in str(told.value)


def test_what_fits_stays_as_it_is() -> None:
    worth = book({"value_index": {"min": 1}}, words={"town": {"level": "{level}"}})
    assert fitting(worth, numeric=[], categorical=["town"]) == (worth, [])


def test_a_level_that_no_customer_has_is_told_but_no_error() -> None:
    town = book({"column": "town", "level": "Koln", "lift": {"min": 2}})
    assert fitting(town, numeric=[], categorical=["town"]) == (town, [])
    (told,) = absent_levels(town, {"town": ["Bonn", "Köln"]})
    assert told == (
        "playbook.yaml: the play 'Treat' asks for town 'Koln', which no customer has; "
        "did you mean 'Köln'?"
    )
    assert absent_levels(town, {"town": ["Koln"]}) == []


def test_the_example_in_the_documentation_is_a_valid_playbook() -> None:
    page = (Path(__file__).parents[2] / "docs/profiles.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    shown = validate(Playbook, yaml.safe_load(example), "the example")
    assert shown.names == {1: "Champions"}
    columns = {"numeric": ["visits", "rent", "web"], "categorical": ["hobby"]}
    assert fitting(shown, **columns) == (shown, [])
