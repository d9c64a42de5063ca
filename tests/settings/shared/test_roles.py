"""Which columns are features, which only describe, and what a customer is worth."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import factories
from segmentation.clustering.identity.centroids import centroids
from segmentation.engines.cleaning import clean
from segmentation.engines.customers import Customers
from segmentation.engines.features import build_features, matrix
from segmentation.engines.local import Local
from segmentation.errors import InputError
from segmentation.settings.featurize import Featurize
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

TABLE = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "visits": [1.0, 2.0, 30.0, 40.0],
        "fresh_food": [5.0, np.nan, 7.0, 8.0],
        "milk": [1.0, 2.0, 3.0, 4.0],
        "town": ["Bonn", "Bonn", "Ulm", "Ulm"],
        "churn": ["yes", "no", "yes", "no"],
    }
)


def data(**changed: Any) -> Data:
    settings: dict[str, Any] = {
        "path": "own.csv",
        "id": "id",
        "value": ["fresh_food", "milk"],
        "numeric": {"visits": {}, "fresh_food": {"unit": "€"}, "milk": {"unit": "€"}},
        "categorical": {"town": {}, "churn": {}},
        "describe": ["fresh_food", "churn"],
    }
    return Data.model_validate(settings | changed)


def test_features_are_what_does_not_only_describe() -> None:
    roles = data()
    assert roles.features == ["visits", "milk", "town"]
    assert (roles.numeric_features, roles.categorical_features) == (["visits", "milk"], ["town"])
    assert data(describe=[]).features == roles.columns


def test_only_features_become_points_and_centroids() -> None:
    # Ten of each: fewer are no category of their own.
    table = pd.concat([TABLE] * 10, ignore_index=True)
    points = matrix(
        build_features(table, data=data(), settings=Featurize(scaler="none")).fit(table), table
    )
    assert list(points) == ["visits", "milk", "town_Bonn", "town_Ulm"]
    without = table.drop(columns=["fresh_food", "churn"])
    transformer = build_features(without, data=data(), settings=Featurize()).fit(without)
    assert matrix(transformer, without).shape == (40, 4)
    found, spread = centroids(
        TABLE,
        np.array([0, 0, 1, 1]),
        numbers=data().numeric_features,
        categories=data().categorical_features,
    )
    assert list(found) == list(spread.index) == ["visits", "milk", "town=Bonn", "town=Ulm"]


def with_value(table: pd.DataFrame, roles: Data, folder: Path) -> pd.DataFrame:
    roles = roles.model_copy(update={"path": folder / "own.csv"})
    table.to_csv(roles.path, index=False)
    with Local(roles) as engine:
        customers = Customers(clean(engine, roles, Prepare()), roles)
        customers.write(folder / "customers.parquet")
    return pd.read_parquet(folder / "customers.parquet")


def test_a_sum_is_a_column_that_only_describes(tmp_path: Path) -> None:
    roles = data()
    assert roles.value_column == "value"
    table = with_value(TABLE, roles, tmp_path)
    np.testing.assert_array_equal(table["value"], [6.0, np.nan, 10.0, 12.0])
    assert "value" not in roles.features
    assert list(table) == [roles.id, *roles.columns, "value"]
    assert roles.numbers == ["visits", "fresh_food", "milk", "value"]


def test_a_single_column_is_the_value_itself(tmp_path: Path) -> None:
    for one in ("milk", ["milk"]):
        roles = data(value=one)
        assert roles.value_column == "milk"
        assert list(with_value(TABLE, roles, tmp_path)) == [roles.id, *roles.columns]
        assert roles.model_dump(mode="json")["value"] == "milk"
    assert data().model_dump(mode="json")["value"] == ["fresh_food", "milk"]


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({}, "value (fresh food + milk, €)"),
        (
            {"numeric": {"visits": {}, "fresh_food": {"unit": "€"}, "milk": {"unit": "kg"}}},
            "value (fresh food + milk)",
        ),
        (
            {
                "numeric": dict.fromkeys(["fresh_food", "milk", "c", "d"]),
                "value": ["c", "d", "milk"],
            },
            "value (c + d + milk)",
        ),
        (
            {
                "numeric": dict.fromkeys(["fresh_food", "b", "c", "d"]),
                "value": ["d", "c", "b", "fresh_food"],
            },
            "value (d + c + 2 more)",
        ),
    ],
)
def test_a_sum_is_called_by_its_parts(changed: dict[str, Any], label: str) -> None:
    assert data(**changed).label("value") == label


def test_a_unit_in_the_columns_name_is_not_said_twice() -> None:
    numeric = {"fresh_food": {}, "milk": {}, "Annual Income (k$)": {"unit": "k$"}}
    assert data(numeric=numeric).label("Annual Income (k$)") == "Annual Income (k$)"


def test_a_value_that_nobody_has_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no customer of .*own\.csv has all .*fresh_food, milk"):
        with_value(TABLE.assign(milk=[np.nan, 1.0, np.nan, np.nan]), data(), tmp_path)


def test_a_reference_remembers_features_only() -> None:
    segment = factories.segment(
        1,
        numeric={"visits": factories.number(mean=3.0), "milk": factories.number(mean=1.0)},
        categorical={
            "churn": {"yes": factories.level(share=0.5)},
            "town": {"Bonn": factories.level(share=1.0)},
        },
    )
    columns = {
        "visits": factories.number_column(),
        "milk": factories.number_column(feature=False),
        "churn": factories.category_column({"yes": 0.5}, feature=False),
        "town": factories.category_column({"Bonn": 1.0}),
    }
    facts = factories.segments([segment], columns=columns)
    assert facts.centroids == {1: {"visits": 3.0, "town=Bonn": 1.0}}


def test_a_row_of_the_documentation_names_every_role() -> None:
    text = (Path(__file__).parents[3] / "params.yaml").read_text(encoding="utf-8")
    assert set(Data.model_fields) <= {line.split(":")[0].strip() for line in text.splitlines()}
