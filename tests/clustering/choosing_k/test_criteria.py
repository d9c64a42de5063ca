"""Criteria agree with scikit-learn's; the gap statistic with its own definition."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score
from sklearn.mixture import GaussianMixture

from segmentation.clustering.choosing_k.criteria.elbow import elbow
from segmentation.clustering.choosing_k.criteria.gap import gap_statistic
from segmentation.clustering.choosing_k.halves import error, split_halves
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.clustering.metrics.indices import calinski_harabasz, davies_bouldin
from segmentation.clustering.structure.mixture import mixture_evidence
from segmentation.errors import InputError


def blobs(k: int, *, n: int = 60, gap: float = 7.0, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.vstack([rng.normal((gap * j, gap * (j % 2)), 1, (n, 2)) for j in range(k)])


def test_indices_equal_scikit_learn() -> None:
    X = np.random.default_rng(0).normal(size=(300, 4))
    for p in kmeans_path(X, k_range=range(2, 8)):
        assert calinski_harabasz(X, p) == pytest.approx(calinski_harabasz_score(X, p.labels))
        assert davies_bouldin(X, p) == pytest.approx(davies_bouldin_score(X, p.labels))


def test_elbow_of_a_bent_line() -> None:
    assert elbow(np.arange(2, 7), np.array([10.0, 5.0, 1.0, 0.9, 0.8])) == 4
    assert elbow(np.arange(2, 4), np.array([2.0, 1.0])) == 2


def gap_by_definition(X: np.ndarray, ks: range, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Tibshirani, Walther and Hastie (2001), with scikit-learn's k-means."""
    rng = np.random.default_rng(99)
    centred = X - X.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2]
    turned = centred @ axes.T

    def log_within(A: np.ndarray) -> list[float]:
        return [np.log(KMeans(k, n_init=2, random_state=0).fit(A).inertia_) for k in ks]

    clouds = [log_within(rng.uniform(turned.min(0), turned.max(0), X.shape)) for _ in range(draws)]
    se = np.std(clouds, axis=0) * np.sqrt(1 + 1 / draws)
    return np.mean(clouds, axis=0) - log_within(turned), se


@pytest.mark.parametrize("k", [1, 3, 4])
def test_gap_agrees_with_its_definition(k: int) -> None:
    X = blobs(k) if k > 1 else np.random.default_rng(1).random((200, 2))
    found = gap_statistic(X, k_range=range(2, 6), draws=20)
    gap, se = gap_by_definition(X, range(1, 6), draws=10)
    np.testing.assert_allclose(found.gap, gap, atol=4 * float(np.max(se)))
    np.testing.assert_allclose(found.se, se, rtol=0.9)
    assert found.k_hat == k


def test_mixture_reaches_the_likelihood_of_scikit_learn() -> None:
    X = blobs(3, gap=5)
    ks = [2, 3, 4]
    ours = mixture_evidence(X, kmeans_path(X, k_range=ks))
    models = [GaussianMixture(k, covariance_type="tied", random_state=0).fit(X) for k in ks]
    theirs = [-m.bic(X) / 2 for m in models]
    assert int(np.argmax([e.bic for e in ours])) == int(np.argmax(theirs)) == 1
    assert ours[1].bic == pytest.approx(theirs[1], abs=1.0)
    entropy = -(lambda R: R * np.log(np.maximum(R, 1e-300)))(models[1].predict_proba(X)).sum()
    assert ours[1].bic - ours[1].icl == pytest.approx(entropy, abs=1.0)


def test_halves_agree_at_the_true_k_and_not_in_noise() -> None:
    found = split_halves(blobs(4), k_range=range(2, 7), splits=4).agreement()
    mean, se = found.mean(axis=0), found.std(axis=0, ddof=1) / 2
    assert mean[2] == pytest.approx(1, abs=0.02)
    assert mean[2] > mean[4] + 5 * se[4]
    noise = np.random.default_rng(0).normal(size=(400, 5))
    assert split_halves(noise, k_range=[6], splits=4).agreement().mean() < 0.6


def test_halves_give_the_error_that_fresh_samples_show() -> None:
    ks = [3]
    fresh = [kmeans_path(blobs(3, seed=s), k_range=ks)[0].inertia for s in range(60)]
    halves = split_halves(blobs(3), k_range=ks, splits=20)
    found = halves.values(lambda half, path: [path[0].inertia * len(halves.X) / len(half)])
    assert error(found)[0] == pytest.approx(np.std(fresh), rel=0.5)


def test_halves_too_small_for_k_are_refused() -> None:
    with pytest.raises(InputError, match="k_range"):
        split_halves(blobs(2, n=5), k_range=[5])
    with pytest.raises(InputError, match="splits"):
        split_halves(blobs(2), k_range=[2], splits=1)
