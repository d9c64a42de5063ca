import errno
import signal
from pathlib import Path

import pytest

from segmentation.errors import InputError, one_line_errors, printable, warn

STEERS = "\x1b[2J\x1b]0;title\x07\x9b31m\r\u202e\u2066\x00"


def test_what_steers_a_terminal_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    warn(f"column {STEERS}")
    with pytest.raises(SystemExit), one_line_errors(debug=False):
        raise InputError(f"level {STEERS}")
    told = capsys.readouterr().err
    assert told.count("\n") == 2
    assert all(sign.isprintable() or sign == "\n" for sign in told)
    assert "\\x1b[2J" in told


def test_text_of_all_kinds_stays(tmp_path: Path) -> None:
    assert printable("Größe 大小\n− “a”") == "Größe 大小\n− “a”"


def test_a_place_that_cannot_be_written_to_is_told_as_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(SystemExit) as left, one_line_errors(debug=False):
        (tmp_path / "a").replace(tmp_path)
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert f"{tmp_path} cannot be read or written: " in said
    assert "unexpected" not in said


def test_a_full_disk_is_told_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left, one_line_errors(debug=False):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert left.value.code == 1
    assert "the disk is full; make room" in capsys.readouterr().err


def test_an_interruption_is_told_as_one_whatever_a_library_makes_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # As in a process of its own; other tests may have left another.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def query() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    try:
        with pytest.raises(SystemExit) as left, one_line_errors(debug=True):
            query()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert left.value.code == 130
    assert capsys.readouterr().err.startswith("error: interrupted")
