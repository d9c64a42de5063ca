"""Colour where there is a terminal, and nowhere else."""

import io

import pytest

from segmentation.errors import InputError, one_line_errors
from segmentation.terminal import coloured


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_a_terminal_gets_colour_and_a_file_none() -> None:
    assert coloured("error:", "bold red", Terminal()) == "\x1b[1;31merror:\x1b[0m"
    assert coloured("error:", "bold red", io.StringIO()) == "error:"


def test_nobody_gets_colour_who_does_not_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31" not in coloured("error:", "red", Terminal())


def test_names_are_no_markup_and_long_lines_stay_one() -> None:
    line = "[bold]x[/bold] " * 40
    assert line in coloured(line, "red", Terminal())


def test_only_the_word_error_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal()
    monkeypatch.setattr("sys.stderr", out)
    with pytest.raises(SystemExit), one_line_errors(debug=False):
        raise InputError("no [x] here")
    assert out.getvalue() == "\x1b[1;31merror:\x1b[0m no [x] here\n"
