"""Categories of a few customers are told to nobody."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.algorithms import models
from segmentation.artifacts.privacy import OTHER
from segmentation.engines.cleaning import clean
from segmentation.engines.customers import Customers
from segmentation.engines.features import build_features, matrix
from segmentation.engines.local import Local
from segmentation.engines.summary import summarise
from segmentation.errors import InputError
from segmentation.settings.featurize import Featurize
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

DATA = Data.model_validate(
    {
        "path": "shop.csv",
        "id": "id",
        "value": "spend",
        "numeric": {"spend": None, "age": None},
        "categorical": {"town": None},
    }
)
RNG = np.random.default_rng(0)


def shop(towns: list[str]) -> pd.DataFrame:
    n = len(towns)
    numbers = {"spend": RNG.gamma(2.0, size=n), "age": RNG.normal(40, 9, size=n)}
    return pd.DataFrame({"id": np.arange(n).astype(str), **numbers, "town": towns})


def grouped(table: pd.DataFrame, folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """What is written of a table, and what is told of its rare categories."""
    data = DATA.model_copy(update={"path": folder / "shop.csv"})
    table.to_csv(data.path, index=False)
    with Local(data) as engine:
        customers = Customers(clean(engine, data, Prepare()), data)
        customers.check_categories()
        notes = customers.rare()
        customers.write(folder / "customers.parquet")
    return pd.read_parquet(folder / "customers.parquet"), notes


@pytest.mark.parametrize("texts", [1000, 600])
def test_a_column_that_tells_who_somebody_is_is_refused(texts: int, tmp_path: Path) -> None:
    towns = [f"ana{i % texts}@example.com" for i in range(1000)]
    with pytest.raises(InputError, match=f"'town' of .*shop.csv has {texts:,} different"):
        grouped(shop(towns), tmp_path)


@pytest.mark.parametrize("towns", [["a"] * 8 + ["b"], [f"t{i % 200}" for i in range(1000)]])
def test_what_people_share_is_a_category(towns: list[str], tmp_path: Path) -> None:
    grouped(shop(towns), tmp_path)


def test_categories_of_a_few_are_in_nothing_that_is_made(tmp_path: Path) -> None:
    few = {f"Einzelhof {i}": 1 + i % 9 for i in range(30)}
    towns = ["Bonn"] * 300 + ["Ulm"] * 200 + [t for t, n in few.items() for _ in range(n)]
    customers, notes = grouped(shop(towns), tmp_path)
    assert set(customers["town"]) == {"Bonn", "Ulm", OTHER}
    told = "30 categories of fewer than 10 customers (141 of 641 customers) are taken together"
    assert [note.split(": ")[1] for note in notes] == [f"{told} as '{OTHER}'"]
    transformer = build_features(customers, data=DATA, settings=Featurize()).fit(customers)
    looked = summarise(customers, numeric=["spend", "age"], categorical=["town"])
    assert "Einzelhof" not in looked.model_dump_json()
    assert b"Einzelhof" not in models.dumps(transformer)
    # The same customer, under the name that was taken together or one never seen, is the same.
    seen = customers[customers["town"] == OTHER].head(1)
    for name in ("Einzelhof 3", "Neustadt"):
        pd.testing.assert_frame_equal(
            matrix(transformer, seen.assign(town=name)), matrix(transformer, seen)
        )


def test_fewer_than_ten_in_all_are_missing(tmp_path: Path) -> None:
    customers, notes = grouped(shop(["Bonn"] * 300 + ["Ulm"] * 3), tmp_path)
    assert customers["town"].isna().sum() == 3
    assert "taken as missing" in notes[0]
