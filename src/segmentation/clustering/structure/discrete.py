"""Columns of few values: categories in indicator form, and grids."""

import numpy as np
from numpy.typing import NDArray

# docs/choosing-k.md, "The structure test", 1
ANSWERS = 4  # a column of no more values has no shape of its own
FEW = 30  # a column with no more distinct values is a grid: clouds like it stay on its values


def indicator_blocks(X: NDArray[np.float64]) -> list[list[int]]:
    """Find runs of neighbouring two-valued columns of which at most one is "on" in any row.

    The larger value of a column is "on". Such a run is one category in indicator form, whatever
    the scale of its columns.
    """
    blocks: list[list[int]] = []
    run: list[int] = []
    taken = np.zeros(len(X), dtype=bool)
    for j in range(X.shape[1] + 1):
        column = X[:, j] if j < X.shape[1] else None
        two = column is not None and len(np.unique(column)) == 2
        on = column == column.max() if column is not None and two else np.zeros(len(X), dtype=bool)
        if two and run and not (taken & on).any():
            run.append(j)
            taken |= on
            continue
        if len(run) > 1:
            blocks.append(run)
        run, taken = ([j], on.copy()) if two else ([], taken)
    return blocks


def jittered(X: NDArray[np.float64], *, seed: int) -> NDArray[np.float64]:
    """Spread the values of columns that have few evenly over the cells around them.

    Between the steps of a grid there is nothing, which is no gap between groups.
    """
    out = X.copy()
    for j, column in enumerate(X.T):
        values, index = np.unique(column, return_inverse=True)
        if 1 < len(values) <= FEW:
            edges = cells(values)
            u = np.random.default_rng([seed, j]).random(len(column))
            out[:, j] = edges[index] + u * (edges[index + 1] - edges[index])
    return out


def cells(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges halfway between neighbouring values, and as far outside the first and the last."""
    middles = (values[1:] + values[:-1]) / 2
    first, last = 2 * values[0] - middles[0], 2 * values[-1] - middles[-1]
    return np.concatenate(([first], middles, [last]))
