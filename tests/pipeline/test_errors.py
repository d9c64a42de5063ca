"""Broken input: one clear line, an exit code, no traceback, and nothing lost."""

from collections.abc import Callable

import pandas as pd
import pytest

from conftest import Project, Told

pytestmark = pytest.mark.pipeline

Error = Callable[[Project, str, int], str]

HEADER = (
    "id,age,gender,income,spending_score,membership_years,purchase_frequency,"
    "preferred_category,last_purchase_amount\n"
)
ROW = "{0},{1},{2},5{0},4{0},{0},1{0},Sports,2{0}.5\n"
ROWS = "".join(ROW.format(i, 20 + i, "FM"[i % 2]) for i in range(1, 6))


@pytest.fixture
def error(told: Told) -> Error:
    """Run a stage that fails with an exit code, and return the one line that it says."""

    def run(project: Project, stage: str, exit_code: int) -> str:
        code, (line,) = told(project, stage)
        assert code == exit_code
        assert line.startswith("error: ")
        return line

    return run


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "data/raw/customers.csv does not exist"),
        ("", "is empty"),
        (HEADER, "has a header but no rows"),
        (
            HEADER.replace("income", "incme") + ROWS,
            "'income' (data.numeric); did you mean 'incme'?",
        ),
        (HEADER + ROWS.replace("51,", "much,").replace("52,", "more,"), "line 2 holds 'much'"),
        (
            HEADER + ROWS.replace("Sports", ""),
            "'preferred_category' of data/raw/customers.csv is missing",
        ),
        (HEADER + ROWS, "'preferred_category' of data/raw/customers.csv is 'Sports' in every row"),
        (HEADER + ROWS.replace(",2", ",-2"), "all 5 rows of data/raw/customers.csv were rejected"),
    ],
)
def test_a_broken_table(project: Project, content: str | None, message: str, error: Error) -> None:
    file = project.path / "data/raw/customers.csv"
    file.unlink() if content is None else file.write_text(content, encoding="utf-8")
    assert message in error(project, "prepare", 1)


def test_rejected_rows_are_kept_even_when_none_is_left(project: Project, error: Error) -> None:
    table = HEADER + "".join(ROW.format(i, 900 + i, "F") for i in range(1, 6))
    (project.path / "data/raw/customers.csv").write_text(table, encoding="utf-8")
    assert "all 5 rows" in error(project, "prepare", 1)
    rejected = pd.read_parquet(project.path / "data/prepared/rejected.parquet")
    assert rejected["reason"].str.contains("age is 90").all()
    assert rejected["line"].tolist() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  k: auto ", "  k: 1 ", "'train.k' is 1; allowed"),
        ("seed: 42", "sed: 42", "unknown setting 'sed'; did you mean 'seed'?"),
        (
            "scaler: standard",
            "scaler: z-score",
            "allowed: 'standard', 'robust', 'minmax' or 'none'",
        ),
    ],
)
def test_a_wrong_setting(project: Project, old: str, new: str, message: str, error: Error) -> None:
    project.edit("params.yaml", old, new)
    assert message in error(project, "prepare", 2)


def test_an_unknown_stage_names_the_nearest(project: Project) -> None:
    done = project.stage("trian", check=False)  # a process, to see what one leaves with
    assert done.returncode == 2
    assert done.stderr.startswith("error: unknown stage 'trian'; did you mean 'train'?")
    assert len(done.stderr.splitlines()) == 1


def test_a_stage_without_its_input_says_how_to_make_it(project: Project, error: Error) -> None:
    assert "customers.parquet is missing; make it with `dvc repro`" in error(
        project, "featurize", 1
    )


def test_more_segments_than_customers(reproduced: Project, error: Error) -> None:
    reproduced.edit("params.yaml", "  k: auto ", "  k: 5000 ")
    assert "993 customers cannot make 5000 segments" in error(reproduced, "train", 1)


def test_an_unreadable_model(reproduced: Project, error: Error) -> None:
    file = reproduced.path / "models/features.skops"
    file.unlink()
    file.write_bytes(b"nonsense")
    assert "models/features.skops is not a readable model" in error(reproduced, "train", 1)


def test_debug_shows_the_traceback(project: Project) -> None:
    (project.path / "data/raw/customers.csv").unlink()
    done = project.run("python", "-m", "segmentation", "prepare", "--debug", check=False)
    assert "Traceback" in done.stderr


def test_a_failing_stage_leaves_finished_ones_finished(reproduced: Project) -> None:
    reproduced.edit("params.yaml", "  k: auto ", "  k: 5000 ")
    failed = reproduced.dvc("repro", check=False)
    assert failed.returncode != 0
    assert "Traceback" not in failed.stderr
    reproduced.edit("params.yaml", "  k: 5000 ", "  k: auto ")
    again = reproduced.dvc("repro").stdout
    assert "Running stage 'select_k'" not in again
