"""Shared by all tests: scratch copies of the repository to run the real dvc and mlflow in.

Nothing that a test runs may ask for another machine: see `offline/sitecustomize.py`.
"""

import atexit
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from filelock import FileLock

import forked as fork_server
from offline import sitecustomize as offline
from segmentation import progress
from segmentation.__main__ import main
from segmentation.engines.session import session
from segmentation.settings.shared.engine import Engine
from segmentation.tracking.mlflow_internals import follow_move
from segmentation.tracking.store import ARTIFACTS

ROOT = Path(__file__).parent.parent
OFFLINE = ROOT / "tests/offline"  # on PYTHONPATH, it guards a process
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"  # as `make test-all` says


@dataclass
class Project:
    """A scratch copy of the repository under git and DVC."""

    path: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(
        self, *command: str, check: bool = True, **env: str
    ) -> subprocess.CompletedProcess[str]:
        surroundings = {**self.environment(), **env}
        done = subprocess.run(
            [shutil.which(command[0], path=surroundings["PATH"]) or command[0], *command[1:]],
            check=False,
            cwd=self.path,
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
        return done

    def environment(self, *, forked: bool = True) -> dict[str, str]:
        """What its processes see; `forked` or each with an interpreter of its own."""
        programs = [fork_server.programs()] if forked else []
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")},
            "PATH": os.pathsep.join(
                map(str, [*programs, Path(sys.executable).parent, os.environ["PATH"]])
            ),
            "PYTHONPATH": f"{self.path / 'src'}{os.pathsep}{OFFLINE}",
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@example.com",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@example.com",
            **self.env,
        }

    def stage(
        self, name: str, *, check: bool = True, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return self.run("python", "-m", "segmentation", name, check=check, **env)

    def dvc(
        self, *arguments: str, check: bool = True, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return self.run("dvc", *arguments, check=check, **env)

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments).stdout

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.path / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def judge_less(self) -> None:
        """Let it run faster, where how well a result is judged is not what a test is about."""
        self.edit("params.yaml", "  k_max: 10 ", "  k_max: 6 ")
        self.edit("params.yaml", "  resamples: 8 ", "  resamples: 2 ")
        self.edit("params.yaml", "stability: {resamples: 50", "stability: {resamples: 3")

    def copy(self, target: Path) -> "Project":
        """Make a copy that may be changed; what git and DVC never change is linked."""

        def copy(source: str, into: str) -> None:
            if source.startswith(lasting):
                os.link(source, into)
            else:
                shutil.copy2(source, into, follow_symlinks=False)

        lasting = (f"{self.path}/.git/objects/", f"{self.path}/.dvc/cache/files/")
        shutil.copytree(self.path, target, symlinks=True, copy_function=copy)
        return Project(target)


def cases(values: Iterable[str], *, rarely: Container[str]) -> list[Any]:
    """Return parameters of a test, some of which only `make test-all` tries."""
    return [
        pytest.param(value, marks=pytest.mark.thorough if value in rarely else [])
        for value in values
    ]


def script(path: Path) -> Any:
    """Return a script of the repository as a module: it is in no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Told = Callable[[Project, str], tuple[int, list[str]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Run a stage here, where a process of its own would add nothing; its exit code and errors."""

    def run(project: Project, stage: str) -> tuple[int, list[str]]:
        monkeypatch.chdir(project.path)
        # How far long work is depends on what else this machine does.
        monkeypatch.setattr(progress, "want", lambda: None)
        capsys.readouterr()
        code = 0
        try:
            main([stage])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        return code, capsys.readouterr().err.splitlines()

    return run


def copy_repository(target: Path) -> Project:
    """Copy what git knows or would add, and commit it in a repository of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    project = Project(target)
    project.git("init", "-q", "-b", "main")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "Start")
    project.git("repack", "-a", "-d", "-q")  # one file to copy instead of hundreds
    return project


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A fresh clone: nothing has run in it. Read it only; `project` is to change."""
    return copy_repository(tmp_path_factory.mktemp("clone") / "project")


@pytest.fixture
def run_git(tmp_path: Path) -> Callable[..., None]:
    """Run git in a new repository with nothing in it, under a name of its own."""

    def run(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip

    run("init", "-q")
    return run


@pytest.fixture
def project(clone: Project, tmp_path: Path) -> Project:
    """A copy of `clone` that a test may change."""
    return clone.copy(tmp_path / "project")


def made_once(
    name: str, make: Callable[[Path], None], tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """Make a project once for all workers of pytest-xdist, and copy it for this one.

    A copy each, because DVC and MLflow lock what they read.
    """
    own = tmp_path_factory.mktemp(name) / "project"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        make(own)
        return Project(own)
    shared = tmp_path_factory.getbasetemp().parent / name
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            # A failed attempt is not taken for a project: the next worker fails at it too.
            unfinished = tmp_path_factory.mktemp(f"{name}-unfinished") / "project"
            make(unfinished)
            unfinished.rename(shared)
    return Project(shared).copy(own)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone in which the pipeline ran once. Read it only; `reproduced` is to change."""

    def make(path: Path) -> None:
        copy_repository(path).dvc("repro")

    project = made_once("finished", make, tmp_path_factory)
    follow_move(project.path / "mlflow.db", project.path / ARTIFACTS)
    return project


@pytest.fixture
def reproduced(finished: Project, tmp_path: Path) -> Project:
    """A copy of `finished`, at another place, that a test may change."""
    return finished.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def two_revisions(
    finished: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, pd.DataFrame]:
    """`main` with four segments and `five` with five, which is checked out; main's assignments.

    Read them only.
    """

    def make(path: Path) -> None:
        project = finished.copy(path)
        project.git("commit", "-q", "-a", "--allow-empty", "-m", "Results")
        project.git("checkout", "-q", "-b", "five")
        project.edit("params.yaml", "  k: auto ", "  k: 5 ")
        project.dvc("repro")
        project.git("commit", "-q", "-a", "-m", "Five")

    project = made_once("two_revisions", make, tmp_path_factory)
    return project, pd.read_parquet(finished.path / "data/segments/assignments.parquet")


def pytest_configure() -> None:
    """Guard this process and what it starts, the workers of pytest-xdist among them."""
    folder = tempfile.mkdtemp(prefix="foreign-hosts-")
    atexit.register(shutil.rmtree, folder)
    os.environ[offline.LOG] = str(Path(folder) / "log")
    others = [entry for entry in [os.environ.get("PYTHONPATH")] if entry]
    if str(OFFLINE) not in os.pathsep.join(others).split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join([*others, str(OFFLINE)])
    # MLflow is imported before the first test, when it cannot see that this is one.
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    offline.guard()


@pytest.fixture(autouse=True)
def _asks_for_no_other_machine() -> Iterator[None]:
    """Fail the test in which a process, or one that it started, asked for another machine."""
    yield
    log = Path(os.environ[offline.LOG])
    if log.exists():
        asked = log.read_text(encoding="utf-8")
        log.unlink()
        pytest.fail(f"asked for other machines:\n{asked}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it in the end."""
    for item in items:
        if {"browser", "spark"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.heavy)
    items.sort(
        key=lambda item: (
            ROOT / "tests/pipeline" not in item.path.parents,
            # One worker makes what all others copy; a second one has its own to make meanwhile.
            item.path.name != "test_own_data.py",
        )
    )


# Of few rows, expressions are worked out sooner than they are compiled; `make test-all` compiles.
INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
SPARK = Engine(
    name="spark",
    master="local[2]",
    options={
        # Nothing but aggregates and some rows that are asked for fits through.
        "spark.driver.maxResultSize": "200k",
        "spark.driver.memory": "600m",
        "spark.sql.autoBroadcastJoinThreshold": "50k",
        # Little is done here, so little is planned and compiled for it.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.ui.enabled": "false",
        **({} if THOROUGH else INTERPRETED),
    },
)


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """One session of this machine for all tests."""
    if importlib.util.find_spec("pyspark") is None and not os.environ.get("CI"):
        pytest.skip("PySpark is not installed (requirements-spark.txt)")
    started = session(SPARK)
    yield started
    started.stop()
