"""What must hold of any data whatever: 20 properties of the core, tried on drawn examples.

A few examples each; ``HYPOTHESIS_PROFILE=thorough`` tries a thousand.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from conftest import THOROUGH
from segmentation.clustering.identity.matching import match_segments, order_by_value
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.clustering.metrics.agreement import adjusted_mutual_information, adjusted_rand
from segmentation.clustering.metrics.indices import calinski_harabasz, davies_bouldin
from segmentation.clustering.metrics.jaccard import jaccard_table
from segmentation.clustering.metrics.scatter import Scatter
from segmentation.clustering.metrics.silhouette import silhouette_samples, silhouettes
from segmentation.clustering.partition import Partition, by_first_row, partition_of
from segmentation.clustering.projection import project
from segmentation.clustering.structure.dip import dip

Matrix = NDArray[np.float64]
Labels = NDArray[np.intp]

drawn = settings(deadline=None, max_examples=1000 if THOROUGH else 15, database=None)

seeds = st.integers(0, 2**32 - 1)


@st.composite
def points(draw: st.DrawFn) -> Matrix:
    """Rows in groups, with ties and rows that are there twice, far from zero or near it."""
    rng = np.random.default_rng(draw(seeds))
    n, d = draw(st.integers(12, 60)), draw(st.integers(1, 4))
    X = rng.normal(size=(n, d)) + draw(st.sampled_from([0, 3, 9])) * rng.integers(3, size=(n, 1))
    if draw(st.booleans()):
        X = np.round(X, 1)
    X[: n // 5] = X[n // 5 : 2 * (n // 5)]
    return np.asarray(X + draw(st.sampled_from([0.0, 100.0])), dtype=np.float64)


@st.composite
def labelled(draw: st.DrawFn) -> tuple[Matrix, Labels]:
    X = draw(points())
    rng = np.random.default_rng(draw(seeds))
    k = draw(st.integers(2, 5))
    labels = np.concatenate([np.arange(k), rng.integers(k, size=len(X) - k)])
    return X, labels.astype(np.intp)


def shuffled(n: int) -> NDArray[np.intp]:
    return np.random.default_rng(n).permutation(n)


@st.composite
def two_labellings(draw: st.DrawFn) -> tuple[Labels, Labels]:
    rng, n = np.random.default_rng(draw(seeds)), draw(st.integers(2, 60))
    one, other = (rng.integers(draw(st.integers(1, 6)), size=n).astype(np.intp) for _ in range(2))
    return one, other


def renamed(labels: Labels) -> Labels:
    """The same groups under other names."""
    names = 3 + 2 * shuffled(int(labels.max()) + 1)
    return names[labels].astype(np.intp)


def made(X: Matrix, labels: Labels) -> Partition:
    k = int(labels.max()) + 1
    return partition_of(X, labels, np.array([X[labels == i].mean(axis=0) for i in range(k)]))


@drawn
@given(labelled())
def test_silhouettes_lie_between_minus_one_and_one(drawn_: tuple[Matrix, Labels]) -> None:
    (values,) = silhouette_samples(drawn_[0], [drawn_[1]])
    assert np.all(np.abs(values) <= 1)


@drawn
@given(labelled())
def test_silhouettes_do_not_hang_on_names(drawn_: tuple[Matrix, Labels]) -> None:
    X, labels = drawn_
    (one,), (other,) = silhouette_samples(X, [labels]), silhouette_samples(X, [renamed(labels)])
    assert one.tobytes() == other.tobytes()
    # Side by side the last bits may hang on the place: matrix products round at their edges.
    np.testing.assert_allclose(silhouette_samples(X, [labels, renamed(labels)]), [one, one])


@drawn
@given(labelled())
def test_silhouettes_go_with_their_rows(drawn_: tuple[Matrix, Labels]) -> None:
    X, labels = drawn_
    order = shuffled(len(X))
    (here,), (there,) = (
        silhouette_samples(X, [labels]),
        silhouette_samples(X[order], [labels[order]]),
    )
    np.testing.assert_allclose(there, here[order], atol=1e-6)


@drawn
@given(labelled(), st.sampled_from([0.5, 4.0, 64.0]))
def test_silhouettes_know_no_unit_and_no_origin(drawn_: tuple[Matrix, Labels], unit: float) -> None:
    X, labels = drawn_
    (here,), (there,) = (
        silhouette_samples(X, [labels]),
        silhouette_samples(X * unit + 8, [labels]),
    )
    np.testing.assert_allclose(there, here, atol=1e-5)


@drawn
@given(labelled())
def test_silhouettes_do_not_hang_on_the_order_of_columns(drawn_: tuple[Matrix, Labels]) -> None:
    X, labels = drawn_
    one, other = (silhouettes(A, [labels])[0] for A in (X, X[:, ::-1]))
    assert one.score == pytest.approx(other.score, abs=1e-6)


@drawn
@given(labelled())
def test_indices_are_not_negative_and_know_no_names(drawn_: tuple[Matrix, Labels]) -> None:
    X, labels = drawn_
    one, other = made(X, labels), made(X, (labels.max() - labels).astype(np.intp))
    for index in (calinski_harabasz, davies_bouldin):
        assert index(X, one) == index(X, other)
        assert index(X, one) >= 0


@drawn
@given(labelled(), st.sampled_from([0.5, 4.0, 64.0]))
def test_indices_know_no_unit(drawn_: tuple[Matrix, Labels], unit: float) -> None:
    X, labels = drawn_
    for index in (calinski_harabasz, davies_bouldin):
        there = index(X * unit, made(X * unit, labels))
        assert there == pytest.approx(index(X, made(X, labels)), rel=1e-9)


@drawn
@given(two_labellings())
def test_adjusted_rand_is_symmetric_and_at_most_one(drawn_: tuple[Labels, Labels]) -> None:
    one, other = drawn_
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand(other, one), abs=1e-12)
    assert -0.5 - 1e-12 <= adjusted_rand(one, other) <= 1 + 1e-12


@drawn
@given(two_labellings())
def test_agreement_with_oneself_is_whole_under_any_name(drawn_: tuple[Labels, Labels]) -> None:
    one, other = drawn_
    assert adjusted_rand(one, renamed(one)) == 1
    assert adjusted_rand(renamed(one), other) == pytest.approx(adjusted_rand(one, other))


@drawn
@given(two_labellings())
def test_mutual_information_is_symmetric_and_at_most_one(drawn_: tuple[Labels, Labels]) -> None:
    one, other = drawn_
    there = adjusted_mutual_information(one, other)
    assert there == pytest.approx(adjusted_mutual_information(other, one), abs=1e-9)
    assert there <= 1 + 1e-9


@drawn
@given(two_labellings())
def test_jaccard_is_a_share_and_turns_with_its_sides(drawn_: tuple[Labels, Labels]) -> None:
    one, other = drawn_
    table = jaccard_table(one, other, rows=range(6), columns=range(6))
    back = jaccard_table(other, one, rows=range(6), columns=range(6))
    assert table.tobytes() == np.ascontiguousarray(back.T).tobytes()
    assert table.min() >= 0
    assert table.max() <= 1


@drawn
@given(two_labellings())
def test_the_form_of_a_partition_is_its_own(drawn_: tuple[Labels, Labels]) -> None:
    form = by_first_row(drawn_[0])
    assert by_first_row(form).tobytes() == form.tobytes()
    assert by_first_row(renamed(drawn_[0])).tobytes() == form.tobytes()
    assert adjusted_rand(form, drawn_[0]) == 1


@drawn
@given(labelled())
def test_a_partition_has_the_same_bytes_under_other_names(
    drawn_: tuple[Matrix, Labels],
) -> None:
    X, labels = drawn_
    one, other = made(X, labels), made(X, (labels.max() - labels).astype(np.intp))
    assert one.labels.tobytes() == other.labels.tobytes()
    assert one.centres.tobytes() == other.centres.tobytes()
    assert one.inertia == other.inertia >= 0


@drawn
@given(points(), seeds)
def test_more_clusters_never_spread_more(X: Matrix, seed: int) -> None:
    path = kmeans_path(X, k_range=[2, 3, 4, 5], seed=seed)
    spread = [each.inertia for each in path]
    assert all(later <= earlier * (1 + 1e-9) for earlier, later in pairwise(spread))


@drawn
@given(points(), seeds)
def test_every_row_is_with_its_nearest_centre(X: Matrix, seed: int) -> None:
    (found,) = kmeans_path(X, k_range=[3], seed=seed)
    squares = ((X[:, None] - found.centres[None]) ** 2).sum(axis=2)
    own = squares[np.arange(len(X)), found.labels]
    assert np.all(own <= squares.min(axis=1) + 1e-9 * (1 + squares.max()))


@drawn
@given(points(), st.sampled_from([2.0, 64.0]))
def test_clusters_know_no_unit(X: Matrix, unit: float) -> None:
    (here,), (there,) = kmeans_path(X, k_range=[3]), kmeans_path(X * unit, k_range=[3])
    assert there.inertia == pytest.approx(here.inertia * unit**2, rel=1e-6, abs=1e-9)


@drawn
@given(two_labellings())
def test_a_run_matched_with_itself_keeps_every_id(drawn_: tuple[Labels, Labels]) -> None:
    labels = pd.Series(by_first_row(drawn_[0]))
    k = int(labels.max()) + 1
    ids = np.arange(10, 10 + k)[shuffled(k)]
    found = match_segments(
        labels, order=range(1, k + 1), reference=pd.Series(ids[labels]), next_id=100
    )
    if len(labels) < 10 * k:  # too few to go by
        assert len(set(found.ids)) == k
        return
    assert found.ids == tuple(ids)
    assert (found.new, found.retired, found.moved, found.reference_ari) == ((), (), 0, 1.0)


@drawn
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(1, 1000)), min_size=1, max_size=9))
def test_the_order_by_value_counts_every_segment_once(drawn_: list[tuple[float, int]]) -> None:
    values, sizes = (np.array(column, dtype=float) for column in zip(*drawn_, strict=True))
    order = order_by_value(values, sizes)
    assert sorted(order) == list(range(1, len(drawn_) + 1))
    ranked = values[np.argsort(order)]
    assert np.all(np.diff(ranked) <= 0)


@drawn
@given(st.lists(st.integers(-50, 50), min_size=2, max_size=80), st.sampled_from([-4.0, 0.5, 8.0]))
def test_the_dip_knows_no_unit_no_origin_and_no_direction(drawn_: list[int], unit: float) -> None:
    x = np.array(drawn_, dtype=np.float64)
    here = dip(x)
    assert 0 <= here <= 0.25 + 1e-12
    assert dip(unit * x[shuffled(len(x))] + 3) == pytest.approx(here, abs=1e-9)


@drawn
@given(labelled())
def test_a_map_explains_shares_and_does_not_hang_on_where_zero_is(
    drawn_: tuple[Matrix, Labels],
) -> None:
    X, labels = drawn_
    names = [f"x{i}" for i in range(X.shape[1])]
    one, other = (project(Scatter.of(A, labels), features=names) for A in (X, X + 8))
    assert np.all(one.explained >= -1e-12)
    assert one.explained.sum() <= 1 + 1e-9
    np.testing.assert_allclose(one.explained, other.explained, atol=1e-9)
