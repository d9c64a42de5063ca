"""The errors that people meet: one line that says what, where, and how to mend it."""

import difflib
import errno
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from segmentation.terminal import coloured

_MOST = 20  # names that are listed
_LONGEST = 60  # characters of a name


class SegmentationError(Exception):
    """Anything a user can mend. The message is shown as it is, without a traceback."""

    exit_code = 1


class InputError(SegmentationError, ValueError):
    """The data (or an array handed to the library) cannot be used."""


class SchemaError(InputError):
    """A file that a stage wrote has other fields than this version of the package reads."""

    def __init__(self, source: str, why: str, mend: str = "run `dvc repro`") -> None:
        super().__init__(f"{source} was written by another version of segmentation ({why}): {mend}")


class SettingsError(SegmentationError):
    """`params.yaml` or `playbook.yaml` is wrong, or the command line is."""

    exit_code = 2


class ModelError(SegmentationError):
    """A saved model cannot be read or does not fit the data."""


class TrackingError(SegmentationError):
    """The MLflow tracking store cannot be used."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest known name, or what is known at all.

    Examples
    --------
    >>> did_you_mean("incme", ["age", "income"])
    "; did you mean 'income'?"
    """
    known = sorted(str(k) for k in known)
    near = nearest(name, known)
    if near:
        return f"; did you mean '{shortened(near)}'?"
    more = f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
    return f"; known: {', '.join(map(shortened, known[:_MOST]))}{more}" if known else ""


def absent(wanted: Iterable[str], there: Iterable[str]) -> dict[str, str | None]:
    """Return the names that are not there, each with the nearest of those that nobody wants.

    Examples
    --------
    >>> absent(["age", "income", "town"], ["Age", "income"])
    {'age': 'Age', 'town': None}
    """
    wanted, there = list(wanted), list(there)
    free = [name for name in there if name not in wanted]
    return {name: nearest(name, free) for name in wanted if name not in there}


def lacking(wanted: Iterable[str], there: Iterable[str]) -> str:
    """Say which columns are not there, each with the nearest name of those that nobody wants.

    Examples
    --------
    >>> lacking(["age", "income"], ["Age", "income"])
    "no column 'age'; did you mean 'Age'?"
    >>> lacking(["age", "income", "town"], ["Age", "Incme"])
    "no columns 'age' (did you mean 'Age'?), 'income' (did you mean 'Incme'?), 'town'"
    """
    asked = {
        name: "" if near is None else f"did you mean '{shortened(near)}'?"
        for name, near in absent(wanted, there).items()
    }
    if len(asked) == 1:
        ((name, near),) = asked.items()
        return f"no column '{shortened(name)}'" + (near and f"; {near}")
    listed = [f"'{shortened(n)}'" + (near and f" ({near})") for n, near in asked.items()]
    more = f" and {len(listed) - _MOST} more" if len(listed) > _MOST else ""
    return f"no columns {', '.join(listed[:_MOST])}{more}"


def shortened(name: str, *, most: int = _LONGEST) -> str:
    """A name as a message tells it: a line that a quote made a name of is not told to its end."""
    return name if len(name) <= most else f"{name[:most]}…"


def nearest(name: str, known: Iterable[str], *, at_least: float = 0.5) -> str | None:
    """The known name that is most like `name`, whatever the case; None if none is `at_least`."""
    folded = {str(k).casefold(): str(k) for k in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=at_least)
    return folded[near[0]] if near else None


def printable(text: str) -> str:
    r"""Show signs that would steer the terminal instead of sending them there; lines stay lines.

    Examples
    --------
    >>> printable("\x1b[2J" + "ok")
    '\\x1b[2Jok'
    """
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def warn(message: str) -> None:
    """Tell what does not stop the work."""
    _tell("warning", message, "yellow")


@contextmanager
def one_line_errors(*, debug: bool) -> Iterator[None]:
    """Turn an error into one line and an exit code, or into a traceback for `debug`."""
    with _interruptions() as interruptions:
        try:
            yield
        except (KeyboardInterrupt, Exception) as error:
            if interruptions or isinstance(error, KeyboardInterrupt):
                _leave(
                    "interrupted; finished stages are kept, and `dvc repro` goes on from there", 130
                )
            if debug:
                raise
            _tell_of(error)


@contextmanager
def _interruptions() -> Iterator[list[int]]:
    """Note the signals of ^C: libraries in C make other errors of them ("Query interrupted")."""
    seen: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        signal.default_int_handler(number, frame)

    ours = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield seen
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _tell_of(error: Exception) -> NoReturn:
    if isinstance(error, SegmentationError):
        _leave(str(error), error.exit_code)
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):  # which file it was is seldom known
            _leave("the disk is full; make room and run it again", 1)
        path = error.filename2 or error.filename  # where it was to be moved, if that was it
        if path is not None:
            _leave(f"{path} cannot be read or written: {error.strerror}", 1)
    _leave(f"unexpected {type(error).__name__}: {error}; add --debug to see where", 1)


def _leave(message: str, exit_code: int) -> NoReturn:
    _tell("error", message, "bold red")
    raise SystemExit(exit_code)


def _tell(what: str, message: str, style: str) -> None:
    text = printable(" ".join(message.split()))
    print(f"{coloured(f'{what}:', style, sys.stderr)} {text}", file=sys.stderr)  # noqa: T201
