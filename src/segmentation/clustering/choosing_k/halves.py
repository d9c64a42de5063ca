"""How partitions and their criteria vary from one half of the data to another."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.kmeans.lloyd import nearest
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.clustering.metrics.agreement import adjusted_rand
from segmentation.clustering.metrics.indices import calinski_harabasz, davies_bouldin
from segmentation.errors import InputError


@dataclass(frozen=True)
class Resampled:
    """What halves of the data say, by k.

    Attributes
    ----------
    k : NDArray[np.intp]
        Numbers of clusters, shape (m,).
    stability, stability_se : NDArray[np.float64]
        Mean adjusted Rand index between the partitions of two halves, and its standard error over
        the splits, shape (m,).
    inertia_se, calinski_harabasz_se, davies_bouldin_se : NDArray[np.float64]
        Standard errors of the criteria on all rows (delete-half jackknife), shape (m,).
    """

    k: NDArray[np.intp]
    stability: NDArray[np.float64]
    stability_se: NDArray[np.float64]
    inertia_se: NDArray[np.float64]
    calinski_harabasz_se: NDArray[np.float64]
    davies_bouldin_se: NDArray[np.float64]


def resample_halves(
    X: ArrayLike, *, k_range: Iterable[int], seed: int = 0, splits: int = 8
) -> Resampled:
    """Cluster random halves of the rows and compare them.

    The rows are split in two; each half is clustered, and both partitions are carried over to all
    rows by the nearest centre. A number of clusters that the data support is found in both.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows, at least twice as many as clusters.
    k_range : iterable of int
        Numbers of clusters.
    seed : int, default 0
        Seed of the splits and of k-means.
    splits : int, default 8
        Splits in halves, at least 2.

    Returns
    -------
    Resampled
        Stability by k, and the errors of three criteria.

    Raises
    ------
    InputError
        If `X` is not a finite matrix, or halves of it are too small for `k_range`.

    References
    ----------
    Lange, Roth, Braun and Buhmann (2004), Stability-based validation of clustering solutions,
    Neural Computation 16, 1299-1323. Hubert and Arabie (1985), Comparing partitions, Journal of
    Classification 2, 193-218. Shao and Wu (1989), A general theory for jackknife variance
    estimation, Annals of Statistics 17, 1176-1197.
    """
    A = as_matrix(X, min_rows=6)
    n = len(A)
    ks = as_k_range(k_range, n_rows=n // 2)
    if splits < 2:
        raise InputError(f"splits must be at least 2, not {splits}")
    agreement = np.empty((splits, len(ks)))
    values = np.empty((3, 2 * splits, len(ks)))
    for i in range(splits):
        order = np.random.default_rng([seed, i]).permutation(n)
        carried = []
        for side, rows in enumerate((order[: n // 2], order[n // 2 :])):
            half = A[rows]
            path = kmeans_path(
                half, k_range=ks, seed=seed, restarts=2, sweeps=0, splits=1, max_iter=30
            )
            carried.append([nearest(A, p.centres) for p in path])
            for j, p in enumerate(path):
                scale = (n - p.k) / max(len(half) - p.k, 1)
                values[0, 2 * i + side, j] = p.inertia * n / len(half)
                values[1, 2 * i + side, j] = calinski_harabasz(half, p) * scale
                values[2, 2 * i + side, j] = davies_bouldin(half, p)
        agreement[i] = [adjusted_rand(a, b) for a, b in zip(*carried, strict=True)]
    # Leaving out half of the rows at random, the spread of a statistic is its standard error.
    errors = values.std(axis=1)
    return Resampled(
        np.array(ks),
        agreement.mean(axis=0),
        agreement.std(axis=0, ddof=1) / np.sqrt(splits),
        errors[0],
        errors[1],
        errors[2],
    )
