"""Short rules that tell a segment's customers from the others, tested on customers left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts import privacy
from segmentation.artifacts.base import Pair
from segmentation.columns import Columns
from segmentation.insight.intervals import wilson

# docs/profiles.md, "Rules", states these.
MOST_CONDITIONS = 3
MOST_ROWS = 20_000  # drawn from all customers, half to learn on and half to test on
FEWEST = 20  # customers of a segment in that sample
# Thresholds tried in each number: quantiles, finer at the ends, where small segments are.
_TAIL = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.06, 0.07)
_CUTS = (*_TAIL, *(i / 25 for i in range(1, 25)), *(1 - tail for tail in _TAIL))
_LEVELS = 30  # most frequent categories tried in each column
_BEAM = 6  # rules that are carried on to the next condition
_WORTH = 0.02  # what another condition must add to F1


class Predicate(NamedTuple):
    """One condition of a rule: ``income > 84000``, ``town = Bonn``. A missing cell never meets it.

    `op` is ``>`` or ``<=`` with a number as `value`, or ``=`` with a level.
    """

    column: str
    op: str
    value: float | str


@dataclass(frozen=True)
class Rule:
    """A rule with what it achieves on customers that it was not learnt on.

    Attributes
    ----------
    conditions : tuple of Predicate
        All must hold.
    precision, coverage : float
        Share of the customers whom the rule holds for that are in the segment, and share of the
        segment whom it holds for.
    precision_interval, coverage_interval : pair of float
        Wilson's, of 95%.
    rows : int
        Customers it was tested on.
    """

    conditions: tuple[Predicate, ...]
    precision: float
    coverage: float
    precision_interval: Pair
    coverage_interval: Pair
    rows: int


def find_rules(
    customers: pd.DataFrame | Columns,
    segment: NDArray[np.intp],
    *,
    numeric: list[str],
    categorical: list[str],
    seed: int,
) -> dict[int, Rule | str]:
    """Find the best rule of at most three conditions for every segment.

    A beam search adds one condition at a time, and keeps the rules with the best F1, the harmonic
    mean of precision and coverage. Numbers are cut at rounded quantiles.

    Parameters
    ----------
    customers : DataFrame or Columns of n rows
    segment : int array of shape (n,)
        Segment ids; negative for customers in none, whom no rule should hold for.
    numeric, categorical : list of str
        Columns that conditions may be about.
    seed : int
        Of the sample and its halves.

    Returns
    -------
    dict of int to Rule or str
        By segment id; in words why, where there is no rule.

    References
    ----------
    Clark and Niblett (1989), The CN2 induction algorithm, for the beam search.
    """
    learn, test = _halves(segment, np.random.default_rng(seed))
    rows = customers.take(learn)
    tested = customers.take(test)
    tests = list(_tests(rows, numeric, categorical))
    holds = np.array([_holds(each, rows) for each in tests], dtype=np.float32)
    holds = holds.reshape(len(tests), len(rows))
    rules: dict[int, Rule | str] = {}
    for i in (int(i) for i in np.unique(segment) if i >= 0):
        inside, unseen = segment[learn] == i, segment[test] == i
        if inside.sum() + unseen.sum() < FEWEST:
            rules[i] = f"fewer than {FEWEST} customers to learn a rule from and test it on"
            continue
        best = _search(tests, holds, inside)
        rule = _measured(best, tested, unseen)
        if rule is None or rule.precision_interval[0] <= unseen.mean():
            rules[i] = f"none finds {privacy.FEWEST} of its customers, and better than chance"
        else:
            rules[i] = rule
    return rules


def _halves(
    segment: NDArray[np.intp], rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw a sample and split it in two, each with its due share of every segment."""
    order = rng.permutation(len(segment))[:MOST_ROWS]
    order = order[np.argsort(segment[order], kind="stable")]  # shuffled within a segment
    return np.sort(order[::2]), np.sort(order[1::2])


def _tests(rows: pd.DataFrame, numeric: list[str], categorical: list[str]) -> Iterator[Predicate]:
    for column in numeric:
        for cut in _cuts(rows[column].dropna().to_numpy(np.float64)):
            yield Predicate(column, ">", cut)
            yield Predicate(column, "<=", cut)
    for column in categorical:
        counts = rows[column].dropna().astype("str").value_counts()
        by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        for level, _ in by_count[:_LEVELS]:
            yield Predicate(column, "=", str(level))


def _cuts(values: NDArray[np.float64]) -> list[float]:
    """Quantiles, each as round as the gaps to its neighbours allow."""
    if not len(values):
        return []
    quantiles = np.unique(np.quantile(values, _CUTS, method="inverted_cdf"))
    gaps = np.diff(quantiles, prepend=values.min(), append=values.max())
    whole = bool((values == np.round(values)).all())
    cuts = set()
    for cut, left, right in zip(quantiles, gaps[:-1], gaps[1:], strict=True):
        gap = min(g for g in (left, right, np.inf) if g > 0)
        step = _round_step(gap / 2) if np.isfinite(gap) else 1.0
        step = max(step, 1.0) if whole else step
        cuts.add(float(f"{round(cut / step) * step:.12g}") + 0.0)
    return sorted(cuts)


def _round_step(most: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten that is not above `most`."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(m for m in (1, 2, 5) if m * power <= most * (1 + 1e-9)) * power)


def _holds(test: Predicate, rows: pd.DataFrame) -> NDArray[np.bool_]:
    cells = rows[test.column]
    if test.op == "=":
        return (cells.astype("str") == test.value).to_numpy(bool) & cells.notna().to_numpy(bool)
    numbers = cells.to_numpy(np.float64)  # a comparison with NaN is False
    return numbers > test.value if test.op == ">" else numbers <= test.value


def _search(
    tests: list[Predicate], holds: NDArray[np.float32], inside: NDArray[np.bool_]
) -> tuple[Predicate, ...]:
    """The conditions with the best F1, and as few of them as come near it."""
    size = int(inside.sum())
    best: tuple[float, tuple[int, ...]] = (0.0, ())
    beam = [best]
    for _ in range(MOST_CONDITIONS):
        rows = np.array([holds[list(chosen)].all(axis=0) for _, chosen in beam], dtype=np.float32)
        met, hit = holds @ rows.T, holds @ (rows * inside).T  # counts: exact in any order of adding
        f1 = 2 * hit / (met + size)
        grown: dict[frozenset[int], tuple[float, tuple[int, ...]]] = {}
        for (_, chosen), scores in zip(beam, f1.T, strict=True):
            used = {tests[i][:2] for i in chosen}
            ranked = np.argsort(-scores, kind="stable").tolist()
            for i in islice((i for i in ranked if tests[i][:2] not in used), _BEAM):
                grown.setdefault(frozenset((*chosen, i)), (float(scores[i]), (*chosen, i)))
        beam = sorted(grown.values(), key=lambda rule: (-rule[0], rule[1]))[:_BEAM]
        if not beam or beam[0][0] < best[0] + _WORTH:
            break
        best = beam[0]
    return tuple(tests[i] for i in best[1])


def _measured(
    conditions: tuple[Predicate, ...], rows: pd.DataFrame, inside: NDArray[np.bool_]
) -> Rule | None:
    """Test a rule; None if it is empty or holds for too few of the segment to be told."""
    met = np.ones(len(rows), dtype=bool)
    for condition in conditions:
        met &= _holds(condition, rows)
    count, size, hit = int(met.sum()), int(inside.sum()), int((met & inside).sum())
    if not conditions or hit < privacy.FEWEST:
        return None
    precision, coverage = wilson(hit, count), wilson(hit, size)
    return Rule(
        conditions,
        hit / count,
        hit / size,
        (float(precision[0]), float(precision[1])),
        (float(coverage[0]), float(coverage[1])),
        len(rows),
    )
