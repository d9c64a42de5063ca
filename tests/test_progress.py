import io
from collections.abc import Iterator
from itertools import count

import pytest

from segmentation import progress
from segmentation.progress import watched


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(out: io.StringIO, *, step: float, items: int = 40) -> str:
    """What is said of items that take so many seconds each."""
    seconds = count(0, step)
    given = list(
        watched(range(items), total=items, doing="assign", out=out, clock=lambda: next(seconds))
    )
    assert given == list(range(items))
    return out.getvalue()


def test_nothing_is_said_of_what_is_quick() -> None:
    assert told(io.StringIO(), step=0.04) == ""
    assert told(Terminal(), step=0.04) == ""


def test_without_a_terminal_there_is_a_line_now_and_then() -> None:
    lines = told(io.StringIO(), step=1.0).splitlines()
    assert lines[0] == "assign: 25%, about 30 s left"
    assert lines[1] == "assign: 50%, about 20 s left"
    assert len(lines) == 3


def test_a_terminal_shows_a_bar() -> None:
    shown = told(Terminal(), step=1.0)
    assert "assign" in shown
    assert "\x1b[" in shown


def test_what_goes_wrong_meanwhile_is_raised() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        list(watched(items(), total=2, doing="assign", out=io.StringIO()))


def test_calculations_are_told_of_where_it_is_wanted_and_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = count(0, 6.0)
    monkeypatch.setattr(
        progress.watched, "__kwdefaults__", {"out": None, "clock": lambda: next(seconds)}
    )

    def inner() -> list[int]:
        return list(progress.told(range(3), total=3, doing="inner"))

    outer = [inner() for _ in progress.told(range(3), total=3, doing="outer")]
    assert outer == [[0, 1, 2]] * 3
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress._Telling, "wanted", True)
    assert [inner() for _ in progress.told(range(3), total=3, doing="outer")] == outer
    assert capsys.readouterr().err == "outer: 67%, about 6 s left\n"
