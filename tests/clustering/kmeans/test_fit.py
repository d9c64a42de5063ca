"""k-means at one k finds what restarts miss."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from segmentation.clustering.kmeans import fit as module
from segmentation.clustering.kmeans.fit import kmeans_fit
from segmentation.errors import InputError


def chain(k: int, per: int, *, spread: float = 0.18) -> tuple[np.ndarray, np.ndarray]:
    """Round clusters along a curve: a centre too many at one end never walks to the other."""
    rng = np.random.default_rng(0)
    x = np.arange(float(k))
    y = np.repeat(np.arange(k), per)
    centres = np.column_stack((x, 12 * np.sin(x / 4)))
    return centres[y] + spread * rng.normal(size=(len(y), 2)), y


@pytest.mark.slow
def test_every_cluster_of_many_is_found_where_restarts_miss_some() -> None:
    X, y = chain(100, 20, spread=0.3)
    true = sum(((X[y == j] - X[y == j].mean(axis=0)) ** 2).sum() for j in range(100))
    assert KMeans(100, n_init=10, random_state=0).fit(X).inertia_ > 1.02 * true
    assert kmeans_fit(X, k=100).inertia < true


@pytest.mark.parametrize("k", [2, 4, 9])
def test_no_worse_than_many_restarts_where_there_is_nothing_to_find(k: int) -> None:
    X = np.random.default_rng(1).random((400, 4))
    best = KMeans(k, n_init=50, random_state=0).fit(X).inertia_
    assert kmeans_fit(X, k=k).inertia <= 1.01 * best


def test_a_sample_is_searched_and_all_rows_are_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = chain(12, 400)
    monkeypatch.setattr(module, "_ROWS", 600)
    monkeypatch.setattr(module, "_ROWS_EACH", 1)
    found = kmeans_fit(X, k=12)
    assert adjusted_rand_score(found.labels, y) > 0.98
    means = np.array([X[found.labels == j].mean(axis=0) for j in range(12)])
    np.testing.assert_allclose(found.centres, means)


def test_clusters_are_those_of_the_nearest_centre() -> None:
    X = np.random.default_rng(2).normal(size=(300, 3)) + 1e3
    found = kmeans_fit(X, k=7)
    gaps = ((X[:, None] - found.centres) ** 2).sum(axis=2)
    np.testing.assert_array_equal(gaps.argmin(axis=1), found.labels)
    assert found.inertia == pytest.approx(gaps.min(axis=1).sum())


@pytest.mark.parametrize(("n", "k"), [(1, 1), (5, 1), (5, 4), (5, 5)])
def test_one_cluster_and_as_many_as_rows(n: int, k: int) -> None:
    X = np.random.default_rng(3).normal(size=(n, 2))
    assert len(np.unique(kmeans_fit(X, k=k).labels)) == k


@pytest.mark.parametrize("k", [0, 6])
def test_a_number_that_does_not_fit_is_refused(k: int) -> None:
    with pytest.raises(InputError, match=r"1\.\.5"):
        kmeans_fit(np.arange(10.0).reshape(5, 2), k=k)
