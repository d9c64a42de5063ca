"""Distances from every row to every segment of many labelings, in one pass."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from segmentation.workers import processors

SUMS_BYTES = 2**27  # memory for the sums of distances; more segments take another pass
_TILE = 512  # rows of a tile of distances: 2 MiB, so that it stays in cache
_LISTS = 4  # shares of the tiles that can be worked on at the same time
_CANCELLED = 1e-7  # squared distances below this share of the squared norms are recomputed


def distance_sums(
    X: NDArray[np.float64], labels: list[NDArray[np.intp]], widths: list[int]
) -> NDArray[np.float64]:
    """Return the summed distances of each row to every segment of every labeling.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        Finite rows.
    labels : list of NDArray[np.intp] of shape (n,)
        Labels from 0; -1 is noise, which belongs to no segment.
    widths : list of int
        Number of segments of each labeling.

    Returns
    -------
    NDArray[np.float64] of shape (n, sum(widths))
        The labelings side by side.
    """
    n = len(X)
    # Rows of one segment side by side: a tile centred on its own rows then loses no digits when
    # tight segments lie far apart.
    order = np.argsort(labels[int(np.argmax(widths))], kind="stable")
    A = np.ascontiguousarray(X[order])
    Y = np.column_stack(labels)[order]
    offsets = np.concatenate(([0], np.cumsum(widths)))
    tiles = [slice(start, min(start + _TILE, n)) for start in range(0, n, _TILE)]
    pairs = [(i, j) for i in range(len(tiles)) for j in range(i, len(tiles))]

    members = np.zeros((offsets[-1], n))  # this way round the products run a fifth faster
    inside, which = np.nonzero(Y >= 0)
    members[offsets[which] + Y[inside, which], inside] = 1.0

    def one_list(work: list[tuple[int, int]]) -> NDArray[np.float64]:
        sums = np.zeros((offsets[-1], n))
        buffer = np.empty(_TILE * _TILE)  # one for all tiles: fresh pages cost as much as a product
        for i, j in work:
            left, right = tiles[i], tiles[j]
            centre = A[left].mean(axis=0)
            distances = _distances(A[left] - centre, A[right] - centre, buffer)
            if i == j:
                np.fill_diagonal(distances, 0.0)
            else:
                sums[:, right] += members[:, left] @ distances
            sums[:, left] += members[:, right] @ distances.T
        return sums

    # The lists, and the order in which they are added, do not depend on the number of cores: nor
    # does the result, to the last bit.
    lists = [pairs[w::_LISTS] for w in range(_LISTS) if pairs[w::_LISTS]]
    with threadpool_limits(1, user_api="blas"):
        workers = min(len(lists), processors())
        if workers == 1:
            sums = np.sum([one_list(work) for work in lists], axis=0)
        else:
            with ThreadPoolExecutor(workers) as pool:
                sums = np.sum(list(pool.map(one_list, lists)), axis=0)
    unsorted = np.empty((n, offsets[-1]))
    unsorted[order] = sums.T
    return unsorted


def groups(n: int, widths: list[int]) -> list[list[int]]:
    """Split labelings, in order, into groups whose sums fit the memory (or of one labeling)."""
    most = max(1, SUMS_BYTES // (8 * n * _LISTS))
    split: list[list[int]] = []
    total = 0
    for j, width in enumerate(widths):
        if not split or total + width > most:
            split.append([])
            total = 0
        split[-1].append(j)
        total += width
    return split


def _distances(
    rows: NDArray[np.float64], columns: NDArray[np.float64], buffer: NDArray[np.float64]
) -> NDArray[np.float64]:
    row_norms = np.einsum("ij,ij->i", rows, rows)
    column_norms = np.einsum("ij,ij->i", columns, columns)
    # |x|^2 + |y|^2 - 2xy as one product.
    left = np.column_stack((-2.0 * rows, row_norms, np.ones(len(rows))))
    right = np.column_stack((columns, np.ones(len(columns)), column_norms))
    squared = buffer[: len(rows) * len(columns)].reshape(len(rows), len(columns))
    np.matmul(left, right.T, out=squared)
    if squared.min() < _CANCELLED * (row_norms.max() + column_norms.max()):
        i, j = np.nonzero(squared < _CANCELLED * (row_norms[:, None] + column_norms))
        for part in range(0, len(i), 65536):
            p, q = i[part : part + 65536], j[part : part + 65536]
            squared[p, q] = ((rows[p] - columns[q]) ** 2).sum(axis=1)
        np.maximum(squared, 0.0, out=squared)
    return np.sqrt(squared, out=squared)
