"""What becomes of dates, flags, scales, numbers that say "never", and customers without an id."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from segmentation.artifacts.quality import Quality
from segmentation.engines import source
from segmentation.engines.cleaning import clean
from segmentation.engines.customers import Customers
from segmentation.engines.local import Local
from segmentation.errors import InputError
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

AS_OF = dt.date(2014, 6, 29)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def prepared(table: dict[str, list[str]], **data: Any) -> tuple[pd.DataFrame, list[str], Quality]:
    """The customers as they are written, why others were rejected, and the account of it."""
    pd.DataFrame(table).assign(unused="so no line is blank").to_csv("shop.csv", index=False)
    declared = {"path": "shop.csv", "id": None, "value": None, "as_of": str(AS_OF)}
    settings = Data.model_validate(declared | data)
    with Local(settings, threads=2) as engine:
        cleaned = clean(engine, settings, Prepare(max_missing=1.0))
        cleaned.write_rejected(Path("rejected.parquet"))
        Customers(cleaned, settings).write(Path("kept.parquet"))
        rejected = pd.read_parquet("rejected.parquet")
        return pd.read_parquet("kept.parquet"), rejected["reason"].tolist(), cleaned.quality()


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%d-%m-%Y", "%m/%d/%Y", "%d.%m.%y", "%Y%m%d", "%d-%b-%Y", "%B %d, %Y",
     "%Y-%m-%d %H:%M:%S"],
)  # fmt: skip
def test_a_date_becomes_the_days_until_as_of(form: str) -> None:
    days = [dt.date(1970, 1, 1), dt.date(2000, 2, 29), dt.date(2012, 12, 31), dt.date(2014, 3, 1),
            dt.date(2013, 9, 4), AS_OF]  # fmt: skip
    cells = [day.strftime(form) for day in days]
    kept, rejected, _ = prepared(
        {"joined": cells}, date={"since": {"from": "joined", "format": form}}
    )
    assert rejected == []
    assert kept["since"].tolist() == [(AS_OF - day).days for day in days]


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%Y"])
def test_days_of_parquet_are_read_however_the_training_wrote_them(form: str) -> None:
    data = Data.model_validate(
        {"path": "shop.parquet", "id": None, "value": None, "as_of": str(AS_OF),
         "date": {"since": {"from": "joined", "format": form}}}
    )  # fmt: skip
    days = [dt.date(2012, 12, 31), None, AS_OF]
    for kind in (pa.date32(), pa.timestamp("us")):
        cells = source._as_text(pa.array(days, pa.date32()).cast(kind), "joined", data)
        assert cells.to_pylist() == [day.strftime(form) if day else "" for day in days]


def test_a_year_of_birth_becomes_an_age_with_limits() -> None:
    born = {"from": "Year_Birth", "format": "%Y", "unit": "years", "min": 0, "max": 120}
    kept, rejected, _ = prepared({"Year_Birth": ["1974", "1893", "2014", ""]}, date={"age": born})
    assert kept["age"].tolist()[:2] == [40.0, 0.0]
    assert np.isnan(kept["age"][2])
    assert rejected == ["outside limits: age is 121, not from 0 to 120"]


def test_what_is_no_day_is_rejected_and_where_most_are_none_it_is_told() -> None:
    date = {"joined": {"format": "%d-%m-%Y"}}
    cells = ["28-02-2013"] * 20
    _, rejected, _ = prepared({"joined": [*cells, "29-02-2013"]}, date=date)
    assert rejected == ["not a date: joined is '29-02-2013'"]
    told = r"line 2 holds '2013-02-28' \(21 of 21 cells are not written like %d-%m-%Y\); mend data"
    with pytest.raises(InputError, match=told):
        prepared({"joined": ["2013-02-28"] * 21}, date=date)


def test_yes_and_no_are_read_in_any_spelling() -> None:
    cells = ["yes", "NO", "1", "0", "True", "f", "Ja", "nein", "Y", "1.0", ""]
    kept, _, quality = prepared({"partner": [*cells, *["yes", "no"] * 10]}, flag={"partner": None})
    assert kept["partner"][:10].tolist() == ["Yes", "No"] * 3 + ["Yes", "No", "Yes", "Yes"]
    assert pd.isna(kept["partner"][10])
    assert quality.missing == {"partner": 1}
    with pytest.raises(InputError, match="10 of 20 cells are no yes or no, such as 'perhaps'"):
        prepared({"partner": ["yes", "perhaps"] * 10}, flag={"partner": None})


def test_a_level_that_a_scale_does_not_have_is_missing() -> None:
    cells = ["low", "HIGH", "mid"] * 10 + ["odd"]
    kept, _, _ = prepared({"use": cells}, scale={"use": ["low", "mid", "high"]})
    assert kept["use"][:3].tolist() == ["low", "high", "mid"]
    assert pd.isna(kept["use"][30])


def test_a_number_that_says_never_is_no_number_and_no_gap() -> None:
    kept, _, quality = prepared(
        {"pdays": ["-1", "999", "5", ""]}, numeric={"pdays": {"never": [-1, 999]}}
    )
    assert kept["pdays"].dropna().tolist() == [5.0]
    assert (quality.never, quality.missing) == ({"pdays": 2}, {"pdays": 1})


def test_customers_without_an_id_are_told_apart_by_their_line() -> None:
    kept, rejected, _ = prepared({"a": ["1", "1", "9", "2"], "b": ["u", "u", "u", "v"]},
                                 numeric={"a": {"max": 5}}, categorical={"b": None})  # fmt: skip
    assert kept["row"].tolist() == ["2", "3", "5"]  # two customers alike are two
    assert rejected == ["outside limits: a is 9, above 5"]


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [("1:30:00", 90), ("00:03:12", 3.2), ("1:30", 90), ("26:00:00", 1560), ("90", 90),
     ("90 min", 90), ("2h 15m", 135), ("2 Std. 15 Min.", 135), ("1 hour and 30 minutes", 90),
     ("1,5 h", 90), ("45s", 0.75), ("1 day, 2:00:00", 1560), ("PT1H30M", 90), ("PT45S", 0.75),
     ("1,200", 1200)],
)  # fmt: skip
def test_a_duration_is_a_number_of_its_column_s_unit(cell: str, minutes: float) -> None:
    kept, rejected, quality = prepared({"call": [cell]}, numeric={"call": {"unit": "minutes"}})
    assert rejected == []
    assert kept["call"].tolist() == pytest.approx([minutes])
    assert quality.repaired.get("durations made numbers", 0) == (
        not cell[-1].isdigit() or ":" in cell
    )


def test_what_is_no_duration_is_no_number() -> None:
    cells = ["180 m", "1:75", "1:2:3:4", "h", "2h 15", "5 EUR"]
    fine = ["1:30"] * 60
    kept, rejected, _ = prepared(
        {"call": cells + fine}, numeric={"call": {"unit": "seconds", "max": 80}}
    )
    assert rejected[:5] == [f"not a number: call is '{cell}'" for cell in cells[:5]]
    assert len(rejected) == 65  # 1:30 are 90 seconds here
    assert kept["call"].tolist() == [5.0]
    with pytest.raises(InputError, match=r"for durations, say .* data.numeric.call.unit"):
        prepared({"call": fine}, numeric={"call": None})


def test_none_is_a_category_where_an_alias_or_a_scale_says_so() -> None:
    table = {"bed": ["None", " none ", "King", "n/a", ""] * 10}
    kept, _, quality = prepared(table, categorical={"bed": {"aliases": {"None": "None"}}})
    assert kept["bed"][:3].tolist() == ["None", "None", "King"]
    assert kept["bed"][3:5].isna().all()
    assert quality.missing == {"bed": 20}
    kept, _, quality = prepared(table, scale={"bed": ["none", "king"]})
    assert kept["bed"][:3].tolist() == ["none", "none", "king"]
    kept, _, quality = prepared(table, flag={"bed": {"aliases": {"None": "No", "King": "Yes"}}})
    assert kept["bed"][:3].tolist() == ["No", "No", "Yes"]
    kept, _, quality = prepared(table, categorical={"bed": None})
    assert quality.missing == {"bed": 40}
