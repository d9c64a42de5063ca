import numpy as np
import pandas as pd
import pytest
import skops.io

from segmentation import files
from segmentation.config import Data, Featurize
from segmentation.engines.features import build_features, matrix, skewed_columns

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
    pair.loc[2, "age"] += shop["age"].std(ddof=0)
    fitted = build_features(shop, data=DATA, settings=Featurize(category_weight=weight)).fit(shop)
    here, moved, older = matrix(fitted, pair).to_numpy()
    assert np.linalg.norm(here - moved) == pytest.approx(weight)
    assert np.linalg.norm(here - older) == pytest.approx(1.0)


def test_only_skewed_columns_are_transformed(shop: pd.DataFrame) -> None:
    assert skewed_columns(shop, data=DATA, settings=Featurize()) == ["spend"]
    assert skewed_columns(shop, data=DATA, settings=Featurize(transform="none")) == []
    for method in ("log", "yeo-johnson"):
        made = points(shop, transform=method)
        assert abs(made["spend"].skew()) < 0.3
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
    np.testing.assert_array_equal(made["age"], shop["age"])


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


def test_the_transformer_is_saved_without_pickles_and_comes_back_the_same(
    shop: pd.DataFrame, tmp_path: object
) -> None:
    file = tmp_path / "features.skops"  # type: ignore[operator]
    fitted = build_features(shop, data=DATA, settings=Featurize()).fit(shop)
    files.write_model(file, fitted)
    assert set(skops.io.get_untrusted_types(file=file)) <= set(files.TRUSTED_TYPES)
    pd.testing.assert_frame_equal(matrix(files.read_model(file), shop), matrix(fitted, shop))
