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


@pytest.mark.slow
def test_sees_the_trap_of_standardised_one_hot_columns():
    table = customers()
    labels = segments(standardise(pd.get_dummies(table)), 5)
    assert adjusted_rand_score(table["preferred_category"], labels) == 1.0
    found = dominance(table, labels, seed=0)
    assert (found.feature, round(found.score, 6)) == ("preferred_category", 1.0)
    assert found.dominated
    assert (found.feature, found.answer) == ("preferred_category", "yes")


@pytest.mark.parametrize("k", [3, 5, 8])
def test_does_not_see_it_without_one_hot_columns(k):
    table = customers()
    found = dominance(table, segments(standardise(table.select_dtypes("number")), k), seed=0)
    assert found.score < 0.6
    assert not found.dominated
    assert "No column alone explains them" in found.sentence


@pytest.mark.parametrize("k", [2, 3, 5, 8])
def test_sees_bands_of_one_number(k):
    table = customers()
    bands = pd.qcut(table["income"], k, labels=False).to_numpy()
    shuffled = np.random.default_rng(0).permutation(k)[bands]
    found = dominance(table, shuffled, seed=0)
    assert found.feature == "income"
    assert found.score > 0.95
    assert (found.feature, found.answer) == ("income", "yes")


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
    assert (found.feature, round(found.score, 6)) == ("city", 1.0)
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
    assert "all other columns together still explain 100%" in found.sentence


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
    found = dominance(table, labels, seed=0)
    assert (found.feature, found.answer) == ("gender", "yes")


@pytest.mark.parametrize("label", [0, -1])
def test_one_segment_or_none_has_nothing_to_explain(label):
    found = dominance(customers(50), np.full(50, label), seed=0)
    assert (found.score, found.dominated) == (0.0, False)


def test_many_rows_give_the_answer_of_a_sample():
    table = customers(30_000)
    labels = pd.factorize(table["preferred_category"])[0]
    found = dominance(table, labels, seed=0, max_rows=1000)
    assert (found.feature, found.answer) == ("preferred_category", "yes")


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


@pytest.mark.slow
def test_columns_that_repeat_one_another_count_as_one():
    rng = np.random.default_rng(0)
    outcome = rng.choice(["won", "lost", "never"], 800, p=[0.2, 0.2, 0.6])
    before = outcome != "never"
    table = customers(800).assign(
        poutcome=outcome,
        pdays=np.where(before, rng.integers(30, 300, 800), -1),
        previous=np.where(before, rng.integers(1, 6, 800), 0),
    )
    found = dominance(table, before.astype(int), seed=0)
    assert {found.feature, *found.repeats} == {"poutcome", "pdays", "previous"}
    assert found.score > 0.99
    assert found.rest < 0.1
    assert found.answer == "yes"
    assert "only repeat" in found.sentence
    three = dominance(table, pd.factorize(outcome)[0], seed=0)
    assert (three.feature, three.answer) == ("poutcome", "yes")


@pytest.mark.parametrize(
    "again",
    [
        lambda x, rng: x * 0.9 + 3,
        lambda x, rng: -np.log(x + 1),
        lambda x, rng: x + rng.normal(0, 1000, len(x)),
        lambda x, rng: pd.cut(x, 3, labels=["low", "middle", "high"]).astype(str),
    ],
)
@pytest.mark.parametrize("k", [2, pytest.param(3, marks=pytest.mark.thorough)])
def test_a_number_in_other_words_is_no_second_witness(again, k):
    table = customers()
    bands = pd.cut(table["income"], k, labels=False).to_numpy()
    table["again"] = again(table["income"], np.random.default_rng(1))
    if k == 2 and table["again"].dtype == object:
        table["again"] = np.where(bands == 1, "rich", "poor")
    assert dominance(table, bands, seed=0).answer == "yes"


def test_nested_categories_count_as_one():
    table = customers()
    city = np.random.default_rng(1).integers(0, 12, 1000)
    table["city"], table["region"] = [f"c{i}" for i in city], [f"r{i}" for i in city % 4]
    found = dominance(table, city % 4, seed=0)
    assert {found.feature, *found.repeats} == {"city", "region"}
    assert found.answer == "yes"


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.7])
@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize(
    "k",
    [pytest.param(2, marks=pytest.mark.thorough), 3, pytest.param(4, marks=pytest.mark.thorough)],
)
def test_correlated_columns_that_all_show_the_groups_are_no_repeats(correlation, skewed, k):
    rng = np.random.default_rng(k)
    truth = rng.integers(0, k, 600)
    spread = np.full((3, 3), correlation) + (1 - correlation) * np.eye(3)
    X = 8 * truth[:, None] + rng.multivariate_normal(np.zeros(3), spread, 600)
    table = pd.DataFrame(np.exp(X / 6) if skewed else X, columns=list("abc"))
    table["flag"] = np.array(list("wxyz"))[truth]  # one category follows the groups exactly
    found = dominance(table, truth, seed=0)
    assert found.score > 0.95
    assert found.rest > 0.9
    assert found.answer == "no"


def test_a_copy_beside_independent_columns_changes_no_answer():
    centres = [[0, 0], [9, 0], [0, 9], [9, 9]]
    X, truth = make_blobs(500, centers=centres, random_state=0)
    table = pd.DataFrame(X, columns=["income", "age"]).assign(salary=2 * X[:, 0])
    assert dominance(table, truth, seed=0).answer == "no"


def test_the_sentence_says_what_the_answer_says():
    table = customers()
    largely = pd.cut(table["income"], 3, labels=False).to_numpy()
    other = np.random.default_rng(0).random(1000) < 0.08
    found = dominance(table, np.where(other, (largely + 1) % 3, largely), seed=0)
    assert found.answer == "largely"
    assert "alone explains 68% of them" in found.sentence
    assert "still" not in found.sentence
    alone = dominance(table[["income"]], largely, seed=0)
    assert alone.sentence.endswith("; there is no other column.")
