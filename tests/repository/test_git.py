"""The workspace as a commit that no branch knows, and experiments by their names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from segmentation.errors import SettingsError
from segmentation.repository import git
from segmentation.repository.dvc_internals import commit_of


@pytest.fixture
def repository(tmp_path: Path, run_git: Callable[..., None]) -> Path:
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "gone").write_text("gone")
    (tmp_path / ".gitignore").write_text("ignored\n")
    run_git("add", "-A")
    run_git("commit", "-qm", "Start")
    return tmp_path


def test_the_workspace_is_a_commit_and_stays_as_it_is(repository: Path) -> None:
    (repository / "gone").unlink()
    (repository / "new ü").write_text("new")
    (repository / "ignored").write_text("ignored")
    status = git.git("status", "--porcelain", folder=repository)
    commit = git.commit_of_workspace(repository)
    head = git.commit_of("HEAD", repository)
    assert git.changed_files(head, commit, repository) == ["gone", "new ü"]
    assert git.files_of(commit, repository) == [Path(n) for n in (".gitignore", "kept", "new ü")]
    assert commit == git.commit_of_workspace(repository)  # the same files, the same commit
    assert git.git("status", "--porcelain", folder=repository) == status
    assert git.commit_of("HEAD", repository) == head


def test_an_experiment_is_found_by_its_name(repository: Path) -> None:
    head = git.commit_of("HEAD", repository)
    commit = git.commit_of_workspace(repository)  # stands for the experiment's own

    def experiment(name: str, baseline: str) -> None:
        ref = f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}"
        git.git("update-ref", ref, commit, folder=repository)

    experiment("wide", "0" * 40)
    experiment("narrow", "0" * 40)
    experiment("narrow", head)
    experiment("twice", "1" * 40)
    experiment("twice", "2" * 40)
    assert commit_of("wide", repository) == commit
    assert commit_of("narrow", repository) == commit  # that of the commit that is checked out
    assert commit_of("HEAD", repository) == head
    with pytest.raises(SettingsError, match="on 1111111, 2222222 are called 'twice'"):
        commit_of("twice", repository)
    with pytest.raises(SettingsError, match="git knows no revision 'wider'"):
        commit_of("wider", repository)
