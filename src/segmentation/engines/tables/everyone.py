"""Segments of all customers, from those of a sample."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.algorithms.assigners import assign, confidence_of, nearest_centroid
from segmentation.algorithms.base import Clustering
from segmentation.engines.tables.lloyd import finish
from segmentation.engines.tables.table import Table, matrix


def everyone(points: Table, found: Clustering, *, rounds: int | None) -> Clustering:
    """Return the clustering of all customers.

    Parameters
    ----------
    points : Table
        Features of all customers.
    found : Clustering
        Of the sample.
    rounds : int, optional
        Most of Lloyd's iterations that move the centres on to the means of all customers. Without
        it, everyone is assigned as the sample's clustering assigns new customers.
    """
    sample = f"a random sample of {len(found.labels):,} of {len(points):,} customers"
    if rounds is None:
        assigner = found.assigner
        note = f"Found on {sample}; the others are assigned as the model assigns new ones."
    else:
        done = finish(points, found.assigner.centroids_, max_iter=rounds)
        assigner = nearest_centroid(done.centres)
        note = f"Begun on {sample} and finished on all of them"
        note += f", of whom {done.moved:,} still moved in the last of {done.iterations} iterations."
        if not done.moved:
            note = f"Begun on {sample}; after {done.iterations} iterations on all, nobody moved."
    labels = np.empty(len(points), dtype=np.intp)
    confidence = np.empty(len(points))
    for part, names, sure in _assigned(points, assigner):
        labels[part.start : part.stop], confidence[part.start : part.stop] = names, sure
    return replace(
        found, labels=labels, confidence=confidence, assigner=assigner, notes=(*found.notes, note)
    )


def _assigned(
    points: Table, assigner: Any
) -> Iterator[tuple[range, NDArray[np.intp], NDArray[np.float64]]]:
    def work(part: range, cells: Any) -> tuple[range, NDArray[np.intp], NDArray[np.float64]]:
        X = matrix(cells)
        labels = assign(assigner, X)
        return part, labels, confidence_of(assigner, X, predicted=labels)

    return points.each(work, doing="assign all customers")
