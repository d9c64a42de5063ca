"""Settings that are written for a file of purchases."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from segmentation.commands.purchases import SLEEPING, purchases
from segmentation.errors import InputError, SettingsError
from segmentation.insight.playbook import Playbook, fitting
from segmentation.purchases.lines import Reason
from segmentation.settings.params import load_params
from segmentation.settings.shared.base import load
from segmentation.synthetic.purchases import make_purchase_days

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("params.yaml", "playbook.yaml", ".dvcignore"):
        shutil.copy(ROOT / name, tmp_path / name)
    bought = make_purchase_days(60, seed=1)
    bought["order_date"] = "2024-01-0" + (1 + bought["day"] % 9).astype(str)
    bought["paid"] = 5 + bought["day"] % 7
    bought = bought.drop(columns="day").rename(columns={"customer": "Customer ID"})
    (tmp_path / "data").mkdir()
    bought.to_csv(tmp_path / "data" / "orders.csv", sep=";", index=False)
    return tmp_path


def test_settings_that_can_be_read_are_written_and_the_stages_woken(root: Path) -> None:
    old = (root / "params.yaml").read_text(encoding="utf-8")
    taken = purchases(root / "data" / "orders.csv", root=root)
    new = (root / "params.yaml").read_text(encoding="utf-8")
    params = load_params(root / "params.yaml")
    assert params.purchases is not None
    assert params.purchases.path == Path("data/orders.csv")
    assert params.purchases.delimiter == ";"
    assert taken.columns == {"customer": "Customer ID", "date": "order_date", "amount": "paid"}
    assert taken.lines.total == taken.lines.used
    assert params.data.path == Path("data/purchases/customers.csv")
    assert params.table == Path("data/orders.csv")  # what a clone must have
    assert "returned_share" not in params.data.columns  # the same for all
    assert new[new.index("prepare:") :] == old[old.index("prepare:") :]
    assert SLEEPING not in (root / ".dvcignore").read_text(encoding="utf-8")
    playbook = load(Playbook, root / "playbook.yaml")
    columns = {"numeric": params.data.numbers, "categorical": list(params.data.categorical)}
    assert fitting(playbook, **columns)[1] == []

    purchases(root / "data" / "orders.csv", root=root)
    assert (root / "params.yaml").read_text(encoding="utf-8") == new


def test_decimal_commas_and_currencies_are_read_as_they_are_meant(root: Path) -> None:
    table = pd.read_csv(root / "data" / "orders.csv", sep=";")
    table["paid"] = [f"{1000 + i % 7}.{i % 90 + 10}".replace(".", ",") for i in range(len(table))]
    table["currency"] = ["USD" if i % 9 == 0 else "EUR" for i in range(len(table))]
    table.to_csv(root / "data" / "orders.csv", sep=";", index=False)
    taken = purchases(root / "data" / "orders.csv", root=root)
    settings = load_params(root / "params.yaml").purchases
    assert settings is not None
    assert (settings.decimal, settings.currencies) == (",", {"EUR": 1})
    assert taken.currencies == ("USD",)
    assert taken.lines.left_out == {Reason.CURRENCY: (table["currency"] == "USD").sum()}
    text = (root / "params.yaml").read_text(encoding="utf-8")
    (root / "params.yaml").write_text(text.replace("EUR: 1", "EUR: 1\n    USD: 0.9"), "utf-8")
    assert purchases(root / "data" / "orders.csv", root=root).lines.left_out == {}


def test_a_dry_run_writes_nothing(root: Path) -> None:
    old = (root / "params.yaml").read_bytes()
    purchases(root / "data" / "orders.csv", root=root, dry_run=True)
    assert (root / "params.yaml").read_bytes() == old
    assert SLEEPING in (root / ".dvcignore").read_text(encoding="utf-8")


def test_what_is_no_file_of_purchases_is_told(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = root / "people.csv"
    table.write_text("id,age,income\n1,40,50000\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column for customer, date, amount"):
        purchases(table, root=root)
    with pytest.raises(InputError, match="is missing"):
        purchases(root / "nothing.csv", root=root)
    table.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(InputError, match=r"people\.csv is no text; export .* purchases\.path"):
        purchases(table, root=root)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "orders.csv"
    shutil.copy(root / "data" / "orders.csv", elsewhere)
    purchases(elsewhere, root=root)
    assert (root / "data/raw/orders.csv").read_bytes() == elsewhere.read_bytes()
    with pytest.raises(SettingsError, match=r"no params\.yaml here"):
        purchases(elsewhere, root=elsewhere.parent)
