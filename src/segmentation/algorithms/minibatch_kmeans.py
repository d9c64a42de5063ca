"""Mini-batch k-means (Sculley 2010): k-means on small random batches, for many rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from segmentation.algorithms import kmeans
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
    """Options of k-means, and the rows of a batch."""

    n_init: Natural = 10
    max_iter: Natural = 100
    batch_size: Annotated[int, Field(ge=2)] = 1024


def fit(
    X: NDArray[np.float64], *, k: int, seed: int, options: Options, least: int = 1
) -> Clustering:
    """Cluster the rows of `X` into at most `k` segments of at least `least` rows.

    Rows that fit in one batch are clustered by k-means itself.
    """
    if len(X) <= options.batch_size:
        same = kmeans.Options(n_init=options.n_init, max_iter=options.max_iter)
        clustering = kmeans.fit(X, k=k, seed=seed, options=same, least=least)
        note = f"All {len(X):,} rows fit in one batch, so this is plain k-means."
        return replace(clustering, notes=(*clustering.notes, note))
    from sklearn.cluster import MiniBatchKMeans

    number, notes = reachable_k(X, k)
    model = MiniBatchKMeans(
        number,
        n_init=options.n_init,
        max_iter=options.max_iter,
        batch_size=options.batch_size,
        random_state=seed,
    ).fit(X)
    bound = Bound(least=least, seed=seed, restarts=options.n_init, max_iter=options.max_iter)
    return from_centres(X, model.cluster_centers_, bound=bound, notes=notes)


ALGORITHM = Algorithm(
    "minibatch_kmeans",
    fit=fit,
    options=Options,
    finds="the same, a little less exactly",
    suits="there are millions of rows (up to `batch_size` rows it is k-means)",
    bounds_sizes=True,
    taste=ROUND,
)
