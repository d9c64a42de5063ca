"""A division of rows into clusters around their means."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Partition:
    """Rows divided into clusters around their means, whatever found them.

    Attributes
    ----------
    k : int
        Number of clusters.
    labels : NDArray[np.intp]
        Cluster of each row.
    centres : NDArray[np.float64]
        Means of the clusters, shape (k, d).
    inertia : float
        Sum of squared distances of the rows to their centres.
    """

    k: int
    labels: NDArray[np.intp]
    centres: NDArray[np.float64]
    inertia: float


def by_first_row(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Number groups 0, 1, ... in the order in which their first rows come; noise stays -1.

    A partition is the same whatever its groups are called, but what is drawn from it or summed over
    it is not: a number in front draws first, and the last bits of a sum hang on the order.

    Parameters
    ----------
    labels : int array of shape (n,)
        Negative for noise.

    Examples
    --------
    >>> by_first_row(np.array([7, -1, 2, 7, 5])).tolist()
    [0, -1, 1, 0, 2]
    """
    codes = np.full(len(labels), -1, dtype=np.intp)
    kept = labels >= 0
    _, first, found = np.unique(labels[kept], return_index=True, return_inverse=True)
    codes[kept] = np.argsort(np.argsort(first))[found]
    return codes


def partition_of(
    X: NDArray[np.float64], labels: NDArray[np.intp], centres: NDArray[np.float64]
) -> Partition:
    """Put a partition in the form that does not hang on how it was found.

    Clusters are numbered by their first rows, and means and inertia are summed row by row: products
    of matrices add up in another order on another processor.

    Parameters
    ----------
    X : float array of shape (n, d)
    labels : int array of shape (n,)
        Cluster of each row, none of them noise.
    centres : float array of shape (k, d)
        By label. Of an empty cluster it is kept; there are some where rows are too much alike.
    """
    k = len(centres)
    first = np.full(k, len(X), dtype=np.intp)
    np.minimum.at(first, labels, np.arange(len(X)))
    order = np.argsort(first, kind="stable")
    place = np.argsort(order)[labels].astype(np.intp)
    sizes = np.bincount(place, minlength=k)
    sums = np.column_stack([np.bincount(place, column, minlength=k) for column in X.T])
    means = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres[order])
    return Partition(k, place, means, float(((X - means[place]) ** 2).sum()))
