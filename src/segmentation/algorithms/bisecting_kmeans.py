"""Bisecting k-means (Steinbach, Karypis & Kumar 2000).

The bisection's own rule for a new row walks down a tree of splits, so a row may end at a centre
that is not its nearest. We finish as the paper does, with k-means started from the leaves'
centres: the segments become cells around their centres, the sum of squares can only fall, and
new rows need nothing but those centres.

References
----------
Steinbach, Karypis & Kumar (2000), A comparison of document clustering techniques, KDD workshop
on text mining.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmentation.algorithms.base import (
    ROUND,
    Algorithm,
    AlgorithmOptions,
    Clustering,
    Natural,
    reachable_k,
)
from segmentation.algorithms.kmeans import Bound, from_centres


class Options(AlgorithmOptions):
    """Options of each split. `refine`: finish with k-means from the bisection's centres."""

    n_init: Natural = 5
    max_iter: Natural = 300
    refine: bool = True


def fit(
    X: NDArray[np.float64], *, k: int, seed: int, options: Options, least: int = 1
) -> Clustering:
    """Cluster the rows of `X` into `k` segments of at least `least` rows."""
    from sklearn.cluster import BisectingKMeans, KMeans

    number, notes = reachable_k(X, k)
    centres = (
        BisectingKMeans(number, n_init=options.n_init, max_iter=options.max_iter, random_state=seed)
        .fit(X)
        .cluster_centers_
    )
    if options.refine:
        polish = KMeans(number, init=centres, n_init=1, max_iter=options.max_iter)
        centres = polish.fit(X).cluster_centers_
    bound = Bound(least=least, seed=seed, restarts=options.n_init, max_iter=options.max_iter)
    return from_centres(X, centres, bound=bound, notes=notes)


ALGORITHM = Algorithm(
    "bisecting_kmeans",
    fit=fit,
    options=Options,
    finds="the same, by splitting in two again and again",
    suits="k is large, or segments should nest roughly",
    bounds_sizes=True,
    taste=ROUND,
)
