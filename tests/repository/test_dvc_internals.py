"""What DVC does not promise, tried with the DVC that is installed.

If one of these fails after an upgrade, `segmentation/repository/dvc_internals.py` is what to mend:
it was written for DVC 3.67.
"""

import hashlib
import shutil
from pathlib import Path

import pytest

from conftest import Project
from segmentation.errors import SettingsError
from segmentation.repository import dvc_internals

pytestmark = pytest.mark.pipeline

LOCKED = Path("out/a.txt")
CONTENT = b"one\n"
DIGEST = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
DVC_YAML = """\
stages:
  make:
    cmd: mkdir -p out && cp in.txt out/a.txt
    deps: [in.txt]
    params: [n]
    outs: [out]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One stage that ran, was committed, and then ran as an experiment. Read it only."""
    project = Project(tmp_path_factory.mktemp("internals") / "project")
    project.path.mkdir()
    (project.path / "in.txt").write_bytes(CONTENT)
    (project.path / "params.yaml").write_text("n: 1\n", encoding="utf-8")
    (project.path / "dvc.yaml").write_text(DVC_YAML, encoding="utf-8")
    project.git("init", "-q", "-b", "main")
    project.dvc("init", "-q")
    project.dvc("repro", "-q")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "First")
    project.dvc("exp", "run", "-q", "--name", "two", "-S", "n=2")
    project.git("checkout", "-q", ".")
    project.dvc("checkout", "-q")
    return project


@pytest.fixture
def changed(made: Project, tmp_path: Path) -> Project:
    """A copy that a test may change."""
    return made.copy(tmp_path / "project")


def test_the_cache_is_found_by_content(made: Project) -> None:
    found = dvc_internals.cached(DIGEST, made.path)
    assert found is not None
    assert found.read_bytes() == CONTENT
    assert found.is_relative_to(made.path / ".dvc/cache")
    assert dvc_internals.cached("0" * 32, made.path) is None


def test_an_output_of_a_commit_is_read_without_being_checked_out(changed: Project) -> None:
    commit = changed.git("rev-parse", "HEAD").strip()
    (changed.path / LOCKED).unlink()
    for remote in (True, False):
        found = dvc_internals.Outputs(commit, changed.path, remote=remote)
        assert found.read(LOCKED) == CONTENT
        assert found.read(Path("out/b.txt")) is None
        assert found.files(Path("out")) == [LOCKED]


def test_an_empty_name_of_the_remote_means_none(changed: Project) -> None:
    changed.dvc("remote", "add", "-d", "gone", "s3://nowhere")
    changed.git("commit", "-q", "-a", "-m", "Share")
    commit = changed.git("rev-parse", "HEAD").strip()
    shutil.rmtree(changed.path / ".dvc/cache")
    alone = dvc_internals.Outputs(commit, changed.path, remote=False)
    assert (alone.read(LOCKED), alone.trouble) == (None, "")
    asked = dvc_internals.Outputs(commit, changed.path, remote=True)
    assert asked.read(LOCKED) is None
    assert "s3" in asked.trouble


def test_the_status_tells_what_changed_from_what_is_only_gone(changed: Project) -> None:
    assert dvc_internals.outdated_stages(changed.path) == ()
    shutil.rmtree(changed.path / "out")
    shutil.rmtree(changed.path / ".dvc/cache")
    assert dvc_internals.outdated_stages(changed.path) == ()
    changed.edit("params.yaml", "n: 1", "n: 3")
    assert dvc_internals.outdated_stages(changed.path) == ("make",)


def test_a_changed_output_or_command_is_out_of_date(changed: Project) -> None:
    (changed.path / LOCKED).unlink()
    (changed.path / LOCKED).write_bytes(b"two\n")
    assert dvc_internals.outdated_stages(changed.path) == ("make",)
    (changed.path / LOCKED).write_bytes(CONTENT)
    changed.edit("dvc.yaml", "mkdir -p out", "mkdir -p out/")
    assert dvc_internals.outdated_stages(changed.path) == ("make",)


def test_a_folder_without_dvc_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="DVC cannot read this folder"):
        dvc_internals.outdated_stages(tmp_path)


def test_experiments_are_commits_with_a_name_and_a_baseline(made: Project) -> None:
    (found,) = dvc_internals.experiments(made.path)
    assert (found.name, found.baseline) == ("two", made.git("rev-parse", "HEAD").strip())
    assert made.git("show", f"{found.commit}:params.yaml") == "n: 2\n"


def test_the_hash_of_a_folder_is_the_one_that_dvc_writes(changed: Project) -> None:
    for name in ("b.txt", "deep/c.txt", "ä.txt"):
        (changed.path / "new" / name).parent.mkdir(parents=True, exist_ok=True)
        (changed.path / "new" / name).write_text(name, encoding="utf-8")
    changed.dvc("add", "-q", "new")
    files = {
        path.relative_to(changed.path / "new"): hashlib.md5(
            path.read_bytes(), usedforsecurity=False
        ).hexdigest()
        for path in (changed.path / "new").rglob("*.txt")
    }
    pointer = (changed.path / "new.dvc").read_text(encoding="utf-8")
    assert f"md5: {dvc_internals.digest_of_folder(files)}\n" in pointer
