"""A committed state is found in a history that is read no further than need be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from segmentation.repository import git, history, lock


def text(digest: str) -> str:
    track = "  track:\n    outs:\n    - {path: it, md5: other}\n"
    return f"stages:\n  train:\n    outs:\n    - {{path: a, md5: {digest}}}\n{track}"


@pytest.fixture
def repository(tmp_path: Path, run_git: Callable[..., None]) -> Path:
    for content in (text("one"), "no: YAML: at all one two", text("two")):
        (tmp_path / "dvc.lock").write_text(content)
        run_git("add", "-A")
        run_git("commit", "-qm", "State")
    return tmp_path


def test_it_is_found_wherever_it_is(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noted(commit: str, path: Path, root: Path) -> bytes:
        read.append(commit)
        return git.content_of(commit, path, root)

    monkeypatch.setattr("segmentation.repository.history.content_of", noted)
    assert history.is_committed(lock.parse(text("two")), repository)
    assert read == history.commits(repository)[:1]
    assert history.is_committed(lock.parse(text("one")), repository)
    assert not history.is_committed(lock.parse(text("three")), repository)
    # The same outputs of other settings are another state.
    other = text("two").replace("outs", "params: {params.yaml: {train.k: 3}}\n    outs", 1)
    assert not history.is_committed(lock.parse(other), repository)
