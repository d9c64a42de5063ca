"""How rows lie around the means of their groups: sums that can be worked out part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.partition import by_first_row

Matrix = NDArray[np.float64]
Parts = Callable[[Callable[[slice, Matrix], Any]], Iterable[Any]]
"""Gives what a function makes of every part of the rows, in order: where it is, and the rows."""


@dataclass(frozen=True, eq=False)
class Scatter:
    """What is needed of rows to judge a partition of them, whatever their number.

    Attributes
    ----------
    ids : int array of shape (k,)
        The groups in the order of their first rows, so that sums over groups are the same
        whatever these are called. Rows without a group come last, as -1, if there are any.
    sizes : int array of shape (k,)
    means : array of shape (k, p)
    products : array of shape (k, p, p)
        Sums of the products of deviations from the mean of the group.
    away : array of shape (k,)
        Mean distance to the mean of the group.
    """

    ids: NDArray[np.intp]
    sizes: NDArray[np.intp]
    means: Matrix
    products: NDArray[np.float64]
    away: Matrix

    @classmethod
    def of(cls, X: Matrix, segment: NDArray[np.intp]) -> Scatter:
        """Return the scatter of the rows of `X`; negative numbers are no segment."""
        return cls.of_parts(lambda work: [work(slice(None), X)], segment)

    @classmethod
    def of_parts(cls, parts: Parts, segment: NDArray[np.intp]) -> Scatter:
        """Go through parts of the rows twice.

        Parameters
        ----------
        parts : callable
        segment : int array of shape (n,)
            Of all rows.
        """
        ids, group = grouped(segment)
        k = len(ids)
        sizes = np.bincount(group, minlength=k)
        sums = sum(parts(lambda at, X: np.array([np.bincount(group[at], x, k) for x in X.T]).T))
        means = np.asarray(sums / np.maximum(sizes, 1)[:, None])
        products = np.zeros((k, means.shape[1], means.shape[1]))
        away = np.zeros(k)
        for product, distance in parts(lambda at, X: _around(X, group[at], means)):
            products += product
            away += distance
        return cls(ids, sizes, means, products, away / np.maximum(sizes, 1))

    @property
    def segments(self) -> Scatter:
        """The same without the rows that are in no segment."""
        return self.only(self.ids[self.ids >= 0])

    def only(self, ids: Iterable[int]) -> Scatter:
        """Return the same without other groups."""
        kept = np.isin(self.ids, list(ids))
        return Scatter(
            self.ids[kept],
            self.sizes[kept],
            self.means[kept],
            self.products[kept],
            self.away[kept],
        )

    @property
    def inertia(self) -> float:
        """Sum of squared distances to the means."""
        return float(np.trace(self.products, axis1=1, axis2=2).sum())

    @property
    def centre(self) -> Matrix:
        """Mean of all rows."""
        return np.asarray(self.sizes @ self.means / max(int(self.sizes.sum()), 1))

    @property
    def between(self) -> NDArray[np.float64]:
        """Sums of the products of deviations of the groups' means from that of all rows."""
        apart = self.means - self.centre
        return np.asarray((apart * self.sizes[:, None]).T @ apart)


def grouped(segment: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the segments in the order of their first rows, and each row's place among them.

    Examples
    --------
    >>> ids, group = grouped(np.array([7, -1, 2, 7]))
    >>> ids.tolist(), group.tolist()
    ([7, 2, -1], [0, 2, 1, 0])
    """
    group = by_first_row(segment)
    k = int(group.max(initial=-1)) + 1
    ids = np.full(k + 1, -1, dtype=np.intp)
    ids[group] = np.maximum(segment, -1)
    ids[k] = -1
    outside = group < 0
    group[outside] = k
    return ids[: k + int(outside.any())], group


def _around(
    X: Matrix, group: NDArray[np.intp], means: Matrix
) -> tuple[NDArray[np.float64], Matrix]:
    k, p = means.shape
    products, away = np.zeros((k, p, p)), np.zeros(k)
    for i in range(k):
        apart = X[group == i] - means[i]
        products[i] = apart.T @ apart
        away[i] = np.sqrt(np.einsum("ij,ij->i", apart, apart)).sum()
    return products, away
