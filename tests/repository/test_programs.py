from pathlib import Path

import pytest

from segmentation.errors import InputError, SettingsError
from segmentation.repository.dvc import dvc
from segmentation.repository.git import git


def test_what_a_program_prints_is_returned(tmp_path: Path) -> None:
    git("init", "--quiet", folder=tmp_path)
    (tmp_path / "a").touch()
    assert git("status", "--porcelain", folder=tmp_path) == "?? a"


def test_a_failure_is_told_in_the_words_of_the_program(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`git log` failed: fatal: not a git repository"):
        git("log", folder=tmp_path)
    with pytest.raises(InputError, match="`dvc repro` failed: ERROR: you are not inside of a DVC"):
        dvc("repro", folder=tmp_path)


def test_git_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SettingsError, match="git is not installed"):
        git("status")
