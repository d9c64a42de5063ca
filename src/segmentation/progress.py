"""Say how far something is that takes long."""

import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")

_LEAST = 2.0  # seconds for which nobody at a terminal need be told
_EVERY = 10.0  # seconds between two lines where there is no terminal, and before the first


class _Telling:
    """Whether long calculations are told of, and whether one is at present."""

    wanted = False
    busy = False


def watched(
    items: Iterable[T],
    *,
    total: int,
    doing: str,
    out: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """Give items as they come, and tell how many of them there were.

    After two seconds a terminal shows a bar, which is gone at the end. Anything else gets a line
    every ten seconds.

    Parameters
    ----------
    items : iterable
    total : int
        How many there will be.
    doing : str
        What is done to them.
    out : file, optional
        Where it is told; the standard error, unless it is given.
    clock : callable
        Gives seconds.
    """
    out = sys.stderr if out is None else out
    started = clock()
    tell = _bar(doing, total, out) if out.isatty() else _lines(doing, total, out)
    next(tell)
    try:
        for done, item in enumerate(items, 1):
            yield item
            passed = clock() - started
            if passed >= _LEAST:
                tell.send((done, passed))
    finally:
        tell.close()


def want() -> None:
    """Tell from now on of long calculations too; whoever calls them as a library is not told."""
    _Telling.wanted = True


def told(items: Iterable[T], *, total: int, doing: str) -> Iterator[T]:
    """Give items as they come, told of like `watched` ones if `want` was called.

    What is a part of something that is told of already is not told of by itself.
    """
    if not _Telling.wanted or _Telling.busy:
        yield from items
        return
    _Telling.busy = True
    try:
        yield from watched(items, total=total, doing=doing)
    finally:
        _Telling.busy = False


def _lines(doing: str, total: int, out: TextIO) -> Generator[None, tuple[int, float], None]:
    last = 0.0
    while True:
        done, passed = yield
        if passed - last >= _EVERY and done < total:
            last = passed
            left = passed * (total - done) / done
            print(f"{doing}: {done / total:.0%}, about {_span(left)} left", file=out, flush=True)


def _bar(doing: str, total: int, out: TextIO) -> Generator[None, tuple[int, float], None]:
    done, _ = yield
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=out), transient=True) as progress:
        task = progress.add_task(doing, total=total, completed=done)
        while True:
            done, _ = yield
            progress.update(task, completed=done)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
