"""How often the 95% intervals of a segment's figures hold the true figure.

    python benchmarks/intervals.py [--draws 4000] [--rules 500]

A segment of n customers is drawn beside four times as many others, again and again, from
distributions whose true figures are known; a good interval holds the truth in 95% of the draws.
Methods that were considered and not taken stand beside ours: Student's t for a mean, Bonett's
interval from the normal distribution for a standardised difference, Newcombe's for a difference of
shares over an estimated spread, and Katz's for a ratio of shares. The Monte Carlo standard error
of each row is in its last column. Draws in which a method tells no interval are left out of its
rate: for a mean those with all cells the same, for Katz's ratio those with a count of zero.
"""

import argparse
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import stdtrit

from segmentation.insight import intervals
from segmentation.insight.intervals import Interval, Moments
from segmentation.insight.rules import Predicate, find_rules

Values = NDArray[np.float64]

SIZES = (30, 100, 1000)
OTHERS = 4  # times as many
SHRINK = 0.6  # the segment's spread over everyone else's
SHIFT = 1.0  # its mean is higher by so many of their standard deviations


class Distribution(NamedTuple):
    """How to draw from it, and what is true of it."""

    draw: Callable[[np.random.Generator, tuple[int, ...]], Values]
    mean: float
    median: float
    deviation: float


def of(frozen: "stats.rv_frozen") -> Distribution:
    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Values:
        return np.asarray(frozen.rvs(size=shape, random_state=rng), dtype=np.float64)

    return Distribution(draw, *(float(f()) for f in (frozen.mean, frozen.median, frozen.std)))


DISTRIBUTIONS = {
    "normal": of(stats.norm(10, 2)),
    "uniform": of(stats.uniform(0, 1)),
    "exponential": of(stats.expon()),
    "log-normal, sigma 0.5": of(stats.lognorm(0.5)),
    "log-normal, sigma 1": of(stats.lognorm(1.0)),
    "skewed counts": of(stats.nbinom(1, 0.2)),
    "yes or no, 5% yes": of(stats.bernoulli(0.05)),
}
SHARES = ((0.02, 0.02), (0.05, 0.2), (0.5, 0.3), (0.8, 0.1), (0.95, 0.05), (0.3, 0.01))


def covers(interval: Interval, truth: float) -> float:
    """The share of the intervals that hold the truth, among those that could be told."""
    low, high = interval
    told = ~np.isnan(low) & ~np.isnan(high)
    return float(np.mean((low[told] <= truth) & (truth <= high[told])))


def moments(draws: Values) -> Moments:
    """Of every row."""
    return Moments.of_sums([(draws**power).sum(axis=1) for power in range(5)])


def student(m: Moments) -> Interval:
    error = np.where(m.variance > 0, np.sqrt(m.variance / m.n), np.nan)
    half = stdtrit(m.n - 1, 0.975) * error
    return m.mean - half, m.mean + half


def bonett(a: Moments, b: Moments) -> Interval:
    with np.errstate(invalid="ignore", divide="ignore"):
        s2 = (a.variance + b.variance) / 2
        d = (a.mean - b.mean) / np.sqrt(s2)
        spread = a.variance**2 / (a.n - 1) + b.variance**2 / (b.n - 1)
        noise = a.variance / (a.n - 1) + b.variance / (b.n - 1)
        half = stats.norm.ppf(0.975) * np.sqrt(d**2 * spread / (8 * s2**2) + noise / s2)
        return d - half, d + half


def numbers(draws: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for name, known in DISTRIBUTIONS.items():
        mean, deviation = known.mean, known.deviation
        here = mean + SHIFT * deviation  # the segment's mean: SHRINK * X, moved up
        move = here - SHRINK * mean
        for n in SIZES:
            base = known.draw(rng, (draws, n))
            segment, others = SHRINK * base + move, known.draw(rng, (draws, OTHERS * n))
            plain, a, b = moments(base), moments(segment), moments(others)
            weight = 1 / (1 + OTHERS)
            average = weight * here + (1 - weight) * mean
            truth = (here - mean) / np.sqrt((1 + SHRINK**2) / 2) / deviation
            limits = np.array([intervals.of_median(np.sort(row)) for row in base]).T
            # Worth is shared out among customers whose number in the segment varies too.
            inside = rng.random((draws, (1 + OTHERS) * n)) < weight
            everyone = np.concatenate((base, others), axis=1)
            worth = np.where(inside, SHRINK * everyone + move, everyone)
            own, rest = np.where(inside, worth, 0.0), np.where(inside, 0.0, worth)
            rows.append(
                {
                    "distribution": name,
                    "n": n,
                    "mean": covers(intervals.of_mean(plain), mean),
                    "mean (Student)": covers(student(plain), mean),
                    "median": covers((limits[0], limits[1]), known.median),
                    "difference": covers(intervals.difference(a, b)[1], truth),
                    "difference (Bonett)": covers(bonett(a, b), truth),
                    "index": covers(
                        intervals.relative(
                            a.mean, intervals.of_mean(a), b.mean, intervals.of_mean(b), weight
                        ),
                        here / average,
                    ),
                    "share of value": covers(
                        intervals.of_share_of_total(
                            own.sum(axis=1),
                            (own**2).sum(axis=1),
                            rest.sum(axis=1),
                            (rest**2).sum(axis=1),
                        ),
                        weight * here / average,
                    ),
                }
            )
    return pd.DataFrame(rows)


def newcombe(p: Values, p_limits: Interval, q: Values, q_limits: Interval) -> Interval:
    spread = np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = p - q - np.hypot(p - p_limits[0], q_limits[1] - q)
        high = p - q + np.hypot(p_limits[1] - p, q - q_limits[0])
        return low / spread, high / spread


def katz(x: Values, n: int, other: Values, other_n: int, weight: float) -> Interval:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (x / n) / (other / other_n)
        half = stats.norm.ppf(0.975) * np.sqrt(1 / x - 1 / n + 1 / other - 1 / other_n)
        low, high = ratio * np.exp(-half), ratio * np.exp(half)
        return low / (weight * low + 1 - weight), high / (weight * high + 1 - weight)


def shares(draws: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    weight = 1 / (1 + OTHERS)
    for p, q in SHARES:
        for n in SIZES:
            x = rng.binomial(n, p, draws).astype(float)
            other = rng.binomial(OTHERS * n, q, draws).astype(float)
            here, there = x / n, other / (OTHERS * n)
            limits, other_limits = intervals.wilson(x, n), intervals.wilson(other, OTHERS * n)
            truth = (p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
            lift = p / (weight * p + (1 - weight) * q)
            rows.append(
                {
                    "share here, elsewhere": f"{p:.0%}, {q:.0%}",
                    "n": n,
                    "share": covers(limits, p),
                    "lift": covers(
                        intervals.relative(here, limits, there, other_limits, weight), lift
                    ),
                    "lift (Katz)": covers(katz(x, n, other, OTHERS * n, weight), lift),
                    "difference": covers(
                        intervals.share_difference(x, n, other, OTHERS * n)[1], truth
                    ),
                    "difference (Newcombe)": covers(
                        newcombe(here, limits, there, other_limits), truth
                    ),
                }
            )
    return pd.DataFrame(rows)


def customers(rows: int, rng: np.random.Generator) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Two numbers and a category; a good tenth is in the segment, mostly where x and y are high."""
    table = pd.DataFrame({"x": rng.normal(size=rows), "y": rng.lognormal(size=rows)})
    table["town"] = pd.Series(np.array(["A", "B", "C"])[rng.integers(0, 3, rows)], dtype="str")
    score = table["x"] + 0.5 * (table["town"] == "A") + 0.3 * table["y"] + rng.normal(size=rows)
    return table, np.where(score > 1.9, 1, 2).astype(np.intp)


def met(conditions: tuple[Predicate, ...], table: pd.DataFrame) -> "pd.Series[bool]":
    holds = pd.Series(True, index=table.index)
    for column, op, value in conditions:
        cells = table[column]
        holds &= cells > value if op == ">" else cells <= value if op == "<=" else cells == value
    return holds


def rules(draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """The truth about a rule is what it achieves on 200,000 further customers."""
    population, member = customers(200_000, rng)
    inside = member == 1
    rows = []
    for n in SIZES:
        held: list[tuple[bool, bool]] = []
        for seed in range(draws):
            table, segment = customers((1 + OTHERS) * n, rng)
            rule = find_rules(table, segment, numeric=["x", "y"], categorical=["town"], seed=seed)[
                1
            ]
            if isinstance(rule, str):
                continue
            holds = met(rule.conditions, population)
            truths = (inside[holds].mean(), holds[inside].mean())
            limits = (rule.precision_interval, rule.coverage_interval)
            held.append(
                tuple(low <= t <= high for t, (low, high) in zip(truths, limits, strict=True))
            )
        precision, coverage = np.mean(held, axis=0)
        rows.append(
            {"n": n, "rules found": len(held), "precision": precision, "coverage": coverage}
        )
    return pd.DataFrame(rows)


def show(title: str, table: pd.DataFrame, draws: int) -> None:
    rates = table.select_dtypes("float")
    draws = table.get("rules found", draws)
    table = table.assign(**{"±": np.sqrt((rates * (1 - rates)).max(axis=1) / draws)})
    print(f"\n{title}\n")
    print(table.to_string(index=False, float_format=lambda rate: f"{rate:.3f}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--rules", type=int, default=500)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    show("Numbers", numbers(options.draws, rng), options.draws)
    show("Categories", shares(options.draws, rng), options.draws)
    show("Rules (n: customers in the segment, about)", rules(options.rules, rng), options.rules)


if __name__ == "__main__":
    main()
