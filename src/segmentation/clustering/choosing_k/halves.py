"""How partitions and their criteria vary from one half of the data to another."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.kmeans.lloyd import nearest
from segmentation.clustering.kmeans.path import quick_path
from segmentation.clustering.metrics.agreement import adjusted_rand
from segmentation.clustering.partition import Partition
from segmentation.errors import InputError
from segmentation.workers import each

Statistic = Callable[[NDArray[np.float64], list[Partition]], Sequence[float]]


@dataclass(frozen=True, eq=False)
class Halves:
    """Random halves of the rows, each clustered at every k.

    Attributes
    ----------
    X : NDArray[np.float64] of shape (n, d)
        All rows.
    splits : list of pair of (rows, path)
        For each half of each split the numbers of its rows, and their partitions in increasing k.
    """

    X: NDArray[np.float64]
    splits: list[list[tuple[NDArray[np.intp], list[Partition]]]]

    def agreement(self) -> NDArray[np.float64]:
        """Return how far the partitions of the two halves of every split agree at every k.

        Both are carried over to all rows by the nearest centre, and compared by the adjusted Rand
        index, shape (splits, m).
        """
        return np.array(
            [
                [
                    adjusted_rand(nearest(self.X, p.centres), nearest(self.X, q.centres))
                    for p, q in zip(one, other, strict=True)
                ]
                for (_, one), (_, other) in self.splits
            ]
        )

    def values(
        self, statistic: Statistic, *, long: bool = False, firsts: bool = False
    ) -> NDArray[np.float64]:
        """Return a statistic of the partitions of every half, shape (2 * splits, m).

        Parameters
        ----------
        statistic : callable
            Takes the rows of a half and its partitions, and returns for each what the statistic
            would be if all rows were like them.
        long : bool, default False
            Whether that takes long enough to be shared out among processors.
        firsts : bool, default False
            Whether the first half of every split stands for both: for what takes its time.
        """
        if firsts:
            ahead = Halves(self.X, [split[:1] for split in self.splits])
            return ahead.values(statistic, long=long).repeat(2, axis=0)
        halves = [half for split in self.splits for half in split]
        if long:
            doing = "judge random halves"
            judged = each(lambda half: statistic(self.X[half[0]], half[1]), halves, doing=doing)
            return np.array(judged)
        return np.array([statistic(self.X[rows], path) for rows, path in halves])


def error(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard error, for all rows, of what varies so from half to half, shape (m,).

    Leaving out half of the rows at random, the spread of a statistic is its standard error.
    """
    with np.errstate(invalid="ignore"):  # infinite where nothing varies in a cluster: no error
        return np.asarray(values.std(axis=0), dtype=np.float64)


def random_halves(n: int, *, seed: int, splits: int) -> list[NDArray[np.intp]]:
    """Return the numbers of the rows in both halves of every random split of `n` rows."""
    orders = [np.random.default_rng([seed, i]).permutation(n) for i in range(splits)]
    return [half for o in orders for half in (o[: n // 2], o[n // 2 :])]


def split_halves(X: ArrayLike, *, k_range: Iterable[int], seed: int = 0, splits: int = 8) -> Halves:
    """Cluster random halves of the rows.

    A number of clusters that the data support is found in both halves of a split.

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
    Halves
        Their partitions, to be compared.

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

    def clustered(rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], list[Partition]]:
        return rows, quick_path(A[rows], k_range=ks, seed=seed, restarts=2)

    splits_of = random_halves(n, seed=seed, splits=splits)
    halves = each(clustered, splits_of, doing="cluster random halves")
    return Halves(A, [halves[i : i + 2] for i in range(0, len(halves), 2)])
