"""One pipeline state, one MLflow run, with the real MLflow."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
import yaml
from mlflow.entities import Run

from conftest import Project
from segmentation import files, tracking

pytestmark = [
    pytest.mark.pipeline,
    # Warnings of the libraries under MLflow's own client are not ours to mend.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(autouse=True)
def tracking_uri() -> Iterator[None]:
    before = mlflow.get_tracking_uri()
    yield
    mlflow.set_tracking_uri(before)


def runs(project: Project, uri: str | None = None) -> list[Run]:
    mlflow.set_tracking_uri(uri or f"sqlite:///{project.path}/mlflow.db")
    found: list[Any] = mlflow.search_runs(search_all_experiments=True, output_format="list")
    return found


def artifacts(run: Run, folder: str | None = None) -> set[str]:
    found: set[str] = set()
    for item in mlflow.MlflowClient().list_artifacts(run.info.run_id, folder):
        found |= artifacts(run, item.path) if item.is_dir else {item.path}
    return found


def leaves(nested: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in nested.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def test_a_run_is_complete(finished: Project) -> None:
    (run,) = runs(finished)
    assert run.info.status == "FINISHED"
    params = yaml.safe_load((finished.path / "params.yaml").read_text(encoding="utf-8"))
    written = {name.replace("&", "_"): value for name, value in leaves(params)}
    assert written.keys() <= run.data.params.keys()
    for name, value in written.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            assert float(run.data.params[name]) == value, name
        elif value is not None and not isinstance(value, dict):
            assert run.data.params[name] == str(value), name

    metrics = files.read_json(finished.path / "reports/evaluate/metrics.json")
    assert {name: run.data.metrics[name] for name in metrics} == metrics

    curve = pd.read_csv(finished.path / "reports/select_k/curve.csv").set_index("k")
    for name, values in curve.items():
        history = mlflow.MlflowClient().get_metric_history(run.info.run_id, f"select_k/{name}")
        assert {point.step: point.value for point in history} == values.to_dict()

    found = artifacts(run)
    pictures = {f"plots/{p.parent.name}/{p.name}" for p in finished.path.glob("reports/*/*.png")}
    assert pictures
    assert pictures <= found
    assert {"report.html", "params.yaml", "dvc.lock", "profile/segments.md"} <= found
    assert not any("customers" in path or "points" in path for path in found)


def test_a_run_is_pleasant_to_open(finished: Project) -> None:
    (run,) = runs(finished)
    assert run.info.run_name == "kmeans k=4"
    assert "| segment | name |" in run.data.tags["mlflow.note.content"]
    assert run.data.tags["git.commit"] == finished.git("rev-parse", "HEAD").strip()
    assert run.data.tags["git.branch"] == "main"
    assert run.data.tags["git.dirty"] == "false"
    (used,) = run.inputs.dataset_inputs
    locked = yaml.safe_load((finished.path / "dvc.lock").read_text(encoding="utf-8"))
    assert used.dataset.digest == locked["stages"]["prepare"]["deps"][0]["md5"]
    assert used.dataset.name == "customers"


def test_the_model_predicts_on_raw_rows(finished: Project) -> None:
    (run,) = runs(finished)
    model = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    customers = pd.read_parquet(finished.path / "data/prepared/customers.parquet")
    assigned = pd.read_parquet(finished.path / "data/segments/assignments.parquet")
    assert (model.predict(customers) == assigned["segment"]).all()
    raw = pd.read_csv(finished.path / "data/raw/customers.csv", thousands=",")
    assert set(model.predict(raw)) <= {1, 2, 3, 4}
    assert set(model.metadata.signature.inputs.input_names()) == set(customers.columns) - {"id"}
    example = model.input_example
    assert len(example) == 1
    assert example["age"][0] == customers["age"].median()


def test_the_same_state_is_the_same_run(reproduced: Project) -> None:
    (before,) = runs(reproduced)
    reproduced.dvc("repro", "--force", "--single-item", "track")
    reproduced.edit("params.yaml", "  k: auto ", "  k: 5 ")
    reproduced.dvc("repro")
    assert len(runs(reproduced)) == 2
    reproduced.edit("params.yaml", "  k: 5 ", "  k: auto ")
    back = reproduced.dvc("repro").stdout
    assert "Running stage 'track'" in back
    assert {r.info.run_id for r in runs(reproduced)} >= {before.info.run_id}
    assert len(runs(reproduced)) == 2


def test_a_run_is_complete_when_all_other_stages_come_from_the_cache(reproduced: Project) -> None:
    (whole,) = runs(reproduced)
    expected = artifacts(whole)
    (reproduced.path / "mlflow.db").unlink()
    (reproduced.path / "reports/track/state.json").unlink()
    done = reproduced.dvc("repro").stdout
    assert done.count("Running stage") == 1
    (again,) = runs(reproduced)
    assert again.data.metrics == whole.data.metrics
    assert again.data.params == whole.data.params
    assert artifacts(again) == expected


@pytest.mark.parametrize("after", [0.05, 0.6, 1.5])
def test_a_run_that_was_cut_short_is_completed(
    reproduced: Project, finished: Project, after: float
) -> None:
    (whole,) = runs(finished)
    expected = artifacts(whole)
    (reproduced.path / "mlflow.db").unlink()
    track = subprocess.Popen(
        ["python", "-m", "segmentation", "track"],
        cwd=reproduced.path,
        env={**reproduced.environment(), "DVC_ROOT": str(reproduced.path)},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not started(reproduced) and track.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after)
    track.send_signal(signal.SIGKILL)
    track.wait()
    reproduced.dvc("repro", "--force", "--single-item", "track")
    (run,) = runs(reproduced)
    assert run.info.status == "FINISHED"
    assert run.data.metrics == whole.data.metrics
    assert artifacts(run) == expected
    for name in ("silhouette", "select_k/silhouette"):
        history = mlflow.MlflowClient().get_metric_history(run.info.run_id, name)
        assert len(history) == len({point.step for point in history})
    mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")


def started(project: Project) -> bool:
    import sqlite3

    try:
        store = sqlite3.connect(f"file:{project.path}/mlflow.db?mode=ro", uri=True)
        found = store.execute("SELECT count(*) FROM runs").fetchone()[0]
        store.close()
    except sqlite3.Error:
        return False
    return bool(found)


def test_a_moved_repository_still_shows_its_pictures(reproduced: Project) -> None:
    reproduced.dvc("repro", "--force", "--single-item", "track")
    (run,) = runs(reproduced)
    assert str(reproduced.path) in run.info.artifact_uri
    assert "report.html" in artifacts(run)
    mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")


def test_an_unreachable_server_costs_nothing_but_the_run(reproduced: Project) -> None:
    reproduced.edit("params.yaml", "  k: auto ", "  k: 3 ")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    failed = reproduced.dvc("repro", check=False, MLFLOW_TRACKING_URI=f"http://127.0.0.1:{port}")
    assert failed.returncode != 0
    lines = [line for line in failed.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1
    assert f"http://127.0.0.1:{port} cannot be used" in lines[0]
    assert "Traceback" not in failed.stderr
    again = reproduced.dvc("repro").stdout
    assert again.count("Running stage") == 1
    assert "Running stage 'track'" in again


def test_an_experiment_in_a_temporary_folder_is_tracked_in_the_repository(
    reproduced: Project,
) -> None:
    reproduced.dvc("exp", "run", "--temp", "--name", "five", "-S", "train.k=5")
    by_name = {run.info.run_name: run for run in runs(reproduced)}
    run = by_name["five"]
    assert run.data.params["train.k"] == "5"
    assert run.data.tags["dvc.exp.name"] == "five"
    assert run.data.tags["dvc.exp.baseline"] == reproduced.git("rev-parse", "HEAD").strip()
    assert run.info.artifact_uri.startswith((reproduced.path / "mlartifacts").as_uri())
    assert "report.html" in artifacts(run)
    shown = reproduced.dvc("exp", "show", "--md").stdout
    assert "five" in shown


def test_the_environment_decides_the_store(reproduced: Project, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/elsewhere.db"
    reproduced.stage("track", MLFLOW_TRACKING_URI=uri)
    (run,) = runs(reproduced, uri)
    key = files.read_json(reproduced.path / "reports/track/state.json")[tracking.KEY_TAG]
    assert run.data.tags[tracking.KEY_TAG] == key
