"""Clusterwise stability against R's fpc, and against sets counted one by one."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from defaults import cluster
from sklearn.datasets import load_iris, make_blobs
from sklearn.metrics import adjusted_rand_score

from segmentation.algorithms import ALGORITHMS
from segmentation.algorithms.refit import refit
from segmentation.clustering.metrics.jaccard import jaccard_table
from segmentation.clustering.sampling import stratified_rows
from segmentation.clustering.stability import bootstrap_stability
from segmentation.errors import InputError

IRIS = load_iris().data
IRIS = (IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0)

# clusterboot of fpc 2.2-10 (R) on the same standardised iris, B = 2000, bootmethod "boot":
# kmeansCBI(runs = 10) and hclustCBI(method = "ward.D2"); segments by size.
FPC: dict[tuple[str, int], dict[str, Any]] = {
    ("kmeans", 3): {
        "size": [47, 50, 53],
        "mean": [0.9076, 0.9953, 0.9102],
        "sd": [0.0740, 0.0113, 0.0792],
        "dissolved": [0.000, 0.000, 0.002],
    },
    ("agglomerative", 3): {
        "size": [30, 49, 71],
        "mean": [0.5334, 0.9871, 0.6137],
        "sd": [0.1829, 0.0231, 0.1943],
        "dissolved": [0.598, 0.000, 0.462],
    },
    ("agglomerative", 5): {
        "size": [20, 26, 29, 30, 45],
        "mean": [0.6589, 0.8006, 0.6675, 0.6783, 0.6938],
        "sd": [0.1561, 0.1822, 0.2190, 0.1620, 0.1722],
        "dissolved": [0.174, 0.096, 0.403, 0.1565, 0.1875],
    },
}


def judge(X, algorithm, k, *, seed=0, options=None, **more):
    labels = cluster(algorithm, X, k=k, **(options or {})).labels
    again = refit(ALGORITHMS[algorithm], k=k, options=options)
    return bootstrap_stability(X, labels, again, seed=seed, **more)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("algorithm", "k"),
    [pytest.param(*of, marks=[] if of[0] == "kmeans" else pytest.mark.thorough) for of in FPC],
)
def test_agrees_with_clusterboot(algorithm, k):
    expected = FPC[algorithm, k]
    resamples = 200
    found = sorted(judge(IRIS, algorithm, k, resamples=resamples).segments, key=lambda s: s.rows)
    assert [s.rows for s in found] == expected["size"]
    for segment, mean, sd, dissolved in zip(
        found, expected["mean"], expected["sd"], expected["dissolved"], strict=True
    ):
        error = np.hypot(sd / np.sqrt(resamples), sd / np.sqrt(2000))
        assert segment.jaccard == pytest.approx(mean, abs=4 * error)
        assert segment.se == pytest.approx(sd / np.sqrt(resamples), rel=0.4)
        share_error = np.sqrt(max(dissolved * (1 - dissolved), 0.004) / resamples)
        assert segment.dissolved == pytest.approx(dissolved, abs=4 * share_error)


def test_separate_groups_always_return():
    X, truth = make_blobs(200, centers=[[0, 0], [50, 0], [0, 50]], random_state=0)
    found = judge(X, "kmeans", 3, resamples=20)
    assert found.mean == found.minimum == found.adjusted_rand == 1.0
    assert all(s.dissolved == 0 and s.se == 0 for s in found.segments)
    assert sum(s.rows for s in found.segments) == len(truth)


def test_slices_of_one_cloud_do_not():
    X = np.random.default_rng(0).normal(size=(300, 6))
    found = judge(X, "kmeans", 6, resamples=20)
    assert found.minimum < 0.6
    assert found.adjusted_rand < 0.6


@pytest.fixture
def one_processor(monkeypatch):
    """Fits that write down what they are given, in this process."""
    monkeypatch.setattr("segmentation.workers.processors", lambda: 1)


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["kmeans", "gaussian_mixture", "hdbscan"])
def test_is_the_same_on_any_number_of_processors(monkeypatch, algorithm):
    k = None if algorithm == "hdbscan" else 3
    found = []
    for number in (1, 2):
        monkeypatch.setattr("segmentation.workers.processors", lambda n=number: n)
        found.append(judge(IRIS, algorithm, k, resamples=6))
    assert found[0] == found[1]


def test_equals_sets_counted_by_hand(one_processor):
    # A "clustering" that depends on the draw only, so every step can be recounted.
    X = np.arange(24.0).reshape(12, 2)
    labels = np.array([0] * 4 + [1] * 5 + [2] * 2 + [-1])
    draws = []

    def by_parity(rows, seed):
        draws.append(rows[:, 0].astype(int) // 2)
        return draws[-1] % 2 - (draws[-1] == 5)  # row 5 is odd, so it goes to 0

    found = bootstrap_stability(X, labels, by_parity, seed=3, resamples=40)
    expected = []
    for drawn in draws:
        assert len(set(drawn)) == len(drawn)
        clusters = [
            {r for r in drawn if r % 2 == 0 or r == 5},
            {r for r in drawn if r % 2 == 1 and r != 5},
        ]
        row = []
        for segment in range(3):
            own = {r for r in drawn if labels[r] == segment}
            row.append(max(len(own & c) / len(own | c) if own | c else 0 for c in clusters))
        expected.append(row)
    values = np.array(expected)
    np.testing.assert_allclose([s.jaccard for s in found.segments], values.mean(axis=0))
    np.testing.assert_allclose(
        [s.se for s in found.segments], values.std(axis=0, ddof=1) / np.sqrt(40)
    )
    np.testing.assert_allclose([s.dissolved for s in found.segments], (values <= 0.5).mean(axis=0))
    assert found.adjusted_rand == 1.0  # parity does not depend on the draw


def test_agreement_of_neighbouring_resamples(one_processor):
    X = np.random.default_rng(1).normal(size=(60, 2))
    seen = []

    def at_random(rows, seed):
        labels = np.random.default_rng(seed).integers(0, 3, len(rows))
        seen.append(dict(zip(map(tuple, rows), labels, strict=True)))
        return labels

    found = bootstrap_stability(X, np.zeros(60, dtype=int), at_random, seed=0, resamples=30)
    expected = [
        adjusted_rand_score(*zip(*[(a[r], b[r]) for r in a if r in b], strict=True))
        for a, b in pairwise(seen)
    ]
    assert found.adjusted_rand == pytest.approx(np.mean(expected))
    assert abs(found.adjusted_rand) < 4 * found.adjusted_rand_se


def test_noise_is_no_segment_to_find():
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(80, 2)), rng.normal(size=(80, 2)) + 40])
    X = np.vstack([X, rng.uniform(-300, 300, (15, 2))])
    found = judge(X, "dbscan", None, resamples=10, options={"eps": 2.5, "min_samples": 5})
    assert [s.label for s in found.segments] == [0, 1]
    assert found.minimum > 0.85


def test_a_segment_is_lost_when_all_is_noise():
    X = np.random.default_rng(0).normal(size=(50, 2))
    labels = np.repeat([0, 1], 25)
    found = bootstrap_stability(
        X, labels, lambda rows, seed: np.full(len(rows), -1), seed=0, resamples=5
    )
    assert [(s.jaccard, s.dissolved) for s in found.segments] == [(0.0, 1.0), (0.0, 1.0)]


def test_many_rows_cost_no_more_than_a_sample(one_processor):
    X, _ = make_blobs(5000, centers=[[0, 0], [50, 0], [0, 50]], random_state=0)
    sizes = []

    def labels_of(rows, seed):
        sizes.append(len(rows))
        return rows.argmax(axis=1) + (rows.max(axis=1) > 25)

    labels = labels_of(X, 0)
    found = bootstrap_stability(X, labels, labels_of, seed=0, resamples=5, max_rows=600)
    assert (found.rows, found.of_rows) == (600, 5000)
    assert max(sizes[1:]) < 600


def test_a_small_segment_does_not_vanish_from_a_sample():
    labels = np.array([0] * 9990 + [1] * 7 + [2] * 3)
    rows = stratified_rows(labels, 100, np.random.default_rng(0))
    np.testing.assert_array_equal(np.bincount(labels[rows]), [100, 5, 3])


def test_is_deterministic():
    assert judge(IRIS, "kmeans", 4, resamples=5) == judge(IRIS, "kmeans", 4, resamples=5)
    assert judge(IRIS, "kmeans", 4, resamples=5) != judge(IRIS, "kmeans", 4, resamples=5, seed=1)


def test_survives_few_rows():
    X = np.array([[0.0, 0.0], [1.0, 1.0], [9.0, 9.0]])
    found = judge(X, "kmeans", 2, resamples=20)
    assert len(found.segments) == 2


def test_jaccard_table_is_that_of_sets():
    rng = np.random.default_rng(0)
    one, other = rng.integers(-1, 4, 200), rng.integers(-1, 3, 200)
    table = jaccard_table(one, other, rows=range(5), columns=range(3))
    for i, j in np.ndindex(table.shape):
        a, b = set(np.flatnonzero(one == i)), set(np.flatnonzero(other == j))
        assert table[i, j] == pytest.approx(len(a & b) / len(a | b))


@pytest.mark.parametrize(
    ("X", "labels", "more", "message"),
    [
        (np.ones((4, 2)), [0, 1], {}, "do not fit"),
        (np.ones((4, 2)), [0.0, 1.0, 0.0, 1.0], {}, "whole numbers"),
        (np.full((2, 2), np.nan), [0, 1], {}, "missing"),
        (np.ones((1, 2)), [0], {}, "at least 2 rows"),
        (np.ones((2, 2)), [0, 1], {"resamples": 1}, "at least 2 resamples"),
        (np.ones((2, 2)), [0, 1], {"max_rows": 3}, "at least 10 rows"),
    ],
)
def test_refuses_bad_input(X, labels, more, message):
    with pytest.raises(InputError, match=message):
        bootstrap_stability(X, labels, lambda rows, seed: rows[:, 0], seed=0, **more)
