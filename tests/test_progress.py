import io
from collections.abc import Iterator
from itertools import count

import pytest

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
    assert lines[0] == "assign: 5%, about 38 s left"
    assert lines[1] == "assign: 30%, about 28 s left"
    assert len(lines) == 4


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
