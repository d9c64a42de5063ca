"""A customer is in one segment, whoever is asked: the file, MLflow, its server, or a database."""

import json
import re
import shlex
import sqlite3
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import made
import numpy as np
import pandas as pd
import pytest
from servers import postgres, postgres_program
from typer.testing import CliRunner

from conftest import Project
from segmentation.cli import app
from segmentation.commands import export, score
from segmentation.commands.changes import LEDGER
from segmentation.commands.drift import EXIT_CODES
from segmentation.commands.load import choose, load_model
from segmentation.errors import InputError, SettingsError
from segmentation.repository.snapshot import Snapshot
from segmentation.scoring.stream import ADDED
from segmentation.settings.params import load_params
from segmentation.tracking import drift as drift_runs
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


def in_postgres(customers: pd.DataFrame, sql: str) -> list[int]:
    import pg8000.dbapi

    with postgres() as address:
        port = urlsplit(address).port
        con = pg8000.dbapi.connect("team", host="127.0.0.1", port=port, database="mlflow")
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
        found = {str(row[0]): int(row[1]) for row in cursor.fetchall()}
        con.close()
    return [found[each] for each in customers["id"]]


def test_every_way_gives_one_answer(here: Project, customers: pd.DataFrame, tmp_path: Path) -> None:
    import mlflow
    from mlflow.pyfunc import scoring_server

    experiment = load_params(here.path / "params.yaml").track.experiment
    with open_store(here.path) as client:
        stored = client.get_experiment_by_name(experiment)
        (run,) = client.search_runs([stored.experiment_id], "tags.`dvc.lock.key` != ''")
        model = mlflow.pyfunc.load_model(f"models:/{run.outputs.model_outputs[0].model_id}")
    run_id = run.info.run_id
    features = customers[made.DATA.features]
    expected = load_model().predict(features).tolist()
    assert set(expected) == {1, 2, 3, 4}
    answers = {"pyfunc": model.predict(features).tolist()}

    (left,) = LEFT_BEHIND  # by MLflow's loader: its note is known, and nothing else is let in
    note = next((here.path / ARTIFACTS).rglob(left)).read_bytes()
    assert LEFT_BEHIND[left](note)
    assert not LEFT_BEHIND[left](note + b"loader_module: os\n")
    assert load_model(run_id).predict(features).tolist() == expected

    body = json.dumps({"dataframe_split": json.loads(features.to_json(orient="split"))})
    said = scoring_server.invocations(
        body, "application/json", model, model.metadata.get_input_schema()
    )
    assert said.status == 200, said.response
    answers["server"] = json.loads(said.response)["predictions"]

    customers.to_csv(tmp_path / "new.csv", index=False)
    done = score.score(tmp_path / "new.csv", model=run_id)
    assert not done.counts.not_scored
    told = json.loads(done.sidecar.read_text(encoding="utf-8"))
    assert (told["model"]["run_id"], told["rows"]) == (run_id, 1000)
    assert told["unseen_categories"]["preferred_category"] > 30
    answers["file"] = pd.read_csv(done.out)["segment"].tolist()

    con = duckdb.connect()
    con.register("customers", customers)
    found = con.execute(select("duckdb", run_id)).df().set_index("id")
    answers["duckdb"] = found.loc[customers["id"], "segment"].tolist()
    database = sqlite3.connect(":memory:")
    customers.to_sql("customers", database, index=False)
    found = pd.read_sql(select("sqlite", run_id), database).set_index("id")
    database.close()
    answers["sqlite"] = found.loc[customers["id"], "segment"].tolist()
    if postgres_program("postgres"):
        answers["postgres"] = in_postgres(customers, select("postgres", run_id))
    wrong = {
        how: sum(a != b for a, b in zip(each, expected, strict=True))
        for how, each in answers.items()
    }
    assert wrong == dict.fromkeys(answers, 0)


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
        kind = f"tags.{drift_runs.KIND_TAG} = '{drift_runs.KIND}'"
        runs = client.search_runs([stored.experiment_id], kind)
        (run,) = (
            each for each in runs if each.data.tags.get("mlflow.parentRunId") == state.info.run_id
        )
        assert run.data.tags["verdict"] == found.verdict
        assert run.data.metrics["drift.rows"] == 1000
        names = {each.path for each in client.list_artifacts(run.info.run_id)}
        assert names == {"drift.json", "drift.html"}
        assert find_run(client, experiment, wanted=state.info.run_id, key=None)


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
