"""Silhouettes of many labelings from one pass over the distances."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering._check import as_matrix
from segmentation.clustering.metrics.distances import distance_sums, groups
from segmentation.clustering.partition import by_first_row
from segmentation.clustering.sampling import stratified_rows
from segmentation.errors import InputError

Take = Callable[[NDArray[np.intp]], NDArray[np.float64]]

_ERROR_ROWS = 500  # rows that the standard error of an exact score is worked out on
_LEAST = 20  # rows that a sample keeps of a segment: fewer would judge their neighbours badly
_TENTHS = 10  # parts of a sample, each left out once for the standard error


@dataclass(frozen=True)
class Silhouette:
    """Silhouette of one labeling.

    Attributes
    ----------
    score : float
        Mean silhouette of the labelled rows (estimated when `sampled`).
    se : float
        Standard error of `score`, the segments given, as an estimate for the population that the
        rows come from: from leaving out a tenth of every segment at a time.
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
        segment keeps twenty rows if it has them, and the score weighs segments by true share.
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
    Kott (2001), The delete-a-group jackknife, Journal of Official Statistics 17, 521-526.

    Examples
    --------
    >>> (silhouette,) = silhouettes([[0.0], [1.0], [10.0], [11.0]], [[0, 0, 1, 1]])
    >>> round(silhouette.score, 4)
    0.8997
    """
    A = as_matrix(X)
    labels = [_as_labels(values, len(A)) for values in labelings]
    if max_rows is not None and max_rows < 2:
        raise InputError(f"max_rows must be at least 2, not {max_rows}")
    out: dict[int, Silhouette] = {}
    whole = []
    for i, y in enumerate(labels):
        if max_rows is None or int((y >= 0).sum()) <= max_rows:
            whole.append(i)
        else:
            out[i] = one_silhouette(A.__getitem__, y, max_rows=max_rows, seed=seed)
    for i, values in zip(whole, silhouette_samples(A, [labels[i] for i in whole]), strict=True):
        kept = values[labels[i] >= 0]
        if len(kept) == 0 or np.isnan(kept).all():
            out[i] = Silhouette(float("nan"), float("nan"), values, len(kept), sampled=False)
            continue
        drawn = _sample(A.__getitem__, labels[i], _ERROR_ROWS, seed=seed)
        # Variances shrink in proportion to the rows.
        se = np.sqrt((drawn.within * len(drawn.rows) + drawn.between) / len(kept))
        out[i] = Silhouette(float(kept.mean()), float(se), values, len(kept), sampled=False)
    return [out[i] for i in range(len(labels))]


def one_silhouette(
    take: Take, labels: NDArray[np.intp], *, max_rows: int, seed: int = 0
) -> Silhouette:
    """Return the silhouette of a labeling of rows that are somewhere else.

    Parameters
    ----------
    take : callable
        Returns the rows of the numbers that it is given.
    labels : int array of shape (n,)
        -1 marks noise, which is left out.
    max_rows, seed : int
        As in `silhouettes`.
    """
    y = by_first_row(labels)
    if int((y >= 0).sum()) <= max_rows:
        samples = np.full(len(y), np.nan)
        kept = np.flatnonzero(y >= 0)
        if not len(kept):
            return Silhouette(float("nan"), float("nan"), samples, 0, sampled=False)
        (found,) = silhouettes(take(kept), [y[kept]], seed=seed)
        samples[kept] = found.samples
        return replace(found, samples=samples)
    drawn = _sample(take, y, max_rows, seed=seed)
    samples = np.full(len(y), np.nan)
    samples[drawn.rows] = drawn.values
    se = np.sqrt(drawn.within + drawn.between / (y >= 0).sum())
    return Silhouette(drawn.score, float(se), samples, len(drawn.rows), sampled=True)


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
    labels = [by_first_row(y) for y in labelings]
    widths = [int(y.max(initial=-1)) + 1 for y in labels]
    out: list[NDArray[np.float64]] = []
    for group in groups(len(X), widths):
        sums = distance_sums(X, [labels[j] for j in group], [widths[j] for j in group])
        ends = np.cumsum([widths[j] for j in group])
        for j, part in zip(group, np.split(sums, ends[:-1], axis=1), strict=True):
            y = labels[j]
            out.append(_from_sums(part, y, np.bincount(y[y >= 0], minlength=widths[j])))
    return out


def _from_sums(
    sums: NDArray[np.float64], y: NDArray[np.intp], count: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Silhouettes from the summed distances of each row to each segment."""
    if (count > 0).sum() < 2:
        return np.full(len(y), np.nan)
    rows = np.arange(len(y))
    own = np.maximum(y, 0)
    size = count[own]
    within = sums[rows, own] / np.maximum(size - 1, 1)
    means = np.where(count > 0, sums / np.maximum(count, 1), np.inf)
    means[rows, own] = np.inf
    nearest = means.min(axis=1)
    largest = np.maximum(within, nearest)
    value: NDArray[np.float64] = np.divide(
        nearest - within, largest, out=np.zeros(len(y)), where=largest > 0
    )
    value[size == 1] = 0.0
    value[y < 0] = np.nan
    return value


class _Sample(NamedTuple):
    rows: NDArray[np.intp]
    values: NDArray[np.float64]
    score: float
    within: float  # variance of the score, the shares of the segments given
    between: float  # variance of the segments' means: that of the shares, were there one row


def _sample(take: Take, labels: NDArray[np.intp], max_rows: int, *, seed: int) -> _Sample:
    """Score a stratified sample; the variance comes from leaving out a tenth at a time.

    The rows share the members they are compared with, so the scatter of their values alone would
    understate it.
    """
    member = np.flatnonzero(labels >= 0)
    rng = np.random.default_rng(seed)
    rows = member[stratified_rows(labels[member], max_rows, rng, least=_LEAST)]
    y = labels[rows]
    k = int(labels.max()) + 1
    share = np.bincount(labels[labels >= 0], minlength=k) / (labels >= 0).sum()
    # Every tenth of every segment is a segment of its own in one pass over the distances.
    tenth = np.full(len(y), _TENTHS, dtype=np.intp)  # a lone row is never left out
    for segment in range(k):
        members = np.flatnonzero(y == segment)
        if len(members) > 1:
            tenth[members] = np.arange(len(members)) % _TENTHS
    sums = np.zeros((len(y), _TENTHS + 1, k))
    fine, codes = np.unique(tenth * k + y, return_inverse=True)
    sums.reshape(len(y), -1)[:, fine] = distance_sums(as_matrix(take(rows)), [codes], [len(fine)])
    counts = np.bincount(tenth * k + y, minlength=(_TENTHS + 1) * k).reshape(-1, k)

    def score(left_out: int | None) -> tuple[float, NDArray[np.float64]]:
        total, count = sums.sum(axis=1), counts.sum(axis=0)
        kept = np.ones(len(y), dtype=bool)
        if left_out is not None:
            total, count = total - sums[:, left_out], count - counts[left_out]
            kept = tenth != left_out
        values = _from_sums(total[kept], y[kept], count)
        means = np.bincount(y[kept], values, minlength=k) / np.maximum(count, 1)
        return float(share @ means), values

    value, values = score(None)
    without = np.array([score(tenth_out)[0] for tenth_out in range(_TENTHS)])
    within = (_TENTHS - 1) / _TENTHS * ((without - without.mean()) ** 2).sum()
    means = np.bincount(y, values, minlength=k) / np.maximum(counts.sum(axis=0), 1)
    between = (share * (means - value) ** 2).sum()
    return _Sample(rows, values, value, float(within), float(between))


def _as_labels(values: ArrayLike, n: int) -> NDArray[np.intp]:
    y = np.asarray(values)
    if y.shape != (n,):
        raise InputError(f"labels of shape {y.shape} do not match {n} rows")
    if not np.issubdtype(y.dtype, np.integer):
        raise InputError("labels must be integers")
    return by_first_row(y.astype(np.intp))
