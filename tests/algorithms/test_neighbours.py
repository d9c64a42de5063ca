"""Agglomerative, DBSCAN and HDBSCAN: labels, default parameters, and who labels a new row."""

from typing import Any

import numpy as np
import pytest
from defaults import cluster
from scipy.cluster.hierarchy import dendrogram, fcluster, is_valid_linkage
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering
from sklearn.datasets import load_iris, make_blobs, make_moons
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import KNeighborsClassifier

from segmentation.algorithms import NOISE, Clustering
from segmentation.algorithms.assigners import assign, within_balls
from segmentation.algorithms.base import Dendrogram, KDistances
from segmentation.algorithms.density import k_distances, knee

IRIS = load_iris().data


def tree_of(found: Clustering) -> Dendrogram:
    assert isinstance(found.picture, Dendrogram)
    return found.picture


def curve_of(found: Clustering) -> KDistances:
    assert isinstance(found.picture, KDistances)
    return found.picture


def noisy_blobs(n=400, *, seed=0):
    X, truth = make_blobs(n, centers=[[0, 0], [8, 0], [4, 8]], random_state=seed)
    scatter = np.random.default_rng(seed).uniform(-15, 25, (40, 2))
    return np.vstack([X, scatter]), np.append(truth, np.full(40, NOISE))


@pytest.mark.parametrize("linkage", ["ward", "average", "complete", "single"])
@pytest.mark.parametrize("k", [1, 2, 3, 7])
def test_agglomerative_agrees_with_scikit_learn(linkage, k):
    X = np.random.default_rng(k).normal(size=(150, 3))
    found = cluster("agglomerative", X, k=k, linkage=linkage)
    model = AgglomerativeClustering(k, linkage=linkage).fit(X)
    assert adjusted_rand_score(found.labels, model.labels_) == 1.0


def test_the_dendrogram_is_cut_where_the_segments_are():
    found = cluster("agglomerative", IRIS, k=3)
    tree = tree_of(found)
    cut = fcluster(tree.linkage, tree.height, criterion="distance")
    assert adjusted_rand_score(found.labels, cut) == 1.0


@pytest.mark.parametrize("leaves", [5, 40, 150, 999])
def test_the_top_of_the_tree_is_what_scipy_draws(leaves):
    tree = tree_of(cluster("agglomerative", IRIS, k=3))
    top = tree.top(leaves)
    assert is_valid_linkage(top.linkage)
    drawn = dendrogram(tree.linkage, p=leaves, truncate_mode="lastp", no_plot=True)
    ours = dendrogram(top.linkage, no_plot=True)
    np.testing.assert_allclose(ours["dcoord"], drawn["dcoord"])
    assert fcluster(top.linkage, top.height, criterion="distance").max() == 3


def test_a_tree_of_large_branches_shows_nobody_alone():
    far = np.array([[50.0, 50.0], [60.0, -50.0], [60.0, -51.0]])  # one alone, and two
    X, _ = make_blobs(120, centers=[[0, 0], [9, 0], [0, 9]], random_state=0)
    tree = tree_of(cluster("agglomerative", np.vstack([X, far]), k=3))
    assert tree.linkage[-2:, 2].min() > 60  # what joins those
    seen = tree.of_branches(10)
    assert (seen.linkage[:, 3] >= 20).all()
    assert (np.unique(seen.linkage[:, :2]) == np.arange(2 * len(seen.linkage))).all()
    assert is_valid_linkage(seen.top(40).linkage)
    alone = tree_of(cluster("agglomerative", X, k=3)).of_branches(10)
    np.testing.assert_allclose(seen.linkage[-2:, 2], alone.linkage[-2:, 2])
    assert tree.of_branches(1).linkage.tolist() == tree.linkage.tolist()
    assert not len(tree.of_branches(100).linkage)


def test_k_distances_are_told_of_ten_customers_at_least():
    curve = curve_of(cluster("dbscan", IRIS, k=None))
    few = curve.thinned(400, fewest=10)
    assert few.distances.tolist() == [
        float(np.median(part)) for part in np.split(curve.distances, 15)
    ]
    assert len(curve.thinned(4, fewest=10).distances) == 4
    assert not len(curve.thinned(400, fewest=151).distances)


def test_agglomerative_on_many_rows_clusters_a_sample_and_says_so():
    X, truth = make_blobs(1500, centers=[[0, 0], [20, 0], [0, 20]], random_state=0)
    found = cluster("agglomerative", X, k=3, max_rows=300)
    assert adjusted_rand_score(truth, found.labels) == 1.0
    assert len(tree_of(found).linkage) == 299
    assert found.notes == (
        "Clustered on a random sample of 300 of 1,500 rows; the rest were assigned.",
    )


def test_agglomerative_scores_as_a_neighbour_vote():
    X = np.random.default_rng(0).normal(size=(200, 3))
    new = np.random.default_rng(1).normal(size=(300, 3))
    found = cluster("agglomerative", X, k=4)
    vote = KNeighborsClassifier(5, weights="distance").fit(X, found.labels)
    np.testing.assert_array_equal(assign(found.assigner, new), vote.predict(new))


@pytest.mark.parametrize("seed", range(5))
def test_dbscan_agrees_with_scikit_learn_but_for_border_rows(seed):
    X, _ = noisy_blobs(seed=seed)
    found = cluster("dbscan", X, k=None, eps=0.6, min_samples=6)
    model = DBSCAN(eps=0.6, min_samples=6).fit(X)
    core = model.core_sample_indices_
    np.testing.assert_array_equal(found.labels == NOISE, model.labels_ == NOISE)
    np.testing.assert_array_equal(found.labels[core], model.labels_[core])


def test_dbscan_on_a_grid_counts_rows_exactly_at_its_reach():
    # Distances of exactly eps: no rounding may turn them into noise.
    X = np.array([[float(i), float(j)] for i in range(12) for j in range(12)]) + 1000
    found = cluster("dbscan", X, k=None, eps=1.0, min_samples=5)
    expected = DBSCAN(eps=1.0, min_samples=5).fit_predict(X)
    np.testing.assert_array_equal(found.labels, expected)
    assert (found.labels == NOISE).sum() == 4  # the corners


def test_dbscan_does_not_depend_on_the_order_of_rows():
    X, _ = noisy_blobs(seed=3)
    order = np.random.default_rng(0).permutation(len(X))
    options: dict[str, Any] = {"eps": 1.1, "min_samples": 4}
    one = cluster("dbscan", X, k=None, **options)
    two = cluster("dbscan", X[order], k=None, **options)
    assert adjusted_rand_score(one.labels[order], two.labels) == 1.0


def test_dbscan_scores_a_new_row_by_the_core_rows_in_reach():
    X, _ = noisy_blobs()
    new = np.random.default_rng(9).uniform(-6, 14, (3000, 2))
    found = cluster("dbscan", X, k=None, eps=0.7, min_samples=6)
    model = DBSCAN(eps=0.7, min_samples=6).fit(X)
    core = model.core_sample_indices_
    near = cdist(new, X[core]) <= 0.7
    predicted = assign(found.assigner, new)
    np.testing.assert_array_equal(predicted == NOISE, ~near.any(axis=1))
    for row in np.flatnonzero(near.any(axis=1)):
        assert predicted[row] in model.labels_[core][near[row]]


@pytest.mark.parametrize("name", ["dbscan", "hdbscan"])
def test_finds_shapes_that_no_centre_describes(name):
    X, truth = make_moons(600, noise=0.05, random_state=0)
    found = cluster(name, X, k=None)
    assert adjusted_rand_score(truth, found.labels) > 0.98


@pytest.mark.parametrize("name", ["dbscan", "hdbscan"])
def test_noise_is_noise(name):
    X, truth = noisy_blobs()
    found = cluster(name, X, k=None)
    assert found.k == 3
    clear = found.labels != NOISE
    assert clear[truth != NOISE].mean() > 0.85
    assert clear[truth == NOISE].mean() < 0.5
    both = clear & (truth != NOISE)
    assert adjusted_rand_score(truth[both], found.labels[both]) == 1.0
    far = np.array([[1e6, 1e6], [-1e3, 0.0], [0.0, 60.0]])
    assert (assign(found.assigner, far) == NOISE).all()


@pytest.mark.parametrize("name", ["dbscan", "hdbscan"])
def test_all_rows_may_be_noise(name):
    X = np.random.default_rng(0).normal(size=(60, 8)) * 100
    options = {"eps": 0.1} if name == "dbscan" else {"min_cluster_size": 30}
    found = cluster(name, X, k=None, **options)
    assert found.k == 0
    assert found.noise_share == 1.0
    assert (assign(found.assigner, X) == NOISE).all()
    assert "all are noise" in found.notes[-1]


@pytest.mark.parametrize("name", ["dbscan", "hdbscan"])
def test_density_on_many_rows_clusters_a_sample_and_says_so(name):
    X, truth = make_blobs(2000, centers=[[0, 0], [30, 0], [0, 30]], random_state=0)
    found = cluster(name, X, k=None, max_rows=500)
    placed = found.labels != NOISE
    assert placed.mean() > 0.97
    assert adjusted_rand_score(truth[placed], found.labels[placed]) == 1.0
    assert "500 of 2,000" in found.notes[0]


@pytest.mark.parametrize("method", ["eom", "leaf"])
def test_hdbscan_agrees_with_scikit_learn(method):
    X, _ = noisy_blobs(seed=2)
    options = {"min_cluster_size": 12, "min_samples": 6, "method": method}
    found = cluster("hdbscan", X, k=None, **options)
    model = HDBSCAN(
        min_cluster_size=12, min_samples=6, cluster_selection_method=method, copy=True
    ).fit(X)
    np.testing.assert_array_equal(found.labels, model.labels_)
    np.testing.assert_allclose(found.confidence, model.probabilities_)
    np.testing.assert_array_equal(assign(found.assigner, X), model.labels_)


def test_hdbscan_gives_a_new_row_only_to_the_segment_of_its_nearest_row():
    X, _ = noisy_blobs(seed=4)
    new = np.random.default_rng(9).uniform(-6, 14, (3000, 2))
    found = cluster("hdbscan", X, k=None)
    predicted = assign(found.assigner, new)
    nearest = found.labels[cdist(new, X).argmin(axis=1)]
    placed = predicted != NOISE
    assert placed.any()
    np.testing.assert_array_equal(predicted[placed], nearest[placed])


def test_balls_of_many_radii_are_those_of_brute_force():
    rng = np.random.default_rng(6)
    X, radii = rng.normal(size=(50, 3)), rng.uniform(0.05, 0.8, 50)
    labels = np.zeros(50, dtype=int)
    new = rng.normal(size=(4000, 3))
    inside = (cdist(new, X) <= radii).any(axis=1)
    predicted = assign(within_balls(X, labels, radii=radii), new)
    np.testing.assert_array_equal(predicted == 0, inside)


def test_k_distances_are_those_of_brute_force():
    X = np.random.default_rng(7).normal(size=(80, 3))
    expected = np.sort(cdist(X, X), axis=1)[:, 4]
    np.testing.assert_allclose(k_distances(X, 5), expected)


def test_the_knee_of_a_hyperbola_is_its_vertex():
    # y = 1 / (1.1 - x) is as steep as its chord where 1.1 - x = sqrt(1.1 * 0.1).
    x = np.linspace(0, 1, 10_001)
    vertex = 1.1 - np.sqrt(0.11)
    assert knee(1 / (1.1 - x)) == pytest.approx(1 / (1.1 - vertex), rel=1e-3)


def test_the_default_reach_explains_itself():
    X, truth = make_blobs(300, centers=[[0, 0], [15, 0], [0, 15]], random_state=1)
    found = cluster("dbscan", X, k=None)
    assert adjusted_rand_score(truth, found.labels) == 1.0
    assert "stays at 3, the longest such stretch" in found.notes[0]
    assert (np.diff(curve_of(found).distances) >= 0).all()
    assert curve_of(found).neighbours == 5
    one_cloud = np.random.default_rng(0).normal(size=(400, 4))
    assert "knee" in cluster("dbscan", one_cloud, k=None).notes[0]


def test_the_reach_has_no_digits_of_the_processor() -> None:
    X, _ = noisy_blobs()
    found = (cluster("dbscan", X * (1 + tiny), k=None) for tiny in (0, 1e-15, -2e-15))
    assert len({curve_of(each).eps for each in found}) == 1
