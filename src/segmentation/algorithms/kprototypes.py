"""k-prototypes (Huang 1998): k-means whose centres hold the mode of each category.

The features hold a category as one-hot columns scaled by ``weight / sqrt(2)``. Between such a
block and the one-hot block of a mode the squared distance is ``weight**2`` if they differ and 0
if not: Huang's dissimilarity with ``gamma = weight**2``. So a prototype is a point of the feature
space, and new rows go to the nearest one as in k-means.

References
----------
Huang (1998), Extensions to the k-means algorithm for clustering large data sets with
categorical values, Data Mining and Knowledge Discovery 2(3), 283-304.
Franti (2018), Efficiency of random swap clustering, Journal of Big Data 5, 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from segmentation.algorithms.base import (
    ROUND,
    Algorithm,
    AlgorithmOptions,
    Blocks,
    Clustering,
    Natural,
    reachable_k,
    sample_rows,
)
from segmentation.algorithms.kmeans import from_centres
from segmentation.errors import InputError

Matrix = NDArray[np.float64]


class Options(AlgorithmOptions):
    """Starts and rounds, as in k-means, for numbers and categories together."""

    n_init: Natural = 50
    max_iter: Natural = 100
    max_rows: Annotated[int, Field(ge=2)] = 10_000


@dataclass(frozen=True, eq=False)
class _Block:
    """The columns of one category: its levels as they stand there, and each row's level."""

    columns: NDArray[np.intp]
    levels: Matrix
    codes: NDArray[np.intp]
    cost: Matrix  # squared distance between levels


def fit(X: Matrix, *, k: int, seed: int, options: Options, category_blocks: Blocks) -> Clustering:
    """Cluster the rows of `X` into `k` segments.

    Above `max_rows` the starts are tried on a sample, and the best is finished on all rows.
    Without `category_blocks` this is k-means.
    """
    _check_disjoint(category_blocks)
    number, notes = reachable_k(X, k)
    if not category_blocks:
        notes += ("No category among the features: k-prototypes is k-means here.",)
    rows, sampled = sample_rows(len(X), options.max_rows, seed)
    few, fewer = reachable_k(X[rows], min(number, len(rows)))
    prototypes = _search(
        X[rows],
        few,
        np.random.default_rng(seed),
        n_init=options.n_init,
        max_iter=options.max_iter,
        category_blocks=category_blocks,
    )
    if sampled:
        notes += (f"Starts were tried on a random sample of {len(rows):,} rows.", *fewer)
        prototypes, _ = _descend(X, prototypes, _blocks(X, category_blocks), options.max_iter)
    return from_centres(X, prototypes, notes=notes)


def _search(
    X: Matrix,
    k: int,
    rng: np.random.Generator,
    *,
    n_init: int,
    max_iter: int,
    category_blocks: Blocks,
) -> Matrix:
    """Return the best prototypes of all starts."""
    blocks = _blocks(X, category_blocks)
    best, least = _descend(X, _seeds(X, k, rng), blocks, max_iter)
    for start in range(1, n_init):
        # Modes make many local optima. Four starts of five move one prototype of the best so far
        # to a random row, which keeps what is good about it (Franti 2018); the fifth is fresh.
        if start % 5:
            begin = best.copy()
            begin[rng.integers(k)] = X[rng.integers(len(X))]
        else:
            begin = _seeds(X, k, rng)
        prototypes, cost = _descend(X, begin, blocks, max_iter)
        # Better by more than rounding, so that ties go to the earlier start.
        if cost < least * (1 - 1e-12):
            best, least = prototypes, cost
    return best


def _check_disjoint(category_blocks: Blocks) -> None:
    columns = [column for block in category_blocks for column in block]
    if len(columns) != len(set(columns)) or not all(category_blocks):
        raise InputError("category_blocks must be non-empty and share no column")


def _blocks(X: Matrix, category_blocks: Blocks) -> list[_Block]:
    return [_block(X, columns) for columns in category_blocks]


def _block(X: Matrix, columns: Sequence[int]) -> _Block:
    if max(columns) >= X.shape[1]:
        raise InputError(f"category column {max(columns)} is not among {X.shape[1]} columns")
    index = np.array(columns, dtype=np.intp)
    levels, codes = np.unique(X[:, index], axis=0, return_inverse=True)
    if len(levels) > len(columns) + 1:
        raise InputError(f"columns {list(columns)} are not the one-hot levels of a category")
    return _Block(index, levels, codes.ravel(), _squared(levels, levels))


def _seeds(X: Matrix, k: int, rng: np.random.Generator) -> Matrix:
    """Draw `k` distinct rows by the k-means++ rule; a row is a valid prototype."""
    chosen = [int(rng.integers(len(X)))]
    nearest = _squared(X, X[chosen]).ravel()
    while len(chosen) < k:
        chosen.append(int(rng.choice(len(X), p=nearest / nearest.sum())))
        nearest = np.minimum(nearest, _squared(X, X[chosen[-1:]]).ravel())
    return X[chosen]


def _descend(
    X: Matrix, prototypes: Matrix, blocks: list[_Block], max_iter: int
) -> tuple[Matrix, float]:
    """Alternate nearest prototype and best prototype until the cost stops falling."""
    distances = _squared(X, prototypes)
    cost = float(distances.min(axis=1).sum())
    for _ in range(max_iter):
        moved = _update(X, distances, len(prototypes), blocks)
        distances = _squared(X, moved)
        new_cost = float(distances.min(axis=1).sum())
        if new_cost >= cost:
            break
        prototypes, cost = moved, new_cost
    return prototypes, cost


def _update(X: Matrix, distances: Matrix, k: int, blocks: list[_Block]) -> Matrix:
    """Return the prototypes of least cost for the partition by nearest prototype."""
    labels = distances.argmin(axis=1)
    sizes = np.bincount(labels, minlength=k)
    for empty in np.flatnonzero(sizes == 0):
        # The row that fits worst, from a segment that can spare one, starts the segment anew.
        spare = np.where(sizes[labels] > 1, distances[np.arange(len(X)), labels], -1.0)
        row = int(spare.argmax())
        sizes[labels[row]] -= 1
        labels[row], sizes[empty] = empty, 1
        distances[row, empty] = 0.0
    member = np.zeros((k, len(X)))
    member[labels, np.arange(len(X))] = 1.0
    prototypes = member @ X / sizes[:, None]
    for block in blocks:
        counts = np.zeros((k, len(block.levels)))
        np.add.at(counts, (labels, block.codes), 1.0)
        # With one-hot levels the cheapest level is the mode.
        prototypes[:, block.columns] = block.levels[(counts @ block.cost).argmin(axis=1)]
    return prototypes


def _squared(A: Matrix, B: Matrix) -> Matrix:
    """Return the squared distance of every row of `A` to every row of `B`."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(A, B, "sqeuclidean"), dtype=np.float64)


ALGORITHM = Algorithm(
    "kprototypes",
    fit=fit,
    options=Options,
    finds="groups around a mean of the numbers and the commonest category of each column",
    suits="categories matter as much as numbers",
    uses_categories=True,
    taste=ROUND,
)
