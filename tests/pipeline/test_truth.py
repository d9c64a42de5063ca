"""What is tracked, promoted and loaded is what the pipeline made, whoever touched it since."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Project

pytestmark = pytest.mark.pipeline

METRICS = "reports/evaluate/metrics.json"


def runs(project: Project) -> list[dict[str, Any]]:
    code = (
        "import json, mlflow; c = mlflow.MlflowClient(); "
        "e = c.get_experiment_by_name('customer-segmentation'); "
        "runs = c.search_runs([e.experiment_id]) if e else []; "
        "print(json.dumps([{'id': r.info.run_id, 'name': r.info.run_name, "
        "'status': r.info.status, **r.data.metrics} for r in runs]))"
    )
    uri = f"sqlite:///{project.path}/mlflow.db"
    found: list[dict[str, Any]] = json.loads(
        project.run("python", "-W", "ignore", "-c", code, MLFLOW_TRACKING_URI=uri).stdout
    )
    return found


def segmentation(project: Project, *words: str) -> tuple[int, str]:
    done = project.run("segmentation", *words, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def without_store(project: Project) -> None:
    for path in project.path.glob("mlflow.db*"):
        path.unlink()
    shutil.rmtree(project.path / "mlartifacts", ignore_errors=True)


@pytest.fixture
def committed(reproduced: Project) -> Project:
    reproduced.git("add", "-A")
    reproduced.git("commit", "-q", "--allow-empty", "-m", "Results")
    return reproduced


def better_metrics(project: Project) -> None:
    metrics = json.loads((project.path / METRICS).read_text(encoding="utf-8"))
    (project.path / METRICS).write_text(json.dumps({**metrics, "silhouette": 0.96}), "utf-8")


def another_model(project: Project) -> None:
    (project.path / "models/segmenter.skops").unlink()
    shutil.copy(project.path / "models/features.skops", project.path / "models/segmenter.skops")


def another_k(project: Project) -> None:
    project.edit("params.yaml", "  k: auto ", "  k: 5 ")


def train_alone(project: Project) -> None:
    another_k(project)
    project.dvc("repro", "--single-item", "train")


def no_table(project: Project) -> None:
    (project.path / "reports/select_k/curve.csv").unlink()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (better_metrics, f"{METRICS} is not the one in dvc.lock"),
        (another_model, "models/segmenter.skops is not the one in dvc.lock"),
        (another_k, "params.yaml has another train.k than dvc.lock"),
        (train_alone, "params.yaml has another train.k than dvc.lock"),
        (no_table, "reports/select_k/curve.csv is not there"),
    ],
)
def test_a_state_that_is_not_the_one_in_its_lock_is_not_tracked(
    committed: Project, change: Callable[[Project], None], why: str
) -> None:
    without_store(committed)
    change(committed)
    code, told = segmentation(committed, "track")
    assert (code, why in told) == (1, True), told
    assert not (committed.path / "mlflow.db").exists()
    # What the message says mends it.
    assert "run `dvc repro`, then `segmentation track`" in told
    if change is not no_table:
        return  # the same, but for the stages that `dvc repro` runs
    committed.dvc("repro")
    assert segmentation(committed, "track")[0] == 0
    (run,) = runs(committed)
    metrics = json.loads((committed.path / METRICS).read_text(encoding="utf-8"))
    assert (run["status"], run["silhouette"]) == ("FINISHED", metrics["silhouette"])


def test_a_run_that_was_logged_wrong_is_logged_anew(committed: Project) -> None:
    (before,) = runs(committed)
    assert segmentation(committed, "track", "--anew")[0] == 0
    (after,) = runs(committed)
    assert before.pop("id") != after.pop("id")
    assert before == after
    assert segmentation(committed, "track", "--all", "--anew")[0] == 0
    assert len(runs(committed)) == 1


def file_of_the_run(project: Project, name: str) -> Path:
    (path,) = (project.path / "mlartifacts").rglob(name)
    return path


def replaced_model(project: Project) -> None:
    shutil.copy(project.path / "models/features.skops", file_of_the_run(project, "model.skops"))


def unpickled(project: Project) -> None:
    card = file_of_the_run(project, "MLmodel")
    content = yaml.safe_load(card.read_text(encoding="utf-8"))
    content["flavors"]["sklearn"] |= {
        "pickled_model": "evil.pkl",
        "serialization_format": "cloudpickle",
    }
    card.write_text(yaml.safe_dump(content), encoding="utf-8")
    card.with_name("evil.pkl").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")


def code_beside(project: Project) -> None:
    card = file_of_the_run(project, "MLmodel")
    content = yaml.safe_load(card.read_text(encoding="utf-8"))
    content["flavors"]["python_function"] |= {"code": "code", "loader_module": "evil"}
    card.write_text(yaml.safe_dump(content), encoding="utf-8")
    (card.parent / "code").mkdir()
    (card.parent / "code/evil.py").write_text("open('ran', 'w')", encoding="utf-8")


def other_names(project: Project) -> None:
    beside = file_of_the_run(project, "serving.json")
    content = beside.read_text(encoding="utf-8")
    beside.write_text(content.replace('"1": "', '"1": "Not '), encoding="utf-8")


def another_library(project: Project) -> None:
    file_of_the_run(project, "requirements.txt").write_text("evil==1.0\n", encoding="utf-8")


def better_run(project: Project) -> None:
    better_metrics(project)
    shutil.copy(project.path / METRICS, file_of_the_run(project, "metrics.json"))
    project.git("checkout", "-q", METRICS)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (replaced_model, "model.skops differs in the tracking store"),
        (unpickled, "MLmodel, evil.pkl differs"),
        (code_beside, "MLmodel, code differs"),
        (another_library, "requirements.txt differs"),
        (other_names, "serving.json differs"),
        (better_run, f"{METRICS} of the run 'kmeans k=4' is not the one in its dvc.lock"),
    ],
)
def test_what_was_changed_in_the_store_is_not_promoted(
    committed: Project, change: Callable[[Project], None], why: str
) -> None:
    change(committed)
    code, told = segmentation(committed, "promote")
    assert (code, why in told) == (1, True), told
    assert "segmentation track --anew" in told
    if change is not better_run:
        return  # the same for all that was changed
    code, told = segmentation(committed, "promote", "--force")
    assert (code, why in told) == (1, True), told
    assert segmentation(committed, "track", "--anew")[0] == 0
    assert segmentation(committed, "promote")[0] == 0


def loaded(project: Project, name: str) -> tuple[int, str]:
    code = f"from segmentation.commands.load import load_model; print(load_model({name}))"
    done = project.run("python", "-W", "ignore", "-c", code, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_champion_is_loaded_as_it_was_promoted_or_not_at_all(committed: Project) -> None:
    code, told = loaded(committed, "'champion'")
    assert (code, "make one with `segmentation promote`" in told) == (1, True)
    segmentation(committed, "promote")
    code, told = loaded(committed, "'champion'")
    assert (code, told.startswith("Pipeline(")) == (0, True), told
    unpickled(committed)
    code, told = loaded(committed, "'champion'")
    assert (code, "MLmodel, evil.pkl differs" in told) == (1, True), told
    assert not (committed.path / "ran").exists()
    assert loaded(committed, "")[0] == 0
    another_model(committed)
    code, told = loaded(committed, "")
    assert (code, "is not the one in dvc.lock; run `dvc repro`" in told) == (1, True), told


def without_runs(project: Project) -> None:
    shutil.rmtree(project.path / "mlartifacts")


def damaged(project: Project) -> None:
    (project.path / "mlflow.db").write_bytes(b"no database at all" * 1000)


def emptied(project: Project) -> None:
    (project.path / "mlflow.db").write_bytes(b"")


@pytest.mark.parametrize(
    ("change", "told", "mends"),
    [
        (without_store, "run `segmentation track` first", ["segmentation track"]),
        (without_runs, "`segmentation track --anew`", ["segmentation track --anew"]),
        pytest.param(
            without_runs,
            "has lost dvc.lock of the run",
            ["segmentation track"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            damaged,
            "is damaged",
            ["mv mlflow.db mlflow.db.damaged", "segmentation track"],
            marks=pytest.mark.thorough,
        ),
        (emptied, "is damaged", ["mv mlflow.db mlflow.db.damaged", "segmentation track --all"]),
    ],
)
def test_advice_for_a_broken_store_mends_it(
    committed: Project, change: Callable[[Project], None], told: str, mends: list[str]
) -> None:
    for leftover in committed.path.glob("mlflow.db-*"):
        leftover.unlink()
    change(committed)
    code, errors = segmentation(committed, "promote")
    assert (code, told in errors) == (1, True), errors
    for command in mends:
        committed.run("sh", "-c", command)
    assert segmentation(committed, "promote")[0] == 0
    assert len(runs(committed)) == 1
