import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation.artifacts.quality import Quality
from segmentation.engines.cleaning import clean
from segmentation.engines.customers import Customers, check_rejected
from segmentation.engines.local import Local
from segmentation.engines.source import Source
from segmentation.errors import InputError
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

DATA = Data.model_validate(
    {
        "path": "shop.csv",
        "id": "id",
        "value": "spend",
        "numeric": {"age": {"min": 16, "max": 110}, "spend": {"min": 0}},
        "categorical": {"town": {"aliases": {"Muenchen": "München"}}},
    }
)


RULES = Prepare(max_unreadable=1.0)
NAMES = ["id", "age", "spend", "town"]


@dataclass(frozen=True)
class Result:
    """What was kept, in the names of the file, what was rejected, and the account of it."""

    kept: pd.DataFrame
    rejected: pd.DataFrame
    quality: Quality


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(rows: list[tuple[str, str, str, str]]) -> None:
    with Path("shop.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([NAMES, *rows])


def cleaned(rows: list[tuple[str, str, str, str]], data: Data = DATA, **rules: object) -> Result:
    write(rows)
    with Local(data, threads=2) as engine:
        found = clean(engine, data, RULES.model_copy(update=rules))
        found.write_rejected(Path("rejected.parquet"))
        kept = found.kept.join(found.levels[0].rename({"cell": "k0"}), on="k0", how="left").sort(
            "line"
        )
        names = dict(zip(["id", "v0", "v1", "level"], NAMES, strict=True))
        table = kept.select(*names).rename(names).to_native().df()
        return Result(table, pd.read_parquet("rejected.parquet"), found.quality())


def checked(rows: list[tuple[str, str, str, str]]) -> None:
    write(rows)
    with Local(DATA) as engine:
        found = clean(engine, DATA, RULES)
        check_rejected(found, data=DATA, rules=RULES)
        Customers(found, DATA).check_usable()


def reasons(result: Result) -> dict[int, str]:
    return dict(zip(result.rejected["line"], result.rejected["reason"], strict=True))


def test_a_clean_row_is_kept_and_typed() -> None:
    result = cleaned([("007", "40", "12.5", "Bonn")])
    assert result.kept.to_dict("records") == [
        {"id": "007", "age": 40.0, "spend": 12.5, "town": "Bonn"}
    ]
    assert result.rejected.empty


def test_numbers_are_read_as_people_write_them() -> None:
    spends = ["1,234.5", "$1,234.50", "€ 1 234.5", "1'234.5", " 1234.5 ", "1.2345e3"]
    result = cleaned([(str(i), "40", spend, "Bonn") for i, spend in enumerate(spends)])
    assert result.kept["spend"].tolist() == [1234.5] * len(spends)


def test_a_comma_that_separates_no_thousands_is_not_dropped() -> None:
    rows = [(str(i), "40", "3", "Bonn") for i in range(20)]
    result = cleaned([("x", "40", "1,2", "Bonn"), *rows])
    assert reasons(result) == {2: "not a number: spend is '1,2'"}


def test_the_file_is_not_read_again_for_decimals_that_are_no_thousands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def again(*_: object) -> None:
        pytest.fail("it is read once more")

    monkeypatch.setattr("segmentation.engines.cells.thousands", again)
    assert len(cleaned([(str(i), "40", f"{i}.12345678", "Bonn") for i in range(20)]).kept) == 20
    with pytest.raises(pytest.fail.Exception):
        cleaned([(str(i), "40", f" {i}.123", "Bonn") for i in range(1, 20)])


def test_decimal_commas_are_read_where_declared() -> None:
    rows = [("1", "40", "1.234,5", "Bonn"), ("2", "40", "7,25", "Bonn")]
    result = cleaned(rows, DATA.model_copy(update={"decimal": ","}))
    assert result.kept["spend"].tolist() == [1234.5, 7.25]


def test_rows_outside_limits_are_rejected_with_the_cell() -> None:
    result = cleaned(
        [("1", "199", "5", "Bonn"), ("2", "16", "-5", "Bonn"), ("3", "16", "0", "Bonn")]
    )
    assert reasons(result) == {
        2: "outside limits: age is 199, not from 16 to 110",
        3: "outside limits: spend is -5, below 0",
    }
    assert result.kept["id"].tolist() == ["3"]


def test_cells_outside_limits_can_be_blanked_instead() -> None:
    result = cleaned([("1", "199", "5", "Bonn")], outside_limits="blank")
    assert result.rejected.empty
    assert np.isnan(result.kept["age"][0])
    assert result.quality.repaired["outside limits, made blank"] == 1


def test_exact_copies_point_to_the_first_row() -> None:
    row = ("1", "40", "5", "Bonn")
    assert reasons(cleaned([row, ("2", "41", "6", "Bonn"), row])) == {4: "exact copy: of line 2"}


@pytest.mark.parametrize(("rule", "kept"), [("first", [40.0]), ("last", [41.0]), ("reject", [])])
def test_conflicting_ids_follow_the_rule(rule: str, kept: list[float]) -> None:
    result = cleaned([("1", "40", "5", "Bonn"), ("1", "41", "5", "Bonn")], duplicate_ids=rule)
    assert result.kept["age"].tolist() == kept
    assert all("conflicting id" in reason for reason in reasons(result).values())


def test_a_valid_row_wins_over_an_invalid_one_with_its_id() -> None:
    result = cleaned([("1", "999", "5", "Bonn"), ("1", "41", "5", "Bonn")])
    assert result.kept["age"].tolist() == [41.0]


def test_spellings_of_a_category_are_merged_into_the_most_frequent() -> None:
    towns = [
        "Bonn",
        "Bonn",
        "bonn",
        "BONN ",
        "muenchen",
        "München",
        "New  York",
        "New York",
        "New York",
        "Orléans",
        "Orléans",
        "Orle\u0301ans",
    ]
    result = cleaned([(str(i), "40", "5", town) for i, town in enumerate(towns)])
    assert result.kept["town"].tolist() == [
        *["Bonn"] * 4,
        *["München"] * 2,
        *["New York"] * 3,
        *["Orléans"] * 3,
    ]


def test_words_for_missing_are_missing_and_too_many_reject_the_row() -> None:
    result = cleaned([("1", "n/a", "-", "Bonn"), ("2", "40", "NULL", "?"), ("3", "40", "5", "")])
    assert reasons(result) == {
        2: "too many cells are missing",
        3: "too many cells are missing",
    }
    assert result.quality.missing == {"age": 1, "spend": 2, "town": 2}


def test_a_missing_id_is_a_reason() -> None:
    assert reasons(cleaned([("", "40", "5", "Bonn"), ("1", "41", "5", "Bonn")])) == {
        2: "id is missing"
    }


def test_infinity_is_not_a_number() -> None:
    assert (
        "not a number" in reasons(cleaned([("1", "inf", "5", "Bonn"), ("2", "40", "5", "Bonn")]))[2]
    )


def test_a_column_of_text_is_an_error_that_names_the_first_row() -> None:
    with pytest.raises(
        InputError, match=r"'age' is not numeric: line 3 holds 'old' \(2 of 3 cells"
    ):
        cleaned(
            [("1", "40", "5", "a"), ("2", "old", "5", "a"), ("3", "new", "5", "a")],
            max_unreadable=0.1,
        )


def test_unusable_tables_are_errors() -> None:
    with pytest.raises(
        InputError, match=r"all 1 rows of shop.csv were rejected: outside limits \(1\)"
    ):
        checked([("1", "999", "5", "a")])
    with pytest.raises(InputError, match=r"'spend' of shop.csv is '5.0' in every row"):
        checked([("1", "40", "5", "a"), ("2", "41", "5", "b")])
    with pytest.raises(InputError, match=r"'town' of shop.csv is missing in every row"):
        checked([("1", "40", "5", ""), ("2", "41", "6", "")])


cells = st.sampled_from(
    ["", " ", "5", "-3", "1,234", "x", "inf", "NaN", "=1+1", "Bonn", "BONN", "999"]
)


@pytest.mark.slow
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=12))
def test_no_row_is_lost_and_what_is_kept_keeps_the_contract(
    rows: list[tuple[str, str, str, str]],
) -> None:
    result = cleaned([("x", "", "", ""), *rows])
    filled = 1 + sum(
        any("".join(cell.split()) for cell in row) for row in rows
    )  # others are blank lines
    assert len(result.kept) + len(result.rejected) == filled
    assert result.rejected["reason"].notna().all()
    assert result.quality.rows_rejected == sum(result.quality.rejected.values())
    assert result.kept["id"].is_unique
    assert result.kept["age"].dropna().between(16, 110).all()
    assert (result.kept["spend"].dropna() >= 0).all()


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist; put a CSV"):
        list(Source(DATA).batches())
    with pytest.raises(InputError, match="is a folder without a file"):
        list(Source(DATA.model_copy(update={"path": tmp_path})).batches())


def test_windows_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_bytes("\ufeffid,age,spend,town\r\n01,40,5,Bonn\r\n".encode())
    (batch,) = Source(DATA).batches()
    assert batch.drop_columns(["damage", "text", "loose"]).to_pylist() == [
        {"line": 2, "c0": "01", "c1": "40", "c2": "5", "c3": "Bonn"}
    ]
