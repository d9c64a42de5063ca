"""Silhouettes agree with scikit-learn's."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples as reference
from sklearn.metrics import silhouette_score

from segmentation.clustering.metrics.silhouette import silhouettes
from segmentation.errors import InputError


def labelings(n: int, rng: np.random.Generator) -> list[np.ndarray]:
    return [rng.integers(0, k, n) for k in (2, 3, 7)]


@pytest.mark.parametrize(("n", "d"), [(30, 1), (513, 3), (1300, 12)])
def test_equal_to_scikit_learn_for_every_labeling(n: int, d: int) -> None:
    rng = np.random.default_rng(0)
    X, many = rng.normal(size=(n, d)), labelings(n, rng)
    for found, y in zip(silhouettes(X, many), many, strict=True):
        np.testing.assert_allclose(found.samples, reference(X, y), atol=1e-8)
        assert found.score == pytest.approx(silhouette_score(X, y), abs=1e-10)
        assert not found.sampled
        assert found.n_rows == n


def test_tight_segments_far_apart_lose_no_digits() -> None:
    rng = np.random.default_rng(1)
    centres = np.array([[0.0, 0.0], [1e-4, 0.0], [1e5, 1e5]])
    y = np.repeat([0, 1, 2], 300)
    X = centres[y] + 1e-5 * rng.normal(size=(900, 2))
    a = np.array([np.sqrt(((X - x) ** 2).sum(axis=1)) for x in X])  # differences, not a product
    means = np.column_stack([a[:, y == j].mean(axis=1) for j in range(3)])
    within = means[np.arange(900), y] * 300 / 299
    means[np.arange(900), y] = np.inf
    nearest = means.min(axis=1)
    expected = (nearest - within) / np.maximum(nearest, within)
    found = silhouettes(X, [y])[0]
    np.testing.assert_allclose(found.samples, expected, atol=1e-6)


def test_singletons_and_duplicates_as_in_scikit_learn() -> None:
    X = np.array([[0.0], [0.0], [0.0], [4.0], [9.0], [9.0]])
    y = np.array([0, 0, 1, 2, 3, 3])
    np.testing.assert_allclose(silhouettes(X, [y])[0].samples, reference(X, y), atol=1e-12)


def test_noise_is_left_out() -> None:
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(200, 2)), rng.integers(0, 3, 200)
    y[:50] = -1
    found = silhouettes(X, [y, rng.integers(0, 2, 200)])[0]
    assert np.isnan(found.samples[:50]).all()
    np.testing.assert_allclose(found.samples[50:], reference(X[50:], y[50:]), atol=1e-8)
    assert found.n_rows == 150


def test_gaps_in_labels_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(60, 2)), rng.integers(0, 3, 60)
    assert silhouettes(X, [y * 10 + 5])[0].score == pytest.approx(silhouettes(X, [y])[0].score)


def test_more_segments_than_fit_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    X, many = rng.normal(size=(700, 2)), labelings(700, rng)
    monkeypatch.setattr("segmentation.clustering.metrics.distances.SUMS_BYTES", 1)
    for found, y in zip(silhouettes(X, many), many, strict=True):
        np.testing.assert_allclose(found.samples, reference(X, y), atol=1e-8)


def test_one_segment_has_no_silhouette() -> None:
    found = silhouettes(np.eye(5), [np.zeros(5, dtype=int)])[0]
    assert np.isnan(found.score)


@pytest.mark.slow
def test_sample_estimates_the_exact_score_within_its_error() -> None:
    rng = np.random.default_rng(5)
    y = rng.choice(3, 3000, p=[0.69, 0.3, 0.01])
    X = np.array([[0, 0], [3, 0], [0, 4]])[y] + rng.normal(size=(3000, 2))
    exact = silhouette_score(X, y)
    scores = [silhouettes(X, [y], max_rows=400, seed=s)[0] for s in range(40)]
    z = np.array([(s.score - exact) / s.se for s in scores])
    assert all(s.sampled and 400 <= s.n_rows <= 430 for s in scores)
    assert 0.6 < z.std() < 1.4
    assert np.abs(z.mean()) < 0.8


def test_no_segment_vanishes_from_the_sample() -> None:
    y = np.zeros(10_000, dtype=np.intp)
    y[:3], y[3:5] = 1, 2
    X = np.random.default_rng(0).normal(size=(10_000, 2))
    found = silhouettes(X, [y], max_rows=100)[0]
    rows = np.flatnonzero(~np.isnan(found.samples))
    assert np.bincount(y[rows]).tolist() == [100, 3, 2]


@pytest.mark.slow
def test_error_is_near_that_of_a_bootstrap() -> None:
    rng = np.random.default_rng(6)
    y = rng.integers(0, 2, 400)
    X = 3.0 * y[:, None] + rng.normal(size=(400, 2))
    rows = [rng.integers(0, 400, 400) for _ in range(200)]
    bootstrap = np.std([silhouette_score(X[r], y[r]) for r in rows])
    assert silhouettes(X, [y])[0].se == pytest.approx(bootstrap, rel=0.35)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[0.0], [np.nan]], [0, 1], "NaN"),
        ([0.0, 1.0], [0, 1], "two dimensions"),
        ([[0.0], [1.0]], [0, 1, 1], "do not match"),
        ([[0.0], [1.0]], [0.0, 1.0], "integers"),
    ],
)
def test_bad_input_is_named(X: list[Any], y: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        silhouettes(X, [y])


def test_a_sample_of_one_row_is_refused() -> None:
    with pytest.raises(InputError, match="max_rows"):
        silhouettes([[0.0], [1.0]], [[0, 1]], max_rows=1)
