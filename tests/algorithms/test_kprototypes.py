"""k-prototypes against brute force and against the kmodes package."""

from itertools import product

import numpy as np
import pytest
from defaults import cluster
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from segmentation.errors import InputError


def encode(numbers, *categories, weight):
    """Numbers, then one-hot blocks scaled by weight / sqrt(2), and the columns of each block."""
    parts, blocks, start = [numbers], [], numbers.shape[1]
    for category in categories:
        hot = np.eye(category.max() + 1)[category] * weight / np.sqrt(2)
        parts.append(hot)
        blocks.append(tuple(range(start, start + hot.shape[1])))
        start += hot.shape[1]
    return np.column_stack(parts), tuple(blocks)


def huang_cost(numbers, categories, labels, gamma):
    """Huang's objective, straight from its definition."""
    cost = 0.0
    for segment in np.unique(labels):
        own = labels == segment
        cost += ((numbers[own] - numbers[own].mean(axis=0)) ** 2).sum()
        for category in categories:
            cost += gamma * (own.sum() - np.bincount(category[own]).max())
    return cost


def mixed(n, *, seed):
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, 2)) + rng.integers(0, 3, n)[:, None] * 1.2
    return numbers, rng.integers(0, 3, n), rng.integers(0, 4, n)


def fit(X, blocks, *, k, **options):
    return cluster("kprototypes", X, k=k, category_blocks=blocks, **options)


@pytest.mark.parametrize("seed", range(4))
def test_finds_the_best_of_all_partitions(seed):
    numbers, colour, town = mixed(8, seed=seed)
    X, blocks = encode(numbers, colour, town, weight=1.2)
    found = fit(X, blocks, k=2)
    least = min(
        huang_cost(numbers, (colour, town), np.array((0, *rest)), 1.44)
        for rest in product((0, 1), repeat=7)
    )
    cost = huang_cost(numbers, (colour, town), found.labels, 1.44)
    assert cost == pytest.approx(least)


@pytest.mark.parametrize(
    ("k", "weight", "least"),
    [
        # Least cost_ of kmodes 0.12.2, KPrototypes(k, gamma=weight**2), over 540 starts
        # (init Cao, Huang and random, n_init=60, three seeds) on the same rows.
        (2, 1.0, 490.2305827),
        (2, 1.5, 725.3551972),
        (3, 1.0, 409.1800242),
        (3, 1.5, 624.3959424),
        (4, 1.0, 356.3233978),
        (4, 1.5, 553.2092160),
    ],
)
def test_is_as_good_as_kmodes(k, weight, least):
    numbers, colour, town = mixed(150, seed=3)
    X, blocks = encode(numbers, colour, town, weight=weight)
    found = fit(X, blocks, k=k, n_init=200)
    cost = huang_cost(numbers, (colour, town), found.labels, weight**2)
    assert cost <= least * (1 + 1e-9)


def test_prototypes_hold_modes():
    numbers, colour, town = mixed(200, seed=5)
    X, blocks = encode(numbers, colour, town, weight=1.0)
    found = fit(X, blocks, k=3)
    for label in range(3):
        own = found.labels == label
        prototype = found.assigner.centroids_[label]
        np.testing.assert_allclose(prototype[:2], numbers[own].mean(axis=0))
        for block, category in zip(blocks, (colour, town), strict=True):
            assert prototype[list(block)].argmax() == np.bincount(category[own]).argmax()
            assert np.count_nonzero(prototype[list(block)]) == 1


def test_sees_groups_that_differ_in_categories_only():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 300)
    numbers = rng.normal(scale=0.3, size=(300, 2))
    # Each group has its own level in each of four categories, with 10% at random.
    categories = [np.where(rng.random(300) < 0.9, truth, rng.integers(0, 3, 300)) for _ in "abcd"]
    X, blocks = encode(numbers, *categories, weight=1.0)
    assert adjusted_rand_score(truth, fit(X, blocks, k=3).labels) > 0.9


def test_without_categories_it_is_kmeans():
    X = np.random.default_rng(1).normal(size=(200, 3))
    found = fit(X, (), k=4)
    model = KMeans(4, n_init=50, random_state=0).fit(X)
    cost = ((X - found.assigner.centroids_[found.labels]) ** 2).sum()
    assert cost <= model.inertia_ * (1 + 1e-6)
    assert "k-means here" in found.notes[0]


def test_survives_categories_only_and_rows_without_a_level():
    codes = np.repeat([0, 1, 2], 20)
    X, blocks = encode(np.zeros((60, 1)), codes, codes, weight=1.0)
    X[:3, list(blocks[0])] = 0.0  # an unknown level is a row of zeros
    assert adjusted_rand_score(codes, fit(X, blocks, k=3).labels) == 1.0


def test_refuses_columns_that_do_not_exist():
    with pytest.raises(InputError, match="column 7 is not among 2"):
        fit(np.random.default_rng(0).normal(size=(9, 2)), ((7,),), k=2)


def test_refuses_a_block_that_is_no_category():
    with pytest.raises(InputError, match="not the one-hot levels"):
        fit(np.random.default_rng(0).normal(size=(9, 3)), ((1, 2),), k=2)


def test_many_rows_try_their_starts_on_a_sample():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 4000)
    X, blocks = encode(rng.normal(size=(4000, 2)) + truth[:, None] * 4, truth, weight=1.0)
    found = fit(X, blocks, k=3, max_rows=500)
    assert adjusted_rand_score(truth, found.labels) > 0.99
    np.testing.assert_allclose(
        found.assigner.centroids_, [X[found.labels == j].mean(axis=0) for j in range(3)], atol=0.1
    )
    assert "sample of 500 rows" in found.notes[0]
