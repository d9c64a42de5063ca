"""Clones that track the same state in the same moment: one run, one model, both whole."""

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


def tracked_here(key: str = "another state") -> Callable[[Path], str]:
    record = Record(**{**vars(RECORD), "key": key})
    return lambda root: track(record, experiment="e", root=root, origin={}, time=1)


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


def test_of_two_runs_that_which_is_complete_first_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not the embedded store, which is locked while one tracks.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/server.db")
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path}/server.db")
    others: list[str] = []

    def another(run_id: str, _: str) -> None:
        hidden = f"tags.`{KEY_TAG}` = 'the state'"
        assert len(client.search_runs([client.get_run(run_id).info.experiment_id], hidden)) == 1
        client.set_tag(run_id, KEY_TAG, "not seen yet")  # as if it were written a moment later
        others.append(tracked_here("the state")(tmp_path))
        client.set_tag(run_id, KEY_TAG, "the state")

    in_between(monkeypatch, another)
    assert [tracked_here("the state")(tmp_path)] == others
    assert the_run(client).info.run_id == others[0]
