"""A team's own table under git and DVC, as in DVC's tutorial: kept, shared, tried, never lost."""

import shutil
from pathlib import Path

import mlflow
import pytest
from own import TABLE, customers, ran

from conftest import Project

pytestmark = [pytest.mark.pipeline, pytest.mark.filterwarnings("default")]


def table() -> str:
    """The table as it was written."""
    return customers().to_csv(index=False)


def changed(project: Project) -> list[str]:
    return project.git("status", "--porcelain", "--untracked-files=all").split("\n")[:-1]


def as_before(project: Project, settings: str) -> bool:
    text = (project.path / "params.yaml").read_text(encoding="utf-8")
    return (project.path / TABLE).read_text(encoding="utf-8") == table() and text == settings


@pytest.fixture(scope="module")
def lying(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A repository whose pipeline ran on a table that nobody gave to DVC, and what it said."""
    return ran(tmp_path_factory)


@pytest.fixture(scope="module")
def own(lying: tuple[Project, str], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same with the table added, as DVC's tutorial does. Read it only; `mine` is to change."""
    project = lying[0].copy(tmp_path_factory.mktemp("own") / "project")
    project.dvc("add", TABLE)
    project.git("add", f"{TABLE}.dvc", "data/raw/.gitignore")
    project.git("commit", "-q", "-m", "Let DVC keep our customers")
    return project


@pytest.fixture
def mine(own: Project, tmp_path: Path) -> Project:
    return own.copy(tmp_path / "project")


def failed(project: Project, *where: str) -> str:
    """Run an experiment with a setting that is refused by its fifth stage."""
    done = project.dvc("exp", "run", *where, "--name", "bad", "-S", "train.k=1", check=False)
    assert done.returncode != 0
    return done.stderr


def test_git_never_takes_a_table_and_dvc_finds_every_pointer(project: Project) -> None:
    raw = project.path / "data/raw"
    (raw / "2026/q1").mkdir(parents=True)
    names = ["mine.csv", "mine.tsv", "mine.parquet", "mine.xlsx", "mine.csv.gz", "mine", ".mine"]
    for name in [*names, "2026/mine.csv", "2026/customers.csv", "2026/q1/mine.jsonl"]:
        (raw / name).write_text(f"{name}\n", encoding="utf-8")
    assert changed(project) == []  # nor before `dvc add`

    project.dvc("add", *(f"data/raw/{name}" for name in (*names, "2026/mine.csv", "2026/q1")))
    project.git("add", "-A")
    known = project.git("ls-files", "data/raw").split()
    assert {name for name in known if not name.endswith((".dvc", ".gitignore"))} == {
        "data/raw/README.md",
        "data/raw/customers.csv",
    }
    seen = project.dvc("list", ".", "data/raw", "--dvc-only", "--recursive").stdout.split()
    assert set(seen) == {*names, "2026/mine.csv", "2026/q1/mine.jsonl"}


def test_a_table_that_nobody_added_stays_and_is_told_of(lying: tuple[Project, str]) -> None:
    project, told = lying
    lack = f"lack {TABLE}, because neither DVC nor git keeps it: `dvc add {TABLE}`"
    assert lack in told
    settings = (project.path / "params.yaml").read_text(encoding="utf-8")
    assert project.dvc("exp", "run", "--temp", "-S", "train.k=5", check=False).returncode != 0
    assert as_before(project, settings)
    swept = project.run("segmentation", "sweep", "--k", "5", check=False)
    assert swept.returncode == 1
    assert lack in swept.stderr
    assert len(swept.stderr.splitlines()) == 2  # after how many experiments there would be
    assert as_before(project, settings)
    assert changed(project) == []


@pytest.mark.thorough
def test_a_try_in_the_workspace_keeps_the_table(mine: Project) -> None:
    settings = (mine.path / "params.yaml").read_text(encoding="utf-8")
    assert "'train.k' is 1" in failed(mine)
    assert (mine.path / TABLE).read_text(encoding="utf-8") == table()
    # DVC leaves the settings of a failed try, with or without own data: docs/experiments.md.
    mine.git("checkout", "-q", ".")
    assert as_before(mine, settings)

    printed = mine.dvc("exp", "run", "--name", "five", "-S", "train.k=5", "train").stdout
    assert "Ran experiment(s): five" in printed
    assert "Running stage 'prepare'" not in printed  # the table was found as it was
    assert (mine.path / TABLE).read_text(encoding="utf-8") == table()
    assert not any(Path(TABLE).name in line for line in changed(mine))


@pytest.mark.thorough
def test_tries_beside_the_workspace_leave_it_as_it_is(mine: Project) -> None:
    settings = (mine.path / "params.yaml").read_text(encoding="utf-8")
    assert "'train.k' is 1" in failed(mine, "--temp")
    assert as_before(mine, settings)

    mine.dvc("exp", "run", "--queue", "--name", "queued", "-S", "track.experiment=queued")
    mine.dvc("queue", "start")
    mine.dvc("queue", "logs", "--follow", "queued")
    assert mine.dvc("exp", "list", "--name-only").stdout.split() == ["queued"]
    assert as_before(mine, settings)
    assert changed(mine) == []

    client = mlflow.MlflowClient(f"sqlite:///{mine.path}/mlflow.db")
    experiment = client.get_experiment_by_name("queued")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.data.params["data.path"] == TABLE
    assert run.data.tags["dvc.exp.name"] == "queued"


def test_a_colleague_pulls_the_table_and_has_nothing_to_do(mine: Project, tmp_path: Path) -> None:
    mine.dvc("remote", "add", "--default", "team", str(tmp_path / "remote"))
    mine.git("commit", "-qam", "Share")
    mine.dvc("push")
    mine.git("clone", "-q", str(mine.path), str(tmp_path / "colleague"))
    colleague = Project(tmp_path / "colleague")
    assert not (colleague.path / TABLE).exists()
    colleague.dvc("pull")
    assert (colleague.path / TABLE).read_text(encoding="utf-8") == table()
    assert "Data and pipelines are up to date" in colleague.dvc("repro").stdout
    assert changed(colleague) == []


@pytest.mark.thorough
def test_a_table_in_a_folder_or_outside_the_repository(mine: Project, tmp_path: Path) -> None:
    nested = "data/raw/2026/mine.csv"
    (mine.path / nested).parent.mkdir()
    shutil.copy(mine.path / TABLE, mine.path / nested)
    mine.dvc("add", nested)
    mine.git("add", f"{nested}.dvc")
    (tmp_path / "outside.csv").write_text(table(), encoding="utf-8")
    for name, path in (("nested", nested), ("outside", str(tmp_path / "outside.csv"))):
        mine.dvc("exp", "run", "--temp", "--name", name, "-S", f"data.path={path}", "prepare")
    assert (mine.path / nested).read_text(encoding="utf-8") == table()
    assert (tmp_path / "outside.csv").read_text(encoding="utf-8") == table()
    assert {line[3:] for line in changed(mine)} == {f"{nested}.dvc"}
