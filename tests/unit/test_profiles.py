import numpy as np
import pandas as pd
import pytest

from segmentation.errors import SettingsError
from segmentation.insight.names import name_segments
from segmentation.insight.playbook import Playbook, check_columns, recommend
from segmentation.insight.profiles import SegmentProfile, profile_segments
from segmentation.insight.traits import traits_of

SEGMENT = np.array([1, 1, 1, 2, 2, 2, 2, -1])
CUSTOMERS = pd.DataFrame(
    {
        "age": [20.0, 22.0, np.nan, 60.0, 62.0, 58.0, 64.0, 40.0],
        "spend": [100.0, 200.0, 300.0, 10.0, 20.0, 30.0, 40.0, 0.0],
        "town": ["Bonn", "Bonn", "Köln", "Köln", "Köln", "Köln", None, "Bonn"],
    }
)


@pytest.fixture
def profiles() -> list[SegmentProfile]:
    return profile_segments(
        CUSTOMERS, SEGMENT, numeric=["age", "spend"], categorical=["town"], value="spend"
    )


def test_figures_equal_those_worked_out_by_hand(profiles: list[SegmentProfile]) -> None:
    first, second = profiles
    assert (first.id, first.size, first.share) == (1, 3, 3 / 8)
    assert first.value_mean == 200
    assert first.share_of_value == pytest.approx(600 / 700)
    age = first.numeric["age"]
    known = [20, 22, 60, 62, 58, 64, 40]
    assert (age.mean, age.median) == (21.0, 21.0)
    assert age.index == pytest.approx(100 * 21 / np.mean(known))
    assert age.difference == pytest.approx((21 - np.mean(known)) / np.std(known))
    bonn = first.categorical["town"]["Bonn"]
    assert bonn.share == pytest.approx(2 / 3)
    assert bonn.lift == pytest.approx((2 / 3) / (3 / 7))
    assert second.categorical["town"]["Köln"].share == 1.0
    assert second.categorical["town"]["Bonn"].lift == 0.0


def test_a_total_that_is_not_positive_has_no_shares() -> None:
    owed = CUSTOMERS.assign(spend=-CUSTOMERS["spend"])
    profile = profile_segments(owed, SEGMENT, numeric=["spend"], categorical=[], value="spend")[0]
    assert profile.share_of_value is None
    assert profile.numeric["spend"].index is None


def test_traits_are_the_large_differences_strongest_first(profiles: list[SegmentProfile]) -> None:
    found = traits_of(profiles[0])
    assert {(t.column, t.level) for t in found} == {("spend", None), ("age", None)}
    assert [abs(t.difference) for t in found] == sorted(
        (abs(t.difference) for t in found), reverse=True
    )
    assert all(abs(t.difference) >= 0.5 for t in found)


BOOK = Playbook.model_validate(
    {
        "words": {
            "age": {"high": "older", "low": "young"},
            "spend": {"high": "big spenders", "low": "savers", "noun": True},
            "town": {"level": "from {level}"},
        },
        "plays": [
            {
                "name": "Treat",
                "when": [{"column": "spend", "index": {"min": 120}}],
                "action": "a",
                "channel": "c",
                "measure": "m",
            },
            {
                "name": "Only Köln",
                "when": [
                    {"column": "town", "level": "Köln", "lift": {"min": 1.2}},
                    {"column": "age", "index": {"min": 101}},
                ],
                "action": "a",
                "channel": "c",
                "measure": "m",
            },
        ],
    }
)


def test_names_are_words_from_the_playbook(profiles: list[SegmentProfile]) -> None:
    names = name_segments({p.id: traits_of(p) for p in profiles}, BOOK)
    assert names[1] == "Young big spenders"
    assert names[2] == "From Köln savers"


def test_names_by_hand_win_and_names_are_unique(profiles: list[SegmentProfile]) -> None:
    by_hand = BOOK.model_copy(update={"names": {2: "Young big spenders"}})
    names = name_segments({p.id: traits_of(p) for p in profiles}, by_hand)
    assert names[2] == "Young big spenders"
    assert len(set(names.values())) == 2
    same = {i: traits_of(profiles[0]) for i in range(1, 6)}
    assert len(set(name_segments(same, BOOK).values())) == 5


def test_a_column_without_words_still_names_a_segment(profiles: list[SegmentProfile]) -> None:
    names = name_segments({p.id: traits_of(p) for p in profiles}, Playbook())
    assert names[1] == "Low-age customers"
    assert name_segments({1: []}, Playbook()) == {1: "Average customers"}


def test_plays_fire_on_all_conditions_and_show_their_numbers(
    profiles: list[SegmentProfile],
) -> None:
    first, second = (recommend(p, BOOK.plays) for p in profiles)
    assert [found.play.name for found in first] == ["Treat"]
    assert first[0].because == (f"spend: index {100 * 200 / 87.5:.0f} (at least 120)",)
    assert [found.play.name for found in second] == ["Only Köln"]
    assert len(second[0].because) == 2


def test_an_unknown_column_in_a_play_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"'Treat' asks .* 'spend'.*did you mean 'spends'"):
        check_columns(BOOK, numeric=["age", "spends"], categorical=["town"])
    with pytest.raises(SettingsError, match=r"categorical column 'town', which is not declared"):
        check_columns(BOOK, numeric=["age", "spend"], categorical=[])
