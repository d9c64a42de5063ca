"""Figures of segments against figures worked out by hand, and at their limits."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from segmentation.artifacts.segments import CategoryFigures, NumberFigures, NumberProfile, Profile
from segmentation.insight.profiles import profile_everyone, profile_segments
from segmentation.insight.traits import traits_of, unremarkable

approx = partial(pytest.approx, rel=1e-5)  # figures are kept with six digits

SEGMENT = np.array([1, 1, 1, 2, 2, 2, 2, -1])
CUSTOMERS = pd.DataFrame(
    {
        "age": [20.0, 22.0, np.nan, 60.0, 62.0, 58.0, 64.0, 40.0],
        "spend": [100.0, 200.0, 300.0, 10.0, 20.0, 30.0, 40.0, 0.0],
        "town": ["Bonn", "Bonn", "Köln", "Köln", "Köln", "Köln", None, "Bonn"],
    }
)


def described(customers: pd.DataFrame, segment: NDArray[np.intp]) -> list[Profile]:
    kinds = customers.dtypes == np.float64
    return profile_segments(
        customers,
        segment,
        numeric=list(customers.columns[kinds]),
        categorical=list(customers.columns[~kinds]),
        value=str(customers.columns[kinds][0]),
    )


def made(rows: int, segments: int, seed: int = 0) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    segment = rng.integers(1, segments + 1, rows)
    segment[rng.random(rows) < 0.1] = -1
    table = pd.DataFrame(
        {
            "value": rng.lognormal(3, 0.8, rows) * (1 + (segment == 1)),
            "debt": rng.normal(0, 5, rows) - segment,
            "town": np.where(
                rng.random(rows) < 0.3 + 0.4 * (segment == 1), "Bonn", rng.choice(["A", "B"], rows)
            ),
        }
    )
    return table.mask(rng.random(table.shape) < 0.05), segment


def test_figures_equal_those_worked_out_by_hand() -> None:
    first, second = profile_segments(
        pd.concat([CUSTOMERS] * 20, ignore_index=True),
        np.tile(SEGMENT, 20),
        numeric=["age", "spend"],
        categorical=["town"],
        value="spend",
    )
    assert (first.id, first.size, first.share) == (1, 60, 3 / 8)
    assert first.value_mean == 200
    assert first.share_of_value == approx(600 / 700)
    age = first.numeric["age"]
    assert (age.known, age.mean, age.median) == (40, 21.0, 21.0)
    assert age.index == approx(100 * 21 / np.mean([20, 22, 60, 62, 58, 64, 40]))
    others = [60, 62, 58, 64, 40]
    spread = (np.var([20, 22] * 20, ddof=1) + np.var(others * 20, ddof=1)) / 2
    assert age.difference == approx((21 - np.mean(others)) / spread**0.5)
    bonn = first.categorical["town"]["Bonn"]
    assert bonn.share == approx(2 / 3)
    assert bonn.lift == approx((2 / 3) / (3 / 7))
    assert bonn.difference == approx((2 / 3 - 1 / 4) / ((2 / 9 + 3 / 16) / 2) ** 0.5)
    assert second.categorical["town"]["Köln"].share == 1.0
    assert second.categorical["town"]["Bonn"].lift == 0.0


def test_figures_and_decisions_equal_those_of_pandas_and_scipy() -> None:
    table, segment = made(700, 4)
    profiles = described(table, segment)
    p_values = []
    for profile in profiles:
        inside = segment == profile.id
        for name in ("value", "debt"):
            here, others = table[name][inside].dropna(), table[name][~inside].dropna()
            figures = profile.numeric[name]
            assert figures.mean == approx(here.mean())
            assert figures.median == approx(here.median())
            assert figures.quartiles == approx(tuple(here.quantile([0.25, 0.75])))
            tail = max(0.05, 10 / len(here))
            assert figures.whiskers == approx(tuple(here.quantile([tail, 1 - tail])))
            spread = ((here.var() + others.var()) / 2) ** 0.5
            assert figures.difference == approx((here.mean() - others.mean()) / spread)
            p_values.append(stats.ttest_ind(here, others, equal_var=False).pvalue)
        assert profile.numeric["value"].index == approx(
            100 * table["value"][inside].mean() / table["value"].mean()
        )
        assert profile.numeric["debt"].index is None  # everyone's mean is below zero
        share = stats.binomtest(int(inside.sum()), len(table)).proportion_ci(method="wilson")
        assert profile.share_interval == approx((share.low, share.high))
        assert profile.share_of_value == approx(table["value"][inside].sum() / table["value"].sum())
        counts = table["town"][inside].value_counts()
        for level, answer in profile.categorical["town"].items():
            expected = stats.binomtest(int(counts[level]), int(counts.sum()))
            limits = expected.proportion_ci(method="wilson")
            assert answer.share == approx(counts[level] / counts.sum())
            assert answer.share_interval == approx((limits.low, limits.high))
    # Whatever Holm confirms among the numbers alone, with every comparison counted, is confirmed.
    comparisons = len(p_values) + 4 * 3
    sure = [p * comparisons < 0.05 for p in p_values]
    found = [p.numeric[name].confirmed for p in profiles for name in ("value", "debt")]
    assert any(sure)
    assert all(f for f, s in zip(found, sure, strict=True) if s)
    assert not any(f for f, p in zip(found, p_values, strict=True) if p > 0.05)


def test_everyone_is_described_beside_the_segments() -> None:
    many = pd.concat([CUSTOMERS] * 20, ignore_index=True)
    everyone = profile_everyone(many, numeric=["age"], categorical=["town"])
    age, town = everyone["age"], everyone["town"]
    assert isinstance(age, NumberFigures)
    assert isinstance(town, CategoryFigures)
    assert (age.known, age.median) == (140, 58.0)
    assert age.mean == approx(many["age"].mean())
    assert age.deviation == approx(many["age"].std())
    assert town.levels == {"Köln": approx(4 / 7), "Bonn": approx(3 / 7)}
    assert (town.known, town.other_levels, town.other_share) == (140, 0, 0.0)


def test_figures_lie_within_their_intervals() -> None:
    for profile in described(*made(400, 3)):
        for figures in (
            *(each.model_dump() for each in profile.numeric.values()),
            *(each.model_dump() for each in profile.categorical["town"].values()),
            profile.model_dump(),
        ):
            for name, interval in figures.items():
                if name.endswith("_interval") and interval is not None:
                    assert interval[0] <= figures[name.removesuffix("_interval")] <= interval[1]


def test_a_total_that_is_not_positive_has_no_shares() -> None:
    owed = CUSTOMERS.assign(spend=-CUSTOMERS["spend"])
    profile = described(owed[["spend"]], SEGMENT)[0]
    assert profile.share_of_value is None
    assert profile.share_of_value_interval is None
    assert profile.numeric["spend"].index is None


def test_traits_are_large_confirmed_differences_strongest_first() -> None:
    table, segment = made(700, 2)
    first, second = described(table, segment)
    found = traits_of(first)
    assert [(t.column, t.level) for t in found] == [("town", "Bonn"), ("value", None)]
    assert all(abs(t.difference) >= 0.5 for t in found)
    assert abs(found[0].difference) >= abs(found[1].difference)
    assert second.categorical["town"]["Bonn"].confirmed  # but less frequent, which marks no one
    assert all(
        t.level != "Bonn" and (t.level is None or t.difference > 0) for t in traits_of(second)
    )


def test_a_large_difference_among_few_customers_is_no_trait() -> None:
    some, others = [9.0, 1, 8, 2, 9, 1, 9, 8, 2, 5], [1.0, 3, 2, 1, 4, 9, 1, 3, 8, 2]
    table = pd.DataFrame({"spend": some + others})
    first = profile_segments(
        table, np.repeat([1, 2], 10), numeric=["spend"], categorical=[], value="spend"
    )[0]
    assert abs(first.numeric["spend"].difference or 0) > 0.5
    assert not first.numeric["spend"].confirmed
    assert traits_of(first) == []


def test_a_handful_is_not_described_nor_the_segment_that_would_tell_of_it() -> None:
    spend = [54.0] * 4 + [*map(float, range(100))] + [9.0] * 60
    table = pd.DataFrame({"spend": spend, "town": ["Ulm"] * 164})
    few, many, beside = described(table, np.repeat([1, 2, 3], [4, 100, 60]))
    for profile, size in ((few, 4), (beside, 60)):
        assert profile.size == size
        assert profile.numeric["spend"] == NumberProfile(known=size)
        assert profile.categorical == {"town": {}}
        assert (profile.value_mean, profile.share_of_value) == (None, None)
        assert traits_of(profile) == []
    assert many.numeric["spend"].mean == 49.5


def test_unremarkable_is_shown_to_be_alike_and_not_merely_not_different() -> None:
    rng = np.random.default_rng(1)
    for rows, alike in ((4000, ["same", "town"]), (40, [])):
        segment = np.repeat([1, 2], rows // 2)
        table = pd.DataFrame(
            {
                "same": rng.normal(size=rows),
                "other": rng.normal(size=rows) + (segment == 1),
                "town": rng.choice(["A", "B", "C"], rows),
            }
        )
        assert unremarkable(described(table, segment)[0]) == alike


@pytest.mark.parametrize("segments", [1, 2, 20])
@pytest.mark.parametrize("columns", [1, 60])
def test_any_shape_gives_plain_numbers(segments: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    segment = rng.integers(1, segments + 1, 300)
    segment[0] = segments + 1  # one customer alone
    segment[1:13] = -1
    table = pd.DataFrame(rng.normal(5, 1, (300, columns))).rename(columns="n{}".format)
    if columns > 1:
        table["n1"], table["n2"] = 3.3, np.nan
        table.loc[segment == 1, "n3"] = np.nan
        table["c"] = pd.Series([f"level {i % 100}" for i in range(300)], dtype="str")
        table["one level"] = pd.Series(["x"] * 300, dtype="str")
        table["empty"] = pd.Series([None] * 300, dtype="str")
    profiles = described(table, segment)
    assert len(profiles) == segments + 1
    for profile in profiles:
        for value in _leaves(profile.model_dump()):
            assert value is None or isinstance(value, str) or np.isfinite(value)
            assert not isinstance(value, np.generic)
        assert not any(f.confirmed for f in profile.numeric.values() if f.known < 2)
    assert profiles[-1].size == 1
    assert traits_of(profiles[-1]) == []
    if columns > 1:
        assert profiles[0].numeric["n1"].difference == 0.0
        assert profiles[0].numeric["n2"].mean is None
        assert profiles[0].categorical["one level"]["x"].lift == (approx(1.0))


def test_complete_separation_is_a_trait_of_finite_strength() -> None:
    segment = np.repeat([1, 2], 100)
    table = pd.DataFrame(
        {"flag": (segment == 1).astype(float), "town": np.where(segment == 1, "Bonn", "Köln")}
    )
    found = traits_of(described(table, segment)[0])
    assert {(t.column, t.difference) for t in found} == {("flag", 10.0), ("town", 10.0)}


def test_of_many_levels_the_frequent_and_the_wanted_are_described() -> None:
    rng = np.random.default_rng(0)
    town = pd.Series([f"t{i:03}" for i in np.minimum(rng.geometric(0.01, 5000), 500)], dtype="str")
    table = pd.DataFrame({"n": rng.normal(size=5000), "town": town})
    segment = rng.integers(1, 4, 5000)
    rare = town.value_counts().index[-1]
    shape: dict[str, Any] = {
        "numeric": ["n"], "categorical": ["town"], "always": {"town": [rare, "nowhere"]},
    }  # fmt: skip
    profile = profile_segments(table, segment, value="n", **shape)[0]
    column = profile_everyone(table, **shape)["town"]
    assert isinstance(column, CategoryFigures)
    shown = set(town.value_counts().head(29).index) | {rare}
    assert shown <= set(profile.categorical["town"]) == set(column.levels)
    assert len(column.levels) == 31
    assert column.other_levels == town.nunique() - 31
    assert column.other_share == approx((~town.isin(list(column.levels))).mean())


def test_no_segments_at_all() -> None:
    assert described(CUSTOMERS, np.full(8, -1)) == []


def test_the_order_of_rows_changes_nothing() -> None:
    table, segment = made(300, 3)
    shuffled = np.random.default_rng(1).permutation(300)
    ours = _numbers(described(table, segment))
    again = described(table.iloc[shuffled].reset_index(drop=True), segment[shuffled])
    assert _numbers(again) == approx(ours, nan_ok=True)


def _numbers(profiles: list[Profile]) -> list[float]:
    leaves = _leaves([profile.model_dump() for profile in profiles])
    return [np.nan if value is None else value for value in leaves]


def _leaves(value: Any) -> Any:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def test_ten_lie_between_the_limits_of_a_median_and_what_else_is_told() -> None:
    some = False
    for n in range(60, 300, 7):
        ordered = pd.DataFrame({"x": np.arange(2.0 * n)})
        figures = described(ordered, np.repeat([1, 2], n))[0].numeric["x"]
        assert figures.median is not None
        assert figures.quartiles
        low, high = figures.quartiles
        limits = figures.median_interval or ()
        places = np.floor([low, figures.median, high, *limits]) + 1  # so many are not above
        assert min(np.diff(np.sort(places))) >= 10
        some |= figures.median_interval is not None
    assert some
