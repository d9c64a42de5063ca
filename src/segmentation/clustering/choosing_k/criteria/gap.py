"""The gap statistic."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.kmeans.path import kmeans_path, quick_path
from segmentation.clustering.partition import Partition
from segmentation.clustering.sampling import draw_rows
from segmentation.workers import each

MAX_ROWS = 1000
"""Rows that the gap is worked out on: more change its curve by less than its error."""


@dataclass(frozen=True)
class Gap:
    """Gap statistic over a range of k.

    Attributes
    ----------
    k_hat : int
        The k it prefers, 1 when it sees no clusters.
    k : NDArray[np.intp]
        Numbers of clusters, 1 first, shape (m,).
    gap : NDArray[np.float64]
        Expected minus observed log of the within-cluster sum of squares, shape (m,).
    se : NDArray[np.float64]
        Its simulation error s_k, shape (m,).
    """

    k_hat: int
    k: NDArray[np.intp]
    gap: NDArray[np.float64]
    se: NDArray[np.float64]


def gap_statistic(
    X: ArrayLike,
    *,
    k_range: Iterable[int],
    seed: int = 0,
    draws: int = 20,
    path: list[Partition] | None = None,
) -> Gap:
    """Compare the inertia of k-means with that of uniform clouds in the data's principal box.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows.
    k_range : iterable of int
        Numbers of clusters from 2 up; 1 is always looked at too.
    seed : int, default 0
        Seed of the clouds and of k-means.
    draws : int, default 20
        Uniform clouds.
    path : list of Partition, optional
        Partitions of `X` at these k, if they are known already.

    Returns
    -------
    Gap
        The curve and the smallest k whose gap is within one s of the next k's.

    Raises
    ------
    InputError
        If `X` is not a finite matrix or `k_range` does not fit it.

    References
    ----------
    Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a data set via the
    gap statistic, JRSS B 63, 411-423 (the reference of type b).
    """
    A = as_matrix(X, min_rows=3)
    ks = as_k_range(k_range, n_rows=len(A))
    A = A - A.mean(axis=0)
    if path is None:
        path = kmeans_path(A, k_range=ks, seed=seed)
    turned = A @ np.linalg.svd(A, full_matrices=False)[2].T
    low, high = turned.min(axis=0), turned.max(axis=0)
    observed = _log_within(A, path)

    def reference(i: int) -> NDArray[np.float64]:
        rng = np.random.default_rng([seed, i])
        cloud = rng.uniform(low, high, size=turned.shape)
        return _log_within(cloud, quick_path(cloud, k_range=ks, seed=seed))

    expected = np.array(each(reference, range(draws), doing="cluster clouds without groups"))
    gap = expected.mean(axis=0) - observed
    se = expected.std(axis=0) * np.sqrt(1 + 1 / draws)
    all_k = np.array([1, *ks])
    enough = np.flatnonzero(gap[:-1] >= gap[1:] - se[1:])
    k_hat = int(all_k[enough[0]]) if len(enough) else int(all_k[-1])
    return Gap(k_hat, all_k, gap, se)


def _log_within(X: NDArray[np.float64], path: list[Partition]) -> NDArray[np.float64]:
    total = float(((X - X.mean(axis=0)) ** 2).sum())
    within = np.array([total, *(p.inertia for p in path)])
    return np.asarray(np.log(np.maximum(within, 1e-12 * max(total, 1e-300))), dtype=np.float64)


def scores(fits: Fits) -> Scores:
    """Return the gap statistic of every partition; it may prefer a single cluster."""
    rows = draw_rows(len(fits.X), most=max(MAX_ROWS, 2 * fits.ks[-1]), seed=fits.seed)
    gap = gap_statistic(
        fits.X[rows],
        k_range=fits.ks,
        seed=fits.seed,
        draws=fits.draws,
        path=fits.path if len(rows) == len(fits.X) else None,
    )
    return Scores(gap.gap[1:], gap.se[1:], prefers=gap.k_hat)


CRITERION = Criterion(
    "gap",
    "Gap statistic",
    "the gap statistic",
    "higher",
    scores,
    reading="the first k within 1 error of the next",
)
