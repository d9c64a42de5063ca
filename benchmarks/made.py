"""Made data with a known number of populations, for the benchmarks: nothing here is real.

A kind is held out if no rule and no constant was ever changed for how it came out.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

LOOKED_AT_LATER = ("upper tails together",)
"""Kinds that were held out until a rule was changed for how they came out."""
SIZES = ((300, 2), (600, 4), (1000, 6), (1500, 10))
"""Rows and columns of clouds, one after the other from seed to seed."""


class Made(NamedTuple):
    """A kind, its rows, and the numbers of clusters that are right (1: no structure)."""

    kind: str
    X: Matrix
    truth: tuple[int, ...]
    held_out: bool = False


def standardise(X: Matrix) -> Matrix:
    spread = X.std(axis=0)
    return np.asarray((X - X.mean(axis=0)) / np.where(spread > 0, spread, 1), dtype=np.float64)


def with_category(numbers: Matrix, code: NDArray[np.int64]) -> Matrix:
    """Standardised numbers beside a category as the pipeline has it: indicators over root 2."""
    return np.hstack((standardise(numbers), np.eye(int(code.max()) + 1)[code] / np.sqrt(2)))


def clouds(seed: int) -> Iterator[Made]:
    """One heap each: independent, elliptical, skewed, discrete, mixed."""
    r = np.random.default_rng([seed, 10])
    n, d = SIZES[seed % len(SIZES)]
    turn = r.normal(size=(d, d))
    u = r.normal(size=(n, d))
    group = r.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    numbers = np.column_stack(
        (r.random(n), r.normal(size=n), r.integers(0, 10, n), r.gamma(2, size=n))
    )
    looked_at = {
        "uniform": r.random((n, d)),
        "normal": r.normal(size=(n, d)),
        "correlated": r.normal(size=(n, d)) @ turn,
        "student t4": r.standard_t(4, size=(n, d)),
        "joint t5": r.normal(size=(n, d)) / np.sqrt(r.chisquare(5, n) / 5)[:, None],
        "lognormal": np.exp(0.9 * r.normal(size=(n, d))),
        "lognormal, correlated": np.exp(0.5 * r.normal(size=(n, d)) @ turn / np.sqrt(d)),
        "exponential": r.exponential(size=(n, d)),
        "ball": u / np.linalg.norm(u, axis=1)[:, None] * r.random((n, 1)) ** (1 / d),
        "ratings 1 to 5": np.clip(np.round(3 + 1.2 * r.normal(size=(n, d))), 1, 5),
        "whole numbers": r.integers(1, 11, (n, d)).astype(np.float64),
        "Laplace, correlated": r.laplace(size=(n, d)) @ turn,
        "many zeros": np.column_stack(
            (np.where(r.random(n) < 0.35, 0, r.exponential(size=n)), r.normal(size=(n, d - 1)))
        ),
        "skewed factor": np.exp(0.5 * r.normal(size=(n, 1)) + 0.3 * r.normal(size=(n, d))),
        "mixed margins": np.column_stack((numbers, np.exp(0.7 * u[:, :1]), r.beta(2, 5, n))),
    }
    for kind, X in looked_at.items():
        yield Made(kind, standardise(X), (1,))
    yield Made("category", with_category(numbers, group), (1,))
    shifted = numbers + 0.35 * group[:, None] * numbers.std(axis=0)
    yield Made("category, correlated", with_category(shifted, group), (1,))

    mixing = np.sqrt(r.exponential(size=(n, 1)))
    factor = r.normal(size=(n, 1))
    held_out = {
        "Weibull and triangular": np.where(
            np.arange(d) % 2, r.weibull(1.3, (n, d)), r.triangular(0, 0.2, 1, (n, d))
        ),
        "joint Laplace, correlated": mixing * r.normal(size=(n, d)) @ turn,
        "flat ellipsoid": (u / np.linalg.norm(u, axis=1)[:, None] * r.beta(d, 2, (n, 1))) @ turn,
        "skew-normal, correlated": (2 * np.abs(factor) + r.normal(size=(n, d))) @ turn,
        "Gumbel": r.gumbel(size=(n, d)),
        "gamma with a common part": r.gamma(1.5, size=(n, 1)) + r.gamma(1.0, size=(n, d)),
        "counts": r.poisson(3 * r.gamma(2, 0.5, (n, d))).astype(np.float64),
        "answers 1 to 7, one factor": np.clip(
            np.round(4 + 1.3 * (0.7 * factor + 0.7 * r.normal(size=(n, d)))), 1, 7
        ),
        "Pareto amounts": r.pareto(3.5, (n, d)),
        "logistic, correlated": r.logistic(size=(n, d)) @ turn,
        "shares": r.beta(1.5, 4, (n, d)),
    }
    for kind, X in held_out.items():
        yield Made(kind, standardise(X), (1,), held_out=True)
    yes = (0.6 * factor + r.normal(size=(n, 8)) > np.linspace(-1, 1, 8)).astype(np.float64)
    yield Made("yes/no answers, weak factor", standardise(yes), (1,), held_out=True)
    for kind, common in (("customers", 0.0), ("customers, correlated", 0.6)):
        z = common * factor + np.sqrt(1 - common**2) * r.normal(size=(n, 6))
        numbers = np.column_stack(
            (
                np.clip(np.round(45 + 15 * z[:, 0]), 18, 90),
                np.round(12 * np.exp(0.8 * z[:, 1])),
                np.exp(4 + 0.6 * z[:, 2]),
                np.clip(np.round(3.5 + z[:, 3]), 1, 5),
                z[:, 4] > 0.8,
            )
        )
        code = np.digitize(z[:, 5], (-0.3, 0.9))
        yield Made(kind, with_category(numbers, code), (1,), held_out=True)


def continua(seed: int) -> Iterator[Made]:
    """Clouds of other shapes in which nothing is missing between any two parts."""
    r = np.random.default_rng([seed, 11])
    n = (600, 1000, 1500)[seed % 3]

    def z(columns: int) -> Matrix:
        return np.asarray(r.normal(size=(n, columns)), dtype=np.float64)

    x, t, f = 4 * r.random((n, 1)), 6 * r.random((n, 1)), z(2)
    bend, turn, up = z(1), 2 * np.pi * r.random((n, 1)), r.random((n, 1))
    g = r.gamma(0.5, 1, (n, 1))
    ball = z(3) + 1e-12
    rate = r.gamma(1.5, 1.0, n)
    bought = r.poisson(13 * rate)
    last = np.where(bought > 0, 52 * r.random(n) ** (1 / np.maximum(bought, 1)), 0)
    looked_at = {
        "fan": np.hstack((x, (1 + x) * z(1), z(1))),
        "bend": np.hstack((bend, bend**2 / 2 + 0.5 * z(1), z(1))),
        "lower tails together": np.log((1 + r.exponential(size=(n, 4)) / g) ** -0.5 + 1e-9),
        "hollow sphere": ball / np.linalg.norm(ball, axis=1)[:, None] * (1 + 0.05 * z(1)),
        "wave": np.hstack((t, np.sin(t))) + 0.15 * z(2),
        "ring": np.hstack((np.cos(turn), np.sin(turn))) + 0.15 * z(2),
        "amounts, 40% zeros": np.where(r.random((n, 5)) < 0.4, 0, np.exp(0.8 * z(5))),
        "recency, frequency, value": np.column_stack(
            (52 - last, np.log1p(bought), 3 + 0.6 * z(1)[:, 0])
        ),
        "scales, two factors": np.clip(
            np.round(5.5 + 2 * (0.8 * f @ r.normal(size=(2, 8)) + 0.7 * z(8))), 1, 10
        ),
    }
    for kind, X in looked_at.items():
        yield Made(kind, standardise(X), (1,))

    income, half, round_ = (
        np.exp(0.5 * z(1)),
        np.pi * r.random((n, 1)),
        2 * np.pi * r.random((n, 1)),
    )
    age = 40 + 12 * bend
    held_out = {
        "funnel": np.hstack((bend, np.exp(0.6 * bend) * z(2))),
        "cone": np.hstack((up, up * np.cos(turn), up * np.sin(turn))) + 0.08 * z(3),
        "half a ring": np.hstack((np.cos(half), np.sin(half))) + 0.15 * z(2),
        "helix": np.hstack((np.cos(2 * t), np.sin(2 * t), t / 2)) + 0.15 * z(3),
        "S-shaped sheet": np.hstack((np.sin(t - 3), np.sign(t - 3) * (np.cos(t - 3) - 1), x / 2))
        + 0.1 * z(3),
        "boomerang": np.hstack((bend, np.abs(bend) + 0.35 * z(1), z(1))),
        "growth": np.hstack((up, np.exp(3 * up) / 5 + 0.3 * z(1), z(1))),
        "torus": np.hstack(
            (
                (2 + 0.7 * np.cos(round_)) * np.cos(turn),
                (2 + 0.7 * np.cos(round_)) * np.sin(turn),
                0.7 * np.sin(round_),
            )
        )
        + 0.1 * z(3),
        "upper tails together": -np.log(z(1) ** 2 * r.exponential(size=(n, 4))) / 2,
        "joint tails": np.arctan(z(4) / np.sqrt(r.chisquare(2, (n, 1)) / 2)),
        "income and spending": np.hstack((income, income * r.beta(2, 3, (n, 1)), z(1))),
        "product": np.hstack((f, f[:, :1] * f[:, 1:] + 0.3 * z(1))),
        "triangle": r.dirichlet((1.0, 1.0, 1.0), n)[:, :2],
        "amounts, 60% zeros, one factor": np.where(
            z(4) + 0.8 * bend < 0.3, 0, np.exp(0.7 * bend + 0.6 * z(4))
        ),
        "ages at fives, prices": np.hstack(
            (
                np.where(r.random((n, 1)) < 0.4, 5 * np.round(age / 5), np.round(age)),
                np.round(np.exp(3 + 0.5 * z(1))) - 0.01,
                z(1),
            )
        ),
        "answers 1 to 5, two factors": np.clip(
            np.round(3 + 1.1 * (0.7 * f @ r.normal(size=(2, 9)) + 0.7 * z(9))), 1, 5
        ),
    }  # fmt: skip
    for kind, X in held_out.items():
        yield Made(kind, standardise(X), (1,), held_out=kind not in LOOKED_AT_LATER)


def groups(seed: int) -> Iterator[Made]:
    """Groups just far enough apart, small ones, classes in answers, in tables of all types."""
    r = np.random.default_rng([seed, 12])

    def two(d: int, gap: float, sizes: tuple[int, int]) -> Matrix:
        axis = np.zeros(d)
        axis[0] = gap
        return standardise(np.vstack(_round(r, np.array([np.zeros(d), axis]), np.array(sizes))))

    def classes(k: int, items: int, n: int) -> Matrix:
        often = np.where(r.random((k, items)) < 0.5, 0.12, 0.88)
        return standardise(1.0 * (r.random((n, items)) < often[r.integers(0, k, n)]))

    def all_types(k: int, gap: float, n: int) -> Matrix:
        y = r.integers(0, k, n)
        numbers = _centres(r, k, 4, gap)[y] + r.normal(size=(n, 4))
        scale = np.clip(np.round(3 + y % 2 + 0.8 * r.normal(size=n)), 1, 5)
        code = np.where(r.random(n) < 0.6, y % 3, r.integers(0, 3, n))
        return with_category(np.column_stack((numbers, scale)), code)

    yield Made("two, 3.5 sd, d = 8", two(8, 3.5, (500, 500)), (2,))
    yield Made("5% at 5 sd, d = 5", two(5, 5, (950, 50)), (2,))
    yield Made("3% at 5 sd, d = 5", two(5, 5, (970, 30)), (2,))
    yield Made("three classes, ten yes/no", classes(3, 10, 900), (3,))
    yield Made("four groups, all types", all_types(4, 4.5, 1000), (4,))

    yield Made("70% and 30%, 3.5 sd, d = 4", two(4, 3.5, (700, 300)), (2,))
    C = 3.5 * np.eye(6)[:3] / np.sqrt(2)
    yield Made("three, 3.5 sd, d = 6", standardise(np.vstack(_round(r, C, np.full(3, 333)))), (3,))
    yield Made("3% at 5 sd, d = 3", two(3, 5, (970, 30)), (2,))

    d = int(r.integers(2, 17))
    yield Made("two, 3.5 sd, d = 2 to 16", two(d, 3.5, (500, 500)), (2,), held_out=True)
    yield Made("60% and 40%, 3.5 sd, d = 5", two(5, 3.5, (600, 400)), (2,), held_out=True)
    C = 3.5 * np.eye(7)[:4] / np.sqrt(2)
    four = standardise(np.vstack(_round(r, C, np.full(4, 250))))
    yield Made("four, 3.5 sd, d = 7", four, (4,), held_out=True)
    yield Made("5% at 5 sd, d = 2", two(2, 5, (950, 50)), (2,), held_out=True)
    yield Made("5% at 5 sd, d = 10", two(10, 5, (950, 50)), (2,), held_out=True)
    yield Made("3% at 5 sd, d = 7", two(7, 5, (970, 30)), (2,), held_out=True)
    yield Made("three classes, twelve yes/no", classes(3, 12, 1200), (3,), held_out=True)
    yield Made("three groups, all types", all_types(3, 5, 800), (3,), held_out=True)


def five(seed: int) -> Made:
    """100,000 rows around five centres, each 3 standard deviations from the nearest."""
    r = np.random.default_rng([seed, 13])
    C = [np.zeros(8)]
    while len(C) < 5:
        step = r.normal(size=8)
        centre = C[int(r.integers(len(C)))] + 3 * step / np.linalg.norm(step)
        if min(np.linalg.norm(centre - other) for other in C) >= 2.9:
            C.append(centre)
    X = np.vstack(_round(r, np.array(C), np.full(5, 20_000)))
    return Made("five, 3 sd, 100,000 x 8", standardise(X), (5,))


def clusters(seed: int) -> Iterator[tuple[Made, NDArray[np.intp]]]:
    """Gaussian and other clusters: unequal spread or size, long, many, overlapping, skewed."""
    r = np.random.default_rng(seed)
    for k in (2, 3, 4, 6, 8):
        d, gap = int(r.integers(2, 9)), float(r.uniform(4, 7))
        yield _made("blobs", _round(r, _centres(r, k, d, gap), r.integers(60, 500, k)))
    for k in (2, 3, 5, 7):
        d = int(r.integers(2, 8))
        C, spread = _centres(r, k, d, 6.5), r.uniform(0.4, 1.6, k)
        yield _made("unequal spread", _round(r, C, r.integers(60, 400, k), spread))
        sizes = np.array([1000 // 3 ** (j % 4) for j in range(k)])
        yield _made("small beside big", _round(r, _centres(r, k, d, 6.0), sizes))
    for k in (2, 3, 5):
        d = int(r.integers(2, 7))
        C, A = _centres(r, k, d, 6.0), r.normal(size=(d, d))
        A /= np.sqrt(np.trace(A @ A.T) / d)
        yield _made("sheared", [part @ A for part in _round(r, C, r.integers(80, 400, k))])
        skewed = [
            c + np.exp(0.6 * r.normal(size=(int(r.integers(100, 400)), d)))
            for c in _centres(r, k, d, 5.0)
        ]
        yield _made("skewed", skewed)
    for k in (2, 4, 6):
        d = int(r.integers(16, 50))
        C = r.normal(size=(k, d)) * r.uniform(4, 6) / np.sqrt(2 * d)
        yield _made("many columns", _round(r, C, r.integers(60, 300, k)))
    for k in (12, 20, 31):
        C = _scattered(r, k)
        size, spread = np.full(k, int(r.integers(30, 150))), r.uniform(0.6, 1.0, k)
        yield _made("many clusters", _round(r, C, size, spread))
    for k in (4, 6, 9):
        grid = np.array([(i, j) for i in range(3) for j in range(3)], dtype=np.float64)[:k]
        size = int(r.integers(100, 330))
        yield _made("touching squares", [c + r.uniform(-0.46, 0.46, (size, 2)) for c in grid])
    for d, gap in ((2, 3.2), (4, 3.2), (8, 3.3), (16, 3.5)):
        axis = r.normal(size=d)
        axis *= gap / np.linalg.norm(axis)
        two = np.array([np.zeros(d), axis])
        yield _made("overlapping pair", _round(r, two, np.array([1024, 1024])))
        yield _made("wide and narrow", _round(r, 1.2 * two, np.array([1024, 1024]), (0.75, 1.3)))


def _made(kind: str, parts: list[Matrix]) -> tuple[Made, NDArray[np.intp]]:
    labels = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return Made(kind, standardise(np.vstack(parts)), (len(parts),)), labels


def _round(
    r: np.random.Generator, centres: Matrix, sizes: NDArray[np.int64], spread: object = 1.0
) -> list[Matrix]:
    spreads = np.broadcast_to(np.asarray(spread, dtype=np.float64), (len(centres),))
    return [
        c + s * r.normal(size=(int(n), len(c)))
        for c, n, s in zip(centres, sizes, spreads, strict=True)
    ]


def _centres(r: np.random.Generator, k: int, d: int, gap: float) -> Matrix:
    """Chains of centres, neighbours `gap` to 1.4 `gap` apart and none much closer."""
    found = [np.zeros(d)]
    while len(found) < k:
        step = r.normal(size=d)
        step *= gap * r.uniform(1.0, 1.4) / np.linalg.norm(step)
        centre = found[int(r.integers(len(found)))] + step
        if min(np.linalg.norm(centre - other) for other in found) >= 0.95 * gap:
            found.append(centre)
    return np.array(found)


def _scattered(r: np.random.Generator, k: int) -> Matrix:
    """Centres in a square, none closer than 4.2."""
    side, found, misses = 5.0 * np.sqrt(k), [np.zeros(2)], 0
    while len(found) < k:
        centre = r.random(2) * side
        if min(np.linalg.norm(centre - other) for other in found) > 4.2:
            found.append(centre)
        else:
            misses += 1
            side *= 1.1 if misses % 1000 == 0 else 1.0
    return np.array(found)
