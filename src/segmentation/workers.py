"""Independent pieces of work on all processors, with the same results on any number of them."""

import gc
import os
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from segmentation.progress import told

T = TypeVar("T")
R = TypeVar("R")


def processors() -> int:
    """Return how many processors this process may keep busy; one inside a piece of `each`."""
    if _inside:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(work: Callable[[T], R], items: Sequence[T], *, doing: str = "work") -> list[R]:
    """Return `work(item)` for every item, in their order, worked out side by side.

    Processes start as copies of this one, so `work` may hold any data, and only what it returns is
    handed back. Where a system does not copy processes safely, this one does everything. What a
    piece draws has to be seeded by the item: which process works on it is left to chance.

    Parameters
    ----------
    work : callable
        Takes an item; what it changes is lost.
    items : sequence
        The pieces, each worth some milliseconds at least.
    doing : str
        What is done to them, for whoever waits.

    Examples
    --------
    >>> each(lambda x: x * x, [3, 1, 2])
    [9, 1, 4]
    """
    workers = min(processors(), len(items)) if sys.platform == "linux" else 1
    if workers < 2:
        return list(told(map(work, items), total=len(items), doing=doing))
    pool = ProcessPoolExecutor(workers, get_context("fork"), _start, (work, items))
    with pool, warnings.catch_warnings():
        # Python warns of threads of libraries, which wait for work and hold nothing.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        found = pool.map(_piece, range(len(items)))
        return list(told(found, total=len(items), doing=doing))


def in_order(work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """Give `work(item)` for every item, in their order, worked out by threads side by side.

    For work that leaves Python most of the time, on pieces of something large: only a few results
    wait at a time to be taken. What is added up of them in their order is the same to the last bit
    on any number of processors.

    Parameters
    ----------
    work : callable
        Takes an item.
    items : sequence
        The pieces, each worth some milliseconds at least.

    Examples
    --------
    >>> list(in_order(lambda x: x * x, [3, 1, 2]))
    [9, 1, 4]
    """
    threads = min(processors(), len(items))
    if threads < 2:
        yield from map(work, items)
        return
    from threadpoolctl import threadpool_limits

    waiting: deque[Future[R]] = deque()
    left = iter(items)
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        try:
            for item in left:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


_inside: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
"""What a process of the pool is for, in such a process."""


def _start(work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    # A copy has the objects of this process and not its threads. One that nobody needs any more and
    # that would wait for its threads to end (DuckDB's are such) takes the copy down with it.
    gc.freeze()
    # As many processes as processors are at work: a library's threads would only be in their way,
    # and those of OpenMP, which this copy has not, it would wait for without end.
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    _inside.append((work, items))


def _piece(number: int) -> Any:
    work, items = _inside[-1]
    return work(items[number])
