"""Gaps are seen where there are some, and not where a valley closes."""

from collections.abc import Callable

import numpy as np
import pytest

from conftest import cases
from segmentation.clustering import select_k, structure_test
from segmentation.clustering.kmeans.path import kmeans_path, quick_path
from segmentation.clustering.structure.gaps import KINDS, gaps
from segmentation.clustering.structure.mixture import divide_likewise, fitting_mixture
from segmentation.clustering.structure.spread import spread_ties
from segmentation.clustering.structure.unimodal import UnimodalCopula
from segmentation.clustering.structure.valley import bins, valleys

Cloud = Callable[[np.random.Generator], np.ndarray]


def standardise(X: np.ndarray) -> np.ndarray:
    standard: np.ndarray = (X - X.mean(axis=0)) / X.std(axis=0)
    return standard


def ring(r: np.random.Generator) -> np.ndarray:
    turn = 2 * np.pi * r.random(600)
    return np.column_stack((np.cos(turn), np.sin(turn))) + 0.15 * r.normal(size=(600, 2))


def wave(r: np.random.Generator) -> np.ndarray:
    t = 6 * r.random(600)
    return np.column_stack((t, np.sin(t))) + 0.15 * r.normal(size=(600, 2))


def fan(r: np.random.Generator) -> np.ndarray:
    x = 4 * r.random((600, 1))
    return np.column_stack((x, (1 + x) * r.normal(size=(600, 1)), r.normal(size=600)))


def bend(r: np.random.Generator) -> np.ndarray:
    x = r.normal(size=600)
    return np.column_stack((x, x**2 / 2 + 0.5 * r.normal(size=600)))


CONTINUA: dict[str, Cloud] = {"ring": ring, "wave": wave, "fan": fan, "bend": bend}


@pytest.mark.slow
@pytest.mark.parametrize("name", cases(CONTINUA, rarely=("wave", "bend")))
def test_a_continuum_of_any_shape_is_graded(name: str) -> None:
    X = standardise(CONTINUA[name](np.random.default_rng(1)))
    found = structure_test(X, k_range=range(2, 8), draws=10)
    assert found.structure == "graded"
    assert not found.structured
    assert found.p_separate > 0.05 > found.p_value


@pytest.mark.parametrize("name", ["ring", "wave"])
def test_what_closes_the_valley_of_a_ring_is_a_look_at_its_border(name: str) -> None:
    X = standardise(CONTINUA[name](np.random.default_rng(1)))
    path = kmeans_path(X, k_range=[2, 3], restarts=1)
    unseen = max(gap.z for gap in gaps(X, path, seed=0, looks=False))
    seen = max(gap.z for gap in gaps(X, path, seed=0))
    assert seen < 3 < 4 < unseen


@pytest.mark.slow
def test_two_groups_in_one_of_many_directions_are_separate() -> None:
    r = np.random.default_rng(0)
    X = r.normal(size=(800, 8))
    X[:400, 0] += 4
    found = structure_test(standardise(X), k_range=range(2, 6), draws=10)
    assert found.structure == "separate"
    assert found.valley > 0.3
    assert found.gap > found.gap_expected + 1
    assert found.small_group is None


@pytest.mark.slow
def test_a_small_group_that_kmeans_does_not_cut_is_told() -> None:
    r = np.random.default_rng(0)
    X = r.normal(size=(1000, 5))
    X[100:140, 0] += 6
    X = standardise(X)
    choice = select_k(X, k_range=range(2, 5), rule="fixed", k=2, draws=10, resamples=3)
    assert choice.structure == "separate"
    assert choice.small_group is not None
    assert choice.small_group.share == pytest.approx(0.04, abs=0.01)
    found = structure_test(X, k_range=range(2, 5), draws=10).small_group
    assert found is not None
    assert np.isin(found.rows, np.arange(100, 140)).mean() > 0.8


@pytest.mark.slow
def test_a_small_group_that_is_a_segment_is_not_told_apart_from_it() -> None:
    r = np.random.default_rng(0)
    X = r.normal(size=(600, 2))
    X[:40] += 12
    X = standardise(X)
    choice = select_k(X, k_range=[2, 3], rule="fixed", k=2, draws=10, resamples=3)
    assert choice.structure == "separate"
    assert choice.test.small_group is not None
    assert choice.small_group is None


@pytest.mark.slow
def test_latent_classes_in_answers_are_separate_and_unrelated_answers_are_not() -> None:
    r = np.random.default_rng(3)
    classes = np.array([[0.88] * 5 + [0.12] * 5, [0.12] * 5 + [0.88] * 5, [0.88, 0.12] * 5])
    X = (r.random((900, 10)) < classes[r.integers(0, 3, 900)]).astype(float)
    assert structure_test(standardise(X), k_range=range(2, 6), draws=10).structure == "separate"
    X = (r.random((900, 10)) < 0.4).astype(float)
    assert structure_test(standardise(X), k_range=range(2, 6), draws=10).structure == "one"


@pytest.mark.slow
def test_a_category_and_heaped_values_are_no_gaps() -> None:
    r = np.random.default_rng(4)
    code = r.choice(3, 800, p=[0.5, 0.3, 0.2])
    amounts = np.where(r.random((800, 2)) < 0.5, 0.0, np.exp(r.normal(size=(800, 2))))
    scale = np.clip(np.round(5.5 + 3.5 * r.normal(size=800)), 1, 10)
    X = np.column_stack((standardise(np.column_stack((amounts, scale))), np.eye(3)[code] / 2**0.5))
    found = structure_test(X, k_range=range(2, 7), draws=10)
    assert found.structure != "separate"


def test_the_answer_does_not_hang_on_units_or_direction() -> None:
    r = np.random.default_rng(5)
    line = np.concatenate((r.normal(size=300), 5 + r.normal(size=300)))
    first, second, third = (
        valleys(bins([x]), [[(0.1, 1.0)]], finest=(0,))[0] for x in (line, 1e3 * line - 7, -line)
    )
    assert first.z[0] == pytest.approx(second.z[0], abs=1e-6)
    assert first.z[0] == pytest.approx(third.z[0], rel=0.05)
    assert first.depth[0] > 0.6


def test_an_end_of_a_scale_that_sticks_out_gets_room_and_a_spike_none() -> None:
    r = np.random.default_rng(6)
    scale = np.clip(np.round(5.5 + 4 * r.normal(size=2000)), 1, 10)
    amounts = np.where(r.random(2000) < 0.5, 0.0, np.exp(r.normal(size=2000)))
    rows, shaped = spread_ties(np.column_stack((scale, amounts, scale > 5)), seed=0)
    assert shaped.tolist() == [True, True, False]
    inside = (scale > 1) & (scale < 10)
    np.testing.assert_array_equal(np.round(rows[inside, 0]), scale[inside])
    assert rows[:, 0].min() < 0 < 11 < rows[:, 0].max()
    assert len(np.unique(rows[:, 1])) > 1900
    np.testing.assert_array_equal(rows[amounts > 0, 1], amounts[amounts > 0])


def test_answers_of_one_population_can_be_kept_from_going_together() -> None:
    r = np.random.default_rng(7)
    latent = r.normal(size=(2000, 1)) + 0.3 * np.asarray(r.normal(size=(2000, 2)))
    X = np.column_stack((latent > 0, latent[:, 0])).astype(np.float64)
    loose = UnimodalCopula(X, most_alike=0.5)
    assert loose.answers == 2
    close = np.asarray(np.corrcoef(UnimodalCopula(X).draw(2000, r).T))[0, 1]
    assert close > 0.6
    assert np.asarray(np.corrcoef(loose.draw(2000, r).T))[0, 1] == pytest.approx(1 / 3, abs=0.08)


@pytest.mark.slow
def test_a_mixture_divides_groups_as_the_gap_does_and_no_single_heap() -> None:
    r = np.random.default_rng(8)
    heap = r.normal(size=(600, 3))
    first = np.arange(600) < 300
    apart = heap + 3.4 * np.outer(first, (1, 0, 0))
    for X in (heap, bend(r)):
        assert fitting_mixture(X, kmeans_path(X, k_range=range(2, 8))) is None
    groups = fitting_mixture(apart, kmeans_path(apart, k_range=range(2, 8)))
    assert groups is not None
    assert divide_likewise(groups, first)
    assert not divide_likewise(groups, np.roll(first, 150))  # other rows


@pytest.mark.slow
def test_a_mixture_finds_groups_that_kmeans_cuts_across() -> None:
    r = np.random.default_rng([6, 77])
    X = r.normal(size=(1000, 4))
    X[700:, 0] += 3.5
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    path = quick_path(X, k_range=range(2, 11), seed=0, max_iter=20)
    larger = path[0].labels == np.bincount(path[0].labels).argmax()
    assert 0.45 < larger[:700].mean() < 0.65  # k-means sees neither group
    groups = fitting_mixture(X, path)
    assert groups is not None
    assert divide_likewise(groups, np.arange(1000) >= 700)
    assert structure_test(X, k_range=range(2, 11)).structure == "separate"


def test_every_kind_of_gap_is_returned_also_where_nothing_can_be_looked_at() -> None:
    X = np.array([[0.0], [0.0], [1.0], [1.0], [1.0]])
    found = gaps(X, kmeans_path(X, k_range=[2]), seed=0)
    assert len(found) == len(KINDS)
    assert all(gap.z == 0 for gap in found)
