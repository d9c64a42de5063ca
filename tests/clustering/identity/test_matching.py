"""Segments keep their ids from run to run."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentation.clustering.identity.closeness import closeness_table
from segmentation.clustering.identity.matching import apply_ids, match_segments, order_by_value
from segmentation.errors import InputError


def series(labels: Sequence[int] | np.ndarray, *, first: int = 0) -> pd.Series:
    return pd.Series(labels, index=[f"c{first + i}" for i in range(len(labels))])


def reference_run(n=300, *, seed=0):
    return series(np.random.default_rng(seed).choice([4, 7, 9], n))


def relabel(reference, mapping):
    return reference.map(mapping)


def centroids(rows, index):
    return pd.DataFrame(rows, index=index, columns=["income", "age"], dtype=float)


def test_the_same_partition_keeps_its_ids():
    reference = reference_run()
    labels = relabel(reference, {4: 2, 7: 0, 9: 1})
    found = match_segments(labels, order=(1, 2, 3), reference=reference, next_id=12)
    assert found.ids == (7, 9, 4)
    assert (found.moved, found.common, found.reference_ari) == (0, 300, 1.0)
    assert (found.new, found.retired, found.next_id) == ((), (), 12)
    assert all(m.similarity == 1.0 and m.how == "customers" for m in found.matches)


def test_order_of_rows_does_not_matter():
    reference = reference_run()
    labels = relabel(reference, {4: 2, 7: 0, 9: 1}).sample(frac=1, random_state=0)
    found = match_segments(labels, order=(1, 2, 3), reference=reference)
    assert (found.ids, found.moved) == ((7, 9, 4), 0)


def test_customers_who_moved_are_counted():
    reference = reference_run()
    labels = relabel(reference, {4: 0, 7: 1, 9: 2})
    labels.iloc[:20] = (labels.iloc[:20] + 1) % 3
    labels.iloc[20:25] = -1
    found = match_segments(labels, order=(1, 2, 3), reference=reference)
    assert found.ids == (4, 7, 9)
    assert found.moved == 25
    assert found.reference_ari == pytest.approx(adjusted_rand_score(reference, labels))


@pytest.mark.slow
def test_the_best_pairing_is_that_of_all_pairings():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        reference = series(rng.choice([1, 2, 3, 4], 200))
        noisy = np.where(rng.random(200) < 0.5, reference - 1, rng.integers(0, 4, 200))
        labels = series(noisy)
        found = match_segments(
            labels, order=(1, 2, 3, 4), reference=reference, minimum_overlap=1e-9
        )

        def overlap(ids, labels=labels, reference=reference):
            total = 0.0
            for j, i in enumerate(ids):
                a, b = set(labels.index[labels == j]), set(reference.index[reference == i])
                total += len(a & b) / len(a | b)
            return total

        assert found.ids == max(permutations([1, 2, 3, 4]), key=overlap)


def test_a_new_segment_gets_an_id_never_used():
    reference = reference_run()
    labels = relabel(reference, {4: 0, 7: 1, 9: 2})
    newcomers = series([3] * 80, first=1000)
    labels = pd.concat([labels, newcomers])
    found = match_segments(
        labels, order=(1, 2, 3, 4), reference=reference, used_ids={4, 7, 9, 15}, next_id=11
    )
    assert found.ids == (4, 7, 9, 16)
    assert (found.new, found.next_id, found.moved) == ((16,), 17, 0)


def test_the_id_of_a_lost_segment_is_not_recycled():
    first = series([1] * 50 + [2] * 50 + [3] * 50)
    second = series([0] * 50 + [1] * 50, first=0)
    gone = match_segments(second, order=(1, 2), reference=first, next_id=4)
    assert (gone.ids, gone.retired, gone.next_id) == ((1, 2), (3,), 4)
    third = pd.concat([second, series([2] * 50, first=500)])
    back = match_segments(
        third,
        order=(1, 2, 3),
        reference=pd.Series(apply_ids(second, gone.ids), index=second.index),
        next_id=gone.next_id,
    )
    assert back.ids == (1, 2, 4)


def test_a_split_leaves_the_id_with_the_larger_part():
    reference = series([1] * 100 + [2] * 100)
    labels = series([0] * 60 + [1] * 40 + [2] * 100)
    found = match_segments(labels, order=(1, 2, 3), reference=reference, next_id=3)
    assert found.ids == (1, 3, 2)


def test_what_shares_too_little_is_new():
    # Each new segment takes a quarter of each old one: nothing has been kept.
    reference = series(np.repeat([1, 2, 3, 4], 40))
    labels = series(np.tile([0, 1, 2, 3], 40))
    found = match_segments(labels, order=(2, 1, 4, 3), reference=reference, next_id=5)
    assert found.ids == (6, 5, 8, 7)
    assert (found.new, found.retired) == ((5, 6, 7, 8), (1, 2, 3, 4))
    assert found.moved == 160


def test_without_common_customers_centroids_decide():
    reference = series([1] * 60 + [2] * 60)
    labels = series([0] * 70 + [1] * 50 + [2] * 50, first=5000)
    old = centroids([[20_000, 30], [90_000, 50]], [1, 2])
    new = centroids([[88_000, 51], [22_000, 29], [20_000, 80]], [0, 1, 2])
    scale = pd.Series({"income": 30_000.0, "age": 12.0})
    found = match_segments(
        labels,
        order=(1, 2, 3),
        reference=reference,
        centroids=new,
        reference_centroids=old,
        scale=scale,
        next_id=3,
    )
    assert found.ids == (2, 1, 3)
    assert {m.how for m in found.matches} == {"centroids"}
    assert (found.common, found.moved, found.reference_ari) == (0, None, None)


def test_scale_decides_what_is_close():
    old = centroids([[20_000, 30], [20_500, 60]], [1, 2])
    new = centroids([[20_400, 32]], [0])
    raw = closeness_table(new, old)
    scaled = closeness_table(new, old, pd.Series({"income": 30_000.0, "age": 12.0}))
    assert raw.loc[0].idxmax() == 2
    assert scaled.loc[0].idxmax() == 1


def test_closeness_is_relative_to_the_nearest_other_segment():
    old = centroids([[0, 0], [10, 0], [10, 30]], [1, 2, 3])
    new = centroids([[0, 0], [5, 0], [10, 15], [90, 0]], [0, 1, 2, 3])
    table = closeness_table(new, old)
    assert table.loc[0, 1] == 1.0
    assert list(table.loc[1]) == [0.5, 0.5, 0.0]
    assert table.loc[2, 3] == 0.5
    assert list(table.loc[3]) == [0.0, 0.0, 0.0]


def test_one_reference_segment_is_close_within_a_standard_deviation():
    old, new = centroids([[0, 0]], [5]), centroids([[1, 1], [0.25, 0]], [0, 1])
    table = closeness_table(new, old)
    assert table[5].tolist() == pytest.approx([0.0, 1 - 0.25 / np.sqrt(2)])


def test_centroids_in_one_place_match_nothing():
    old = centroids([[1, 1], [1, 1]], [1, 2])
    assert (closeness_table(centroids([[1, 1]], [0]), old) == 0).all().all()


def test_centroids_help_segments_none_of_whose_customers_are_shared():
    reference = series([1] * 100 + [2] * 100)
    # Segment 2's customers are gone; label 1 holds newcomers in the same place.
    labels = pd.concat([series([0] * 100), series([1] * 90, first=9000)])
    found = match_segments(
        labels,
        order=(1, 2),
        reference=reference,
        centroids=centroids([[1, 1], [5, 5]], [0, 1]),
        reference_centroids=centroids([[1, 1], [5, 5.1]], [1, 2]),
        next_id=3,
    )
    assert found.ids == (1, 2)
    assert [m.how for m in found.matches] == ["customers", "centroids"]


def test_customers_outrank_centroids():
    # The customers of 1 and 2 stay together while the segments trade places.
    reference = series([1] * 100 + [2] * 100)
    found = match_segments(
        series([0] * 100 + [1] * 100),
        order=(1, 2),
        reference=reference,
        centroids=centroids([[9, 9], [1, 1]], [0, 1]),
        reference_centroids=centroids([[1, 1], [9, 9]], [1, 2]),
    )
    assert found.ids == (1, 2)


def test_without_a_reference_ids_follow_the_value():
    labels = series([0, 1, 2, 2, 1, 0, -1])
    order = order_by_value([10.0, 30.0, 20.0], [2, 2, 2])
    found = match_segments(labels, order=order)
    assert found.ids == (3, 1, 2)
    assert (found.next_id, found.new, found.moved) == (4, (1, 2, 3), None)


@pytest.mark.parametrize(
    ("values", "sizes", "ids"),
    [
        ([1.0, 1.0, 1.0], [5, 9, 5], (2, 1, 3)),
        ([np.nan, 0.0, -5.0], [1, 1, 1], (3, 1, 2)),
        ([], [], ()),
    ],
)
def test_ties_are_decided_the_same_way_every_time(values, sizes, ids):
    assert order_by_value(values, sizes) == ids


def test_all_noise_is_survived():
    found = match_segments(series([-1] * 30), order=(), reference=series([1] * 30), next_id=2)
    assert (found.ids, found.retired, found.moved, found.next_id) == ((), (1,), 30, 2)


@pytest.mark.parametrize(
    ("labels", "more", "message"),
    [
        (series([0, 1, 2]), {"order": (1, 2)}, "labels must lie in 0..1"),
        (series([0, 1]), {"order": (1, 3)}, "once each"),
        (pd.Series([0, 1], index=["a", "a"]), {"order": (1, 2)}, "occurs twice"),
    ],
)
def test_refuses_bad_input(labels, more, message):
    with pytest.raises(InputError, match=message):
        match_segments(labels, **more)


def test_refuses_centroids_that_cannot_be_compared():
    with pytest.raises(InputError, match="share no feature"):
        closeness_table(pd.DataFrame({"a": [1.0]}), pd.DataFrame({"b": [1.0]}))
    with pytest.raises(InputError, match="missing"):
        closeness_table(centroids([[np.nan, 1]], [0]), centroids([[1, 1]], [1]))
