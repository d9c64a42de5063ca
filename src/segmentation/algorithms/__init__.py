"""Clustering algorithms behind one interface: ``algorithm(X, *, k, seed, options) -> Clustering``.

An algorithm is a module of this package with an `ALGORITHM`, and its line here. Its settings and
what is said where they are wrong, its place in a sweep, its words in the report and its tests
follow from that (docs/extending.md).

Importing this package imports no library of theirs: a run pays only for the algorithm it uses.
"""

from importlib import import_module

from segmentation.algorithms.base import (
    NOISE,
    Algorithm,
    AlgorithmOptions,
    Clustering,
    Dendrogram,
    KDistances,
)

__all__ = [
    "ALGORITHMS",
    "NOISE",
    "Algorithm",
    "AlgorithmOptions",
    "Clustering",
    "Dendrogram",
    "KDistances",
]

_NAMES = (
    "kmeans",
    "minibatch_kmeans",
    "bisecting_kmeans",
    "gaussian_mixture",
    "agglomerative",
    "kprototypes",
    "dbscan",
    "hdbscan",
)

ALGORITHMS: dict[str, Algorithm] = {
    name: import_module(f"{__name__}.{name}").ALGORITHM for name in _NAMES
}
"""Every algorithm by the name that ``train.algorithm`` takes."""
