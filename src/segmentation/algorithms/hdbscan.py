"""HDBSCAN (Campello, Moulavi & Sander 2013): DBSCAN at all densities at once.

References
----------
Campello, Moulavi & Sander (2013), Density-based clustering based on hierarchical density
estimates, PAKDD 2013, 160-172.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from segmentation.algorithms import density
from segmentation.algorithms.assigners import assign, confidence_of, within_balls
from segmentation.algorithms.base import (
    NOISE,
    Algorithm,
    AlgorithmOptions,
    Clustering,
    KDistances,
    Natural,
    sample_rows,
)


class Options(AlgorithmOptions):
    """The smallest segment, smoothing, coarse (eom) or fine (leaf)."""

    min_cluster_size: Literal["auto"] | Annotated[int, Field(ge=2)] = "auto"
    min_samples: Literal["auto"] | Natural = "auto"
    method: Literal["eom", "leaf"] = "eom"
    max_rows: Annotated[int, Field(ge=2, le=100_000)] = 10_000


def fit(X: NDArray[np.float64], *, k: int | None = None, seed: int, options: Options) -> Clustering:
    """Cluster the rows of `X`; the number of segments is the method's own, `k` is ignored."""
    rows, notes = sample_rows(len(X), options.max_rows, seed)
    stored = X[rows]
    n = len(stored)
    smoothing = density.default_min_samples(*stored.shape)
    size = least_size(n, smoothing, options.min_cluster_size)
    m = min(smoothing if options.min_samples == "auto" else options.min_samples, size)
    model = density.hdbscan(
        stored, min_cluster_size=size, min_samples=m, cluster_selection_method=options.method
    )
    labels = np.asarray(model.labels_, dtype=np.intp)
    distances = density.k_distances(stored, m)
    member = labels != NOISE
    radii = ball_radii(stored, labels, distances)
    assigner = within_balls(stored[member], labels[member], radii=radii[member])
    if not member.any():
        notes += (f"No group of {size} rows is denser than what surrounds it: all are noise.",)
    confidence = np.clip(model.probabilities_, 0.0, 1.0)
    if len(rows) < len(X):
        labels = assign(assigner, X)
        confidence = confidence_of(assigner, X, predicted=labels)
    picture = KDistances(np.sort(distances), m)
    return Clustering(labels, assigner, confidence, picture, notes)


def least_size(n: int, smoothing: int, min_cluster_size: int | Literal["auto"]) -> int:
    """Return the rows of the smallest segment: 2% of `n`, and room for the smoothing twice."""
    if min_cluster_size == "auto":
        return min(max(2 * smoothing, round(0.02 * n)), n)
    return min(min_cluster_size, n)


def ball_radii(
    X: NDArray[np.float64], labels: NDArray[np.intp], distances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far around each row a new row counts as of its segment; 0 for noise.

    Two limits. The sparsest row of a segment still belongs to it, so a new row that near to one
    of its rows does too: the largest of their k-distances. And a new row must be nearer to the
    segment than to any row of another label, noise included: half the distance to the nearest
    such row. Balls of different segments therefore never overlap, and every row of `X` gets its
    own label back.

    Parameters
    ----------
    X : array of shape (n, p)
    labels : int array of shape (n,)
    distances : array of shape (n,)
        The k-distances of the rows.
    """
    from sklearn.neighbors import NearestNeighbors

    radii = np.zeros(len(X))
    for label in range(labels.max(initial=NOISE) + 1):
        own = labels == label
        radii[own] = distances[own].max()
        if not own.all():
            others = NearestNeighbors(n_neighbors=1).fit(X[~own])
            apart = others.kneighbors(X[own])[0].ravel()
            radii[own] = np.minimum(radii[own], apart / 2)
    floor = 1e-4 * radii.max(initial=0.0) or 1e-9
    return np.where(labels == NOISE, 0.0, np.maximum(radii, floor))


ALGORITHM = Algorithm(
    "hdbscan",
    fit=fit,
    options=Options,
    finds="dense regions, each with its own density",
    suits="the same, and groups differ in density",
    needs_k=False,
    keeps_rows=True,
    group="dense region",
)
