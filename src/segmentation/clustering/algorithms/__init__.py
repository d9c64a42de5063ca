"""Clustering algorithms behind one interface: ``fit(X, *, k, seed, **options) -> Clustering``.

Importing this package imports none of them: a run pays only for the algorithm it uses.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from numpy.typing import ArrayLike

from segmentation.clustering.algorithms.base import NOISE, Clustering, check_k, check_matrix

__all__ = ["NEEDS_K", "NOISE", "Clustering", "fit_algorithm"]

NEEDS_K: Mapping[str, bool] = {"kmeans": True}
"""Every algorithm by its name, which is its module's too, and whether it is told the number."""


def fit_algorithm(
    X: ArrayLike, *, name: str, k: int | None, seed: int, options: Mapping[str, Any]
) -> Clustering:
    """Cluster the rows of `X`.

    Parameters
    ----------
    X : array-like of shape (n, p)
        Features on comparable scales; at least two rows and two columns, all finite.
    name : str
        A key of `NEEDS_K`.
    k : int or None
        Number of segments, 1..n; an algorithm that finds its own number ignores it.
    seed : int
        The same seed gives the same bits, whatever the number of threads.
    options : mapping
        The keyword arguments of the algorithm's ``fit``.

    Returns
    -------
    Clustering

    Raises
    ------
    InputError
        If `X` or `k` cannot be used.
    """
    matrix = check_matrix(X)
    number = check_k(k, len(matrix)) if NEEDS_K[name] else None
    module = import_module(f"{__name__}.{name}")
    from threadpoolctl import threadpool_limits

    # Threads add up partial sums in the order in which they finish, so with several of them the
    # last bits of the centres, and with them the model file, would change from run to run.
    with threadpool_limits(limits=1):
        found: Clustering = module.fit(matrix, k=number, seed=seed, **options)
    return found
