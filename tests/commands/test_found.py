"""Each stage ends with one line: what it found, and how long it took."""

from pathlib import Path

import pytest

import factories
from segmentation import artifacts
from segmentation.__main__ import PURCHASES, STAGES
from segmentation.cli import summary
from segmentation.commands.found import _SAYS, found


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_stage_has_a_line() -> None:
    assert set(_SAYS) == {*STAGES, *PURCHASES}


def test_lines_hold_figures_and_the_time() -> None:
    artifacts.write(factories.quality(993, rows_in=1000, rows_rejected=7, repaired={"case": 12}))
    told = found("prepare", 1.26)
    assert told == "prepare: 993 of 1,000 rows kept, 7 rejected, 12 cells mended (1.3 s)"
    artifacts.write(factories.choice(k=4, votes={"a": 4, "b": 4, "c": 5}))
    assert found("select_k", 600).endswith(
        "separate groups; k = 4, for which 2 of 3 criteria speak (10 min)"
    )
    artifacts.write(factories.choice(k=4, votes={"a": 4, "b": 3, "c": 5}))
    assert "for which 1 of 3 criteria speaks" in found("select_k", 1)
    artifacts.write(factories.clustering([1, 2], stability={"minimum": 0.99}))
    assert "2 groups by kmeans; drawn again, the least" in found("train", 1)
    artifacts.write(factories.metrics(silhouette=0.36, noise_share=0.0))
    assert found("evaluate", 1) == "evaluate: silhouette 0.36, 0% in no segment (1.0 s)"
    artifacts.write(factories.segments([factories.segment(1)], structure="one"))
    assert found("profile", 1).startswith("profile: 1 group described, 0 with a play")


def test_lines_of_a_summary_fit_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 150
    segment = factories.segment(1, name=f"Buyers of {long}", marks=(long, "short", "untold"))
    artifacts.write(factories.segments([segment], headline=f"1 segment {'and more ' * 30}"))
    summary()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    assert "     short" in lines
    assert "     untold" not in lines
