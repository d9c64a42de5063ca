"""What data, settings and code did by themselves: which is tried, and when nothing is."""

from pathlib import Path

import pytest

import factories
from segmentation.commands import why as command
from segmentation.repository.git import git
from segmentation.repository.snapshot import Snapshot
from segmentation.review.comparison import compare
from segmentation.review.side import Side
from segmentation.review.why import Trial
from segmentation.views import review


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "t")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "t@example.com")
    monkeypatch.setattr(command, "dvc", lambda *_, folder: "cache")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text("a = 1\n")
    (tmp_path / "params.yaml").write_text("seed: 1\n")
    (tmp_path / "dvc.lock").write_text("stages: {}\n")
    git("init", "-q", folder=tmp_path)
    git("add", "-A", folder=tmp_path)
    git("commit", "-qm", "Start", folder=tmp_path)
    return tmp_path


def tried(root: Path, within: float | None) -> tuple[Trial, ...]:
    head = Snapshot.of_workspace(root)
    return command.why(Snapshot.at("HEAD", root=root), head, root=root, within=within)


def test_one_cause_is_not_run(root: Path) -> None:
    assert tried(root, None) == ()
    (root / "params.yaml").write_text("seed: 2\n")
    (root / "README.md").write_text("no cause\n")
    assert tried(root, None) == (Trial("settings", ("params.yaml",)),)


def test_what_there_is_no_time_for_is_left_open(root: Path) -> None:
    (root / "params.yaml").write_text("seed: 2\n")
    (root / "src/a.py").unlink()
    settings, code = tried(root, 0)
    assert (settings.cause, code.cause) == ("settings", "code")
    assert code.files == ("src/a.py",)
    assert code.trouble == "there was no time left for it"


@pytest.mark.parametrize(
    ("causes", "told"),
    [
        ((), "Neither data nor settings nor code differ."),
        (("data",), "Only the data differ, so all of it is theirs."),
        (("settings",), "Only settings differ, so all of it is theirs."),
        (("code",), "Only code differs, so all of it is the code's."),
    ],
)
def test_the_page_says_so(causes: tuple[str, ...], told: str) -> None:
    side = Side("x", "abc1234", {}, {"a": {}}, metrics=factories.metrics())
    trials = [Trial(cause, ("x",)) for cause in causes]  # type: ignore[arg-type]
    for page in (review.markdown, review.html):
        assert told.replace("'", "&#39;" if page is review.html else "'") in page(
            compare(side, side), trials
        )
