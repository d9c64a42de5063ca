from pathlib import Path

import pandas as pd
import pytest

from segmentation.artifacts import files
from segmentation.artifacts.quality import Quality
from segmentation.engines.cleaning import clean
from segmentation.engines.local import Local
from segmentation.errors import SettingsError
from segmentation.settings.params import load_params
from segmentation.synthetic.customers import COLUMNS, make_customers

ROOT = Path(__file__).parents[2]


def test_the_committed_customers_are_what_the_command_makes(tmp_path: Path) -> None:
    customers, planted = make_customers(rows=1000, seed=7)
    for table, committed in (
        (customers, ROOT / "data/raw/customers.csv"),
        (planted, ROOT / "tests/data/planted_segments.csv"),
    ):
        files.write_csv(tmp_path / "made.csv", table)
        assert (tmp_path / "made.csv").read_bytes() == committed.read_bytes()


def cleaned(customers: pd.DataFrame, folder: Path) -> Quality:
    params = load_params(ROOT / "params.yaml")
    data = params.data.model_copy(update={"path": folder / "made.csv"})
    files.write_csv(data.path, customers)
    with Local(data) as engine:
        return clean(engine, data, params.prepare).quality()


@pytest.mark.parametrize("structure", ["segments", "none"])
def test_both_structures_have_the_same_columns_and_all_the_dirt(
    structure: str, tmp_path: Path
) -> None:
    customers, planted = make_customers(rows=1000, seed=3, structure=structure)
    assert tuple(customers.columns) == COLUMNS
    assert customers["id"].nunique() == len(planted) == 1000
    assert planted["segment"].nunique() == (4 if structure == "segments" else 1)
    quality = cleaned(customers, tmp_path)
    assert set(quality.rejected) == {"exact copy", "conflicting id", "outside limits"}
    assert all(count > 0 for count in quality.repaired.values())
    assert sum(quality.missing.values()) > 0


def test_clean_customers_need_no_cleaning(tmp_path: Path) -> None:
    customers, _ = make_customers(rows=300, seed=3, dirty=False)
    result = cleaned(customers, tmp_path)
    assert result.rows_rejected == 0
    assert set(result.repaired.values()) == {0}


def test_the_seed_decides() -> None:
    first, again, other = (make_customers(rows=50, seed=seed)[0] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_impossible_wishes_are_errors() -> None:
    with pytest.raises(SettingsError, match="structure is 'blobs'; allowed: segments, none"):
        make_customers(rows=10, seed=0, structure="blobs")
    with pytest.raises(SettingsError, match="rows is 3; at least 4"):
        make_customers(rows=3, seed=0)
