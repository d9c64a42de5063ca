"""Clones that track the same state in the same moment: one run, one model, both whole."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from mlflow.entities import Run

from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data
from segmentation.tracking import model
from segmentation.tracking.origin import KEY_TAG
from segmentation.tracking.record import Dataset, Record
from segmentation.tracking.runs import track
from segmentation.tracking.serving import Serving

# The warnings are those of MLflow and SQLAlchemy.
pytestmark = [pytest.mark.pipeline, pytest.mark.filterwarnings("default")]

DATA = Data.model_validate({"path": "a.csv", "id": "id", "value": None, "numeric": {"age": None}})
RECORD = Record(
    key="the state", name="n", description="", tags={}, params={"a": 1}, metrics={"k": 2.0},
    curves={}, tables={}, files={Path("dvc.lock"): b"schema: '2.0'\n"},
    dataset=Dataset("customers", "a.csv", "d41d8cd98f00b204e9800998ecf8427e", {"age": "double"}, 4),
    model=b"the model", example=pd.DataFrame({"age": [20]}),
    serving=Serving(names={1: "Young"}, data=DATA, prepare=Prepare()),
)  # fmt: skip


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> mlflow.MlflowClient:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    tracked_here()(tmp_path)
    return mlflow.MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")


def tracked_here(key: str = "another state", time: int = 1) -> Callable[[Path], str]:
    record = Record(**{**vars(RECORD), "key": key})
    return lambda root: track(record, experiment="e", root=root, origin={}, time=time)


def in_between(monkeypatch: pytest.MonkeyPatch, does: Callable[[str, str], None]) -> list[str]:
    """Let something else happen once, before the model is attached; return the models attached."""
    attach, seen = model.attach, list[str]()

    def after_that(client: Any, run_id: str, model_id: str, record: Record) -> None:
        seen.append(model_id)
        if len(seen) == 1:
            does(run_id, model_id)
        attach(client, run_id, model_id, record)

    monkeypatch.setattr(model, "attach", after_that)
    return seen


def the_run(client: mlflow.MlflowClient) -> Run:
    experiment = client.get_experiment_by_name("e")
    (run,) = client.search_runs([experiment.experiment_id], f"tags.`{KEY_TAG}` = 'the state'")
    assert run.info.status == "FINISHED"
    assert model.has_files(client, run)
    assert len(run.outputs.model_outputs) == 1
    query = f"source_run_id = '{run.info.run_id}'"
    logged = client.search_logged_models([experiment.experiment_id], filter_string=query)
    assert [each.model_id for each in logged] == [run.outputs.model_outputs[0].model_id]
    return run


def test_a_model_that_another_clone_deletes_is_logged_again(
    client: mlflow.MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = in_between(monkeypatch, lambda _, model_id: client.delete_logged_model(model_id))
    tracked_here("the state")(tmp_path)
    assert the_run(client).outputs.model_outputs[0].model_id == seen[-1] != seen[0]


def test_a_model_that_is_seen_late_and_is_older_counts(
    client: mlflow.MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another(run_id: str, _: str) -> None:
        experiment = client.get_experiment_by_name("e").experiment_id
        made = client.create_logged_model(experiment, "segmenter", run_id).model_id
        with closing(sqlite3.connect(tmp_path / "mlflow.db")) as store, store:
            store.execute(
                "UPDATE logged_models SET creation_timestamp_ms = 1 WHERE model_id = ?", (made,)
            )

    seen = in_between(monkeypatch, another)
    tracked_here("the state")(tmp_path)
    assert the_run(client).outputs.model_outputs[0].model_id == seen[-1] != seen[0]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without runs: making one takes longer than a test."""
    file = tmp_path_factory.mktemp("store") / "server.db"
    mlflow.MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def server(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> mlflow.MlflowClient:
    """Return a client of a store that is not the embedded one, which is locked while one tracks."""
    shutil.copy(empty, tmp_path / "server.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/server.db")
    return mlflow.MlflowClient(f"sqlite:///{tmp_path}/server.db")


def unseen(client: mlflow.MlflowClient, run_id: str, does: Callable[[Path], str]) -> str:
    """Track what `does` tracks, while a run is not seen yet, as if it were written a moment later.

    Returns the id of the other run.
    """
    client.set_tag(run_id, KEY_TAG, "not seen yet")
    other = does(Path())
    client.set_tag(run_id, KEY_TAG, "the state")
    assert other != run_id
    return other


def test_of_two_runs_that_which_is_complete_first_stays(
    server: mlflow.MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[str] = []
    in_between(
        monkeypatch,
        lambda run_id, _: others.append(unseen(server, run_id, tracked_here("the state"))),
    )
    assert [tracked_here("the state")(tmp_path)] == others
    assert the_run(server).info.run_id == others[0]


@pytest.mark.parametrize("time", [1, 3], ids=["the other is older", "the other is younger"])
def test_of_two_runs_that_are_complete_in_the_same_moment_one_stays(
    server: mlflow.MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, time: int
) -> None:
    terminate, both = mlflow.MlflowClient.set_terminated, list[str]()

    def after_the_other(client: mlflow.MlflowClient, run_id: str, *args: Any, **named: Any) -> None:
        if not both:
            both.append(run_id)
            both.append(unseen(server, run_id, tracked_here("the state", time)))
        terminate(client, run_id, *args, **named)

    monkeypatch.setattr(mlflow.MlflowClient, "set_terminated", after_the_other)
    stays = tracked_here("the state", 2)(tmp_path)
    assert stays == the_run(server).info.run_id == both[1 if time == 1 else 0]


def test_who_logs_to_a_run_that_another_clone_deletes_goes_on_with_the_one_that_stays(
    server: mlflow.MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[str] = []

    def another(run_id: str, _: str) -> None:
        others.append(unseen(server, run_id, tracked_here("the state")))
        server.delete_run(run_id)

    in_between(monkeypatch, another)
    assert [tracked_here("the state")(tmp_path)] == others
    assert the_run(server).info.run_id == others[0]


def test_runs_of_states_that_are_called_the_same_are_told_apart(
    client: mlflow.MlflowClient, tmp_path: Path
) -> None:
    runs = [tracked_here(key)(tmp_path) for key in ("another state", "the state", "the state")]
    names = [client.get_run(run_id).info.run_name for run_id in runs]
    assert names == ["n", "n the sta", "n the sta"]
