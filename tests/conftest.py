"""Shared by all tests: scratch copies of the repository to run the real dvc and mlflow in."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parent.parent


@dataclass
class Project:
    """A scratch copy of the repository under git and DVC."""

    path: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(
        self, *command: str, check: bool = True, **env: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            check=False,
            cwd=self.path,
            env={**self.environment(), **env},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
        return done

    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.path / "src"),
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@example.com",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@example.com",
            **self.env,
        }

    def stage(
        self, name: str, *, check: bool = True, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "segmentation", name, check=check, **env)

    def dvc(
        self, *arguments: str, check: bool = True, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "dvc", *arguments, check=check, **env)

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments).stdout

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.path / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")


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
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh clone: nothing has run in it."""
    return copy_repository(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone in which the pipeline ran once. Read it only; `reproduced` is to change."""
    project = copy_repository(tmp_path_factory.mktemp("finished") / "project")
    project.dvc("repro")
    return project


@pytest.fixture
def reproduced(finished: Project, tmp_path: Path) -> Project:
    """A copy of `finished`, at another place, that a test may change."""
    shutil.copytree(finished.path, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


@pytest.fixture(scope="session")
def two_revisions(
    finished: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, pd.DataFrame]:
    """`main` with four segments and `five` with five, which is checked out; main's assignments.

    Read them only.
    """
    path = tmp_path_factory.mktemp("review") / "project"
    shutil.copytree(finished.path, path, symlinks=True)
    project = Project(path)
    base = pd.read_parquet(path / "data/segments/assignments.parquet")
    project.git("commit", "-q", "-a", "--allow-empty", "-m", "Results")
    project.git("checkout", "-q", "-b", "five")
    project.edit("params.yaml", "  k: auto ", "  k: 5 ")
    project.dvc("repro")
    project.git("commit", "-q", "-a", "-m", "Five")
    return project, base
