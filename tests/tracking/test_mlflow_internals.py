"""What MLflow does not promise, tried with the MLflow that is installed.

If one of these fails after an upgrade, `segmentation/tracking/mlflow_internals.py` is what to mend:
it was written for MLflow 3.17.
"""

import inspect
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from segmentation.algorithms import models
from segmentation.algorithms.assigners import nearest_centroid, with_ids
from segmentation.engines.features import build_features
from segmentation.settings.featurize import Featurize
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data
from segmentation.tracking import mlflow_internals, model
from segmentation.tracking.record import Dataset, Record
from segmentation.tracking.serving import Serving

# The warnings are those of MLflow and SQLAlchemy.
pytestmark = [pytest.mark.pipeline, pytest.mark.filterwarnings("default")]

CUSTOMERS = pd.DataFrame({"age": [20, 21, 60, 61], "town": ["Ulm", "Ulm", "Bonn", "Bonn"]})
DATASET = Dataset(
    name="customers",
    path="data/raw/customers.csv",
    digest="d41d8cd98f00b204e9800998ecf8427e",
    columns={"age": "double", "town": "string"},
    rows=4,
)
DATA = Data.model_validate(
    {"path": "a.csv", "id": "id", "value": None, "numeric": {"age": None},
     "categorical": {"town": None}}
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds a store with one experiment, made as the repository makes its own."""
    folder = tmp_path_factory.mktemp("store")
    artifacts = folder / "mlartifacts"
    mlflow_internals.make_database(folder / "mlflow.db", artifacts)
    tags = mlflow_internals.EXPERIMENT_TAGS
    mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db").create_experiment(
        "e", artifacts.as_uri(), tags
    )
    return folder


@pytest.fixture
def store(folder: Path) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")


def test_a_moved_store_finds_its_files_again(
    store: mlflow.MlflowClient, folder: Path, tmp_path: Path
) -> None:
    experiment = store.get_experiment_by_name("e").experiment_id
    run = store.create_run(experiment).info.run_id
    made = store.create_logged_model(experiment, "model", run).model_id
    elsewhere = store.create_experiment("elsewhere", "s3://bucket/mlartifacts")
    there = tmp_path / "moved"
    there.mkdir()
    shutil.copy(folder / "mlflow.db", there / "mlflow.db")
    for _ in range(2):  # the second time there is nothing to do
        mlflow_internals.follow_move(there / "mlflow.db", there / "mlartifacts")
    client = mlflow.MlflowClient(f"sqlite:///{there}/mlflow.db")
    here = (there / "mlartifacts").as_uri()
    places = {
        client.get_experiment(experiment).artifact_location.removeprefix(here),
        client.get_run(run).info.artifact_uri.removeprefix(here),
        client.get_logged_model(made).artifact_location.removeprefix(here),
    }
    assert places == {"", f"/{run}/artifacts", f"/models/{made}/artifacts"}
    assert client.get_experiment(elsewhere).artifact_location == "s3://bucket/mlartifacts"


def test_no_other_table_holds_a_place(store: mlflow.MlflowClient, folder: Path) -> None:
    experiment = store.get_experiment_by_name("e").experiment_id
    run = store.create_run(experiment).info.run_id
    store.create_logged_model(experiment, "model", run)
    with closing(sqlite3.connect(folder / "mlflow.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
        found = {
            (table, column)
            for table in tables
            if not table.startswith(("sqlite_", "ix_", "index_", "idx_"))
            for (_, column, *_) in database.execute(f'PRAGMA table_info("{table}")').fetchall()
            for (value,) in database.execute(f'SELECT "{column}" FROM "{table}"').fetchall()
            if str(value).startswith((folder / "mlartifacts").as_uri())
        }
    assert found == set(mlflow_internals.PLACES.items())


def test_the_ui_or_mlflow_itself_knows_the_tags_and_the_address() -> None:
    built = Path(mlflow.__file__).parent / "server/js/build/static/js"
    words = {"mlflow.sharedViewState.", "viewStateShareKey", "selectedColumns"}
    words |= {name for name in mlflow_internals.EXPERIMENT_TAGS if "sharedView" not in name}
    words |= {"custom_model_development"}
    for script in (*built.rglob("*.js"), Path(mlflow.utils.mlflow_tags.__file__)):
        text = script.read_text(encoding="utf-8")
        words = {word for word in words if word not in text}
    assert words == set()


def test_a_row_that_is_there_already_is_refused_in_these_words(tmp_path: Path) -> None:
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/a.db")
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE a (b TEXT PRIMARY KEY)"))
        connection.execute(sqlalchemy.text("INSERT INTO a VALUES ('c')"))
    with pytest.raises(sqlalchemy.exc.IntegrityError) as refused, engine.begin() as connection:
        connection.execute(sqlalchemy.text("INSERT INTO a VALUES ('c')"))
    engine.dispose()
    assert mlflow_internals.two_wrote_at_once(mlflow.MlflowException(str(refused.value)))
    assert not mlflow_internals.two_wrote_at_once(mlflow.MlflowException("no such run"))


def test_mlflow_reads_the_dataset_of_a_run(store: mlflow.MlflowClient) -> None:
    run = store.create_run(store.get_experiment_by_name("e").experiment_id).info.run_id
    store.log_inputs(run, datasets=[mlflow_internals.dataset_input(DATASET)])
    (logged,) = store.get_run(run).inputs.dataset_inputs
    schema = mlflow.types.Schema.from_json(
        json.dumps(json.loads(logged.dataset.schema)["mlflow_colspec"])
    )
    assert schema.input_names() == ["age", "town"]
    assert mlflow.data.get_source(logged).uri == DATASET.path
    assert json.loads(logged.dataset.profile) == {"num_rows": 4}


def saved(folder: Path) -> Pipeline:
    """Lay out a model of two segments in a folder as a run has it."""
    transformer = build_features(CUSTOMERS, data=DATA, settings=Featurize()).fit(CUSTOMERS)
    X = np.asarray(transformer.transform(CUSTOMERS))
    assigner = with_ids(nearest_centroid(X[[0, 2]]), [1, 2])
    fitted = Pipeline([("features", transformer), ("segments", assigner)])
    record = Record(
        key="k", name="n", description="", tags={}, params={}, metrics={}, curves={}, tables={},
        files={}, dataset=DATASET, model=models.dumps(fitted), example=CUSTOMERS[:1],
        serving=Serving(names={1: "Young", 2: "Old"}, data=DATA, prepare=Prepare()),
    )  # fmt: skip
    model._save(folder, mlflow.models.Model(), record)
    return fitted


def test_mlflow_loads_a_model_that_lies_in_a_folder(tmp_path: Path) -> None:
    labels = saved(tmp_path).predict(CUSTOMERS)
    assert np.array_equal(mlflow.sklearn.load_model(str(tmp_path)).predict(CUSTOMERS), labels)


def test_a_category_may_be_a_number_or_a_yes_or_no(tmp_path: Path) -> None:
    saved(tmp_path)
    loaded = mlflow.pyfunc.load_model(str(tmp_path))
    for town in (3, 2.5, True):
        assert loaded.predict(pd.DataFrame({"age": [20], "town": [town]}))["name"].tolist() == [
            "Young"
        ]


def test_a_model_of_older_code_answers_ids_as_it_did(tmp_path: Path) -> None:
    labels = saved(tmp_path).predict(CUSTOMERS)
    (tmp_path / model.SERVING).unlink()
    card = mlflow.models.Model.load(str(tmp_path))
    del card.flavors["python_function"]
    model._layout(card, served=False)
    card.save(str(tmp_path / model.MODEL_CARD))
    content = (tmp_path / model.MODEL_CARD).read_bytes()
    assert mlflow_internals.loads_as(content, partial(model._layout, served=False))
    assert not mlflow_internals.loads_as(content, model._layout)
    loaded = mlflow.pyfunc.load_model(str(tmp_path))
    assert np.array_equal(loaded.predict(CUSTOMERS), labels)  # whole numbers are taken too


def test_the_server_of_a_model_is_where_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow.pyfunc import scoring_server

    command, _ = scoring_server.get_cmd("a-model")
    assert f"{mlflow_internals._SERVER}:" in command
    asked = inspect.signature(scoring_server.invocations).parameters
    assert list(asked) == ["data", "content_type", "model", "input_schema"]
    before = scoring_server.invocations
    mlflow_internals.refuse_in_words()
    assert scoring_server.invocations is before  # nothing is served here
    monkeypatch.setattr(scoring_server, "invocations", before)
    monkeypatch.setitem(sys.modules, mlflow_internals._SERVER, sys)
    mlflow_internals.refuse_in_words()
    assert scoring_server.invocations is not before


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Ask the server of a model of an age and a town."""
    from mlflow.pyfunc import scoring_server

    folder = tmp_path_factory.mktemp("served")
    saved(folder)
    loaded = mlflow.pyfunc.load_model(str(folder))
    assert loaded.input_example.equals(CUSTOMERS[:1])
    schema = loaded.metadata.get_input_schema()
    ask = mlflow_internals.in_words(scoring_server.invocations)
    return lambda body, kind="application/json": ask(body, kind, loaded, schema)


def test_it_answers_id_name_and_confidence(served: Callable[..., Any]) -> None:
    split = {"columns": ["town", "more", "age"], "data": [["ulm ", 1, 20], [None, 1, 61]]}
    said = json.loads(served(json.dumps({"dataframe_split": split})).response)["predictions"]
    assert [(each["segment"], each["name"]) for each in said] == [(1, "Young"), (2, "Old")]
    assert all(0 < each["confidence"] <= 1 for each in said)
    records = {"dataframe_records": [{"age": 20, "town": "Ulm"}, {"age": None, "town": None}]}
    said = json.loads(served(json.dumps(records)).response)["predictions"]
    assert said[0]["name"] == "Young"
    assert said[1] == {
        "segment": None, "name": None, "confidence": None,
        "not_scored": "too many cells are missing",
    }  # fmt: skip


def test_rows_of_csv_are_read_as_those_of_a_file(served: Callable[..., Any]) -> None:
    body = b'\xef\xbb\xbftown,more,age\r\n"ulm ","a,\nb",20\r\nUlm,NA," 6.1e1"\r\n,,\r\n'
    for kind in ("text/csv", "text/csv; charset=utf-8"):
        said = json.loads(served(body, kind).response)["predictions"]
        assert [each["name"] for each in said] == ["Young", "Old", None]
        assert said[2]["not_scored"] == "too many cells are missing"


WRONG: dict[str, tuple[bytes, str | None, int]] = {
    "missing inputs ['age', 'town']": (
        b'{"dataframe_records": [{"agee": 777}]}', "application/json", 400
    ),
    "missing inputs ['town']; did you mean 'Town' for 'town'?\"": (
        b'{"dataframe_records": [{"Town": "Ulm", "age": 777, "more": 1}]}', "application/json", 400
    ),
    "must be a JSON dictionary": (b"777", "application/json", 400),
    "no JSON: Expecting value": (b"[[[", "application/json", 400),
    "no text in UTF-8": (b'{"a": "\xff"}', "application/json", 400),
    "cannot be read as rows": (b"[" * 100_000, "application/json", 400),
    "'age' is not numeric": (
        b'{"inputs": [{"age": "777s", "town": "Ulm"}]}', "application/json", 400
    ),
    "neither a text nor a number": (
        b'{"dataframe_records": [{"age": [777], "town": "Ulm"}]}', "application/json", 400
    ),
    "a column stands there twice": (
        b'{"dataframe_split": {"columns": ["age", "town", "age"], "data": [[777, "Ulm", 777]]}}',
        "application/json", 400,
    ),
    "the request is empty": (b"\n", "text/csv", 400),
    "no rows; send": (b"age,town\n", "text/csv", 400),
    "more than one column 'age'": (b"age,town,age\n777,Ulm,777\n", "text/csv", 400),
    "row 2 has 1 cells, the header 2": (b"age,town\n777,Ulm\n777\n", "text/csv", 400),
    "no CSV: unexpected end of data": (b'age,town\n777,"Ulm\n', "text/csv", 400),
    "UTF-8: byte 14": (b"age,town\n777,U\xff\n", "text/csv", 400),
    "missing inputs ['town']": (b"age\n777\n", "text/csv", 400),
    "Content-Type": (b"777", None, 415),
    "content types": (b"777", "image/png", 415),
    "more than 20 MB": (b" " * (21 << 20), "application/json", 413),
}  # fmt: skip


@pytest.mark.parametrize("why", WRONG)
def test_a_request_that_is_wrong_is_refused_in_words(served: Callable[..., Any], why: str) -> None:
    body, kind, status = WRONG[why]
    try:
        found = served(body, kind)
        said, code = found.response, found.status
    except mlflow.MlflowException as error:
        said, code = error.serialize_as_json(), error.get_http_status_code()
    assert code == status
    assert why in said
    assert "Traceback" not in said
