"""Rules against the customers they are about."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from segmentation.insight.rules import Predicate, Rule, find_rules


def planted(rows: int, seed: int = 0) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "income": rng.normal(60_000, 20_000, rows),
            "orders": rng.poisson(15, rows).astype(float),
            "noise": rng.normal(size=rows),
            "town": rng.choice(["Bonn", "Köln", "Ulm"], rows),
        }
    ).astype({"town": "str"})
    first = (table["income"] > 70_000) & (table["orders"] > 12)
    third = ~first & (table["town"] == "Ulm")
    return table, np.select([first, third], [1, 3], 2).astype(np.intp)


SHAPE: dict[str, Any] = {
    "numeric": ["income", "orders", "noise"],
    "categorical": ["town"],
    "seed": 0,
}


def test_a_planted_rule_is_found_with_round_thresholds() -> None:
    table, segment = planted(4000)
    rules = find_rules(table, segment, **SHAPE)
    first = rules[1]
    assert isinstance(first, Rule)
    assert {(c.column, c.op) for c in first.conditions} == {("income", ">"), ("orders", ">")}
    cuts = {c.column: c.value for c in first.conditions}
    assert cuts["income"] == pytest.approx(70_000, abs=2_000)
    assert float(cuts["income"]) % 500 == 0
    assert cuts["orders"] == 12
    assert min(first.precision, first.coverage) > 0.93
    third = rules[3]
    assert isinstance(third, Rule)
    assert Predicate("town", "=", "Ulm") in third.conditions


def test_what_is_told_was_counted_on_customers_left_out() -> None:
    """The sample's two halves: the same figures come from half of the rows, not from all."""
    table, segment = planted(1000)
    rule = find_rules(table, segment, **SHAPE)[1]
    assert isinstance(rule, Rule)
    assert rule.rows == 500
    hits = round(rule.coverage * (segment == 1).sum() / 2)
    size = next(n for n in range(hits, 501) if hits / n == pytest.approx(rule.coverage))
    met = round(hits / rule.precision)
    for told, n in ((rule.precision_interval, met), (rule.coverage_interval, size)):
        expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
        assert told == pytest.approx((expected.low, expected.high), abs=0.01)


def test_what_is_told_holds_for_customers_of_another_day() -> None:
    rng = np.random.default_rng(0)
    table, segment = planted(2000)
    mixed = np.where(rng.random(2000) < 0.2, rng.integers(1, 4, 2000), segment)
    rule = find_rules(table, mixed, **SHAPE)[1]
    assert isinstance(rule, Rule)
    later, truth = planted(50_000, seed=1)
    truth = np.where(rng.random(50_000) < 0.2, rng.integers(1, 4, 50_000), truth)
    holds = np.ones(50_000, dtype=bool)
    for column, op, value in rule.conditions:
        cells = later[column]
        holds &= cells > value if op == ">" else cells <= value if op == "<=" else cells == value
    low, high = rule.precision_interval
    assert low <= (truth[holds] == 1).mean() <= high


def test_too_few_customers_and_mere_chance_give_a_reason() -> None:
    table, segment = planted(500)
    segment[:] = 2
    segment[:5], segment[5:100] = 1, 3  # drawn by nothing but the order of the rows
    segment[100:110] = -1
    rules = find_rules(table, segment, **SHAPE)
    assert rules[1] == "fewer than 20 customers to learn a rule from and test it on"
    assert rules[3] == "none finds 10 of its customers, and better than chance"
    assert -1 not in rules


def test_a_missing_cell_meets_no_condition() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"n": rng.normal(size=400), "town": pd.Series(["A"] * 400, dtype="str")})
    segment = np.repeat([1, 2], 200)
    table.loc[segment == 1, ["n", "town"]] = np.nan
    rules = find_rules(table, segment, numeric=["n"], categorical=["town"], seed=0)
    assert isinstance(rules[1], str)  # all that sets them apart is what is missing
    second = rules[2]
    assert isinstance(second, Rule)
    assert (second.precision, second.coverage) == (1.0, 1.0)


def test_the_same_seed_gives_the_same_rules_and_large_tables_are_sampled() -> None:
    table, segment = planted(30_000)
    first, again = (find_rules(table, segment, **SHAPE) for _ in range(2))
    assert first == again
    assert all(isinstance(rule, Rule) and rule.rows == 10_000 for rule in first.values())


def test_columns_without_anything_to_cut() -> None:
    table = pd.DataFrame({"empty": [np.nan] * 60, "same": [0.3] * 60})
    rules = find_rules(
        table, np.repeat([1, 2], 30), numeric=["empty", "same"], categorical=[], seed=0
    )
    assert all(isinstance(rule, str) for rule in rules.values())
    nothing = find_rules(table, np.full(60, -1), numeric=["same"], categorical=[], seed=0)
    assert nothing == {}


def test_a_small_segment_in_the_tail_is_found() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"spend": rng.lognormal(3, 1, 5000), "noise": rng.normal(size=5000)})
    segment = np.where(table["spend"] > np.quantile(table["spend"], 0.975), 1, 2)
    rule = find_rules(table, segment, numeric=["spend", "noise"], categorical=[], seed=0)[1]
    assert isinstance(rule, Rule)
    assert [c.column for c in rule.conditions] == ["spend"]
    assert min(rule.precision, rule.coverage) > 0.75
