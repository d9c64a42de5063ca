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
        ("M  src/segmentation/artifacts/files.py\n M dvc.lock", True),
    ],
)
def test_dirty_means_inputs_that_differ_from_the_commit(status: str, dirty: bool) -> None:
    assert origin._inputs_changed(status) is dirty


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
