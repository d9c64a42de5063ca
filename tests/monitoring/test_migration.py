"""Who moved between segments, against counting by hand and by pandas."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import factories
from segmentation.monitoring.migration import ABSENT, Migration, migrate, profiles_of, spread_of

NOISE = -1


def assigned(*groups: tuple[int, int], start: int = 0) -> pd.Series:
    """`(segment, customers)` in turn, with ids from `start` on."""
    labels = [segment for segment, size in groups for _ in range(size)]
    return pd.Series(labels, index=[f"C{start + i}" for i in range(len(labels))])


def moves(base: pd.Series, head: pd.Series, **facts: Any) -> Migration:
    named: dict[str, Any] = {"base_names": {}, "head_names": {}, **facts}
    return migrate(base, head, **named)


def test_renumbered_segments_move_nobody() -> None:
    base = assigned((1, 40), (2, 60))
    found = moves(base, base.map({1: 2, 2: 1}))
    assert (found.moved, found.common, found.flows) == (0, 100, ())
    assert [(c.base, c.head, c.kind) for c in found.segments] == [
        (1, 2, "renamed"),
        (2, 1, "renamed"),
    ]
    assert found.table.to_numpy().tolist() == [[40, 0], [0, 60]]  # columns follow the rows


def test_a_split_segment_is_called_so_on_both_sides() -> None:
    base = assigned((1, 100), (2, 100))
    head = assigned((1, 100), (2, 70), (3, 30))
    found = moves(base, head, base_names={2: "b"}, head_names={2: "b", 3: "c"})
    assert [(c.base, c.head, c.kind, c.others) for c in found.segments][1:] == [
        (2, 2, "split", (3,)),
        (None, 3, "split", (2,)),
    ]
    assert found.moved == 30
    assert [(f.base, f.head, f.size) for f in found.flows] == [(2, 3, 30)]
    assert found.segments[1].similarity == pytest.approx(0.7)


def test_a_small_part_that_leaves_is_named_and_the_rest_is_kept() -> None:
    found = moves(assigned((1, 100), (2, 100)), assigned((1, 100), (2, 90), (3, 10)))
    assert [(c.base, c.head, c.kind, c.others) for c in found.segments][1:] == [
        (2, 2, "kept", ()),
        (None, 3, "split", (2,)),
    ]


def test_a_segment_that_many_leave_for_none_is_shrunk() -> None:
    base = assigned((1, 100), (2, 100))
    found = moves(base, assigned((1, 81), (-1, 19), (2, 50), (-1, 50)))
    assert [(c.base, c.head, c.kind) for c in found.segments] == [
        (1, 1, "kept"),
        (2, 2, "shrunk"),
    ]


def test_thirds_are_parts_though_none_is_recognised() -> None:
    found = moves(assigned((1, 120), (2, 90)), assigned((1, 120), (2, 29), (3, 29), (4, 32)))
    kinds = {(c.base, c.head): (c.kind, c.others) for c in found.segments}
    whole = next(kinds[pair] for pair in kinds if pair[0] == 2)
    assert whole[0] == "split"
    assert {kinds[pair][0] for pair in kinds if pair[0] is None} == {"split"}


def test_merged_segments_are_called_so_on_both_sides() -> None:
    base = assigned((1, 60), (2, 40), (3, 100))
    found = moves(base, base.replace({2: 1}), head_names={1: "both"})
    assert [(c.base, c.head, c.kind, c.others) for c in found.segments] == [
        (1, 1, "merged", (2,)),
        (2, None, "merged", (1,)),
        (3, 3, "kept", ()),
    ]


def test_a_segment_whose_customers_scatter_is_gone() -> None:
    base = assigned((1, 100), (2, 90), (3, 100))
    head = assigned((1, 140), (NOISE, 10), (3, 140))
    found = moves(base, head)
    assert [(c.base, c.kind) for c in found.segments][1] == (2, "gone")


def test_noise_new_and_gone_customers_have_their_places() -> None:
    base = assigned((1, 50), (2, 50), (NOISE, 10))
    head = pd.concat([assigned((1, 50), (2, 45), (NOISE, 5)), assigned((1, 7), start=900)])
    found = moves(base, head)
    assert found.table.index.tolist() == [1, 2, NOISE, ABSENT]
    assert list(found.table) == [1, 2, NOISE, ABSENT]
    assert list(found.table.loc[ABSENT]) == [7, 0, 0, 0]
    assert found.table[ABSENT].tolist() == [0, 0, 10, 0]
    assert (found.common, found.moved) == (100, 5)  # those who left a segment for none


@settings(max_examples=60, deadline=None)
@given(
    base=st.lists(st.sampled_from([NOISE, 1, 2, 3]), min_size=1, max_size=80),
    head=st.lists(st.sampled_from([NOISE, 1, 2, 3, 4]), min_size=1, max_size=80),
    shift=st.integers(0, 90),
)
def test_the_table_sums_to_the_customers(base: list[int], head: list[int], shift: int) -> None:
    before = pd.Series(base, index=[f"C{i}" for i in range(len(base))])
    after = pd.Series(head, index=[f"C{i + shift}" for i in range(len(head))])
    found = moves(before, after)
    everyone = set(before.index) | set(after.index)
    assert found.table.to_numpy().sum() == len(everyone)
    assert found.common == len(before) + len(after) - len(everyone)
    assert found.moved == sum(flow.size for flow in found.flows)
    for segment, size in before.value_counts().items():
        assert found.table.T[segment].sum() == size
    for segment, size in after.value_counts().items():
        assert found.table[segment].sum() == size


def test_profiles_recognise_segments_without_a_common_customer() -> None:
    profiles = pd.DataFrame({"age": [20.0, 60.0], "income": [1e4, 9e4]}, index=[1, 2])
    found = moves(
        assigned((1, 30), (2, 40)),
        assigned((1, 20), (2, 25), start=500),
        base_profiles=profiles,
        head_profiles=profiles.set_axis([2, 1]) + 1.0,
        scale=pd.Series({"age": 15.0, "income": 3e4}),
    )
    assert [(c.base, c.head) for c in found.segments] == [(1, 2), (2, 1)]
    assert not found.by_customers
    assert found.common == 0


def test_profiles_of_another_run_are_not_used() -> None:
    profiles = pd.DataFrame({"age": [20.0, 60.0, 70.0]}, index=[1, 2, 3])
    found = moves(
        assigned((1, 30), (2, 40)),
        assigned((1, 20), (2, 25), start=500),
        base_profiles=profiles,
        head_profiles=profiles,
    )
    assert [c.kind for c in found.segments] == ["gone", "gone", "new", "new"]


def test_profiles_and_spread_come_from_the_reports() -> None:
    facts = {
        "numeric": {"age": factories.number(mean=30.0, median=29.0)},
        "categorical": {"town": {"Ulm": factories.level(share=0.25, lift=1.0)}},
    }
    profiles = profiles_of(factories.segments(factories.segment(i, **facts) for i in (2, 1)))
    assert profiles is not None
    assert profiles.to_dict("index") == {i: {"age": 30.0, "town=Ulm": 0.25} for i in (1, 2)}
    spread = spread_of(factories.summary({"age": 9.0}, {"town": {"Ulm": 25, "Bonn": 75}}))
    assert spread is not None
    towns = pd.Series(["Ulm"] * 25 + ["Bonn"] * 75)
    assert spread["age"] == 9.0
    assert spread["town=Ulm"] == pytest.approx(np.std(towns == "Ulm"))
    assert profiles_of(None) is None
    assert spread_of(None) is None
