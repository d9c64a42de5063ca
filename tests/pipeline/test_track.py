"""One pipeline state, one MLflow run, with the real MLflow."""

import json
import re
import shutil
import signal
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
from servers import free_port, mlflow_server

from conftest import ROOT, Project
from segmentation.algorithms import ALGORITHMS
from segmentation.artifacts import files
from segmentation.tracking.origin import KEY_TAG

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
    del params["review"]  # what a review asks of a run is no setting of it
    for name in ALGORITHMS:  # what had no say is not among them
        if name != params["train"]["algorithm"]:
            assert not any(each.startswith(f"train.{name}.") for each in run.data.params)
            params["train"].pop(name, None)
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
    for column, values in curve.items():
        history = mlflow.MlflowClient().get_metric_history(run.info.run_id, f"select_k/{column}")
        assert {point.step: point.value for point in history} == values.to_dict()

    found = artifacts(run)
    pictures = {f"plots/{p.parent.name}/{p.name}" for p in finished.path.glob("reports/*/*.png")}
    assert pictures
    assert pictures <= found
    assert {"report.html", "params.yaml", "dvc.lock", "profile/segments.md"} <= found
    assert not any(
        word in path for path in found for word in ("customers", "points", "silhouettes")
    )


def test_a_run_is_pleasant_to_open(finished: Project) -> None:
    (run,) = runs(finished)
    assert run.info.run_name == "kmeans k=4"
    assert "| segment | name |" in run.data.tags["mlflow.note.content"]
    assert r"\$" not in run.data.tags["mlflow.note.content"]  # the UI would show the backslash
    assert run.data.tags["git.commit"] == finished.git("rev-parse", "HEAD").strip()
    assert run.data.tags["git.branch"] == "main"
    assert run.data.tags["git.dirty"] == "false"
    (used,) = run.inputs.dataset_inputs
    locked = yaml.safe_load((finished.path / "dvc.lock").read_text(encoding="utf-8"))
    assert used.dataset.digest == locked["stages"]["prepare"]["deps"][0]["md5"]
    assert used.dataset.name == "customers"


def test_the_best_model_on_the_same_data_is_found_as_shown(finished: Project) -> None:
    page = (ROOT / "docs/experiments.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (run,) = runs(finished)
    uri = f"sqlite:///{finished.path}/mlflow.db"
    code = f"import mlflow; mlflow.set_tracking_uri({uri!r})\n{snippet}"
    said = finished.run("python", "-W", "ignore", "-c", code).stdout
    assert said.split()[-1] == run.info.run_id


def test_the_model_predicts_on_raw_rows(finished: Project) -> None:
    (run,) = runs(finished)
    model_id = run.outputs.model_outputs[0].model_id
    named = mlflow.MlflowClient().get_logged_model(model_id).name
    assert named == f"{run.info.run_name} {run.data.tags[KEY_TAG][:7]}"  # not all are "model"
    model = mlflow.pyfunc.load_model(f"models:/{model_id}")
    customers = pd.read_parquet(finished.path / "data/prepared/customers.parquet")
    assigned = pd.read_parquet(finished.path / "data/segments/assignments.parquet")
    assert (model.predict(customers)["segment"] == assigned["segment"]).all()
    raw = pd.read_csv(finished.path / "data/raw/customers.csv", thousands=",")
    found = model.predict(raw)
    assert set(found["segment"].dropna()) == {1, 2, 3, 4}
    assert list(found.columns) == model.metadata.get_output_schema().input_names()
    assert set(model.metadata.signature.inputs.input_names()) == set(customers.columns) - {"id"}
    example = model.input_example
    assert len(example) == 1
    assert example["age"][0] == customers["age"].median()


def test_a_state_is_one_run_also_when_it_is_reached_again(reproduced: Project) -> None:
    (before,) = runs(reproduced)
    reproduced.dvc("repro", "--force", "--single-item", "track")
    assert [run.info.run_id for run in runs(reproduced)] == [before.info.run_id]

    # A colour draws and tracks again, and computes nothing.
    picture = (reproduced.path / "reports/profile/sizes.png").read_bytes()
    reproduced.edit("src/segmentation/views/colours.py", '"#0072B2"', '"#0072B3"')
    said = reproduced.dvc("repro").stdout
    assert re.findall(r"Running stage '(\w+)'", said) == ["report", "track"]
    assert (reproduced.path / "reports/profile/sizes.png").read_bytes() != picture
    two = {run.info.run_id for run in runs(reproduced)}
    assert len(two) == 2
    assert before.info.run_id in two

    reproduced.edit("src/segmentation/views/colours.py", '"#0072B3"', '"#0072B2"')
    assert "Running stage 'track'" in reproduced.dvc("repro").stdout
    assert (reproduced.path / "reports/profile/sizes.png").read_bytes() == picture
    assert {run.info.run_id for run in runs(reproduced)} == two


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


@pytest.mark.parametrize(
    ("sign", "after"),
    [
        ("mlflow.db.unfinished", 0.3),
        pytest.param("mlflow.db", 0.1, marks=pytest.mark.thorough),
        ("mlartifacts", 0.05),
    ],
)
def test_a_run_that_was_cut_short_is_completed(
    reproduced: Project, finished: Project, sign: str, after: float
) -> None:
    (whole,) = runs(finished)
    expected = artifacts(whole)
    (reproduced.path / "mlflow.db").unlink()
    shutil.rmtree(reproduced.path / "mlartifacts")
    track = subprocess.Popen(
        ["python", "-m", "segmentation", "track"],
        cwd=reproduced.path,
        env={**reproduced.environment(), "DVC_ROOT": str(reproduced.path)},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (reproduced.path / sign).exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(after)
    track.send_signal(signal.SIGKILL)
    track.wait()
    reproduced.stage("track")
    (run,) = runs(reproduced)
    assert run.info.status == "FINISHED"
    assert run.data.metrics == whole.data.metrics
    assert artifacts(run) == expected
    for name in ("silhouette", "select_k/silhouette"):
        history = mlflow.MlflowClient().get_metric_history(run.info.run_id, name)
        assert len(history) == len({point.step for point in history})
    assert len(run.outputs.model_outputs) == 1
    mlflow.pyfunc.load_model(f"models:/{run.outputs.model_outputs[0].model_id}")


def test_two_processes_that_track_one_state_in_a_new_store_make_one_run(
    reproduced: Project,
) -> None:
    (reproduced.path / "mlflow.db").unlink()
    both = [
        subprocess.Popen(
            ["python", "-m", "segmentation", "track"],
            cwd=reproduced.path,
            env=reproduced.environment(),
        )
        for _ in range(2)
    ]
    assert [process.wait() for process in both] == [0, 0]
    (run,) = runs(reproduced)
    assert run.info.status == "FINISHED"


def test_what_dvc_shows_is_in_the_run(finished: Project) -> None:
    (run,) = runs(finished)
    (baseline, *_) = json.loads(finished.dvc("exp", "show", "--json").stdout)
    metrics = {
        name: value
        for file in baseline["data"]["metrics"].values()
        for name, value in leaves(file["data"])
    }
    assert metrics
    assert {name: run.data.metrics[name] for name in metrics} == metrics
    params = dict(leaves(baseline["data"]["params"]["params.yaml"]["data"]))
    assert "train.k" in params
    for name, value in params.items():
        if name.startswith("review."):
            continue
        if name.startswith("train.") and name.split(".")[1] in ALGORITHMS.keys() - {"kmeans"}:
            continue
        logged = run.data.params[name.replace("&", "_")]
        if isinstance(value, int | float) and not isinstance(value, bool):
            assert float(logged) == value, name
        else:
            assert logged == str(value), name


@pytest.mark.thorough
def test_a_server_that_stops_in_between_costs_nothing_but_the_run(
    reproduced: Project, tmp_path: Path
) -> None:
    port, store = free_port(), f"sqlite:///{tmp_path}/server.db"
    (reproduced.path / "reports/track/state.json").unlink()
    with mlflow_server(tmp_path, store, port=port) as uri:
        running = subprocess.Popen(
            ["dvc", "repro"],
            cwd=reproduced.path,
            env={
                **reproduced.environment(),
                "MLFLOW_TRACKING_URI": uri,
                "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # the default waits for a minute
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 120
        while not (tmp_path / "artifacts").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
    _, errors = running.communicate()
    assert running.returncode != 0
    (line,) = [line for line in errors.splitlines() if line.startswith("error: ")]
    assert f"{uri} cannot be reached" in line
    assert "Traceback" not in errors
    with mlflow_server(tmp_path, store, port=port) as uri:
        again = reproduced.dvc("repro", MLFLOW_TRACKING_URI=uri).stdout
        assert again.count("Running stage") == 1
        assert "Running stage 'track'" in again
        (run,) = runs(reproduced, uri)
        assert run.info.status == "FINISHED"
        assert {"report.html", "plots/evaluate/pca.png"} <= artifacts(run)
        assert len(run.outputs.model_outputs) == 1


def test_a_moved_repository_still_shows_its_pictures(reproduced: Project) -> None:
    reproduced.dvc("repro", "--force", "--single-item", "track")
    (run,) = runs(reproduced)
    assert str(reproduced.path) in run.info.artifact_uri
    assert "report.html" in artifacts(run)
    mlflow.pyfunc.load_model(f"models:/{run.outputs.model_outputs[0].model_id}")


def test_an_unreachable_server_costs_nothing_but_the_run(reproduced: Project) -> None:
    reproduced.edit("params.yaml", "max_points: 2000 ", "max_points: 1000 ")
    port = free_port()
    failed = reproduced.dvc("repro", check=False, MLFLOW_TRACKING_URI=f"http://127.0.0.1:{port}")
    assert failed.returncode != 0
    lines = [line for line in failed.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1
    assert f"http://127.0.0.1:{port} cannot be reached" in lines[0]
    assert "Traceback" not in failed.stderr
    again = reproduced.dvc("repro").stdout
    assert again.count("Running stage") == 1
    assert "Running stage 'track'" in again


def test_the_environment_decides_the_store(reproduced: Project, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/elsewhere.db"
    reproduced.stage("track", MLFLOW_TRACKING_URI=uri)
    (run,) = runs(reproduced, uri)
    key = files.read_json(reproduced.path / "reports/track/state.json")[KEY_TAG]
    assert run.data.tags[KEY_TAG] == key
