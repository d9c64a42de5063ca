import sqlite3
from pathlib import Path

import pytest

from segmentation.tracking import origin, record, store


def test_settings_are_flattened_into_names_that_mlflow_takes() -> None:
    nested = {"a": {"b": 1, "Spend (k$)": None, "empty": {}}, "c": [1, 2]}
    assert record.flatten(nested) == {
        "a.b": "1", "a.Spend _k__": "None", "a.empty": "{}", "c": "[1, 2]",
    }  # fmt: skip


def test_passwords_stay_out_of_messages() -> None:
    hidden = store._without_password("https://me:secret@host/x")
    assert hidden == "https://me:***@host/x"


@pytest.mark.parametrize(
    ("status", "dirty"),
    [
        (" M dvc.lock\n M reports/profile/segments.json", False),
        (" M params.yaml", True),
        ("", False),
        ("M  src/segmentation/config.py\n M dvc.lock", True),
    ],
)
def test_dirty_means_inputs_that_differ_from_the_commit(status: str, dirty: bool) -> None:
    assert origin._inputs_changed(status) is dirty


def test_a_moved_store_finds_its_files_again(tmp_path: Path) -> None:
    tables = {
        "experiments": "artifact_location", "runs": "artifact_uri",
        "logged_models": "artifact_location",
    }  # fmt: skip
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        for table, column in tables.items():
            database.execute(f"CREATE TABLE {table} ({column} TEXT)")
            tail = "" if table == "experiments" else "/run/artifacts"
            for place in ("file:///old/place/mlartifacts", "s3://bucket"):
                database.execute(f"INSERT INTO {table} VALUES (?)", (place + tail,))
    database.close()
    store.follow_move(tmp_path)
    store.follow_move(tmp_path)
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        found = {row[0] for row in database.execute("SELECT artifact_uri FROM runs")}
    database.close()
    assert found == {
        f"{(tmp_path / 'mlartifacts').as_uri()}/run/artifacts",
        "s3://bucket/run/artifacts",
    }


def test_no_store_is_nothing_to_move(tmp_path: Path) -> None:
    store.follow_move(tmp_path)
    assert not (tmp_path / "mlflow.db").exists()


def test_a_long_description_is_cut_at_the_end_of_a_line() -> None:
    line = "| a segment | and what marks it |\n"
    assert record.shortened(line) == line
    cut = record.shortened(line * 1000)
    assert len(cut) <= 8000
    table, _, rest = cut.partition("\n\n")
    assert set(table.splitlines()) == {line.strip()}
    assert "segments.md" in rest


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("API request failed with error code 401 != 200", "refuses the user name or password"),
        ("PERMISSION_DENIED: Permission denied", "does not let this user write"),
        ("Max retries exceeded with url: /api", "cannot be reached"),
        ("cannot open postgresql://me:secret@host/x", r"postgresql://me:***@host/x"),
    ],
)
def test_the_reason_says_how_to_mend_it(error: str, told: str) -> None:
    assert told in store._reason(OSError(error))
