"""DBSCAN (Ester et al. 1996): segments are dense regions, the rest is noise.

References
----------
Ester, Kriegel, Sander & Xu (1996), A density-based algorithm for discovering clusters in large
spatial databases with noise, KDD-96, 226-231.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from segmentation.algorithms.assigners import assign, confidence_of, within_radius
from segmentation.algorithms.base import (
    Algorithm,
    AlgorithmOptions,
    Clustering,
    KDistances,
    Natural,
    sample_rows,
)
from segmentation.algorithms.density import (
    default_eps,
    default_min_samples,
    k_distances,
)


class Options(AlgorithmOptions):
    """The reach of a row, and the rows in reach of a core row."""

    eps: Literal["auto"] | Annotated[float, Field(gt=0)] = "auto"
    min_samples: Literal["auto"] | Natural = "auto"
    max_rows: Annotated[int, Field(ge=2, le=100_000)] = 10_000


def fit(X: NDArray[np.float64], *, k: int | None = None, seed: int, options: Options) -> Clustering:
    """Cluster the rows of `X`; the number of segments is the method's own, `k` is ignored.

    A row belongs to the segment whose core rows lie within ``eps`` of it, a new one as one of
    `X`. The original gives a border row between two segments to the one found first; here the
    nearer core rows decide, so the result does not depend on the order of the rows.
    """
    from sklearn.cluster import DBSCAN

    rows, notes = sample_rows(len(X), options.max_rows, seed)
    stored = X[rows]
    if options.min_samples == "auto":
        m = default_min_samples(*stored.shape)
    else:
        m = min(options.min_samples, len(stored))
    distances = np.sort(k_distances(stored, m))
    if options.eps == "auto":
        reach, why = default_eps(stored, distances, m)
        reach = float(f"{reach:.10g}")  # as in `settled`: the last digits are the processor's
        notes += (why,)
    else:
        reach = float(options.eps)
    model = DBSCAN(eps=reach, min_samples=m).fit(stored)
    core = model.core_sample_indices_
    if not len(core):
        notes += (f"No row has {m} rows within {reach:.3g}: all are noise.",)
    assigner = within_radius(stored[core], model.labels_[core], radius=reach)
    labels = assign(assigner, X)
    confidence = confidence_of(assigner, X, predicted=labels)
    return Clustering(labels, assigner, confidence, KDistances(distances, m, reach), notes)


ALGORITHM = Algorithm(
    "dbscan",
    fit=fit,
    options=Options,
    finds="dense regions of any shape, with one density for all",
    suits="groups have odd shapes and customers between them should stay out",
    needs_k=False,
    keeps_rows=True,
    group="dense region",
)
