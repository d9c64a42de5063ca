"""No segment is below a size, and the saved model says the same of the customers."""

import numpy as np
import pytest
from defaults import cluster
from numpy.typing import NDArray

from segmentation.algorithms import ALGORITHMS, models
from segmentation.algorithms.assigners import confidence_of, nearest_centroid, with_ids
from segmentation.algorithms.base import Clustering
from segmentation.algorithms.refit import refit
from segmentation.errors import InputError

ABLE = [name for name, algorithm in ALGORITHMS.items() if algorithm.bounds_sizes]
SKEWED = np.random.default_rng(0).exponential(size=(1200, 4))


def at_least(name: str, X: NDArray[np.float64], *, k: int, least: int) -> Clustering:
    return ALGORITHMS[name](X, k=k, seed=0, least=least)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("name", ABLE)
def test_no_segment_is_below_it_by_the_saved_model_too(name: str, scale: float) -> None:
    X = scale * SKEWED
    assert np.bincount(cluster(name, X, k=5).labels).min() < 180
    found = at_least(name, X, k=5, least=180)
    assert found.k == 5
    assert np.bincount(found.labels).min() >= 180
    assert "No segment may have fewer than 180 customers, so " in found.notes[0]
    model = models.loads(models.dumps(with_ids(found.assigner, [4, 2, 9, 7, 1])), "it")
    named = np.array([4, 2, 9, 7, 1])[found.labels]
    np.testing.assert_array_equal(model.predict(X), named)
    alone = np.concatenate([model.predict(row[None]) for row in X[::12]])
    np.testing.assert_array_equal(alone, named[::12])
    np.testing.assert_array_equal(model.predict_proba(X).argmax(axis=1), found.labels)


@pytest.mark.parametrize("name", ABLE)
def test_segments_that_are_large_enough_stay_as_they_are(name: str) -> None:
    free = cluster(name, SKEWED, k=3)
    bound = at_least(name, SKEWED, k=3, least=int(np.bincount(free.labels).min()))
    np.testing.assert_array_equal(bound.labels, free.labels)
    assert models.dumps(bound.assigner) == models.dumps(free.assigner)
    assert bound.notes == free.notes


def test_confidence_is_zero_at_the_border_that_the_offsets_make() -> None:
    assigner = nearest_centroid(np.array([[0.0, 0.0], [4.0, 0.0]]), offsets=np.array([0.0, 8.0]))
    rows = np.array([[1.0, 0.0], [0.99, 0.0], [1.01, 0.0], [-5.0, 0.0]])  # 1 = 9 - 8
    confidence = confidence_of(assigner, rows)
    assert confidence[0] == pytest.approx(0, abs=1e-6)
    assert confidence[3] > 0.3
    assert assigner.predict(rows[1:]).tolist() == [0, 1, 0]


def test_customers_who_are_alike_stay_together() -> None:
    X = np.repeat([[0.0, 0.0], [1.0, 0.0], [5.0, 5.0]], [80, 15, 5], axis=0)
    found = at_least("kmeans", X, k=3, least=20)
    assert sorted(np.bincount(found.labels)) == [20, 80]
    assert "Only 2 of 3 segments have 20 customers" in found.notes[0]


def test_it_holds_as_a_share_where_customers_are_drawn_again() -> None:
    again = refit(ALGORITHMS["kmeans"], k=5, smallest=0.15)
    assert np.bincount(again(SKEWED[:200], 0)).min() >= 30


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="1,200 customers cannot make 5 segments of at least 241"):
        at_least("kmeans", SKEWED, k=5, least=241)
    for name in set(ALGORITHMS) - set(ABLE):
        with pytest.raises(InputError, match="cannot keep segments above a size"):
            at_least(name, SKEWED, k=5, least=2)
