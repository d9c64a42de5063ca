"""The path of k-means is as good as many restarts of scikit-learn's."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_wine
from sklearn.metrics import adjusted_rand_score

from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.errors import InputError


def grid(side: int, per: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    centres = np.array([(i, j) for i in range(side) for j in range(side)], dtype=float)
    y = np.repeat(np.arange(side**2), per)
    return centres[y] + 0.13 * rng.normal(size=(len(y), 2)), y


@pytest.mark.slow
@pytest.mark.parametrize("data", ["wine", "noise", "grid"])
def test_inertia_never_notably_above_thirty_restarts(data: str) -> None:
    rng = np.random.default_rng(0)
    tables: dict[str, Callable[[], np.ndarray]] = {
        "wine": lambda: (lambda A: (A - A.mean(0)) / A.std(0))(load_wine().data),
        "noise": lambda: rng.normal(size=(250, 4)),
        "grid": lambda: grid(4, 15)[0],
    }
    X = tables[data]()
    ks = [2, 4, 8, 16]
    for p in kmeans_path(X, k_range=range(2, 17)):
        if p.k in ks:
            best = KMeans(p.k, n_init=30, random_state=0).fit(X).inertia_
            assert p.inertia <= 1.02 * best


def test_many_clusters_are_all_found() -> None:
    X, y = grid(6, 20)
    path = kmeans_path(X, k_range=range(30, 41))
    assert adjusted_rand_score(path[6].labels, y) > 0.99


def test_labels_centres_and_inertia_belong_together() -> None:
    X = np.random.default_rng(1).normal(size=(200, 3)) + 1e3
    for p in kmeans_path(X, k_range=[2, 5, 9]):
        means = np.array([X[p.labels == j].mean(axis=0) for j in range(p.k)])
        np.testing.assert_allclose(p.centres, means)
        assert p.inertia == pytest.approx(((X - means[p.labels]) ** 2).sum(), rel=1e-6)
        gaps = ((X[:, None] - p.centres) ** 2).sum(axis=2)
        np.testing.assert_array_equal(gaps.argmin(axis=1), p.labels)


def test_inertia_falls_with_k() -> None:
    X = np.random.default_rng(2).normal(size=(150, 2))
    inertia = [p.inertia for p in kmeans_path(X, k_range=range(2, 31))]
    assert (np.diff(inertia) < 0).all()


def test_duplicates_constant_columns_and_k_of_the_distinct_rows() -> None:
    X = np.repeat([[0.0, 5.0], [1.0, 5.0], [4.0, 5.0]], 10, axis=0)
    path = kmeans_path(X, k_range=[2, 3, 4])
    assert path[1].inertia == pytest.approx(0)
    assert adjusted_rand_score(path[1].labels, np.repeat([0, 1, 2], 10)) == 1


def test_same_seed_same_partition() -> None:
    X = np.random.default_rng(3).normal(size=(300, 3))
    first, second = (kmeans_path(X, k_range=range(2, 7), seed=5) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.labels, b.labels)


@pytest.mark.parametrize("k_range", [[], [1, 2], [2, 10]])
def test_candidates_that_do_not_fit_are_refused(k_range: list[int]) -> None:
    with pytest.raises(InputError):
        kmeans_path(np.arange(20.0).reshape(10, 2), k_range=k_range)
