"""The division with a least size is the cheapest one, and offsets carry it over."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from segmentation.clustering.kmeans.bounded import bounded_kmeans, bounded_lloyd, divide


def costs(n: int, k: int, seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    rows, centres = rng.normal(size=(n, 2)), 2 * rng.normal(size=(k, 2))
    return np.asarray(((rows[:, None] - centres) ** 2).sum(axis=2))


def least_cost(gaps: NDArray[np.float64], least: int) -> float:
    n, k = gaps.shape
    found = linprog(
        gaps.ravel(),
        A_eq=np.kron(np.eye(n), np.ones(k)),
        b_eq=np.ones(n),
        A_ub=-np.kron(np.ones(n), np.eye(k)),
        b_ub=np.full(k, -least),
    )
    return float(found.fun)


@pytest.mark.parametrize(("seed", "k", "least"), [(0, 4, 5), (1, 4, 12), (2, 4, 15), (3, 3, 19)])
def test_the_division_is_the_cheapest(seed: int, k: int, least: int) -> None:
    gaps = costs(60, k, seed)
    labels, offsets = divide(gaps, least=least, offsets=np.zeros(k))
    assert np.bincount(labels, minlength=k).min() == least
    assert gaps[np.arange(60), labels].sum() == pytest.approx(least_cost(gaps, least))
    # The nearest centre with offsets makes the same division, with room on either side.
    np.testing.assert_array_equal((gaps - offsets).argmin(axis=1), labels)
    first, second = np.sort(gaps - offsets, axis=1)[:, :2].T
    assert (second - first).min() > 1e-6
    assert offsets.min() == 0


def test_clusters_that_are_large_enough_have_no_offset() -> None:
    gaps = costs(200, 5, 4)
    labels, offsets = divide(gaps, least=20, offsets=np.zeros(5))
    sizes = np.bincount(labels)
    assert (offsets[sizes > 20] == 0).all()
    assert (offsets > 0).any()


def test_a_guess_of_the_offsets_changes_nothing() -> None:
    gaps = costs(200, 5, 5)
    one, _ = divide(gaps, least=30, offsets=np.zeros(5))
    other, _ = divide(gaps, least=30, offsets=np.array([9.0, 0.0, 3.0, 0.0, 1.0]))
    np.testing.assert_array_equal(one, other)


def test_where_every_cluster_is_large_enough_this_is_lloyd() -> None:
    X = np.random.default_rng(6).normal(size=(300, 2))
    found = bounded_lloyd(X, X[:3], least=2)
    gaps = ((X[:, None] - found.centres) ** 2).sum(axis=2)
    np.testing.assert_array_equal(found.labels, gaps.argmin(axis=1))
    assert not found.offsets.any()


@pytest.mark.parametrize("n", [500, 5000])
def test_sizes_hold_and_the_cost_is_little_more(n: int) -> None:
    X = np.random.default_rng(7).exponential(size=(n, 4))
    free = bounded_kmeans(X, X[:5], least=1, seed=0, restarts=5)
    found = bounded_kmeans(X, X[:5], least=n // 8, seed=0, restarts=5)
    assert np.bincount(free.labels).min() < n // 8 <= np.bincount(found.labels).min()
    assert free.cost < found.cost < 1.1 * free.cost
    means = np.array([X[found.labels == j].mean(axis=0) for j in range(5)])
    np.testing.assert_allclose(found.centres, means, atol=0.01)
