"""One feature behind all segments: seen when it is so, not seen when it is not."""

import numpy as np
import pandas as pd
import pytest
from defaults import cluster
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from segmentation.clustering.dominance import ALONE, dominance
from segmentation.errors import InputError


def customers(n=1000, *, seed=0):
    """Independent uniform columns: no segments at all."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 70, n),
            "gender": rng.choice(["Male", "Female", "Other"], n),
            "income": rng.integers(30_000, 150_000, n),
            "spending_score": rng.integers(1, 101, n),
            "membership_years": rng.integers(1, 11, n),
            "purchase_frequency": rng.integers(1, 51, n),
            "preferred_category": rng.choice(
                ["Groceries", "Sports", "Clothing", "Electronics", "Home & Garden"], n
            ),
            "last_purchase_amount": rng.uniform(10, 1000, n).round(2),
        }
    )


def standardise(table):
    X = table.to_numpy(dtype=float)
    return (X - X.mean(axis=0)) / X.std(axis=0)


def segments(X, k):
    return cluster("kmeans", X, k=k).labels


def test_sees_the_trap_of_standardised_one_hot_columns():
    table = customers()
    labels = segments(standardise(pd.get_dummies(table)), 5)
    assert adjusted_rand_score(table["preferred_category"], labels) == 1.0
    found = dominance(table, labels, seed=0)
    assert (found.feature, found.score) == ("preferred_category", pytest.approx(1.0))
    assert found.dominated
    assert found.sentence == "These segments are just `preferred_category`."


@pytest.mark.parametrize("k", [3, 5, 8])
def test_does_not_see_it_without_one_hot_columns(k):
    table = customers()
    found = dominance(table, segments(standardise(table.select_dtypes("number")), k), seed=0)
    assert found.score < 0.6
    assert not found.dominated
    assert "alone explains 0." in found.sentence


@pytest.mark.parametrize("k", [2, 3, 5, 8])
def test_sees_bands_of_one_number(k):
    table = customers()
    bands = pd.qcut(table["income"], k, labels=False).to_numpy()
    shuffled = np.random.default_rng(0).permutation(k)[bands]
    found = dominance(table, shuffled, seed=0)
    assert found.feature == "income"
    assert found.score > 0.95
    assert found.sentence == "These segments are just `income`."


def test_the_score_of_a_category_is_its_adjusted_mutual_information():
    table = customers()
    labels = segments(standardise(pd.get_dummies(table)), 8)
    found = dominance(table, labels, seed=0)
    direct = adjusted_mutual_info_score(table["preferred_category"], labels)
    assert found.scores["preferred_category"] == pytest.approx(direct, abs=0.05)


def test_sees_a_grouping_of_levels():
    table = customers()
    table["city"] = np.random.default_rng(1).choice([f"city {i}" for i in range(30)], 1000)
    labels = table["city"].str[5:].astype(int).to_numpy() % 3
    found = dominance(table, labels, seed=0)
    assert (found.feature, found.score) == ("city", pytest.approx(1.0))
    assert adjusted_mutual_info_score(table["city"], labels) < ALONE


def test_is_not_fooled_by_many_levels_or_many_values():
    rng = np.random.default_rng(2)
    table = customers()
    table["id"] = [f"c{i}" for i in range(1000)]
    table["street"] = rng.integers(0, 300, 1000).astype(str)
    found = dominance(table, rng.integers(0, 4, 1000), seed=0)
    assert found.score < 0.03


def test_does_not_blame_a_feature_for_groups_that_all_features_show():
    X, truth = make_blobs(400, centers=[[0] * 4, [9] * 4], random_state=0)
    found = dominance(pd.DataFrame(X, columns=list("abcd")), truth, seed=0)
    assert found.score > 0.95
    assert found.rest is not None
    assert found.rest > 0.95
    assert not found.dominated
    assert "but so do the other features" in found.sentence


def test_groups_on_two_numbers_are_no_ones():
    centres = [[0, 0], [9, 0], [0, 9], [9, 9], [4.5, 4.5]]
    X, truth = make_blobs(500, centers=centres, random_state=0)
    found = dominance(pd.DataFrame(X, columns=["income", "score"]), truth, seed=0)
    assert found.score < 0.75
    assert not found.dominated


def test_missing_values_are_allowed():
    table = customers()
    labels = pd.qcut(table["income"], 3, labels=False).to_numpy()
    table.loc[::10, "income"] = np.nan
    table.loc[::7, "gender"] = None
    table["member"] = table["age"] > 40
    table["spending_score"] = table["spending_score"].astype("Int64").where(table["age"] > 30)
    table["gender"] = table["gender"].astype("category")
    found = dominance(table, labels, seed=0)
    assert found.feature == "income"
    assert 0.5 < found.score < 0.9


def test_noise_rows_are_left_out():
    table = customers()
    labels = pd.factorize(table["gender"])[0]
    labels[:300] = -1
    assert dominance(table, labels, seed=0).sentence == "These segments are just `gender`."


@pytest.mark.parametrize("label", [0, -1])
def test_one_segment_or_none_has_nothing_to_explain(label):
    found = dominance(customers(50), np.full(50, label), seed=0)
    assert (found.score, found.dominated) == (0.0, False)


def test_many_rows_give_the_answer_of_a_sample():
    table = customers(30_000)
    labels = pd.factorize(table["preferred_category"])[0]
    found = dominance(table, labels, seed=0, max_rows=1000)
    assert found.sentence == "These segments are just `preferred_category`."


def test_a_tiny_table_is_survived():
    table = pd.DataFrame({"x": [1, 2, 3], "y": ["a", "b", None]})
    assert 0 <= dominance(table, [0, 1, 2], seed=0).score <= 1
    pairs = pd.DataFrame({"x": [1, 2, 3, 4], "y": list("aabb")})
    assert dominance(pairs, [0, 0, 1, 1], seed=0).score == pytest.approx(1.0)


def test_segments_of_one_row_are_survived():
    assert dominance(customers(40), np.arange(40), seed=0).score < 0.1


def test_refuses_labels_of_another_length():
    with pytest.raises(InputError, match="do not fit"):
        dominance(customers(10), [0, 1], seed=0)
    with pytest.raises(InputError, match="at least one feature"):
        dominance(customers(2)[[]], [0, 1], seed=0)
