"""Clustering algorithms behind one interface: ``fit(X, *, k, seed, options) -> Clustering``.

Importing this package imports none of them: a run pays only for the algorithm it uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

from numpy.typing import ArrayLike

from segmentation.clustering.algorithms.base import (
    NOISE,
    Clustering,
    Dendrogram,
    KDistances,
    check_k,
    check_matrix,
)

__all__ = [
    "ALGORITHMS",
    "NOISE",
    "Algorithm",
    "Clustering",
    "Dendrogram",
    "KDistances",
]


@dataclass(frozen=True)
class Algorithm:
    """One entry of `ALGORITHMS`: a callable that imports its module when first used.

    Attributes
    ----------
    name : str
        Also the module's name in this package.
    needs_k : bool
        False for density methods, which find their own number of segments.
    keeps_rows : bool
        True if the assigner holds rows of `X` to compare new ones with.
    uses_categories : bool
        True if its options name the one-hot columns of each category, as ``category_blocks``.
    """

    name: str
    needs_k: bool = True
    keeps_rows: bool = False
    uses_categories: bool = False

    def __call__(
        self,
        X: ArrayLike,
        *,
        k: int | None,
        seed: int,
        options: Mapping[str, Any],
    ) -> Clustering:
        """Cluster the rows of `X`.

        Parameters
        ----------
        X : array-like of shape (n, p)
            Features on comparable scales; at least two rows and two columns, all finite.
        k : int or None
            Number of segments, 1..n; a density method ignores it.
        seed : int
            The same seed gives the same bits, whatever the number of threads.
        options : mapping
            The algorithm's own options, all of them: the keyword arguments of its `fit`.

        Returns
        -------
        Clustering

        Raises
        ------
        InputError
            If `X` or `k` cannot be used.

        Examples
        --------
        >>> X = [[0, 0], [0, 1], [9, 9], [9, 8]]
        >>> found = ALGORITHMS["kmeans"](X, k=2, seed=0, options={"n_init": 3, "max_iter": 99})
        >>> found.k, bool(found.labels[0] == found.labels[1] != found.labels[2])
        (2, True)
        """
        matrix = check_matrix(X)
        number = check_k(k, len(matrix)) if self.needs_k else None
        module = import_module(f"{__name__}.{self.name}")
        from threadpoolctl import threadpool_limits

        # Threads add up partial sums in the order in which they finish, so with several of them
        # the last bits of the centres, and with them the model file, change from run to run.
        with threadpool_limits(limits=1):
            result: Clustering = module.fit(matrix, k=number, seed=seed, **options)
        return result


ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        "kmeans": Algorithm("kmeans"),
        "minibatch_kmeans": Algorithm("minibatch_kmeans"),
        "bisecting_kmeans": Algorithm("bisecting_kmeans"),
        "gaussian_mixture": Algorithm("gaussian_mixture"),
        "agglomerative": Algorithm("agglomerative", keeps_rows=True),
        "kprototypes": Algorithm("kprototypes", uses_categories=True),
        "dbscan": Algorithm("dbscan", needs_k=False, keeps_rows=True),
        "hdbscan": Algorithm("hdbscan", needs_k=False, keeps_rows=True),
    }
)
"""Every algorithm by the name that ``train.algorithm`` takes."""
