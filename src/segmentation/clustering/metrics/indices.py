"""Classic indices of a partition around means."""

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.partition import Partition


def calinski_harabasz(X: NDArray[np.float64], partition: Partition) -> float:
    """Return the ratio of the variance between clusters to that within; larger is better.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        The rows.
    partition : Partition
        Their k-means partition.

    Returns
    -------
    float
        The variance ratio, infinite when nothing varies within clusters.

    References
    ----------
    Calinski and Harabasz (1974), A dendrite method for cluster analysis, Communications in
    Statistics 3, 1-27.
    """
    total = float(((X - X.mean(axis=0)) ** 2).sum())
    between = total - partition.inertia
    return variance_ratio(between, partition.inertia, rows=len(X), k=partition.k)


def variance_ratio(between: float, within: float, *, rows: int, k: int) -> float:
    """Return the Calinski-Harabasz index of sums of squares between and within `k` clusters."""
    return between / within * (rows - k) / (k - 1) if within > 0 else float("inf")


def davies_bouldin(X: NDArray[np.float64], partition: Partition) -> float:
    """Return the mean, over clusters, of the worst ratio of scatter to gap; smaller is better.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        The rows.
    partition : Partition
        Their k-means partition.

    Returns
    -------
    float
        The index.

    References
    ----------
    Davies and Bouldin (1979), A cluster separation measure, IEEE PAMI 1, 224-227.
    """
    labels, centres = partition.labels, partition.centres
    sizes = np.maximum(np.bincount(labels, minlength=partition.k), 1)
    away = np.sqrt(((X - centres[labels]) ** 2).sum(axis=1))
    return overlaps(centres, np.bincount(labels, away, minlength=partition.k) / sizes)


def overlaps(centres: NDArray[np.float64], scatter: NDArray[np.float64]) -> float:
    """Return the Davies-Bouldin index of centres and the mean distances of rows to them.

    Parameters
    ----------
    centres : NDArray[np.float64] of shape (k, d)
    scatter : NDArray[np.float64] of shape (k,)
    """
    gaps = np.sqrt(((centres[:, None] - centres[None]) ** 2).sum(axis=2))
    ratio = np.divide(scatter[:, None] + scatter, gaps, out=np.zeros_like(gaps), where=gaps > 0)
    return float(ratio.max(axis=1).mean())
