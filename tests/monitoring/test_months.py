"""Who moved from month to month."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segmentation.monitoring.months import Placed, Warned, leaving, rates, step, warned

DAYS = (dt.date(2024, 1, 31), dt.date(2024, 2, 29))


def test_the_same_month_twice_moves_nobody() -> None:
    segment = pd.Series([1, 2, 2, 3], index=list("abcd"))
    one = step(segment, segment, days=DAYS)
    assert (one.moved, one.down, one.stayed, int(one.arrived.sum())) == (0, 0, 4, 0)


def test_movers_arrivals_and_who_went_down_are_counted() -> None:
    before = pd.Series([1, 2, 2, 3], index=list("abcd"))
    after = pd.Series([2, 1, 2, 3, 3], index=list("abcde"))
    one = step(before, after, days=DAYS)
    assert (one.moved, one.down, one.stayed) == (2, 1, 2)
    assert one.arrived.to_dict() == {1: 0, 2: 0, 3: 1}
    assert one.counts.to_numpy().sum() == len(before)


def test_rates_are_shares_of_who_was_there_with_intervals_around_them() -> None:
    rng = np.random.default_rng(1)
    before, after = (pd.Series(rng.integers(1, 4, 300)) for _ in range(2))
    found = rates([step(before, after, days=DAYS)] * 2)
    assert found.groupby("before")["share"].sum().to_numpy() == pytest.approx(1)
    assert found["customers"].sum() == 600
    assert ((found["low"] < found["share"]) & (found["share"] < found["high"])).all()


def scored(segment: list[int], runner_up: list[int], confidence: list[float]) -> Placed:
    columns = (pd.Series(each, index=list("abcd")) for each in (segment, runner_up, confidence))
    return Placed(*columns)


def test_who_comes_near_a_lower_segment_is_about_to_leave() -> None:
    before = scored([1, 1, 2, 2], [2, 2, 1, 3], [0.5, 0.1, 0.5, 0.5])
    after = scored([1, 1, 2, 2], [2, 2, 1, 3], [0.1, 0.15, 0.1, 0.4])
    # b comes away from it, c near a better one, d is still far.
    assert leaving(before, after).to_dict() == {"a": True, "b": False, "c": False, "d": False}
    assert not leaving(after, after).any()
    later = scored([2, 1, 3, 2], [1, 2, 1, 3], [0.5] * 4)
    assert warned([before, after, later]) == Warned(1, 1, 3, 1)
    assert warned([before, after]) is None
