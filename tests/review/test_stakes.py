"""Whom a change touches, what they are worth, which plays come and go, and what is answered."""

from typing import Any

import pandas as pd
import pytest

import factories
from segmentation.artifacts.segments import Answer
from segmentation.monitoring.migration import Migration, migrate
from segmentation.review.answers import answer_changes
from segmentation.review.side import Side
from segmentation.review.stakes import play_changes, stakes

NOISE = -1


def side(labels: list[int], worth: list[float] | None = None, **segments: Any) -> Side:
    ids = [f"C{i}" for i in range(len(labels))]
    sizes = pd.Series(labels).value_counts()
    plays = segments.pop("plays", {})
    jaccard = segments.pop("jaccard", 0.9)
    described = [
        factories.segment(
            int(i),
            size=int(sizes[i]),
            plays=tuple(
                {
                    "name": name, "action": "", "channel": "", "measure": "",
                    "because": (), "evidence": (),
                }
                for name in plays.get(i, ())
            ),
            stability=factories.clustering([i], jaccard={i: jaccard}).stability.segments[i],
            share_of_value=0.39,
        )
        for i in sorted(sizes.index)
        if i > 0
    ]  # fmt: skip
    return Side(
        "x", "abc1234", {}, {},
        segments=factories.segments(described, **segments),
        assignments=pd.Series(labels, index=ids),
        customers=pd.DataFrame({"id": ids, "spend": worth or [1.0] * len(labels)}),
    )  # fmt: skip


def moves(base: Side, head: Side) -> Migration:
    assert base.assignments is not None
    assert head.assignments is not None
    return migrate(base.assignments, head.assignments, base_names={}, head_names={})


def test_customers_of_a_segment_that_is_gone_or_in_none_now_lose_theirs() -> None:
    base = side([1] * 40 + [2] * 40 + [3] * 20, [1.0] * 80 + [4.0] * 20)
    head = side([1] * 35 + [NOISE] * 5 + [2] * 40 + [NOISE] * 14 + [1] * 6)
    told = stakes(base, head, moves(base, head))
    assert told is not None
    assert (told.common, told.lost.customers) == (100, 25)
    assert told.lost.value == pytest.approx((5 + 80) / 160)
    assert [(change.base, value) for change, value in told.gone] == [(3, 0.39)]
    assert told.moved.customers == 25


def test_a_merged_segment_is_not_lost() -> None:
    base = side([1] * 40 + [2] * 30 + [3] * 30)
    head = side([1] * 40 + [2] * 60)
    told = stakes(base, head, moves(base, head))
    assert told is not None
    assert (told.lost.customers, told.moved.customers, told.gone) == (0, 30, ())


@pytest.mark.parametrize("worth", [[-1.0] + [1.0] * 19, [0.0] * 20])
def test_shares_of_losses_are_not_told(worth: list[float]) -> None:
    base, head = side([1] * 10 + [2] * 10, worth), side([1] * 10 + [2] * 10)
    told = stakes(base, head, moves(base, head))
    assert told is not None
    assert told.lost.value is None


def test_resampling_moves_as_many_as_the_overlap_leaves() -> None:
    # Of two segments of 100 with J = 0.6, 75 are in both: 75 / 125. So 25 of each are elsewhere.
    base = side([1] * 100 + [2] * 100, jaccard=0.6)
    told = stakes(base, base, moves(base, base))
    assert told is not None
    assert told.by_chance == 50


def test_without_common_customers_nothing_is_told() -> None:
    base, head = side([1] * 20), side([1] * 20)
    assert head.assignments is not None
    assert base.assignments is not None
    other = head.assignments.rename(index=lambda name: f"other {name}")
    found = migrate(base.assignments, other, base_names={}, head_names={})
    assert stakes(base, head, found) is None


def test_plays_are_lost_and_gained_by_what_becomes_of_segments() -> None:
    base = side([1] * 40 + [2] * 60, plays={1: ["Keep"], 2: ["Win back", "Ask"]})
    head = side([1] * 40 + [2] * 35 + [3] * 25, plays={1: ["Thank"], 2: ["Ask"], 3: ["Win back"]})
    lost, gained = play_changes(base, head, moves(base, head))
    assert [(p.play, p.segment, p.customers) for p in lost] == [
        ("Keep", "1 Segment 1", 40),
        ("Win back", "2 Segment 2", 60),
    ]
    assert [(p.play, p.segment) for p in gained] == [("Thank", "1 Segment 1")]  # 3 was part of 2


def answer(question: str, said: str, level: str) -> Answer:
    return Answer.model_validate({"question": question, "answer": said, "why": "", "level": level})


def test_a_question_is_the_same_whatever_the_number_in_it() -> None:
    base = side([1] * 20 + [2] * 20, trust=(answer("Is 2 the right number?", "Agreed", "good"),))
    head = side(
        [1] * 20 + [2] * 10 + [3] * 10,
        trust=(answer("Is 3 the right number?", "Set by hand", "doubtful"),),
    )
    votes = {"a": 2, "b": 2, "c": 3}
    (change,) = answer_changes(
        base.segments,
        head.segments,
        base_choice=factories.choice(k=2, votes=votes),
        head_choice=factories.choice(k=2, votes=votes),
    )
    assert change.question == "Is 3 the right number?"
    assert change.base == "Agreed: 2 of 3 criteria are for 2"
    assert change.head == "Set by hand: 1 of 3 criteria is for 3"
    assert change.outcome == "worse"


def test_groups_and_segments_are_asked_about_in_one_question() -> None:
    base = side([1] * 20, trust=(answer("Are there segments at all?", "Yes", "good"),))
    head = side([1] * 20, trust=(answer("Are there groups at all?", "No sign of any", "bad"),))
    (change,) = answer_changes(base.segments, head.segments)
    assert (change.base, change.head, change.outcome) == ("Yes", "No sign of any", "worse")


@pytest.mark.parametrize(
    ("level", "outcome"), [("doubtful", "worse"), ("plain", "other"), ("bad", "worse")]
)
def test_a_new_question_is_news(level: str, outcome: str) -> None:
    head = side([1] * 20, trust=(answer("Does it miss a small group?", "One", level),))
    (change,) = answer_changes(side([1] * 20).segments, head.segments)
    assert (change.base, change.outcome) == (None, outcome)
