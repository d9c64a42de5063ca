"""A promoted run is the reference: numbers and names last, and the registry knows its champion."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import factories
from conftest import ROOT, Project
from segmentation import paths
from segmentation.commands.promote import Candidate, reference_of, unfit, worse
from segmentation.repository import lock
from segmentation.repository.dvc_internals import cached
from segmentation.repository.snapshot import Snapshot

pytestmark = pytest.mark.pipeline


def python(project: Project, code: str) -> str:
    uri = f"sqlite:///{project.path}/mlflow.db"
    return project.run("python", "-W", "ignore", "-c", code, MLFLOW_TRACKING_URI=uri).stdout.strip()


def promote(project: Project, *arguments: str, check: bool = True) -> Any:
    return project.run("segmentation", "promote", *arguments, check=check)


def facts(project: Project) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(
        (project.path / "reports/profile/segments.json").read_text("utf-8")
    )
    return facts


@pytest.fixture(scope="module")
def promoted(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A repository whose committed state was promoted, and what that said. Read it only."""
    project = finished.copy(tmp_path_factory.mktemp("promoted") / "project")
    project.git("commit", "-q", "-a", "--allow-empty", "-m", "Results")
    return project, promote(project).stdout


def test_segments_keep_numbers_and_names_from_then_on(
    promoted: tuple[Project, str], tmp_path: Path
) -> None:
    source, told = promoted
    assert "'kmeans k=4' is the reference" in told
    assert "models:/customer-segmentation@champion, version 1" in told
    committed = source.copy(tmp_path / "project")
    before = {s["id"]: s["name"] for s in facts(committed)["segments"]}

    # The value column is turned over: without a reference the numbers would turn over too.
    committed.edit("params.yaml", "value: last_purchase_amount", "value: age  # was purchases")
    committed.edit("params.yaml", "algorithm: kmeans ", "algorithm: agglomerative ")
    committed.dvc("repro")
    after = facts(committed)
    assert {s["id"]: s["name"] for s in after["segments"]} == before
    metrics = json.loads((committed.path / "reports/evaluate/metrics.json").read_text("utf-8"))
    assert metrics["reference_ari"] > 0.8
    assert 0 < metrics["customers_moved"] < 100
    question = {item["question"]: item for item in after["trust"]}["Same segments as before?"]
    assert f"{metrics['customers_moved']} of 993 customers changed segment" in question["why"]

    # Everything that says so in git is aggregates; who was where is DVC's.
    ids = set(pd.read_parquet(committed.path / "data/prepared/customers.parquet")["id"].astype(str))
    reference = json.loads((committed.path / "data/reference/segments.json").read_text("utf-8"))
    assert {s["id"]: s["name"] for s in reference["segments"]} == before
    assert not ids & set(json.dumps(reference).replace('"', " ").split())
    committed.git("add", "-A")
    assert "assignments.parquet.dvc" in committed.git("ls-files", "data/reference")
    assert "assignments.parquet\n" not in committed.git("ls-files", "data/reference")

    # Another champion takes the place of the first.
    committed.git("commit", "-q", "-m", "Another")
    assert "version 2" in promote(committed).stdout
    champions = python(
        committed,
        "import mlflow; c = mlflow.MlflowClient(); e = c.get_experiment_by_name("
        "'customer-segmentation'); runs = c.search_runs([e.experiment_id], "
        "\"tags.champion = 'true'\"); print([r.info.run_name for r in runs])",
    )
    assert champions == "['agglomerative k=4']"


def test_the_champion_scores_customers(promoted: tuple[Project, str]) -> None:
    project, _ = promoted
    assigned = pd.read_parquet(project.path / "data/segments/assignments.parquet")["segment"]
    code = (
        "import mlflow, pandas; model = mlflow.pyfunc.load_model("
        "'models:/customer-segmentation@champion'); "
        "table = pandas.read_parquet('data/prepared/customers.parquet'); "
        "print(*model.predict(table)['segment']); "
        # MLflow has left a note beside the model: it is the same model all the same.
        "from segmentation.commands.load import choose; chosen = choose(); "
        "print(chosen.called); print(*chosen.model.predict(table))"
    )
    theirs, called, ours = python(project, code).splitlines()
    assert theirs.split() == ours.split() == assigned.astype(str).tolist()
    assert called == "the champion, version 1, of the run 'kmeans k=4'"


def test_the_model_goes_to_a_folder_of_its_own_as_shown(
    promoted: tuple[Project, str], tmp_path: Path
) -> None:
    page = (ROOT / "docs/teams.md").read_text(encoding="utf-8").partition("## The model elsewhere")
    source = promoted[0].copy(tmp_path / "project")
    (tag, bring), (snippet,) = (
        re.findall(rf"```{language}\n(.*?)```", page[2], re.DOTALL) for language in ("sh", "python")
    )
    source.run("sh", "-c", tag.splitlines()[0])
    elsewhere = Project(tmp_path / "elsewhere", {"PYTHONPATH": str(ROOT / "src")})
    elsewhere.path.mkdir()
    shutil.copy(source.path / "data/raw/customers.csv", elsewhere.path / "new.csv")
    elsewhere.run("sh", "-c", bring.replace("https://git.example.com/crm/customer-segmentation",
                                            str(source.path)))  # fmt: skip
    printed = elsewhere.run("python", "-W", "ignore", "-c", snippet).stdout
    assert set(re.findall(r"\d", printed)) == set("1234")


def test_what_is_not_committed_is_refused_unless_forced(
    two_revisions: tuple[Project, pd.DataFrame], tmp_path: Path
) -> None:
    project = two_revisions[0].copy(tmp_path / "project")
    project.git("reset", "-q", "--soft", "main")  # as before `five` was committed
    refused = promote(project, check=False)
    assert refused.returncode == 1
    assert "error: 'kmeans k=5' was not promoted: its state is not committed" in refused.stderr
    assert "Traceback" not in refused.stderr
    reference = project.path / "data/reference/segments.json"
    assert json.loads(reference.read_text("utf-8"))["segments"] == []
    stages = Snapshot.of_workspace(project.path).stages
    source = cached(lock.hash_of(stages, paths.ASSIGNMENTS, "outs"), project.path)
    assert source is not None
    whole = source.read_bytes()
    source.unlink()
    source.write_bytes(b"no")
    damaged = promote(project, "--force", check=False)
    assert f"is damaged: `rm {source}`, then `dvc repro`" in damaged.stderr
    assert json.loads(reference.read_text("utf-8"))["segments"] == []  # nothing is half done
    source.write_bytes(whole)
    promote(project, "--force")
    assert len(json.loads(reference.read_text("utf-8"))["segments"]) == 5

    # A run of before is promoted by its name, and its customers come from DVC's cache.
    assert "centroids" not in promote(project, "kmeans k=4").stdout
    content = json.loads(reference.read_text("utf-8"))
    assert len(content["segments"]) == 4
    kept = pd.read_parquet(project.path / "data/reference/assignments.parquet")
    assert set(kept["segment"]) == {1, 2, 3, 4}
    wrong = promote(project, "kmeans k=40", check=False)
    assert (wrong.returncode, "there is no run 'kmeans k=40'" in wrong.stderr) == (1, True)


GOOD = {"structure_level": 1.0, "stability_min": 0.8, "stability": 0.9, "stability_se": 0.01,
        "silhouette": 0.4, "silhouette_se": 0.01}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"structure_level": 0.0}, "no segments beyond one population"),
        ({"stability_min": 0.59}, "similarity of 0.59"),
    ],
)
def test_what_is_unfit_is_refused(change: dict[str, float], reason: str | None) -> None:
    found = unfit(GOOD | change)
    assert len(found) == (reason is not None)
    assert all(reason in each for each in found if reason)


def run(points: str = "a", **change: float) -> Candidate:
    stages = {"featurize": {"outs": [{"path": "data/features/matrix.parquet", "md5": points}]}}
    return Candidate("it", GOOD | change, stages)


def test_worse_is_what_neither_margin_nor_chance_explains() -> None:
    assert worse(run(), run(), margin=0.05) == []
    assert worse(run(stability=0.83), run(), margin=0.05) == []  # 0.05 and two errors of 0.014
    (reason,) = worse(run(stability=0.80), run(), margin=0.05)
    assert "its stability of 0.800 is more than 0.05 below the champion's 0.900" in reason
    (reason,) = worse(run(silhouette=0.3), run(), margin=0.05)
    assert "silhouette" in reason
    assert worse(run(silhouette=0.3, points="b"), run(), margin=0.05) == []  # other distances
    assert worse(run(silhouette=0.9), run(), margin=0.0) == []


def test_the_reference_keeps_what_is_known() -> None:
    segment = factories.segment(
        3,
        name="Ünde",
        numeric={"age": factories.number(mean=40.0), "spend": factories.number()},
        categorical={"town": {"Bonn": factories.level(share=0.25)}},
    )
    reference = reference_of(factories.segments([segment]), next_id=9)
    assert reference.next_id == 9
    assert reference.names == {3: "Ünde"}
    assert reference.segments[0].centroid == {"age": 40.0, "town=Bonn": 0.25}
