import json
import sqlite3
from pathlib import Path

import pytest

from segmentation import tracking
from segmentation.errors import TrackingError


def test_the_key_knows_every_stage_but_its_own() -> None:
    stages = {"train": {"cmd": "a", "outs": [{"md5": "1"}]}, "track": {"cmd": "b"}}
    key = tracking.state_key(stages)
    assert key == tracking.state_key({**stages, "track": {"cmd": "other"}})
    assert key == tracking.state_key(dict(reversed(stages.items())))
    assert key == tracking.state_key({**stages, "train": {**stages["train"], "cmd": "c"}})
    assert key != tracking.state_key({**stages, "train": {"cmd": "a", "outs": [{"md5": "2"}]}})


def test_settings_are_flattened_into_names_that_mlflow_takes() -> None:
    nested = {"a": {"b": 1, "Spend (k$)": None, "empty": {}}, "c": [1, 2]}
    assert tracking.flatten(nested) == {
        "a.b": "1", "a.Spend _k__": "None", "a.empty": "{}", "c": "[1, 2]",
    }  # fmt: skip


def test_a_missing_lock_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match=r"dvc\.lock is missing"):
        tracking.read_lock(tmp_path / "dvc.lock")


def test_passwords_stay_out_of_messages() -> None:
    hidden = tracking._without_password("https://me:secret@host/x")
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
    assert tracking._inputs_changed(status) is dirty


def test_a_moved_store_finds_its_files_again(tmp_path: Path) -> None:
    tables = {
        "experiments": "artifact_location", "runs": "artifact_uri",
        "logged_models": "artifact_location",
    }  # fmt: skip
    with sqlite3.connect(tmp_path / "mlflow.db") as store:
        for table, column in tables.items():
            store.execute(f"CREATE TABLE {table} ({column} TEXT)")
            tail = "" if table == "experiments" else "/run/artifacts"
            for place in ("file:///old/place/mlartifacts", "s3://bucket"):
                store.execute(f"INSERT INTO {table} VALUES (?)", (place + tail,))
    store.close()
    tracking.follow_move(tmp_path)
    tracking.follow_move(tmp_path)
    with sqlite3.connect(tmp_path / "mlflow.db") as store:
        found = {row[0] for row in store.execute("SELECT artifact_uri FROM runs")}
    store.close()
    assert found == {
        f"{(tmp_path / 'mlartifacts').as_uri()}/run/artifacts",
        "s3://bucket/run/artifacts",
    }


def test_no_store_is_nothing_to_move(tmp_path: Path) -> None:
    tracking.follow_move(tmp_path)
    assert not (tmp_path / "mlflow.db").exists()


def test_the_dataset_digest_comes_from_dvc() -> None:
    stages = {"prepare": {"deps": [{"path": "data/raw/c.csv", "md5": "abc"}]}}
    assert tracking.md5_of(stages, "data/raw/c.csv") == "abc"
    with pytest.raises(TrackingError, match="knows no dependency"):
        tracking.md5_of(json.loads("{}"), "data/raw/c.csv")


def test_a_long_description_is_cut_at_the_end_of_a_line() -> None:
    line = "| a segment | and what marks it |\n"
    assert tracking.shortened(line) == line
    cut = tracking.shortened(line * 1000)
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
    assert told in tracking._reason(OSError(error))
