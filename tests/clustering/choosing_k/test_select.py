"""The choice of k, and whether there is structure."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_wine

from conftest import cases
from segmentation.clustering import select_k, structure_test
from segmentation.errors import InputError

QUICK = {"draws": 10, "resamples": 3}


def standardise(X: np.ndarray) -> np.ndarray:
    standard: np.ndarray = (X - X.mean(axis=0)) / X.std(axis=0)
    return standard


def blobs(sizes: tuple[int, ...], *, d: int = 3, gap: float = 6.0, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    parts = []
    for j, size in enumerate(sizes):
        centre = np.zeros(d)
        centre[j % d] = gap * (1 + j // d)
        parts.append(centre + rng.normal(size=(size, d)))
    return standardise(np.vstack(parts))


CLOUDS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "uniform": lambda r: r.random((400, 3)),
    "normal": lambda r: r.normal(size=(400, 3)),
    "correlated": lambda r: r.normal(size=(400, 4)) @ r.normal(size=(4, 4)),
    "heavy": lambda r: r.standard_t(4, size=(400, 3)),
    "skewed": lambda r: np.exp(0.8 * r.normal(size=(400, 3))),
    "ball": lambda r: (
        (lambda u: u / np.linalg.norm(u, axis=1)[:, None])(r.normal(size=(400, 4)))
        * r.random((400, 1)) ** 0.25
    ),
    "ratings": lambda r: np.clip(np.round(3 + 1.2 * r.normal(size=(400, 4))), 1, 5),
    "zeros": lambda r: np.column_stack(
        (np.where(r.random(400) < 0.4, 0, r.exponential(size=400)), r.normal(size=400))
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", cases(CLOUDS, rarely=("normal", "ball")))
def test_one_population_is_no_structure(name: str) -> None:
    X = standardise(CLOUDS[name](np.random.default_rng(0)))
    assert not structure_test(X, k_range=range(2, 9)).structured


@pytest.mark.slow
def test_categories_of_noise_are_no_structure() -> None:
    rng = np.random.default_rng(1)
    numbers = standardise(rng.random((500, 3)))
    codes = np.eye(5)[rng.integers(0, 5, 500)] / np.sqrt(2)
    assert not structure_test(np.hstack((numbers, codes)), k_range=range(2, 9)).structured


@pytest.mark.slow
def test_groups_are_seen_beside_a_category_of_noise() -> None:
    rng = np.random.default_rng(2)
    X = blobs((150, 100, 80))
    X = np.hstack((X, np.eye(4)[rng.integers(0, 4, len(X))] / np.sqrt(2)))
    choice = select_k(X, k_range=range(2, 8), **QUICK)
    assert choice.structured
    assert choice.k == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "sizes",
    [
        (200, 60),
        pytest.param((150, 150, 60), marks=pytest.mark.thorough),
        pytest.param((60, 250, 120, 90), marks=pytest.mark.thorough),
        (80,) * 6,
    ],
)
def test_blobs_of_unequal_size_are_counted(sizes: tuple[int, ...]) -> None:
    choice = select_k(blobs(sizes), k_range=range(2, 11), **QUICK)
    assert choice.structured
    assert choice.k == len(sizes)


@pytest.mark.slow
def test_the_three_cultivars_of_wine() -> None:
    choice = select_k(standardise(load_wine().data), **QUICK)
    assert choice.structured
    assert choice.k == 3


@pytest.mark.thorough  # the rates are measured by benchmarks/known_k.py
def test_p_values_of_one_population_are_not_too_small() -> None:
    p = [
        structure_test(
            np.random.default_rng(s).normal(size=(60, 2)), k_range=range(2, 5), seed=s, alpha=1e-9
        ).p_value
        for s in range(40)
    ]
    assert np.mean(np.array(p) < 0.5) <= 0.6
    assert np.mean(np.array(p) < 0.1) <= 0.2


@pytest.mark.slow
def test_curve_has_a_row_per_k_and_errors_beside_the_criteria() -> None:
    choice = select_k(blobs((60, 60)), k_range=[2, 3, 5], **QUICK)
    assert isinstance(choice.curve, pd.DataFrame)
    assert choice.curve["k"].tolist() == [2, 3, 5]
    for name in (
        "inertia",
        "silhouette",
        "calinski_harabasz",
        "davies_bouldin",
        "gap",
        "split_agreement",
        "excess",
    ):
        assert np.isfinite(choice.curve[name]).all()
        assert (choice.curve[f"{name}_se"] >= 0).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "rule",
    cases(
        ("consensus", "gap", "silhouette", "elbow", "split_agreement"),
        rarely=("silhouette", "elbow", "split_agreement"),
    ),
)
def test_every_rule_finds_plain_blobs(rule: str) -> None:
    choice = select_k(blobs((80, 80, 80), gap=9.0), k_range=range(2, 9), rule=rule, **QUICK)
    assert choice.k == 3
    assert choice.rule == rule


@pytest.mark.slow
def test_fixed_k_is_kept_and_judged() -> None:
    choice = select_k(blobs((80, 80, 80)), k_range=range(2, 6), rule="fixed", k=4, **QUICK)
    assert choice.k == 4
    assert not choice.agree
    assert any("fixed beforehand" in sentence for sentence in choice.why)
    assert any("disagree" in sentence for sentence in choice.why)


@pytest.mark.slow
def test_the_end_of_the_range_is_told() -> None:
    X = blobs((80, 80, 80), gap=9.0)
    cut_short = select_k(X, k_range=range(2, 4), **QUICK)
    assert cut_short.k == 3
    assert "3 is the largest number that was tried; there may be more." in cut_short.why
    assert not any("largest" in s for s in select_k(X, k_range=range(2, 6), **QUICK).why)


@pytest.mark.slow
def test_noise_is_called_a_convenience_first() -> None:
    choice = select_k(np.random.default_rng(0).random((200, 3)), k_range=range(2, 6), **QUICK)
    assert not choice.structured
    assert choice.why[0].startswith("No structure")
    assert "convenience" in choice.why[0]
    assert 2 <= choice.k <= 5


@pytest.mark.slow
def test_a_sample_is_never_silent() -> None:
    X = blobs((400, 300))
    choice = select_k(X, k_range=[2, 3], max_rows=300, **QUICK)
    assert choice.n_rows == 300
    assert any("sample of 300 of the 700 rows" in sentence for sentence in choice.why)


@pytest.mark.slow
def test_same_seed_same_answer() -> None:
    X = blobs((60, 60, 60))
    first, second = (select_k(X, k_range=range(2, 6), seed=3, **QUICK) for _ in range(2))
    pd.testing.assert_frame_equal(first.curve, second.curve)
    assert first.why == second.why


@pytest.mark.parametrize(
    ("X", "options", "message"),
    [
        (np.full((20, 2), np.nan), {}, "NaN"),
        (np.full((20, 2), np.inf), {}, "infinite"),
        (np.ones((1, 2)), {}, "row"),
        (np.ones(20), {}, "two dimensions"),
        (np.ones((20, 0)), {}, "no columns"),
        (np.array([["a"], ["b"]] * 10), {}, "numeric"),
        (np.arange(40.0).reshape(20, 2), {"k_range": range(2, 30)}, "k_range"),
        (np.arange(40.0).reshape(20, 2), {"k_range": range(2, 12)}, "halves"),
        (np.arange(40.0).reshape(20, 2), {"k_range": []}, "empty"),
        (np.arange(40.0).reshape(20, 2), {"k_range": [1, 2]}, "at least 2"),
        (np.ones((20, 2)), {"k_range": [2]}, "distinct"),
        (np.arange(40.0).reshape(20, 2), {"k_range": [2, 3], "rule": "vote"}, "rule"),
        (np.arange(40.0).reshape(20, 2), {"k_range": [2, 3], "rule": "fixed"}, "needs k"),
        (np.arange(40.0).reshape(20, 2), {"k_range": [2], "rule": "fixed", "k": 5}, "k = 5"),
    ],
)
def test_bad_input_is_named(X: np.ndarray, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        select_k(X, **options)


@pytest.mark.slow
def test_one_column_is_enough() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate((rng.normal(size=80), 9 + rng.normal(size=80)))[:, None]
    choice = select_k(x, k_range=range(2, 6), **QUICK)
    assert choice.structured
    assert choice.k == 2


@pytest.mark.slow
def test_independent_spikes_at_zero_are_no_structure() -> None:
    rng = np.random.default_rng(0)
    X = np.where(rng.random((500, 3)) < 0.6, 0.0, rng.exponential(size=(500, 3)))
    assert not structure_test(standardise(X), k_range=range(2, 9)).structured


@pytest.mark.slow
def test_an_outlier_leaves_no_hole_in_the_curve() -> None:
    X = np.vstack((np.random.default_rng(0).normal(size=(100, 2)), [[1e6, 1e6]]))
    choice = select_k(X, k_range=range(2, 5), **QUICK)
    assert np.isfinite(choice.curve.to_numpy()).all()
