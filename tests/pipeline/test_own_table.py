"""A table of one's own through the real stages: an outcome, a value that is a sum, the playbook."""

import json
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
import yaml
from own import customers, ran
from sklearn.metrics import adjusted_rand_score

from conftest import Project, Told

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A clone in which the section `data` was edited, and what `dvc repro` said."""
    return ran(tmp_path_factory)


def read(project: Project, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((project.path / "reports" / name).read_text("utf-8"))
    return content


def exported(project: Project) -> pd.DataFrame:
    return pd.read_csv(project.path / "data/segments/customers_with_segments.csv")


def test_an_outcome_shapes_no_segments_but_is_described(own: tuple[Project, str]) -> None:
    project, _ = own
    found = exported(project)["segment"]
    assert adjusted_rand_score(found, customers()["age"] > 45) > 0.95
    assert read(project, "featurize/features.json")["features"] == ["visits", "age", "basket"]
    scores = read(project, "evaluate/details.json")["dominance"]["scores"]
    assert set(scores) == {"visits", "age", "basket"}
    facts = read(project, "profile/segments.json")
    for segment in facts["segments"]:
        assert segment["numeric"]["response"]["mean"] is not None
        assert "No" in segment["categorical"]["2019"]
        columns = {condition["column"] for condition in segment["rule"]["conditions"]}
        assert columns <= {"visits", "age", "basket"}
        assert not any(word in segment["name"] for word in ("response", "2019", "Food", "value"))
    described = facts["method"]["descriptive"]
    assert described.startswith("Food (€), Toys (€), response, value (Food + Toys, €), 2019: ")
    assert described in (project.path / "reports/report.html").read_text("utf-8")


def test_segments_are_numbered_by_the_sum(own: tuple[Project, str]) -> None:
    project, _ = own
    table = exported(project)
    np.testing.assert_allclose(table["value"], table["Food"] + table["Toys"])
    means = table.groupby("segment")[["value", "Food"]].mean()
    assert means["value"].is_monotonic_decreasing
    assert means["Food"].is_monotonic_increasing  # so it is not one part that decides
    facts = read(project, "profile/segments.json")
    assert facts["value"] == "value"
    share = table.groupby("segment")["value"].sum() / table["value"].sum()
    for segment in facts["segments"]:
        assert segment["share_of_value"] == pytest.approx(share[segment["id"]], rel=1e-5)
    page = (project.path / "reports/report.html").read_text("utf-8")
    assert "numbered by average value (Food + Toys, €), best first" in page


def test_the_export_keeps_all_columns(own: tuple[Project, str]) -> None:
    project, _ = own
    assert list(exported(project)) == [
        *customers().columns, "value", "segment", "segment_name", "confidence", "play", "channel",
    ]  # fmt: skip


@pytest.mark.filterwarnings("default")  # those of MLflow's own loading
def test_the_tracked_model_takes_features_only(own: tuple[Project, str]) -> None:
    project, _ = own
    (model,) = project.path.glob("mlartifacts/**/MLmodel")
    described = yaml.safe_load(model.read_text("utf-8"))
    inputs = json.loads(described["signature"]["inputs"])
    assert [column["name"] for column in inputs] == ["visits", "age", "basket"]
    example = json.loads((model.parent / "input_example.json").read_text("utf-8"))
    assert example["columns"] == ["visits", "age", "basket"]
    customer = pd.DataFrame({"visits": [80.0], "age": [60.0], "basket": [90.0]})
    assert mlflow.pyfunc.load_model(str(model.parent)).predict(customer)["segment"].tolist() == [1]


def test_the_shipped_playbook_is_no_obstacle(own: tuple[Project, str]) -> None:
    project, said = own
    (note,) = read(project, "profile/segments.json")["playbook_notes"]
    assert note.startswith("playbook.yaml: left out 6 plays and 7 words, as data in params.yaml")
    assert said.count(f"warning: {note}") == 2  # by prepare and by profile
    page = (project.path / "reports/report.html").read_text("utf-8")
    assert "left out 6 plays and 7 words" in page


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("column: income,", "column: incme,", "'incme' (did you mean 'income'?)"),
        ("level: Groceries,", "level: Grocerys,", "no customer has; did you mean 'Groceries'?"),
        ("  gender: {level", "  gendre: {level", "the words for 'gendre'"),
    ],
)
def test_prepare_tells_what_in_the_playbook_does_not_fit(
    project: Project, told: Told, old: str, new: str, message: str
) -> None:
    project.edit("playbook.yaml", old, new)
    code, (line,) = told(project, "prepare")
    assert code == 0
    assert line.startswith("warning: playbook.yaml: ")
    assert message in line


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("words:\n", "words:\n  age: {high: old}\n", "'age' stands there already"),
        ("index: {min: 130}", "index: {min: 130, max: 90}", "min 130 is not below max 90"),
        ("level: Electronics", "level: true", 'in quotes where text is meant: "true"'),
        ("plays:\n", "plays:\n\tx: 1\n", "starts with a tab"),
        ("    action: Invite", "    acton: Invite", "did you mean 'action'?"),
    ],
)
def test_prepare_tells_what_is_wrong_with_the_playbook(
    project: Project, told: Told, old: str, new: str, message: str
) -> None:
    project.edit("playbook.yaml", old, new)
    code, (line,) = told(project, "prepare")
    assert code == 2
    assert message in line
    assert not (project.path / "data/prepared/customers.parquet").exists()


def test_a_new_word_reruns_no_clustering(own: tuple[Project, str]) -> None:
    project, _ = own
    text = (project.path / "playbook.yaml").read_text("utf-8")
    try:
        project.edit("playbook.yaml", "high: older", "high: elder")
        changed = json.loads(project.dvc("status", "--json").stdout)
    finally:
        (project.path / "playbook.yaml").write_text(text, "utf-8")
    assert set(changed) == {"profile"}
