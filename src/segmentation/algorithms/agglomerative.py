"""Agglomerative clustering; Ward's method (1963) unless told otherwise."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from segmentation.algorithms.assigners import (
    assign,
    confidence_of,
    nearest_neighbours,
)
from segmentation.algorithms.base import (
    ROUND,
    Algorithm,
    AlgorithmOptions,
    Clustering,
    Dendrogram,
    reachable_k,
    sample_rows,
)


class Options(AlgorithmOptions):
    """How near two groups are. The memory of the tree is quadratic in its rows."""

    linkage: Literal["ward", "average", "complete", "single"] = "ward"
    n_neighbors: Annotated[int, Field(ge=1, le=100)] = 5
    max_rows: Annotated[int, Field(ge=2, le=20_000)] = 5_000


def fit(X: NDArray[np.float64], *, k: int, seed: int, options: Options) -> Clustering:
    """Cluster the rows of `X` into `k` segments by merging the closest pair again and again."""
    from scipy.cluster import hierarchy

    rows, notes = sample_rows(len(X), options.max_rows, seed)
    stored = X[rows]
    number, fewer = reachable_k(stored, min(k, len(stored)))
    tree = hierarchy.linkage(stored, method=options.linkage)
    cut = cut_tree(tree, number)
    assigner = nearest_neighbours(stored, cut, n_neighbors=options.n_neighbors)
    labels = cut if len(rows) == len(X) else assign(assigner, X)
    confidence = confidence_of(assigner, X, predicted=labels)
    picture = Dendrogram(tree, _cut_height(tree, number))
    return Clustering(labels, assigner, confidence, picture, notes + fewer)


def cut_tree(tree: NDArray[np.float64], k: int) -> NDArray[np.intp]:
    """Return the labels of the `k` groups left after the first ``n - k`` merges of `tree`.

    Groups are numbered by their first row. Unlike a cut at a height, this gives `k` groups even
    where several merges have the same height.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(tree) + 1
    first_leaf = np.arange(2 * n - 1)
    for i, (left, _) in enumerate(tree[:, :2].astype(np.intp)):
        first_leaf[n + i] = first_leaf[left]
    ends = first_leaf[tree[: n - k, :2].astype(np.intp)]
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


def _cut_height(tree: NDArray[np.float64], k: int) -> float:
    heights = tree[:, 2]
    if k == 1:
        return float(heights[-1])
    below = heights[len(heights) - k] if k <= len(heights) else 0.0
    return float((below + heights[len(heights) - k + 1]) / 2)


ALGORITHM = Algorithm(
    "agglomerative",
    fit=fit,
    options=Options,
    finds="groups joined pair by pair; draws the tree",
    suits="you want to see how segments split into smaller ones",
    keeps_rows=True,
    taste=ROUND,
)
