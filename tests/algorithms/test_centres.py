"""k-means and its kin, and the Gaussian mixture, against scikit-learn's own answers."""

import numpy as np
import pytest
from defaults import cluster
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.datasets import load_iris
from sklearn.metrics import adjusted_rand_score, silhouette_samples
from sklearn.mixture import GaussianMixture

from segmentation.algorithms.assigners import bayes_rule, nearest_centroid, with_ids
from segmentation.algorithms.gaussian_mixture import full_covariances

IRIS = load_iris().data


def inertia(X, found):
    return float(((X - found.assigner.centroids_[found.labels]) ** 2).sum())


@pytest.mark.parametrize("k", [1, 2, 5, 12])
def test_nearest_centroid_predicts_as_kmeans(k):
    rng = np.random.default_rng(0)
    model = KMeans(k, n_init=1, random_state=0).fit(rng.normal(size=(500, 4)))
    new = rng.normal(scale=2, size=(2000, 4))
    ours = nearest_centroid(model.cluster_centers_)
    np.testing.assert_array_equal(ours.predict(new), model.predict(new))
    # The probabilities rank the classes as the prediction does.
    np.testing.assert_array_equal(ours.predict_proba(new).argmax(axis=1), model.predict(new))


def test_kmeans_reaches_the_known_optimum_of_iris():
    # 78.8514 is the least sum of squares for k = 3 (Aloise, Hansen & Liberti 2012).
    found = cluster("kmeans", IRIS, k=3)
    assert inertia(IRIS, found) == pytest.approx(78.8514, abs=1e-3)


def test_minibatch_agrees_with_scikit_learn():
    X = np.random.default_rng(1).normal(size=(3000, 3))
    found = cluster("minibatch_kmeans", X, k=4, seed=7)
    model = MiniBatchKMeans(4, n_init=10, max_iter=100, batch_size=1024, random_state=7).fit(X)
    assert adjusted_rand_score(found.labels, model.predict(X)) == 1.0


def test_bisecting_improves_on_its_leaves():
    X = np.random.default_rng(2).normal(size=(600, 3))
    leaves = BisectingKMeans(6, n_init=5, random_state=0).fit(X)
    plain = cluster("bisecting_kmeans", X, k=6, refine=False)
    refined = cluster("bisecting_kmeans", X, k=6)
    np.testing.assert_allclose(plain.assigner.centroids_, leaves.cluster_centers_)
    assert inertia(X, plain) <= leaves.inertia_
    assert inertia(X, refined) < inertia(X, plain)


def test_margin_is_the_simplified_silhouette():
    found = cluster("kmeans", IRIS, k=3)
    centres = found.assigner.centroids_
    for row in (0, 60, 120):
        a, b = sorted(np.linalg.norm(IRIS[row] - c) for c in centres)[:2]
        assert found.confidence[row] == pytest.approx((b - a) / max(a, b))
    real = silhouette_samples(IRIS, found.labels)
    assert np.corrcoef(real, found.confidence)[0, 1] > 0.9


@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
def test_bayes_rule_is_the_posterior_of_the_mixture(kind):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3)) + rng.integers(0, 3, (400, 1)) * 3
    model = GaussianMixture(3, covariance_type=kind, random_state=0).fit(X)
    ours = bayes_rule(model.weights_, model.means_, full_covariances(model, 3))
    new = rng.normal(scale=5, size=(1000, 3))
    np.testing.assert_allclose(ours.predict_proba(new), model.predict_proba(new), atol=1e-5)
    np.testing.assert_array_equal(ours.predict(new), model.predict(new))


@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
def test_mixture_gives_membership_probabilities(kind):
    options = {"covariance_type": kind}
    found = cluster("gaussian_mixture", IRIS, k=3, **options)
    model = GaussianMixture(
        3, covariance_type=kind, reg_covar=0.03, n_init=5, max_iter=200, random_state=0
    ).fit(IRIS)
    posterior = model.predict_proba(IRIS)
    np.testing.assert_array_equal(found.labels, posterior.argmax(axis=1))
    np.testing.assert_allclose(found.confidence, posterior.max(axis=1), atol=1e-5)


def test_mixture_says_when_it_has_not_converged():
    X = np.random.default_rng(4).normal(size=(300, 3))
    options = {"max_iter": 1, "n_init": 1}
    found = cluster("gaussian_mixture", X, k=4, **options)
    assert "not converged after 1 rounds" in " ".join(found.notes)


def test_ids_need_not_be_sorted():
    found = cluster("kmeans", IRIS, k=3)
    named = with_ids(found.assigner, [9, 2, 5])
    np.testing.assert_array_equal(named.predict(IRIS), np.array([9, 2, 5])[found.labels])
