"""DVC experiments: each is one run under its own name, wherever and however many at once."""

import json
import shutil
from pathlib import Path

import mlflow
import pytest
from mlflow.entities import Run

from conftest import Project

pytestmark = [pytest.mark.pipeline, pytest.mark.filterwarnings("default")]


THREE, FIVE = "kmeans-k3-standard", "kmeans-k5-standard"


def runs(uri: str) -> dict[str, Run]:
    client = mlflow.MlflowClient(uri)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    found = list(client.search_runs(experiments))
    assert len({run.info.run_name for run in found}) == len(found)
    return {run.info.run_name: run for run in found}


def complete(run: Run, uri: str) -> bool:
    files = {item.path for item in mlflow.MlflowClient(uri).list_artifacts(run.info.run_id)}
    return (
        run.info.status == "FINISHED"
        and len(run.outputs.model_outputs) == 1
        and {"plots", "report.html", "dvc.lock"} <= files
    )


@pytest.fixture(scope="module")
def experimented(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository in which three queued experiments ran, two at once, into a new store."""
    project = finished.copy(tmp_path_factory.mktemp("experimented") / "project")
    for file in project.path.glob("mlflow.db*"):
        file.unlink()
    shutil.rmtree(project.path / "mlartifacts")
    # Code of its own, that only its own folder holds when it runs.
    project.edit(
        "src/segmentation/stages/track.py",
        '"structure": IN_WORDS',
        '"code": "own", "structure": IN_WORDS',
    )
    project.dvc("exp", "run", "--queue", "--name", "code")
    project.git("checkout", "-q", "src")
    small = ("--algorithm", "kmeans", "--k", "3,5", "--scaler", "standard")
    swept = project.run("segmentation", "sweep", *small).stdout
    (project.path.parent / "sweep.txt").write_text(swept, encoding="utf-8")
    return project


def test_queued_experiments_are_whole_runs_under_their_names(experimented: Project) -> None:
    uri = f"sqlite:///{experimented.path}/mlflow.db"
    found = runs(uri)
    assert found.keys() == {THREE, FIVE, "code"}
    head = experimented.git("rev-parse", "HEAD").strip()
    for name, run in found.items():
        assert complete(run, uri)
        assert run.data.tags["dvc.exp.name"] == name
        assert run.data.tags["dvc.exp.baseline"] == run.data.tags["git.commit"] == head
        assert run.info.artifact_uri.startswith((experimented.path / "mlartifacts").as_uri())
    assert {found[name].data.params["train.k"] for name in (THREE, FIVE)} == {"3", "5"}


def test_an_experiment_runs_its_own_code(experimented: Project) -> None:
    found = runs(f"sqlite:///{experimented.path}/mlflow.db")
    assert found["code"].data.tags["code"] == "own"
    assert "code" not in found[THREE].data.tags


@pytest.mark.thorough
def test_a_state_that_is_reached_again_keeps_its_run_and_gains_a_name(
    experimented: Project,
) -> None:
    experimented.dvc("exp", "run", "--temp", "--name", "again", "-S", "train.k=3")
    found = runs(f"sqlite:///{experimented.path}/mlflow.db")
    assert "again" not in found
    assert found[THREE].data.tags["dvc.exp.also"] == "again"


def test_a_sweep_ranks_what_it_ran(experimented: Project) -> None:
    shown = (experimented.path.parent / "sweep.txt").read_text(encoding="utf-8")
    metrics = dict(silhouettes(experimented))
    ranked = sorted((THREE, FIVE), key=lambda name: -metrics[name])
    assert shown.index(ranked[0]) < shown.index(ranked[1])
    assert f"{metrics[ranked[0]]:.3f}" in shown


def silhouettes(project: Project) -> list[tuple[str, float]]:
    shown = json.loads(project.dvc("exp", "show", "--json").stdout)
    return [
        (
            experiment["name"],
            experiment["revs"][0]["data"]["metrics"]["reports/evaluate/metrics.json"]["data"][
                "silhouette"
            ],
        )
        for baseline in shown
        for experiment in baseline["experiments"] or ()
    ]


def test_a_sweep_refuses_what_params_would_refuse(experimented: Project) -> None:
    refused = experimented.run("segmentation", "sweep", "--scaler", "standart", check=False)
    assert refused.returncode == 2
    assert "unknown 'standart'; did you mean 'standard'?" in refused.stderr


def test_a_new_server_is_filled_from_git_and_dvc(experimented: Project, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/new.db"
    before = experimented.git("status", "--porcelain")
    printed = experimented.run("segmentation", "track", "--all", MLFLOW_TRACKING_URI=uri).stdout
    assert "logged  commit" in printed
    assert f"logged  experiment {FIVE}" in printed
    old, new = runs(f"sqlite:///{experimented.path}/mlflow.db"), runs(uri)
    assert {run.data.tags["dvc.lock.key"] for run in old.values()} == {
        run.data.tags["dvc.lock.key"] for run in new.values()
    }
    head = experimented.git("rev-parse", "HEAD").strip()
    committed = next(r for r in new.values() if r.data.tags["git.dirty"] == "false")
    assert committed.data.tags["git.commit"] == head
    seconds = int(experimented.git("show", "-s", "--format=%ct", "HEAD"))
    assert committed.info.start_time == seconds * 1000
    key = "dvc.lock.key"
    for run in new.values():
        (same,) = (r for r in old.values() if r.data.tags[key] == run.data.tags[key])
        assert complete(run, uri)
        assert run.data.metrics == same.data.metrics
        assert run.data.params == same.data.params
    assert experimented.git("status", "--porcelain") == before

    again = experimented.run("segmentation", "track", "--all", MLFLOW_TRACKING_URI=uri).stdout
    assert "logged" not in again
    assert runs(uri).keys() == new.keys()


def test_states_whose_outputs_are_gone_are_named(experimented: Project, tmp_path: Path) -> None:
    shutil.move(experimented.path / ".dvc/cache", tmp_path / "cache")
    try:
        done = experimented.run(
            "segmentation", "track", "--all", check=False,
            MLFLOW_TRACKING_URI=f"sqlite:///{tmp_path}/new.db",
        )  # fmt: skip
    finally:
        shutil.rmtree(experimented.path / ".dvc/cache", ignore_errors=True)
        shutil.move(tmp_path / "cache", experimented.path / ".dvc/cache")
    assert done.returncode == 1
    head = experimented.git("rev-parse", "HEAD")[:7]
    assert f"skipped commit {head}: " in done.stderr
    assert "data/prepared/customers.parquet is not there" in done.stderr
    assert "`dvc fetch --all-commits`" in done.stderr.splitlines()[-1]
