"""Rows without steps: values that occur often spread out, so that no gap is left between them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.structure.discrete import ANSWERS, FEW, cells, indicator_blocks
from segmentation.clustering.structure.unimodal import margin

_SPIKE = 0.005  # share of rows at one value of a column of many: a crowd of zeros, not a group
_SPIKES = 3  # a column with more of them is a grid


class Spread(NamedTuple):
    """Rows in which ties are no gaps, and which columns have a shape of their own.

    Attributes
    ----------
    rows : NDArray[np.float64] of shape (n, d)
    shaped : NDArray[np.bool_] of shape (d,)
        Columns of more than a handful of values that are not one of a category's.
    """

    rows: NDArray[np.float64]
    shaped: NDArray[np.bool_]


def spread_ties(X: NDArray[np.float64], *, seed: int) -> Spread:
    """Spread tied values over the room that they have, so that a gap is one between rows.

    A value that several rows share fills the cell halfway to its neighbours. The ends of a scale
    fill as much room as keeps them from standing out: answers pile up there. Spikes in a column
    of many values, such as zeros, are drawn from the rest of it, smoothed to one mode. Rows of one
    category fill the way halfway to the others.
    """
    n, d = X.shape
    out, shaped = X.copy(), np.zeros(d, dtype=bool)
    blocks = indicator_blocks(X)
    for block in blocks:
        out[:, block] = _category(X[:, block], np.random.default_rng([seed, 1, block[0]]))
    for j in sorted(set(range(d)) - {j for block in blocks for j in block}):
        values, index, counts = np.unique(X[:, j], return_inverse=True, return_counts=True)
        shaped[j] = len(values) > ANSWERS
        if 1 < len(values) < n:
            rng = np.random.default_rng([seed, 2, j])
            out[:, j] = _column(X[:, j], values, index, counts, rng)
    return Spread(out, shaped)


def _category(X: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    levels, code = np.unique(X, axis=0, return_inverse=True)
    code, n = code.ravel(), len(X)
    other = (code + rng.integers(1, max(len(levels), 2), n)) % len(levels)
    way = levels[other] - levels[code]
    return np.asarray(levels[code] + rng.random((n, 1)) / 2 * way, dtype=np.float64)


def _column(
    x: NDArray[np.float64],
    values: NDArray[np.float64],
    index: NDArray[np.intp],
    counts: NDArray[np.intp],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    n = len(x)
    edges = cells(values)
    low, high = edges[:-1].copy(), edges[1:].copy()
    if ANSWERS < len(values) <= FEW:
        density = counts / (high - low)
        if density[0] > density[1]:
            low[0] = high[0] - counts[0] / density[1]
        if density[-1] > density[-2]:
            high[-1] = low[-1] + counts[-1] / density[-2]
    place = low[index] + rng.random(n) * (high - low)[index]
    out = np.where(counts[index] > 1, place, x)
    if len(values) > FEW:
        spikes = np.flatnonzero(counts >= max(_SPIKE * n, 5))
        if 0 < len(spikes) <= _SPIKES:
            at = np.isin(index, spikes)
            rest = out[~at]
            if len(rest):
                out[at] = margin(rest).quantile(rng.random(int(at.sum())))
    return np.asarray(out, dtype=np.float64)
