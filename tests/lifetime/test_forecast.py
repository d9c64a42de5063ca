"""Forecasts of customers and groups against what made customers then do."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from segmentation.lifetime import common, forecast, holdout, purchasing, spending
from segmentation.lifetime.forecast import Customers, Lifetime
from segmentation.lifetime.histories import Histories
from segmentation.synthetic.purchases import make_purchase_days

CUT, END = 500, 730
SPENDING = spending.Spending(p=6.0, q=4.0, gamma=15.0)


def made(n: int, seed: int) -> tuple[Customers, pd.DataFrame]:
    """Customers as they were known on a day, and what they bought after it."""
    bought = make_purchase_days(n, seed=seed, days=END)
    bought = bought[bought.groupby("customer")["day"].transform("min") <= CUT]
    rng = np.random.default_rng(seed)
    scale = rng.gamma(SPENDING.q, 1 / SPENDING.gamma, n)[bought["customer"]]
    bought["value"] = rng.gamma(SPENDING.p, 1 / scale)
    before = bought[bought["day"] <= CUT].groupby("customer")
    day = before["day"]
    h = Histories.of(day.size() - 1, day.max() - day.min(), CUT - day.min().to_numpy())
    after = bought[bought["day"] > CUT].groupby("customer")["value"].agg(["size", "sum"])
    known = Customers(h, before["value"].mean().to_numpy())
    return known, after.reindex(day.size().index).fillna(0)


def fitted(customers: Customers, *, value: bool = True) -> Lifetime:
    fit = purchasing.fit(customers.histories, "bg_nbd")
    assert fit is not None
    spent = spending.fit(customers.purchases, customers.mean) if value else None
    return Lifetime("bg_nbd", fit, spent)


def one_group(customers: Customers) -> NDArray[np.intp]:
    return np.zeros(len(customers.mean), dtype=np.intp)


def test_customers_intervals_hold_nine_of_ten() -> None:
    known, after = made(8_000, seed=1)
    told = forecast.forecast(fitted(known), known, END - CUT)
    assert told.value_low is not None
    assert told.value_high is not None
    above = (after["size"] > told.purchases_high).mean()
    assert 0.01 < above < 0.06  # counts are whole, so often it is less than 5%
    assert (after["size"] < told.purchases_low).mean() < 0.05
    assert 0.035 < (after["sum"] > told.value_high).mean() < 0.065
    assert (after["sum"] < told.value_low - 1e-9).mean() < 0.05


@pytest.mark.slow
def test_totals_intervals_hold_nine_of_ten_times() -> None:
    held = {"purchases": 0, "value": 0}
    for seed in range(40):
        known, after = made(1_000, seed=100 + seed)
        purchases, value = forecast.totals(fitted(known), known, END - CUT, one_group(known), 1)
        assert value is not None
        for name, total, column in (("purchases", purchases, "size"), ("value", value, "sum")):
            low, high = total[0].low, total[0].high
            assert low is not None
            assert high is not None
            held[name] += low <= after[column].sum() <= high
    assert all(31 <= count <= 40 for count in held.values()), held


def test_totals_are_the_sums_of_customers() -> None:
    known, _ = made(2_000, seed=3)
    it = fitted(known)
    told = forecast.forecast(it, known, 100, discount=0.001)
    groups = np.arange(len(known.mean)) % 3
    purchases, value = forecast.totals(it, known, 100, groups, 4)
    assert told.value is not None
    assert told.discounted is not None
    assert value is not None
    for g in range(3):
        assert purchases[g].mean == pytest.approx(told.purchases[groups == g].sum())
        assert value[g].mean == pytest.approx(told.value[groups == g].sum())
    assert purchases[3].mean == 0
    assert purchases[3].low is None
    assert (told.discounted < told.value).all()
    assert told.discounted.sum() == pytest.approx(told.value.sum() * np.exp(-0.05), rel=0.01)


def test_without_a_model_of_spending_there_is_no_value() -> None:
    known, _ = made(500, seed=3)
    it = fitted(known, value=False)
    assert forecast.forecast(it, known, 100).value is None
    assert forecast.totals(it, known, 100, one_group(known), 1)[1] is None


def test_common_ups_and_downs_widen_the_interval_of_a_total() -> None:
    known, _ = made(2_000, seed=3)
    it = fitted(known)
    shaken = Lifetime(it.model, it.purchasing, it.spending, 0.2, 0.3)
    for quiet, loud in zip(
        forecast.totals(it, known, 100, one_group(known), 1),
        forecast.totals(shaken, known, 100, one_group(known), 1),
        strict=True,
    ):
        assert quiet is not None
        assert loud is not None
        assert quiet[0].high is not None
        assert loud[0].high is not None
        assert loud[0].high > 1.2 * quiet[0].high
        assert loud[0].mean == quiet[0].mean


def test_the_forecast_ranks_better_than_the_period_before_again() -> None:
    known, after = made(8_000, seed=6)
    told = forecast.forecast(fitted(known), known, END - CUT)
    before = make_purchase_days(8_000, seed=6, days=END)
    recent = before[before["day"].between(2 * CUT - END + 1, CUT)].groupby("customer").size()
    naive = np.asarray(recent.reindex(after.index).fillna(0), dtype=np.float64)
    actual = np.asarray(after["size"], dtype=np.float64)
    model, rule = holdout.gini(told.purchases, actual), holdout.gini(naive, actual)
    assert model is not None
    assert rule is not None
    assert model > rule + 0.02
    assert holdout.mean_error(told.purchases, actual) < holdout.mean_error(naive, actual)


def test_groups_of_like_forecasts_are_calibrated() -> None:
    known, after = made(8_000, seed=6)
    told = forecast.forecast(fitted(known), known, END - CUT)
    groups = holdout.by_forecast(told.purchases, after["size"].to_numpy())
    assert 8 <= len(groups) <= 10
    assert sum(group.customers for group in groups) == len(after)
    assert [g.predicted for g in groups] == sorted((g.predicted for g in groups), reverse=True)
    assert all(g.actual == pytest.approx(g.predicted, rel=0.3, abs=0.08) for g in groups)


def test_equal_forecasts_rank_as_in_any_order_on_average() -> None:
    rng = np.random.default_rng(0)
    predicted = rng.integers(0, 4, 60).astype(float)
    actual = rng.poisson(predicted + 0.5).astype(float)
    broken = [holdout.gini(predicted + rng.random(60) * 1e-3, actual) for _ in range(3_000)]
    average = np.mean(np.array(broken, dtype=float))
    assert holdout.gini(predicted, actual) == pytest.approx(average, abs=0.01)
    assert holdout.gini(-actual, actual) == pytest.approx(-1)
    assert holdout.gini(predicted, np.ones(60)) is None


def test_the_expected_of_periods_add_up_to_that_of_customers() -> None:
    it = purchasing.Purchasing("bg_nbd", 0.5, 60.0, 0.8, 2.5)
    starts, edges = np.array([0.0, 30.0, 95.0]), np.array([0.0, 50.0, 100.0])
    found = common.expected_by_period(it, starts, np.array([10.0, 5.0, 1.0]), edges)
    ages = purchasing.since_first(it, np.array([100.0, 70.0, 5.0]))
    assert found.sum() == pytest.approx(np.array([10, 5, 1]) @ ages)


def test_ups_and_downs_beyond_chance_are_seen_and_last_longer_if_neighbours_are_alike() -> None:
    rng = np.random.default_rng(1)
    expected = np.full(48, 1000.0)
    quiet = common.unsettled(expected, rng.poisson(expected).astype(float), 12)
    swinging = common.unsettled(expected, expected * np.tile([1.3, 0.7], 24), 12)
    lasting = common.unsettled(expected, expected * np.repeat([1.3, 0.7, 1.3, 0.7], 12), 12)
    assert quiet < 0.02
    assert swinging < 0.1 < lasting < 0.3
    assert common.unsettled(expected[:5], expected[:5] * 2, 12) == 0  # too few to tell
