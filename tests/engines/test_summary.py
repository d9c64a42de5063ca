import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.artifacts.summary import Summary
from segmentation.engines.summary import MOST_LEVELS, summarise
from segmentation.engines.tables.bars import bin_edges, box

CUSTOMERS = pd.DataFrame(
    {
        "spend": [1.0, 2.0, 3.0, 4.0, np.nan, 100.0],
        "day": [20210101.0, 20210102.0, 20210103.0, 20210104.0, 20210105.0, 20210131.0],
        "town": ["Bonn", "Bonn", "Ulm", "Ulm", None, "Ulm"],
    }
)
MANY = pd.concat([CUSTOMERS] * 20, ignore_index=True)


def summary(customers: pd.DataFrame = MANY) -> Summary:
    return summarise(customers, numeric=["spend", "day"], categorical=["town"])


def test_every_known_value_is_in_the_histogram() -> None:
    found = summary().numeric["spend"]
    assert found.histogram
    assert sum(found.histogram.counts) == found.count == 100
    assert (found.histogram.edges[0], found.histogram.edges[-1]) == (1.0, 100.0)


def test_places_far_from_zero_are_told_apart_in_the_file() -> None:
    written = Summary.parse(summary().model_dump_json())
    day = written.numeric["day"]
    assert day.histogram
    assert day.box
    assert len(set(day.histogram.edges)) == len(day.histogram.edges) > 8
    assert day.box.quartiles[1] == 20210103.5


def test_rank_correlation_is_spearmans() -> None:
    known = MANY.dropna(subset="spend").assign(day=[3.0, 1.0, 2.0, 5.0, 4.0] * 20)
    expected = known["spend"].corr(known["day"], method="spearman")
    assert summary(known).rank_correlation["spend"]["day"] == pytest.approx(expected)


def test_quartiles_by_category_are_those_of_its_customers() -> None:
    found = summary()
    assert found.categorical == {"town": {"Bonn": 40, "Ulm": 60}}
    assert found.by_category["town"]["spend"] == {
        "Bonn": (1.0, 1.5, 2.0),
        "Ulm": (3.0, 4.0, 100.0),
    }


def test_the_commonest_categories_are_looked_into() -> None:
    towns = [f"t{i:02}" for i in range(50) for _ in range(i + 1)]
    many = pd.DataFrame({"spend": 1.0, "day": 1.0, "town": towns})
    found = summary(many).by_category["town"]["spend"]
    assert list(found) == [f"t{i:02}" for i in range(50 - MOST_LEVELS, 50)]


def test_a_category_without_a_known_number_has_no_quartiles() -> None:
    unknown = MANY.assign(spend=MANY["spend"].where(MANY["town"] != "Bonn"))
    assert summary(unknown).by_category["town"]["spend"]["Bonn"] == (None, None, None)


def test_no_end_of_a_range_is_told() -> None:
    values = np.append(np.random.default_rng(0).normal(size=999), 88.001)
    customers = pd.DataFrame({"spend": values, "day": 1.0, "town": "Bonn"})
    told = summary(customers).numeric["spend"]
    assert told.box
    assert told.histogram
    assert told.box.whiskers == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])))
    assert sum(told.histogram.counts) == 1000
    assert max(told.histogram.edges) < 3
    assert min(told.histogram.counts[0], told.histogram.counts[-1]) >= 10


def test_the_whiskers_of_few_customers_are_nearer() -> None:
    told = box(np.arange(100.0))
    assert told
    assert told.whiskers == pytest.approx((9.9, 89.1))
    assert box(np.arange(39.0)) is None


def test_no_bar_is_of_fewer_than_ten_customers() -> None:
    values = np.concatenate([np.arange(0.0, 40.0), [60, 60.5, 80], np.arange(90.0, 130.0)])
    found = summary(pd.DataFrame({"spend": values, "day": 1.0, "town": "Bonn"})).numeric["spend"]
    assert found.histogram
    assert sum(found.histogram.counts) == len(values)
    assert all(count == 0 or count >= 10 for count in found.histogram.counts)
    assert list(found.histogram.edges) == sorted(set(found.histogram.edges))


def test_of_too_few_customers_only_how_many_they_are_is_told() -> None:
    few = MANY.assign(spend=MANY["spend"].where(MANY.index < 9))
    found = summary(few)
    told = found.numeric["spend"]
    assert told.count == 8
    assert (told.mean, told.std, told.histogram, told.box) == (None,) * 4
    assert found.rank_correlation["spend"]["day"] is None


@pytest.mark.parametrize("sentinel", [99_999, 20_210_304, 9e14, -9e14])
@pytest.mark.parametrize("others", [[1.0, 2.0, 3.0], [0.5, 1.25, 2.0, 2.75], [5.0]])
def test_one_value_far_away_makes_no_more_bins(sentinel: float, others: list[float]) -> None:
    values = np.array(others * 500 + [sentinel])
    edges = bin_edges(values)
    assert len(edges) <= 41
    assert edges[0] <= values.min()
    assert edges[-1] >= values.max()
    assert np.all(np.diff(edges) > 0)


def test_few_whole_numbers_have_a_bin_each() -> None:
    assert bin_edges(np.array([1.0, 2.0, 4.0])).tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1000, 1000).map(lambda i: i / 4), min_size=1, max_size=80))
def test_bins_are_those_of_freedman_and_diaconis(values: list[float]) -> None:
    array = np.array(values) + 0.001  # no whole numbers
    edges = np.histogram_bin_edges(array, bins="fd")
    count = int(np.clip(len(edges) - 1, 8, 40))
    assert bin_edges(array).tolist() == np.linspace(edges[0], edges[-1], count + 1).tolist()
