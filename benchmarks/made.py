"""Made data with a known number of populations, for the benchmarks: nothing here is real."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


class Made(NamedTuple):
    """A kind, its rows, and the numbers of clusters that are right (1: no structure)."""

    kind: str
    X: Matrix
    truth: tuple[int, ...]


def standardise(X: Matrix) -> Matrix:
    spread = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1)


def clouds(seed: int) -> Iterator[Made]:
    """One population each: round, long, skewed, heavy-tailed, discrete, with categories."""
    r = np.random.default_rng(seed)
    for n, d in ((200, 2), (600, 4), (1000, 6), (1500, 12)):
        turn = r.normal(size=(d, d))
        u = r.normal(size=(n, d))
        numbers = np.column_stack(
            (r.random(n), r.normal(size=n), r.integers(0, 10, n), r.gamma(2, size=n))
        )
        group = r.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
        made = {
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
        }
        for kind, X in made.items():
            yield Made(kind, standardise(X), (1,))
        one_hot = np.eye(4)[group] / np.sqrt(2)
        yield Made("category", np.hstack((standardise(numbers), one_hot)), (1,))
        shifted = numbers + 0.35 * group[:, None] * numbers.std(axis=0)
        yield Made("correlated category", np.hstack((standardise(shifted), one_hot)), (1,))


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
