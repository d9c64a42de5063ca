"""One contract for every algorithm."""

import numpy as np
import pytest
import skops.io
from defaults import cluster
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from segmentation.algorithms import ALGORITHMS, NOISE
from segmentation.algorithms.assigners import assign, confidence_of, with_ids
from segmentation.errors import InputError

CENTRES = np.array([[0.0, 0.0, 0.0], [12.0, 0.0, 0.0], [0.0, 12.0, 0.0], [12.0, 12.0, 12.0]])
DENSITY = {"dbscan", "hdbscan"}
OPTIONS_HERE = {"minibatch_kmeans": {"batch_size": 100}}  # small enough for several batches

every_algorithm = pytest.mark.parametrize("name", sorted(ALGORITHMS))


def blobs(n, *, seed):
    X, truth = make_blobs(n, centers=CENTRES, cluster_std=1.0, random_state=seed)
    return X, truth


def fit(name, X, *, k=4, seed=0, **options):
    return cluster(name, X, k=k, seed=seed, **OPTIONS_HERE.get(name, {}), **options)


@every_algorithm
def test_recovers_easy_blobs(name):
    X, truth = blobs(500, seed=1)
    assert adjusted_rand_score(truth, fit(name, X).labels) == 1.0


@every_algorithm
def test_scores_new_rows(name):
    X, _ = blobs(500, seed=1)
    new, truth = blobs(400, seed=2)
    predicted = assign(fit(name, X).assigner, new)
    placed = predicted != NOISE
    # A density method may call a new row in a blob's tail noise, but never give it elsewhere.
    assert placed.mean() >= (0.97 if name in DENSITY else 1.0)
    assert adjusted_rand_score(truth[placed], predicted[placed]) == 1.0


@every_algorithm
def test_its_own_rows_keep_their_labels(name):
    X = np.random.default_rng(0).normal(size=(400, 3))
    found = fit(name, X, k=5)
    assert np.mean(assign(found.assigner, X) == found.labels) == 1.0


@pytest.mark.slow
@every_algorithm
def test_is_deterministic_on_one_thread_or_two(name):
    X = np.random.default_rng(1).normal(size=(3000, 4))
    with threadpool_limits(limits=1):
        one = fit(name, X, k=6, seed=3)
    with threadpool_limits(limits=2):
        two = fit(name, X, k=6, seed=3)
    np.testing.assert_array_equal(one.labels, two.labels)
    np.testing.assert_array_equal(one.confidence, two.confidence)
    assert one.notes == two.notes


@every_algorithm
def test_labels_count_from_zero_and_confidence_is_a_share(name):
    X = np.random.default_rng(2).normal(size=(300, 4))
    found = fit(name, X, k=7)
    used = np.unique(found.labels[found.labels != NOISE])
    np.testing.assert_array_equal(used, np.arange(found.k))
    assert found.labels.shape == found.confidence.shape == (300,)
    assert found.confidence.min() >= 0
    assert found.confidence.max() <= 1
    assert (found.confidence[found.labels == NOISE] == 0).all()
    again = confidence_of(found.assigner, X)
    assert again.min() >= 0
    assert again.max() <= 1


@every_algorithm
def test_survives_duplicates(name):
    X = np.repeat(CENTRES[:3], 20, axis=0)
    found = fit(name, X, k=3)
    assert adjusted_rand_score(np.repeat([0, 1, 2], 20), found.labels) == 1.0


@every_algorithm
def test_asks_no_more_segments_than_distinct_rows(name):
    X = np.repeat(CENTRES[:2], 20, axis=0)
    found = fit(name, X, k=5)
    assert found.k == 2
    if name not in DENSITY:
        assert "only 2 rows are distinct" in found.notes[0]


@every_algorithm
def test_survives_rows_all_alike(name):
    found = fit(name, np.ones((30, 2)), k=3)
    assert found.k <= 1
    assert assign(found.assigner, np.ones((2, 2))).shape == (2,)


@every_algorithm
def test_survives_constant_columns(name):
    X, truth = blobs(300, seed=3)
    X = np.column_stack([np.zeros(300), X, np.full(300, 7.0)])
    assert adjusted_rand_score(truth, fit(name, X).labels) == 1.0


@every_algorithm
def test_survives_rows_barely_above_k(name):
    X, _ = blobs(5, seed=4)
    found = fit(name, X, k=4)
    assert found.k <= 4
    assert found.labels.shape == (5,)
    if name not in DENSITY:
        assert found.k == 4


@every_algorithm
@pytest.mark.parametrize(("n", "k"), [(6, 1), (6, 6), (30, 29)])
def test_survives_one_segment_and_as_many_as_rows(name, n, k):
    X = np.random.default_rng(5).normal(size=(n, 2))
    found = fit(name, X, k=k)
    if name == "gaussian_mixture" and found.k < k:
        assert "came out empty and were dropped" in found.notes[0]
    else:
        assert name in DENSITY or found.k == k


@every_algorithm
def test_saves_without_custom_types_inside_a_pipeline(name):
    X, _ = blobs(200, seed=5)
    scaler = StandardScaler().fit(X)
    found = fit(name, scaler.transform(X))
    model = make_pipeline(scaler, with_ids(found.assigner, [11, 3, 8, 5]))
    saved = skops.io.dumps(model)
    assert skops.io.get_untrusted_types(data=saved) == []
    loaded = skops.io.loads(saved)
    expected = np.array([11, 3, 8, 5, NOISE])[found.labels]
    np.testing.assert_array_equal(loaded.predict(X), expected)
    assert set(loaded.classes_) - {NOISE} == {3, 5, 8, 11}


@every_algorithm
def test_ids_must_fit_the_segments(name):
    X, _ = blobs(200, seed=5)
    assigner = fit(name, X).assigner
    for ids in ([1, 2, 3], [1, 2, 2, 3], [1, 2, 3, -1]):
        with pytest.raises(InputError, match="ids"):
            with_ids(assigner, ids)
    # The original still speaks of labels.
    assert set(assign(assigner, X)) == {0, 1, 2, 3}


@every_algorithm
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.array([[1.0, np.nan], [2.0, 3.0]]), "1 missing or infinite"),
        (np.array([[1.0, np.inf], [2.0, 3.0]]), "1 missing or infinite"),
        (np.ones((1, 3)), "at least 2 rows"),
        (np.ones((9, 1)), "at least 2 columns"),
        (np.ones(9), "2 dimensions"),
        (np.array([["a", "b"], ["c", "d"]]), "not numeric"),
    ],
)
def test_refuses_bad_features(name, X, message):
    with pytest.raises(InputError, match=message):
        cluster(name, X, k=2)


@pytest.mark.parametrize("name", sorted(set(ALGORITHMS) - DENSITY))
@pytest.mark.parametrize("k", [0, 11, None, 2.0, True])
def test_refuses_an_impossible_number_of_segments(name, k):
    with pytest.raises(InputError, match="number of segments"):
        cluster(name, np.ones((10, 2)), k=k)


@pytest.mark.parametrize(
    ("blocks", "message"), [([[0, 1], [1, 2]], "share no column"), ([[]], "non-empty")]
)
def test_blocks_of_categories_must_be_apart(blocks, message):
    with pytest.raises(InputError, match=message):
        cluster("kprototypes", np.eye(3), k=2, category_blocks=blocks)


def test_importing_the_registry_imports_no_algorithm():
    import subprocess
    import sys

    code = (
        "import sys, segmentation.algorithms; "
        "sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, check=False
    )
    assert done.returncode == 0
