"""Drift, against scipy and against chance."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, ks_2samp

from segmentation.monitoring.drift import Drift, drift, rare_levels, stability_index


def of_numbers(base: np.ndarray, head: np.ndarray) -> Drift:
    (found,) = drift(
        pd.DataFrame({"x": base}), pd.DataFrame({"x": head}), numeric=["x"], categorical=[]
    )
    return found


def of_levels(base: list[str | None], head: list[str | None]) -> Drift:
    (found,) = drift(
        pd.DataFrame({"x": pd.Series(base, dtype="str")}),
        pd.DataFrame({"x": pd.Series(head, dtype="str")}),
        numeric=[],
        categorical=["x"],
    )
    return found


def test_psi_is_its_definition() -> None:
    base, head = np.array([100.0, 300.0, 600.0]), np.array([200.0, 200.0, 400.0])
    p, q = (base + 0.5) / 1001.5, (head + 0.5) / 801.5
    psi, chance = stability_index(base, head)
    assert psi == pytest.approx(sum((b - a) * np.log(b / a) for a, b in zip(p, q, strict=True)))
    assert chance == pytest.approx(chi2.ppf(0.99, 2) * (1 / 1001.5 + 1 / 801.5))


def test_numbers_are_binned_by_tenths_of_the_base() -> None:
    rng = np.random.default_rng(0)
    base, head = rng.normal(size=900), rng.normal(0.5, 1.2, size=700)
    found = of_numbers(base, head)
    edges = [-np.inf, *np.quantile(base, np.arange(1, 10) / 10), np.inf]
    counts = [np.histogram(values, edges)[0].astype(float) for values in (base, head)]
    assert found.psi == pytest.approx(stability_index(*counts)[0])
    assert found.distance == pytest.approx(ks_2samp(base, head).statistic)
    assert found.strength == "strong"


def test_chance_alone_is_exceeded_once_in_a_hundred_times() -> None:
    rng = np.random.default_rng(1)
    found = [of_numbers(rng.gamma(2, size=400), rng.gamma(2, size=600)) for _ in range(600)]
    false_alarms = np.mean([d.psi > d.chance for d in found])
    assert false_alarms <= 0.025  # 0.01 and three standard errors of the simulation


def test_the_same_customers_do_not_drift() -> None:
    ages = np.arange(200) % 7.0
    found = of_numbers(ages, ages)
    assert (found.psi, found.distance, found.strength) == (0.0, 0.0, "within noise")


def test_missing_cells_are_part_of_the_drift() -> None:
    base, head = np.arange(500.0), np.arange(500.0)
    head[::4] = np.nan
    found = of_numbers(base, head)
    assert found.strength == "strong"
    assert (found.base_missing, found.head_missing) == (0.0, 0.25)


@pytest.mark.parametrize("values", [np.full(50, np.nan), np.full(50, 3.0)])
def test_a_column_without_spread_is_no_error(values: np.ndarray) -> None:
    assert of_numbers(values, values).strength == "within noise"


def test_levels_total_variation_and_what_is_new() -> None:
    base: list[str | None] = [*["a"] * 60, *["b"] * 30, *["old"] * 10]
    head = ["a"] * 30 + ["b"] * 30 + ["Ü|x"] * 40 + [None] * 25
    found = of_levels(base, head)
    assert found.distance == pytest.approx((0.3 + 0.0 + 0.1 + 0.4) / 2)
    assert (found.new_levels, found.gone_levels) == (("Ü|x",), ("old",))
    assert found.head_missing == 0.2


def test_psi_says_nothing_where_most_levels_are_rare() -> None:
    base: list[str | None] = [f"town {i % 300}" for i in range(600)]
    head: list[str | None] = [f"village {i % 300}" for i in range(600)]
    found = of_levels(base, head)
    assert found.strength == "too many levels"
    assert found.distance == pytest.approx(1.0)
    assert found.new_levels == ()  # of two customers each: a name could point at a person


def test_rare_levels_are_taken_together() -> None:
    base: list[str | None] = [*["big"] * 900, *[f"town {i}" for i in range(50)] * 2]
    head: list[str | None] = [*["big"] * 900, *[f"village {i}" for i in range(50)] * 2]
    found = of_levels(base, head)
    assert (found.psi, found.strength) == (0.0, "within noise")
    assert found.distance == pytest.approx(0.1)


def test_a_level_is_rare_by_its_shares_however_many_customers_a_side_has() -> None:
    many, few = np.array([140.0, 9860.0]), np.array([0.0, 100.0])
    assert rare_levels(many, few).tolist() == rare_levels(few, many).tolist() == [True, False]
    assert not rare_levels(many, many).any()
    assert rare_levels(np.zeros(1), np.zeros(1)).all()  # nobody has one


def test_the_most_drifted_feature_comes_first() -> None:
    rng = np.random.default_rng(0)
    base = pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)})
    found = drift(base, base.assign(b=base["b"] + 1), numeric=["a", "b"], categorical=[])
    assert [d.column for d in found] == ["b", "a"]
