import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from segmentation.algorithms import models
from segmentation.artifacts.transformer import (
    category_blocks,
    columns_of,
    known_levels,
    owners,
)
from segmentation.engines.features import (
    alike,
    bounds,
    build_features,
    category_scale,
    flagged,
    matrix,
    skewed_columns,
    weights,
    within,
)
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.data import Data

DATA = Data.model_validate(
    {
        "path": "shop.csv",
        "id": "id",
        "value": "spend",
        "numeric": {"age": None, "spend": None},
        "categorical": {"town": None},
    }
)


@pytest.fixture
def shop() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, 400),
            "spend": rng.lognormal(3, 1, 400),
            "town": rng.choice(["Bonn", "Köln", "Trier"], 400),
        }
    )


def points(shop: pd.DataFrame, **settings: object) -> pd.DataFrame:
    chosen = Featurize.model_validate(settings)
    return matrix(build_features(shop, data=DATA, settings=chosen).fit(shop), shop)


@pytest.mark.parametrize("weight", [1.0, 2.5])
def test_another_category_is_as_far_as_one_standard_deviation(
    shop: pd.DataFrame, weight: float
) -> None:
    pair = shop.iloc[[0, 0, 0]].reset_index(drop=True)
    pair.loc[1, "town"] = "Trier" if shop.loc[0, "town"] != "Trier" else "Bonn"
    pair["age"] += [0.0, 0.0, shop["age"].std(ddof=0)]
    fitted = build_features(shop, data=DATA, settings=Featurize(category_weight=weight)).fit(shop)
    here, moved, older = matrix(fitted, pair).to_numpy()
    assert np.linalg.norm(here - moved) == pytest.approx(weight)
    assert np.linalg.norm(here - older) == pytest.approx(1.0)


def test_only_skewed_columns_are_transformed(shop: pd.DataFrame) -> None:
    assert skewed_columns(shop, data=DATA, settings=Featurize()) == ["spend"]
    assert skewed_columns(shop, data=DATA, settings=Featurize(transform="none")) == []
    for method in ("log", "yeo-johnson"):
        made = points(shop, transform=method)
        assert made["spend"].skew() == pytest.approx(0.0, abs=0.3)
        assert made["age"].corr(shop["age"]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("scaler", "spread"),
    [
        ("standard", lambda x: x.std(ddof=0)),
        ("robust", lambda x: x.quantile(0.75) - x.quantile(0.25)),
        ("minmax", lambda x: x.max() - x.min()),
    ],
)
def test_scalers_do_what_they_say(shop: pd.DataFrame, scaler: str, spread: object) -> None:
    made = points(shop, scaler=scaler, encoding="none")
    assert list(made.columns) == ["age", "spend"] or set(made.columns) == {"age", "spend"}
    for name in made:
        assert spread(made[name]) == pytest.approx(1.0)  # type: ignore[operator]


def test_no_scaler_keeps_units(shop: pd.DataFrame) -> None:
    made = points(shop, scaler="none", transform="none")
    np.testing.assert_allclose(made["age"], shop["age"], rtol=1e-9)


def test_missing_cells_and_unknown_categories_still_have_a_place(shop: pd.DataFrame) -> None:
    shop.loc[::7, "town"] = None
    shop.loc[::5, "age"] = np.nan
    fitted = build_features(shop, data=DATA, settings=Featurize()).fit(shop)
    made = matrix(fitted, pd.DataFrame({"age": [np.nan], "spend": [5], "town": ["Atlantis"]}))
    assert np.isfinite(made.to_numpy()).all()
    assert (
        made["age"].iloc[0] == matrix(fitted, shop.assign(age=shop["age"].median()))["age"].iloc[0]
    )


def test_rare_categories_are_taken_together(shop: pd.DataFrame) -> None:
    shop.loc[:3, "town"] = ["A", "B", "C", "D"]
    columns = points(shop, min_category_share=0.02).columns
    assert "town_infrequent_sklearn" in columns
    assert not {"town_A", "town_B"} & set(columns)


@pytest.mark.parametrize("scaler", ["standard", "minmax", "none"])
def test_the_transformer_is_saved_without_pickles_and_comes_back_the_same(
    shop: pd.DataFrame, scaler: str
) -> None:
    settings = Featurize.model_validate({"scaler": scaler})
    fitted = build_features(shop, data=DATA, settings=settings).fit(shop)
    saved = models.dumps(fitted)
    assert set(skops.io.get_untrusted_types(data=saved)) <= set(models.TRUSTED_TYPES)
    pd.testing.assert_frame_equal(matrix(models.loads(saved, "it"), shop), matrix(fitted, shop))


@pytest.mark.parametrize("scaler", ["standard", "robust", "minmax", "none"])
@pytest.mark.parametrize("transform", ["none", "yeo-johnson"])
def test_another_category_is_as_far_under_every_scaler(
    shop: pd.DataFrame, scaler: str, transform: str
) -> None:
    shop["spend"] *= 1000  # mixed units
    settings = Featurize.model_validate(
        {"scaler": scaler, "transform": transform, "category_weight": 1.5}
    )
    fitted = build_features(shop, data=DATA, settings=settings).fit(shop)
    pair = shop.iloc[[0, 0]].reset_index(drop=True)
    pair["town"] = ["Bonn", "Trier"]
    here, moved = matrix(fitted, pair).to_numpy()
    spreads = matrix(fitted, shop)[["age", "spend"]].std(ddof=0)
    typical = np.sqrt((spreads**2).mean())
    assert np.linalg.norm(here - moved) == pytest.approx(1.5 * typical)
    assert category_scale(fitted) == pytest.approx(1.5 * typical / 2**0.5)


def test_standardised_numbers_leave_the_weight_as_it_is(shop: pd.DataFrame) -> None:
    fitted = build_features(shop, data=DATA, settings=Featurize()).fit(shop)
    assert category_scale(fitted) == 1 / 2**0.5
    left_out = build_features(shop, data=DATA, settings=Featurize(encoding="none"))
    assert category_scale(left_out) is None


@pytest.mark.parametrize("scaler", ["robust", "minmax", "none"])
def test_a_category_does_not_become_the_segments_under_another_scaler(scaler: str) -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 600)
    table = pd.DataFrame(
        {
            "age": rng.normal(30 + 30 * truth, 5),
            "spend": rng.normal(40 + 30 * truth, 5),
            "town": rng.choice(["Bonn", "Trier"], 600),
        }
    )
    settings = Featurize.model_validate({"scaler": scaler})
    made = matrix(build_features(table, data=DATA, settings=settings).fit(table), table)
    found = KMeans(2, n_init=5, random_state=0).fit_predict(made)
    assert adjusted_rand_score(truth, found) > 0.9


@pytest.mark.parametrize("transform", ["log", "yeo-johnson", "none"])
def test_the_last_bit_of_a_number_leaves_no_trace(shop: pd.DataFrame, transform: str) -> None:
    settings = Featurize.model_validate({"transform": transform, "scaler": "minmax"})
    fitted = build_features(shop, data=DATA, settings=settings).fit(shop)
    other = shop.assign(spend=np.nextafter(shop["spend"], np.inf))
    assert matrix(fitted, other).equals(matrix(fitted, shop))


def test_numbers_that_say_the_same_share_the_weight_of_one(shop: pd.DataFrame) -> None:
    names = dict.fromkeys(("age", "spend", "cents", "rounded"))
    data = DATA.model_copy(update={"numeric": names})
    table = shop.assign(cents=shop["spend"] * 100, rounded=shop["spend"].round())
    settings = Featurize.model_validate({"weights": {"age": 2}})
    assert alike(table, data=data, settings=settings) == (("spend", "cents", "rounded"),)
    told = weights(table, data=data, settings=settings)
    assert told == pytest.approx({"age": 2, **dict.fromkeys(list(names)[1:], 3**-0.5)})
    made = matrix(build_features(table, data=data, settings=settings).fit(table), table)
    assert made[["spend", "cents", "rounded"]].var(ddof=0).sum() == pytest.approx(1.0)
    assert made["age"].std(ddof=0) == pytest.approx(2.0)
    one = Featurize(alike_above=1)
    assert weights(table, data=data, settings=one) == {}


@pytest.mark.parametrize("scaler", ["standard", "robust", "minmax"])
def test_a_handful_far_out_is_no_segment_of_its_own(shop: pd.DataFrame, scaler: str) -> None:
    settings = Featurize.model_validate({"scaler": scaler})
    assert bounds(shop, data=DATA, settings=settings) == {}
    shop.loc[:1, "age"] = [4000.0, -3000.0]
    limits = bounds(shop, data=DATA, settings=settings)
    assert list(limits) == ["age"]
    layout = build_features(shop, data=DATA, settings=settings, limits=limits)
    fitted = layout.fit(within(shop, limits))
    made = matrix(models.loads(models.dumps(fitted), "it"), shop)
    others = made["age"].iloc[2:]
    assert (made["age"].iloc[0], made["age"].iloc[1]) == (others.max(), others.min())
    assert min(np.bincount(KMeans(4, n_init=3, random_state=0).fit_predict(made))) > 10


def spending(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    cash = np.where(rng.random(rows) < 0.5, 0.0, rng.lognormal(3, 1, rows))
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, rows).round(),
            "cash": cash,
            "times": np.where(cash > 0, rng.integers(1, 30, rows), 0.0),
            "kids": rng.integers(0, 3, rows).astype(float),
            "seen": np.where(rng.random(rows) < 0.7, np.nan, rng.integers(1, 300, rows)),
        }
    )


SPENDING = Data.model_validate(
    {
        "path": "bank.csv",
        "id": "id",
        "value": "cash",
        "numeric": dict.fromkeys(("age", "cash", "times", "kids")) | {"seen": {"never": -1}},
    }
)


def test_a_yes_or_no_beside_amounts_full_of_zeros_and_numbers_that_say_never() -> None:
    customers = spending()
    found = flagged(customers, data=SPENDING, settings=Featurize())
    assert {name: flag.of for name, flag in found.items()} == {
        "cash": "zero",
        "seen": "never",
    }  # fmt: skip - who has no cash has none at any time: that is said once
    assert found["cash"].share == pytest.approx((customers["cash"] == 0).mean())
    assert not flagged(customers, data=SPENDING, settings=Featurize(zeros_above=1))
    few = customers.assign(cash=customers["cash"].where(customers.index < 15, 0.0))
    assert "cash" not in flagged(few, data=SPENDING, settings=Featurize())  # 15 of 400 have any


@pytest.mark.parametrize("given", [{}, {"cash": 2.0}])
def test_a_number_and_the_yes_or_no_beside_it_count_once(given: dict[str, float]) -> None:
    customers = spending()
    settings = Featurize(weights=given)
    fitted = build_features(customers, data=SPENDING, settings=settings).fit(customers)
    made = matrix(fitted, customers)
    spread = made.var(ddof=0)
    for name in ("cash", "seen"):
        wanted = given.get(name, 1.0) ** 2
        assert spread[name] + spread[f"has {name}"] == pytest.approx(wanted), name
        assert spread[name] == pytest.approx(spread[f"has {name}"])
    assert spread["age"] == pytest.approx(1.0)
    assert made["has cash"].nunique() == made["has seen"].nunique() == 2
    assert owners(fitted) == [str(name).removeprefix("has ") for name in made]
    assert columns_of(fitted)[0].count("cash") == 1


def test_a_category_and_a_scale_may_count_for_more() -> None:
    data = Data.model_validate(
        {
            "path": "a.csv", "id": "id", "value": None, "numeric": {"age": None},
            "categorical": {"town": None, "shop": None}, "scale": {"use": ["low", "mid", "high"]},
        }
    )  # fmt: skip
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {
            "age": rng.normal(40, 10, 300),
            "town": rng.choice(["Bonn", "Ulm"], 300),
            "shop": rng.choice(["A", "B", "C"], 300),
            "use": rng.choice(["low", "mid", "high"], 300),
        }
    )
    usual, heavy = (
        build_features(table, data=data, settings=Featurize(weights=each)).fit(table)
        for each in ({}, {"shop": 3.0, "use": 2.0})
    )
    before, after = matrix(usual, table), matrix(heavy, table)
    assert set(before) == set(after)
    for name in before:
        factor = 3 if str(name).startswith("shop") else 2 if name == "use" else 1
        np.testing.assert_allclose(after[name], factor * before[name])
    for fitted, made in ((usual, before), (heavy, after)):
        assert owners(fitted) == [str(name).split("_")[0] for name in made]
        assert sorted(known_levels(fitted)) == ["shop", "town", "use"]
        assert known_levels(fitted)["shop"] == ["A", "B", "C"]
        assert sorted(map(len, category_blocks(fitted))) == [2, 3]
