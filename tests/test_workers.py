"""Work on all processors is the same work."""

import gc
import os
import sys

import numpy as np
import pytest

from segmentation import workers
from segmentation.clustering import gap_statistic, select_k
from segmentation.workers import each, processors


def on(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(number)), raising=False)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process does everything")
def test_pieces_run_in_other_processes_and_come_back_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on(monkeypatch, 2)
    found = each(lambda x: (x, os.getpid()), [3, 1, 2])
    assert [x for x, _ in found] == [3, 1, 2]
    assert os.getpid() not in {process for _, process in found}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process does everything")
def test_a_piece_clears_away_nothing_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    class Held:
        """Something like a connection with threads, which only its own process can end."""

        def __init__(self) -> None:
            self.itself, self.process = self, os.getpid()

        def __del__(self) -> None:
            if os.getpid() != self.process:
                os._exit(1)

    def clear(piece: int) -> int:
        gc.collect()
        return piece

    on(monkeypatch, 2)
    gc.disable()
    try:
        Held()
        assert each(clear, [1, 2]) == [1, 2]
    finally:
        gc.enable()


def test_a_piece_starts_no_processes_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, 2)
    assert each(lambda _: processors(), [0, 0]) == ([1, 1] if sys.platform == "linux" else [2, 2])
    assert processors() == 2


def test_a_mistake_in_a_piece_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, 2)
    with pytest.raises(ZeroDivisionError):
        each(lambda x: 1 / x, [1, 0, 2])


@pytest.mark.slow
def test_the_number_of_processors_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    X = np.vstack([centre + rng.normal(size=(150, 3)) for centre in (0, 3, 5)])
    answers = []
    for number in (1, 2):
        on(monkeypatch, number)
        choice = select_k(X, k_range=range(2, 6), draws=10, resamples=3)
        gap = gap_statistic(X, k_range=[2, 3], draws=3)
        answers.append(
            (choice.why, choice.p_value, choice.curve.to_numpy().tobytes(), gap.gap.tobytes())
        )
    assert answers[0] == answers[1]
    assert not workers._inside
