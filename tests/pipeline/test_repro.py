"""`dvc repro` from the customers' file to segments, for real."""

import errno
import os
import signal
import subprocess
import time
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path

import pandas as pd
import pytest
import skops.io
import yaml
from sklearn.metrics import adjusted_rand_score

from conftest import ROOT, Project, copy_repository
from segmentation.algorithms import models
from segmentation.artifacts import files

pytestmark = pytest.mark.pipeline


def lock(project: Project) -> str:
    return (project.path / "dvc.lock").read_text(encoding="utf-8")


@pytest.mark.pinned
def test_the_committed_lock_is_what_a_clone_makes(finished: Project) -> None:
    assert finished.git("status", "--porcelain") == ""
    assert lock(finished) == (ROOT / "dvc.lock").read_text(encoding="utf-8")


def test_a_second_run_has_nothing_to_do(reproduced: Project) -> None:
    again = reproduced.dvc("repro").stdout
    assert "Running stage" not in again
    assert "Data and pipelines are up to date" in again


def test_planted_segments_are_recovered(finished: Project) -> None:
    found = pd.read_parquet(finished.path / "data/segments/assignments.parquet")
    planted = pd.read_csv(ROOT / "tests/data/planted_segments.csv", dtype="str")
    both = found.merge(planted, on="id", validate="one_to_one", suffixes=("", "_planted"))
    assert len(both) == len(found)
    assert adjusted_rand_score(both["segment_planted"], both["segment"]) >= 0.85


def test_rows_in_are_rows_out_and_rejected(finished: Project) -> None:
    quality = files.read_json(finished.path / "reports/prepare/quality.json")
    kept = pd.read_parquet(finished.path / "data/prepared/customers.parquet")
    rejected = pd.read_parquet(finished.path / "data/prepared/rejected.parquet")
    raw = (finished.path / "data/raw/customers.csv").read_text(encoding="utf-8")
    assert len(kept) + len(rejected) == quality["rows_in"] == len(raw.splitlines()) - 1


def test_segments_are_numbered_by_value_best_first(finished: Project) -> None:
    table = pd.read_csv(finished.path / "data/segments/customers_with_segments.csv")
    means = table.groupby("segment")["last_purchase_amount"].mean()
    assert list(means.index) == [1, 2, 3, 4]
    assert means.is_monotonic_decreasing


def test_the_model_scores_raw_rows_as_the_pipeline_did(finished: Project) -> None:
    file = finished.path / "models/segmenter.skops"
    model = skops.io.load(file, trusted=list(models.TRUSTED_TYPES))
    customers = pd.read_parquet(finished.path / "data/prepared/customers.parquet")
    assigned = pd.read_parquet(finished.path / "data/segments/assignments.parquet")
    assert (model.predict(customers) == assigned["segment"]).all()


def test_no_id_is_in_what_is_shown_or_tracked(finished: Project) -> None:
    ids = set(pd.read_parquet(finished.path / "data/prepared/customers.parquet")["id"])
    for file in finished.path.glob("reports/**/*.*"):
        if file.suffix in {".json", ".csv", ".md"}:
            words = set(file.read_text(encoding="utf-8").replace(",", " ").split())
            assert not words & ids, file


def changed(project: Project, *edits: tuple[str, str, str]) -> set[str]:
    """Stages that DVC would run after the edits."""
    for edit in edits:
        project.edit(*edit)
    status = project.dvc("status", "--json").stdout
    return set(yaml.safe_load(status))


@pytest.mark.parametrize(
    ("edit", "first", "untouched"),
    [
        (
            ("src/segmentation/views/colours.py", '"#0072B2"', '"#0072B3"'),
            {"report"},
            {"prepare", "explore", "featurize", "select_k", "train", "evaluate", "profile"},
        ),
        (
            ("params.yaml", "{n_init: 10", "{n_init: 11"),
            {"train"},
            {"prepare", "explore", "featurize", "select_k"},
        ),
        (
            ("params.yaml", "max_points: 2000", "max_points: 500"),
            {"evaluate"},
            {"train", "select_k"},
        ),
        (("playbook.yaml", "older", "senior"), {"profile"}, {"train", "evaluate"}),
        (
            ("params.yaml", "scaler: standard", "scaler: robust"),
            {"featurize"},
            {"prepare", "explore"},
        ),
    ],
)
def test_a_change_reaches_only_what_depends_on_it(
    reproduced: Project, edit: tuple[str, str, str], first: set[str], untouched: set[str]
) -> None:
    stale = changed(reproduced, edit)
    assert first <= stale
    assert not untouched & stale


def test_metrics_params_and_plots_are_useful_as_they_come(
    two_revisions: tuple[Project, pd.DataFrame], tmp_path: Path
) -> None:
    project, _ = two_revisions
    assert "| silhouette " in project.dvc("metrics", "diff", "--md", "main").stdout
    assert "train.k" in project.dvc("params", "diff", "main").stdout
    project.dvc("plots", "diff", "main", "--out", str(tmp_path))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Silhouette by number of segments" in page
    assert "pca.png" in page


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A clone on a machine that is another in all that must not matter, and what it said.

    Its first run was killed, so the second one had to go on.
    """
    project = copy_repository(tmp_path_factory.mktemp("resumed") / "project")
    threads = "2" if os.environ.get("OMP_NUM_THREADS") == "1" else "1"  # another number
    project.env |= {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    project.env |= {"TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C"}
    running = subprocess.Popen(
        ["dvc", "repro"],
        cwd=project.path,
        env=project.environment(forked=False),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    features = project.path / "models/features.skops"
    deadline = time.monotonic() + 120
    while not features.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    return project, project.dvc("repro").stdout


@pytest.mark.thorough
def test_a_killed_run_goes_on_where_it_was(resumed: tuple[Project, str]) -> None:
    _, said = resumed
    assert "Running stage 'prepare'" not in said
    assert "Running stage 'train'" in said


@pytest.mark.thorough  # `dvc.lock` was made elsewhere, and is what a clone makes here
def test_same_input_same_bytes(resumed: tuple[Project, str], finished: Project) -> None:
    assert lock(resumed[0]) == lock(finished)


def test_interrupting_a_stage_leaves_one_line(project: Project) -> None:
    table = project.path / "data/raw/customers.csv"
    header, row, *_ = table.read_bytes().splitlines(keepends=True)
    table.unlink()
    os.mkfifo(table)  # a file that opens and never comes to an end: the stage is surely at work
    running = subprocess.Popen(
        # A job in the background of a shell ignores the signal, and so would this.
        ["env", "--default-signal=INT", "python", "-m", "segmentation", "prepare"],
        cwd=project.path,
        env=project.environment(forked=False),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        pipe = opened_by(running, table)
        for _ in range(3):  # what comes in the midst of a callback of Python's own is lost
            running.send_signal(signal.SIGINT)
            # A library that waits for rows looks at signals between them.
            feed(running, pipe, header, row)
            with suppress(subprocess.TimeoutExpired):
                running.wait(timeout=20)
                break
        _, errors = running.communicate(timeout=20)
        os.close(pipe)
    finally:
        running.kill()
    assert running.returncode == 130, errors
    assert errors.startswith("error: interrupted")
    assert len(errors.splitlines()) == 1


def feed(running: subprocess.Popen[str], pipe: int, header: bytes, row: bytes) -> None:
    """Write a table into a pipe for as long as the process is there, and at most 20 seconds."""
    deadline = time.monotonic() + 20
    lines = chain([header], repeat(row))
    while running.poll() is None and time.monotonic() < deadline:
        try:
            os.write(pipe, next(lines))
        except BlockingIOError:
            time.sleep(0.01)
        except BrokenPipeError:  # it reads no more
            break


def opened_by(running: subprocess.Popen[str], pipe: Path) -> int:
    """Open a pipe to write as soon as the process reads from it."""
    while running.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:  # nobody reads
                raise
        time.sleep(0.01)
    raise AssertionError(running.communicate()[1])
