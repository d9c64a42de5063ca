"""Silhouettes of many labelings from one pass over the distances."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from segmentation.clustering._check import as_matrix
from segmentation.errors import InputError

_TILE = 512  # rows of a tile of distances: 2 MiB, so that it stays in cache
_LISTS = 4  # shares of the tiles that can be worked on at the same time
_SUMS_BYTES = 2**27  # memory for the sums of distances; more segments take another pass
_CANCELLED = 1e-7  # squared distances below this share of the squared norms are recomputed


@dataclass(frozen=True)
class Silhouette:
    """Silhouette of one labeling.

    Attributes
    ----------
    score : float
        Mean silhouette of the labelled rows (estimated when `sampled`).
    se : float
        Standard error of `score` as an estimate for the population the rows come from.
    samples : NDArray[np.float64]
        Silhouette of every row of the input, NaN where the row has no label or was not drawn.
    n_rows : int
        Rows that the score rests on.
    sampled : bool
        Whether a sample, and not every labelled row, was used.
    """

    score: float
    se: float
    samples: NDArray[np.float64]
    n_rows: int
    sampled: bool


def silhouettes(
    X: ArrayLike,
    labelings: Sequence[ArrayLike],
    *,
    max_rows: int | None = None,
    seed: int = 0,
) -> list[Silhouette]:
    """Return the Euclidean silhouette of each labeling.

    Distances do not depend on the labels, so one tile of them serves every labeling: its product
    with the stacked one-hot memberships sums the distances from each row to each segment. Memory
    is bounded by the tiles, not by the square of the rows.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows to judge.
    labelings : sequence of array-like of shape (n,)
        Integer labels; -1 marks noise, which is left out of its labeling.
    max_rows : int, optional
        Above so many labelled rows a labeling is scored on a sample, stratified by segment: every
        segment keeps at least two rows, and the score weighs segments by their true share.
        None scores every row.
    seed : int, default 0
        Seed of the sample.

    Returns
    -------
    list of Silhouette
        In the order of `labelings`. Score and error are NaN where fewer than two segments remain.

    Raises
    ------
    InputError
        If `X` is not a finite matrix, or labels do not match it.

    References
    ----------
    Rousseeuw (1987), Silhouettes: a graphical aid to the interpretation and validation of cluster
    analysis, J. Comput. Appl. Math. 20, 53-65. Cochran (1977), Sampling Techniques, chapter 5.

    Examples
    --------
    >>> found = silhouettes([[0.0], [1.0], [10.0], [11.0]], [[0, 0, 1, 1]])
    >>> round(found[0].score, 4)
    0.8997
    """
    A = as_matrix(X)
    labels = [_as_labels(values, len(A)) for values in labelings]
    if max_rows is not None and max_rows < 2:
        raise InputError(f"max_rows must be at least 2, not {max_rows}")
    out: list[Silhouette | None] = [None] * len(labels)
    whole = []
    for i, y in enumerate(labels):
        if max_rows is None or int((y >= 0).sum()) <= max_rows:
            whole.append(i)
            continue
        rows = stratified_rows(y, max_rows, seed=seed)
        values = silhouette_samples(A[rows], [y[rows]])[0]
        out[i] = _summary(values, y, rows, sampled=True)
    if whole:
        rows = np.arange(len(A))
        for i, values in zip(whole, silhouette_samples(A, [labels[i] for i in whole]), strict=True):
            out[i] = _summary(values, labels[i], rows, sampled=False)
    return [s for s in out if s is not None]


def silhouette_samples(
    X: NDArray[np.float64], labelings: Sequence[NDArray[np.intp]]
) -> list[NDArray[np.float64]]:
    """Return the silhouette of every row under every labeling (NaN where the label is -1).

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        Finite rows.
    labelings : sequence of NDArray[np.intp] of shape (n,)
        Labels from 0; -1 is noise.

    Returns
    -------
    list of NDArray[np.float64] of shape (n,)
        One array a labeling; a segment of one row scores 0, as in scikit-learn.
    """
    n = len(X)
    labels = [_codes(y) for y in labelings]
    widths = [int(y.max(initial=-1)) + 1 for y in labels]
    out: list[NDArray[np.float64]] = []
    for group in _groups(widths, max(1, _SUMS_BYTES // (8 * n * _LISTS))):
        out += _one_pass(X, [labels[j] for j in group], [widths[j] for j in group])
    return out


def _one_pass(
    X: NDArray[np.float64], labels: list[NDArray[np.intp]], widths: list[int]
) -> list[NDArray[np.float64]]:
    n = len(X)
    # Rows of one segment side by side: a tile centred on its own rows then loses no digits when
    # tight segments lie far apart.
    order = np.argsort(labels[int(np.argmax(widths))], kind="stable")
    A = np.ascontiguousarray(X[order])
    Y = np.column_stack(labels)[order]
    offsets = np.concatenate(([0], np.cumsum(widths)))
    tiles = [slice(start, min(start + _TILE, n)) for start in range(0, n, _TILE)]
    pairs = [(i, j) for i in range(len(tiles)) for j in range(i, len(tiles))]

    members = np.zeros((n, offsets[-1]))
    inside, which = np.nonzero(Y >= 0)
    members[inside, offsets[which] + Y[inside, which]] = 1.0

    def one_list(work: list[tuple[int, int]]) -> NDArray[np.float64]:
        sums = np.zeros((n, offsets[-1]))
        buffer = np.empty(_TILE * _TILE)  # one for all tiles: fresh pages cost as much as a product
        for i, j in work:
            left, right = tiles[i], tiles[j]
            centre = A[left].mean(axis=0)
            distances = _distances(A[left] - centre, A[right] - centre, buffer)
            if i == j:
                np.fill_diagonal(distances, 0.0)
            else:
                sums[right] += distances.T @ members[left]
            sums[left] += distances @ members[right]
        return sums

    # The lists, and the order in which they are added, do not depend on the number of cores: nor
    # does the result, to the last bit.
    lists = [pairs[w::_LISTS] for w in range(_LISTS) if pairs[w::_LISTS]]
    with threadpool_limits(1, user_api="blas"):
        if len(lists) == 1:
            sums = one_list(lists[0])
        else:
            with ThreadPoolExecutor(min(len(lists), _cores())) as pool:
                sums = np.sum(list(pool.map(one_list, lists)), axis=0)
    out = []
    for j, y in enumerate(Y.T):
        values = np.empty(n)
        values[order] = _from_sums(
            sums[:, offsets[j] : offsets[j + 1]], y, np.bincount(y[y >= 0], minlength=1)
        )
        out.append(values)
    return out


def _groups(widths: list[int], most: int) -> list[list[int]]:
    """Split labelings, in order, into groups of at most `most` segments (or of one labeling)."""
    groups: list[list[int]] = []
    total = 0
    for j, width in enumerate(widths):
        if not groups or total + width > most:
            groups.append([])
            total = 0
        groups[-1].append(j)
        total += width
    return groups


def stratified_rows(labels: NDArray[np.intp], size: int, *, seed: int) -> NDArray[np.intp]:
    """Draw about `size` labelled rows, each segment in proportion but never under two rows."""
    rng = np.random.default_rng(seed)
    total = int((labels >= 0).sum())
    chosen = []
    for segment in np.unique(labels[labels >= 0]):
        members = np.flatnonzero(labels == segment)
        take = min(len(members), max(2, round(size * len(members) / total)))
        chosen.append(rng.choice(members, take, replace=False))
    return np.sort(np.concatenate(chosen))


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


def _from_sums(
    sums: NDArray[np.float64], y: NDArray[np.intp], count: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Silhouettes from the summed distances of each row to each segment."""
    if len(count) < 2:
        return np.full(len(y), np.nan)
    rows = np.arange(len(y))
    own = np.maximum(y, 0)
    size = count[own]
    within = sums[rows, own] / np.maximum(size - 1, 1)
    means = sums / np.maximum(count, 1)
    means[rows, own] = np.inf
    nearest = means.min(axis=1)
    largest = np.maximum(within, nearest)
    value: NDArray[np.float64] = np.divide(
        nearest - within, largest, out=np.zeros(len(y)), where=largest > 0
    )
    value[size == 1] = 0.0
    value[y < 0] = np.nan
    return value


def _summary(
    values: NDArray[np.float64], labels: NDArray[np.intp], rows: NDArray[np.intp], *, sampled: bool
) -> Silhouette:
    samples = np.full(len(labels), np.nan)
    samples[rows] = values
    y = labels[rows]
    kept = y >= 0
    n_rows = int(kept.sum())
    if len(np.unique(y[kept])) < 2:
        return Silhouette(float("nan"), float("nan"), samples, n_rows, sampled)
    drawn = np.bincount(y[kept]).astype(np.float64)
    share = np.bincount(labels[labels >= 0], minlength=len(drawn)) / (labels >= 0).sum()
    present = drawn > 0
    drawn, share = drawn[present], share[present]
    mean = np.bincount(y[kept], values[kept])[present] / drawn
    square = np.bincount(y[kept], values[kept] ** 2)[present] / drawn - mean**2
    score = float(share @ mean)
    # Within segments as in a stratified sample, between them as for a draw of customers: the
    # shares themselves would differ in another sample of the same size.
    variance = (share**2 * np.maximum(square, 0) / np.maximum(drawn - 1, 1)).sum()
    variance += (share * (mean - score) ** 2).sum() / (labels >= 0).sum()
    return Silhouette(score, float(np.sqrt(variance)), samples, n_rows, sampled)


def _as_labels(values: ArrayLike, n: int) -> NDArray[np.intp]:
    y = np.asarray(values)
    if y.shape != (n,):
        raise InputError(f"labels of shape {y.shape} do not match {n} rows")
    if not np.issubdtype(y.dtype, np.integer):
        raise InputError("labels must be integers")
    return _codes(y.astype(np.intp))


def _codes(y: NDArray[np.intp]) -> NDArray[np.intp]:
    """Labels as 0, 1, ... without gaps, noise as -1."""
    codes = np.full(len(y), -1, dtype=np.intp)
    kept = y >= 0
    codes[kept] = np.unique(y[kept], return_inverse=True)[1]
    return codes


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
