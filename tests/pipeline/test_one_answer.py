"""A customer is in one segment, whoever is asked: the file, MLflow, its server, SQL or ONNX."""

import json
import re
import runpy
import shlex
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import made
import numpy as np
import onnxruntime
import pandas as pd
import pyarrow as pa
import pytest
from servers import postgres, postgres_program
from typer.testing import CliRunner

from conftest import Project
from segmentation import paths
from segmentation.algorithms.assigners import confidence_of
from segmentation.artifacts.segments import Segments
from segmentation.cli import app
from segmentation.commands import changes as moves
from segmentation.commands import export, score
from segmentation.commands.changes import LEDGER
from segmentation.commands.drift import EXIT_CODES
from segmentation.commands.load import choose, load_model
from segmentation.errors import InputError, SettingsError
from segmentation.repository.snapshot import Snapshot
from segmentation.scoring.stream import ADDED
from segmentation.settings.params import load_params
from segmentation.tracking import beside, compared
from segmentation.tracking import drift as drift_runs
from segmentation.tracking.mlflow_internals import in_words
from segmentation.tracking.model import LEFT_BEHIND
from segmentation.tracking.runs import find_run
from segmentation.tracking.store import ARTIFACTS, open_store

pytestmark = [pytest.mark.pipeline, pytest.mark.filterwarnings("default")]  # MLflow's own


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """A thousand: cells missing, categories that the training had not, numbers beyond it."""
    table = made.customers(rows=1000, seed=31)
    rng = np.random.default_rng(2)
    for name in made.DATA.features:
        table.loc[rng.random(1000) < 0.05, name] = None
    table.loc[rng.random(1000) < 0.05, "preferred_category"] = "Yachts"
    table.loc[rng.random(1000) < 0.05, "income"] *= 20
    return table.astype({"id": "str"})


@pytest.fixture
def here(finished: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(finished.path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return finished


def select(dialect: str, run: str) -> str:
    return export.as_sql(dialect, None, model=run, table="customers").rstrip().rstrip(";")


@pytest.fixture(scope="module")
def address() -> Iterator[str | None]:
    """Of a database of PostgreSQL, where that is installed."""
    if not postgres_program("postgres"):
        yield None
        return
    with postgres() as server:
        yield f"{server.replace('+pg8000', '')}/mlflow"


def in_postgres(address: str, customers: pd.DataFrame, sql: str) -> pd.DataFrame:
    import pg8000.dbapi

    port = urlsplit(address).port
    with closing(
        pg8000.dbapi.connect("team", host="127.0.0.1", port=port, database="mlflow")
    ) as con:
        cursor = con.cursor()
        numbers = set(made.DATA.numeric)
        columns = ", ".join(
            f'"{c}" {"NUMERIC" if c in numbers else "TEXT"}' for c in customers.columns
        )
        cursor.execute(f"CREATE TABLE customers ({columns})")
        rows = customers.astype(object).where(customers.notna(), None).to_numpy().tolist()
        marks = ", ".join(["%s"] * len(customers.columns))
        cells = [cell for row in rows for cell in row]
        every = ", ".join([f"({marks})"] * len(rows))
        cursor.execute(f"INSERT INTO customers VALUES {every}", cells)
        cursor.execute(sql)
        names = [column[0] for column in cursor.description]
        found = pd.DataFrame(cursor.fetchall(), columns=names)
    return found.set_index("id").loc[customers["id"]]


def in_onnx(customers: pd.DataFrame, file: Path, run: str) -> pd.DataFrame:
    export.as_onnx(file, model=run)
    session = onnxruntime.InferenceSession(file)
    told = session.get_modelmeta().custom_metadata_map
    assert told["run_id"] == run
    cells = {name: customers[[name]].to_numpy("float64") for name in made.DATA.numeric_features}
    for name in made.DATA.categorical_features:
        cells[name] = customers[[name]].fillna("").to_numpy("object")
    names = [each.name for each in session.get_outputs()]
    return pd.DataFrame(dict(zip(names, session.run(names, cells), strict=True)))


def test_every_way_gives_one_answer(
    here: Project, customers: pd.DataFrame, address: str | None, tmp_path: Path
) -> None:
    import mlflow
    from mlflow.pyfunc import scoring_server

    experiment = load_params(here.path / "params.yaml").track.experiment
    with open_store(here.path) as client:
        stored = client.get_experiment_by_name(experiment)
        (run,) = client.search_runs([stored.experiment_id], "tags.`dvc.lock.key` != ''")
        model = mlflow.pyfunc.load_model(f"models:/{run.outputs.model_outputs[0].model_id}")
    run_id = run.info.run_id
    features = customers[made.DATA.features]
    ours = load_model()
    names = Snapshot.of_workspace().artifact(Segments).names
    expected = pd.DataFrame({"segment": ours.predict(features)})
    expected["name"] = expected["segment"].map(names)
    expected["confidence"] = confidence_of(ours[-1], np.asarray(ours[:-1].transform(features)))
    assert set(expected["segment"]) == set(names) == {1, 2, 3, 4}
    answers = {"pyfunc": model.predict(features)}
    assert answers["pyfunc"]["not_scored"].isna().all()

    (left,) = LEFT_BEHIND  # by MLflow's loader: its note is known, and nothing else is let in
    note = next((here.path / ARTIFACTS).rglob(left)).read_bytes()
    assert LEFT_BEHIND[left](note)
    assert not LEFT_BEHIND[left](note + b"loader_module: os\n")
    assert load_model(run_id).predict(features).tolist() == expected["segment"].tolist()

    body = json.dumps({"dataframe_split": json.loads(features.to_json(orient="split"))})
    asked = in_words(scoring_server.invocations)
    schema = model.metadata.get_input_schema()
    said = asked(body, "application/json", model, schema)
    assert said.status == 200, said.response
    answers["server"] = pd.DataFrame(json.loads(said.response)["predictions"])
    lacking = json.dumps({"dataframe_records": [{"agee": 41}]})
    with pytest.raises(mlflow.MlflowException, match=r"missing inputs \['age'") as refused:
        asked(lacking, "application/json", model, schema)
    assert refused.value.get_http_status_code() == 400
    assert "41" not in refused.value.serialize_as_json()

    customers.to_csv(tmp_path / "new.csv", index=False)
    done = score.score(tmp_path / "new.csv", model=run_id)
    assert not done.counts.not_scored
    told = json.loads(done.sidecar.read_text(encoding="utf-8"))
    assert (told["model"]["run_id"], told["rows"]) == (run_id, 1000)
    assert told["unseen_categories"]["preferred_category"] > 30
    answers["file"] = pd.read_csv(done.out)

    con = duckdb.connect()
    con.register("customers", customers)
    found = con.execute(select("duckdb", run_id)).df().set_index("id")
    answers["duckdb"] = found.loc[customers["id"]]
    database = sqlite3.connect(":memory:")
    customers.to_sql("customers", database, index=False)
    found = pd.read_sql(select("sqlite", run_id), database).set_index("id")
    database.close()
    answers["sqlite"] = found.loc[customers["id"]]
    if address:
        answers["postgres"] = in_postgres(address, customers, select("postgres", run_id))
    answers["onnx"] = in_onnx(customers, tmp_path / "segments.onnx", run_id)
    for how, found in answers.items():
        assert found["segment"].tolist() == expected["segment"].tolist(), how
        assert found["name"].tolist() == expected["name"].tolist(), how
        firm = found["confidence"].to_numpy(float)
        np.testing.assert_allclose(firm, expected["confidence"], atol=1e-6, err_msg=how)


def test_who_moved_is_told_to_postgres_as_a_whole(address: str | None) -> None:
    import pg8000.dbapi

    if not address:
        pytest.skip("PostgreSQL is not installed")
    names = ["id", "after", "value", "play", "holdout"]
    first: list[list[Any]] = [
        ["a'b", '"c",\n\\.'],
        [1, None],
        [0.5, None],
        ["", None],
        [True, False],
    ]
    later: list[list[Any]] = [["d"], [2], [1e300], ["Café"], [None]]
    types = [pa.string(), pa.int64(), pa.float64(), pa.string(), pa.bool_()]

    def rows(cells: list[list[Any]]) -> pa.RecordBatch:
        columns = [pa.array(each, kind) for each, kind in zip(cells, types, strict=True)]
        return pa.RecordBatch.from_arrays(columns, names=names)

    def broken() -> Iterator[pa.RecordBatch]:
        yield rows(later)
        raise InputError("half of it")

    port = urlsplit(address).port
    with closing(
        pg8000.dbapi.connect("team", host="127.0.0.1", port=port, database="mlflow")
    ) as con:
        cursor = con.cursor()

        def there() -> list[list[Any]]:
            cursor.execute("SELECT * FROM segment_changes ORDER BY id")
            found = [list(row) for row in cursor.fetchall()]
            con.commit()
            return found

        moves._write(iter([rows(first), rows(later)]), address)
        both = [one + other for one, other in zip(first, later, strict=True)]
        told = sorted(map(list, zip(*both, strict=True)), key=lambda row: str(row[0]))
        assert sorted(there(), key=lambda row: str(row[0])) == told
        with pytest.raises(InputError, match="half of it"):
            moves._write(broken(), address)
        assert len(there()) == 3
        moves._write(iter([rows(later)]), address)
        assert there() == [[cell for (cell,) in later]]
        cursor.execute("ALTER TABLE segment_changes DROP COLUMN play")
        con.commit()
        with pytest.raises(InputError, match=r"cannot be written to: column .play. of relation"):
            moves._write(iter([rows(later)]), address)


def test_a_drift_run_stands_below_the_model_s_and_is_none_of_a_state(
    reproduced: Project, customers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from segmentation.commands import drift

    monkeypatch.chdir(reproduced.path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    customers.to_csv("new.csv", index=False)
    experiment = load_params(reproduced.path / "params.yaml").track.experiment
    with open_store(reproduced.path) as client:
        stored = client.get_experiment_by_name(experiment)
        (state,) = client.search_runs([stored.experiment_id], "tags.`dvc.lock.key` != ''")
    found = drift.drift(Path("new.csv"), model=state.info.run_id)
    assert found.verdict != "steady"
    with open_store(reproduced.path) as client:
        kind = f"tags.{beside.KIND_TAG} = '{drift_runs.KIND}'"
        runs = client.search_runs([stored.experiment_id], kind)
        (run,) = (
            each for each in runs if each.data.tags.get("mlflow.parentRunId") == state.info.run_id
        )
        assert run.data.tags["verdict"] == found.verdict
        assert run.data.metrics["drift.rows"] == 1000
        names = {each.path for each in client.list_artifacts(run.info.run_id)}
        assert names == {"drift.json", "drift.html"}
        assert find_run(client, experiment, wanted=state.info.run_id, key=None)
    shown = compared.finished(experiment, reproduced.path)
    assert [each.run_id for each in shown] == [state.info.run_id]


def test_a_model_is_chosen_by_name_and_a_changed_one_refused(
    reproduced: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reproduced.path)
    here, file = choose("workspace"), choose("models/segmenter.skops")
    assert here.md5 == file.md5
    assert here.segments == file.segments is not None
    assert here.baseline == file.baseline is not None

    known = {"v1.0.0": Snapshot.of_workspace()}

    def at(revision: str) -> Snapshot:
        if revision not in known:
            raise SettingsError(revision)
        return known[revision]

    monkeypatch.setattr(Snapshot, "at", at)
    assert choose("customer-segments@v1.0.0").md5 == here.md5
    known["customer-segments@v2.0.0"] = known.pop("v1.0.0")  # as such tags are called
    assert choose("customer-segments@v2.0.0").md5 == here.md5

    model = reproduced.path / "models/segmenter.skops"
    content = model.read_bytes()
    model.unlink()  # a link into DVC's cache
    model.write_bytes(content[:-1])
    with pytest.raises(InputError, match=r"not the one in dvc\.lock"):
        choose("workspace")


def test_the_docs_do_what_they_say(reproduced: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the page in turn, from the README to a scored file and beyond."""
    monkeypatch.chdir(reproduced.path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    page = (reproduced.path / "docs/scoring.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
             for line in block.splitlines()]  # fmt: skip
    runner, said = CliRunner(), defaultdict[str, list[str]](list)
    for line in lines:
        program, *arguments = shlex.split(line.split("#")[0])
        if program != "segmentation":
            assert line.startswith("dvc repro")  # was done in this copy
            continue
        if arguments[0] == "effect":
            told = pd.read_parquet(LEDGER)
            told["spent"] = np.arange(len(told)) % 7 + np.where(told["holdout"], 0.0, 9.0)
            told[["id", "spent"]].to_csv("outcomes.csv", index=False)
        done = runner.invoke(app, arguments)
        assert done.exit_code == 0, (line, done.output)
        said[" ".join(arguments[:2])].append(done.output)
    scored = pd.read_csv("scored.csv")
    new = pd.read_csv("new.csv")
    assert list(scored.columns) == [*new.columns, *ADDED]
    assert len(scored) == len(new)
    assert all(f"`{name}`" in page for name in ADDED)
    first, second = said["export --changes"]
    assert re.search(r"\d+ new", first)
    assert "nothing was written" in second
    assert "all segments together" in said["effect outcomes.csv"][0]
    assert ": pays" in said["effect outcomes.csv"][0]
    assert "SELECT customer AS" in Path("segments.sql").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    Path("snippet.py").write_text(snippet, encoding="utf-8")
    trained = pd.read_parquet(paths.ASSIGNMENTS)
    assert runpy.run_path("snippet.py")["segment"].tolist() == trained["segment"].tolist()
    described = pd.read_csv("star/dictionary.csv")
    for name, columns in described.groupby("table_name"):
        assert pd.read_csv(f"star/{name}.csv").columns.tolist() == columns["column_name"].tolist()
    for verdict, code in EXIT_CODES.items():
        assert f"| {verdict} | {code} |" in page


def test_an_alarm_is_an_exit_code_and_a_mistake_another(
    reproduced: Project, customers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reproduced.path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    older = customers.assign(age=np.minimum(customers["age"] + 20, 100))
    older.to_csv("new.csv", index=False)
    asked = ["drift", "new.csv", "--model", "workspace", "--no-track"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == EXIT_CODES["retrain"]
    assert "age has drifted (strong" in done.output
    older.drop(columns="income").to_csv("new.csv", index=False)
    done = CliRunner().invoke(app, asked)
    assert isinstance(done.exception, InputError)
    assert done.exception.exit_code not in EXIT_CODES.values()
