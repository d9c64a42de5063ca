"""What can be worked out from what is told, by somebody who adds and subtracts all of it."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from segmentation.artifacts.privacy import FEWEST, apart, percentiles, told, told_cells, up_to

CELL = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 60))


def few(customers: int) -> bool:
    return 0 < customers < FEWEST


def sums_worked_out(counts: NDArray[np.intp], shown: NDArray[np.bool_]) -> set[int]:
    """Sums of cells left out that follow from the totals of rows and columns and the other cells.

    Totals of some rows minus those of some columns, minus cells that are told, are a sum of cells
    left out, if none of them is subtracted.
    """
    n, m = counts.shape
    found = set()
    for choice in product([False, True], repeat=n + m):
        rows, columns = np.array(choice[:n]), np.array(choice[n:])
        added = rows[:, None] & ~columns & ~shown
        subtracted = ~rows[:, None] & columns & ~shown
        if not subtracted.any():
            found.add(int(counts[added].sum()))
    return found


def cells_worked_out(counts: NDArray[np.intp], shown: NDArray[np.bool_]) -> set[int]:
    """Cells left out that are the only solution of all equations."""
    n, m = counts.shape
    left = np.argwhere(~shown)
    equations = np.zeros((n + m, len(left)))
    equations[left[:, 0], range(len(left))] = 1
    equations[n + left[:, 1], range(len(left))] = 1
    rank = np.linalg.matrix_rank(equations)
    alone = np.eye(len(left))
    return {
        int(counts[i, j])
        for e, (i, j) in enumerate(left)
        if np.linalg.matrix_rank(np.vstack([equations, alone[e]])) == rank
    }


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=2, max_size=4), st.booleans())
def test_no_few_can_be_worked_out_of_a_table(cells: list[list[int]], whole_row: bool) -> None:
    counts = np.array(cells)
    if any(map(few, counts.sum(axis=0))) or any(map(few, counts.sum(axis=1))):
        return  # the totals themselves would tell; of such segments and categories none is told
    hidden = np.zeros(counts.shape, dtype=bool)
    hidden[-1] = whole_row
    shown = told_cells(counts, hidden)
    assert not shown[hidden].any()
    assert not any(map(few, counts[shown].tolist()))
    assert not any(map(few, sums_worked_out(counts, shown)))
    assert not any(map(few, cells_worked_out(counts, shown)))


def test_a_table_of_many_is_told_whole() -> None:
    counts = np.array([[10, 0, 300], [20, 40, 10]])
    assert told_cells(counts, counts < 0).all()


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(0, 30))
def test_no_few_can_be_worked_out_of_everyone(sizes: list[int], in_none: int) -> None:
    groups = np.array([*sizes, in_none])
    hidden = np.arange(len(groups)) == len(sizes)
    shown = told(groups, hidden)
    assert not any(map(few, groups[shown].tolist()))
    assert not few(int(groups[~shown].sum())) or few(int(groups.sum()))
    if min(sizes) >= FEWEST and not few(in_none):
        assert shown[:-1].all()


VALUES = st.lists(st.integers(0, 400).map(lambda i: i / 8), min_size=1, max_size=300)


@settings(max_examples=200, deadline=None)
@given(VALUES, st.lists(st.floats(0, 50), min_size=1, max_size=9, unique=True))
def test_no_few_lie_between_a_place_and_a_quantile(found: list[float], drawn: list[float]) -> None:
    values, places = np.array(found), np.sort(drawn)
    kept = percentiles(values)
    kept = kept[~np.isnan(kept)]
    moved = apart(places, kept, values)
    between = np.abs(up_to(moved, values)[:, None] - up_to(kept, values))
    assert not any(map(few, between.ravel().tolist()))
    assert set(moved.tolist()) <= {*kept.tolist(), *places.tolist()}


def test_ten_lie_between_any_two_quantiles_or_they_are_the_same() -> None:
    for n in range(20, 250):
        values = np.arange(float(n))
        quantiles = percentiles(values)
        below = up_to(quantiles[~np.isnan(quantiles)], values)
        assert below.min() >= FEWEST
        assert n - below.max() >= FEWEST
        assert not any(map(few, np.diff(below).tolist()))
