"""What MLflow does not promise, tried with the MLflow that is installed.

If one of these fails after an upgrade, `segmentation/tracking/mlflow_internals.py` is what to mend:
it was written for MLflow 3.17.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from segmentation.tracking import mlflow_internals, model
from segmentation.tracking.record import Dataset, Record

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


def test_mlflow_loads_a_model_that_lies_in_a_folder(tmp_path: Path) -> None:
    columns = make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(), ["town"]))
    fitted = make_pipeline(columns, KMeans(2, n_init=1, random_state=0)).fit(CUSTOMERS)
    record = Record(
        key="k", name="n", description="", tags={}, params={}, metrics={}, curves={}, tables={},
        files={}, dataset=DATASET, model=skops.io.dumps(fitted), example=CUSTOMERS[:1],
    )  # fmt: skip
    model._save(tmp_path, mlflow.models.Model(), record)
    labels = fitted.predict(CUSTOMERS)
    assert np.array_equal(mlflow.sklearn.load_model(str(tmp_path)).predict(CUSTOMERS), labels)
    loaded = mlflow.pyfunc.load_model(str(tmp_path))
    assert np.array_equal(loaded.predict(CUSTOMERS), labels)  # whole numbers are taken too
    assert loaded.input_example.equals(CUSTOMERS[:1])
