"""Sets with a known number of clusters, made from what is published of S, A, Birch, Unbalance, D31.

The rows of the originals are at cs.uef.fi/sipu/datasets (Fränti and Sieranoja 2018); these are the
same kinds with the same numbers of clusters, rows and columns, drawn anew from a seed.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


class Known(NamedTuple):
    """A name, the rows, and the centres that they were drawn around."""

    name: str
    X: Matrix
    centres: Matrix


def known(seed: int) -> Iterator[Known]:
    """The ten kinds, and Birch's second besides."""
    r = np.random.default_rng(seed)
    for name, width in (("S1", 0.032), ("S2", 0.042), ("S3", 0.055), ("S4", 0.065)):
        centres = _apart(r, 15, 0.16)
        sizes = np.full(15, 333) + (np.arange(15) < 5)
        yield Known(name, _drawn(r, centres, sizes, width), centres)
    for name, k in (("A1", 20), ("A2", 35), ("A3", 50)):
        centres = _apart(r, k, 0.7 / np.sqrt(k))
        yield Known(name, _drawn(r, centres, np.full(k, 150), 0.18 / np.sqrt(k)), centres)
    grid = np.array([(i, j) for i in range(10) for j in range(10)], dtype=np.float64)
    yield Known("Birch1", _drawn(r, grid, np.full(100, 1000), 0.25), grid)
    x = np.arange(100.0)
    sine = np.column_stack((x, 12 * np.sin(2 * np.pi * x / 25)))
    yield Known("Birch2", _drawn(r, sine, np.full(100, 1000), 0.35), sine)
    few = np.array([(0.0, 0.0), (0.0, 2.0), (1.5, 1.0)])
    many = np.array([(8.0 + 2 * i, 2.0 * j - 0.7) for i in range(2) for j in range(2)])
    unbalanced = np.vstack((few, many, [(12.5, 0.3)]))
    sizes = np.repeat([2000, 100], [3, 5])
    yield Known(
        "Unbalance", _drawn(r, unbalanced, sizes, np.repeat([0.2, 0.3], [3, 5])), unbalanced
    )
    centres = _apart(r, 31, 0.115)
    yield Known("D31", _drawn(r, centres, np.full(31, 100), 0.023), centres)


def _apart(r: np.random.Generator, k: int, gap: float) -> Matrix:
    """Centres in the unit square, each at least `gap` from every other."""
    centres = r.random((1, 2))
    while len(centres) < k:
        new = r.random(2)
        if np.linalg.norm(centres - new, axis=1).min() >= gap:
            centres = np.vstack((centres, new))
    return centres


def _drawn(
    r: np.random.Generator, centres: Matrix, sizes: NDArray[np.intp], spread: float | Matrix
) -> Matrix:
    width = np.broadcast_to(spread, len(centres))
    y = np.repeat(np.arange(len(centres)), sizes)
    return centres[y] + width[y][:, None] * r.normal(size=(len(y), centres.shape[1]))
