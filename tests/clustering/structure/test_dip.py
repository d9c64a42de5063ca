"""The dip equals its definition, worked out by linear programming, and published values."""

import numpy as np
import pytest
from scipy.optimize import linprog

from segmentation.clustering.partition import Partition
from segmentation.clustering.structure.dip import dip, scaled_dips

# Hartigan and Hartigan (1985), section 6: quality of 63 statistics faculties; their dip is .0595.
STEMS = {
    3: "03567799999",
    4: "000012333445566778889",
    5: "001223333344779",
    6: "0001111222236",
    7: "022",
}
FACULTIES = [10 * t + int(u) for t, units in STEMS.items() for u in units]


def dip_by_definition(x: np.ndarray) -> float:
    """Distance from the nearest distribution function with one mode, tried at every value.

    Unknown are that function at the values, twice at the mode, where it may jump, and the distance.
    """
    values, counts = np.unique(x, return_counts=True)
    above, m = np.cumsum(counts) / len(x), len(values)
    below = above - counts / len(x)
    best = np.inf
    for mode in range(m):
        rows, right = [], []

        def at_most(bound: float, **terms: float) -> None:
            row = np.zeros(m + 2)
            for place, factor in terms.items():
                row[int(place[1:])] = factor
            rows.append(row)  # noqa: B023 - called in this round only
            right.append(bound)  # noqa: B023

        sides = (range(mode + 1), 1), (range(mode + 1, m + 1), -1)
        for unknowns, sign in sides:
            at = [values[u if sign > 0 else u - 1] for u in unknowns]
            for u, value in zip(unknowns, at, strict=True):
                i = int(np.searchsorted(values, value))
                low = above[i] if (sign < 0 or i < mode) else below[i]
                high = below[i] if (sign > 0 or i > mode) else above[i]
                at_most(high, **{f"u{u}": 1, f"d{m + 1}": -1})
                at_most(-low, **{f"u{u}": -1, f"d{m + 1}": -1})
            for j in range(len(at) - 1):
                at_most(0, **{f"u{unknowns[j]}": 1, f"u{unknowns[j + 1]}": -1})
            for j in range(1, len(at) - 1):
                before, after = 1 / (at[j] - at[j - 1]), 1 / (at[j + 1] - at[j])
                a, b, c = (f"u{unknowns[j + step]}" for step in (-1, 0, 1))
                at_most(0, **{a: -sign * before, b: sign * (before + after), c: -sign * after})
        at_most(0, **{f"u{mode}": 1, f"u{mode + 1}": -1})
        cost = np.zeros(m + 2)
        cost[-1] = 1
        found = linprog(cost, np.array(rows), right, bounds=[(0, 1)] * (m + 1) + [(0, None)])
        best = min(best, found.fun)
    return max(best, 1 / (2 * len(x)))


SAMPLES = {
    "uniform": lambda rng: rng.random(15),
    "normal": lambda rng: rng.normal(size=15),
    "two modes": lambda rng: rng.normal(size=16) + 4 * (np.arange(16) % 2),
    "three modes": lambda rng: rng.normal(size=15) + 9 * (np.arange(15) % 3),
    "ties": lambda rng: rng.integers(0, 8, 25).astype(float),
    "many ties": lambda rng: rng.integers(0, 3, 12).astype(float),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", SAMPLES)
def test_dip_is_the_distance_from_one_mode(kind: str, seed: int) -> None:
    x = SAMPLES[kind](np.random.default_rng(seed))
    assert dip(x) == pytest.approx(dip_by_definition(x), abs=1e-8)


def test_dip_of_the_faculties_is_the_published_one() -> None:
    assert round(dip(FACULTIES), 4) == 0.0595


def test_dip_does_not_know_scale_place_or_direction() -> None:
    x = np.random.default_rng(0).gamma(2, size=300)
    for other in (1e6 * x, x - 1e3, -x):
        assert dip(other) == pytest.approx(dip(x), rel=1e-6)


@pytest.mark.parametrize("x", [[3.0], [3.0, 3.0, 3.0], [1.0, 2.0]])
def test_dip_is_least_where_there_is_nothing_to_tell(x: list[float]) -> None:
    assert dip(x) == 1 / (2 * len(x))


def test_two_groups_are_farther_apart_than_the_halves_of_one() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 200)
    for gap, least, most in ((9.0, 2.0, 10.0), (0.0, 0.1, 0.5)):
        X = np.sort(rng.normal(size=400)) + gap * labels
        X = np.column_stack((X, rng.normal(size=400)))
        centres = np.array([X[labels == j].mean(axis=0) for j in (0, 1)])
        (found,) = scaled_dips(X, [Partition(2, labels, centres, 0.0)])
        assert least < found[0, 1] < most
