"""The figures that judge a partition. Their names are the same in JSON, DVC and MLflow."""

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.metrics.indices import calinski_harabasz, davies_bouldin
from segmentation.clustering.metrics.silhouette import Silhouette
from segmentation.clustering.partition import Partition


def measure(
    X: NDArray[np.float64], segment: NDArray[np.intp], *, silhouette: Silhouette
) -> dict[str, float]:
    """Judge a partition.

    Parameters
    ----------
    X : float array of shape (n, p)
        Features.
    segment : int array of shape (n,)
        Segment of each row; negative for noise, which only `noise_share` looks at.
    silhouette : Silhouette
        Of the same partition.

    Returns
    -------
    dict
        ``k``, ``silhouette``, ``silhouette_se``, ``calinski_harabasz``, ``davies_bouldin``,
        ``inertia`` (sum of squared distances to the segment's mean), ``smallest_segment_share``,
        ``noise_share``; NaN where a figure needs two segments and there are fewer.
    """
    member = segment >= 0
    inside, names = X[member], segment[member]
    ids, code, sizes = np.unique(names, return_inverse=True, return_counts=True)
    means = np.zeros((len(ids), X.shape[1]))
    np.add.at(means, code, inside)
    means /= np.maximum(sizes, 1)[:, None]
    inertia = float(((inside - means[code]) ** 2).sum())
    ratio = overlap = np.nan
    if 2 <= len(ids) < len(inside):
        partition = Partition(len(ids), code, means, inertia)
        ratio, overlap = calinski_harabasz(inside, partition), davies_bouldin(inside, partition)
    return {
        "k": len(ids),
        "silhouette": silhouette.score,
        "silhouette_se": silhouette.se,
        "calinski_harabasz": ratio,
        "davies_bouldin": overlap,
        "inertia": inertia,
        "smallest_segment_share": float(sizes.min() / len(X)) if len(ids) else np.nan,
        "noise_share": float(1 - member.mean()),
    }


NEAR_A_BORDER = 0.1
"""Silhouette below which the next segment is within a tenth as close as one's own."""


def border_share(silhouettes: NDArray[np.float64]) -> float:
    """Return the share of rows about as close to another segment as to their own.

    Parameters
    ----------
    silhouettes : float array of shape (n,)
        Of single rows; NaN for those that were not looked at.

    Examples
    --------
    >>> border_share(np.array([0.5, 0.05, -0.2, 0.3, np.nan]))
    0.5
    """
    known = silhouettes[~np.isnan(silhouettes)]
    return float((known < NEAR_A_BORDER).mean()) if len(known) else np.nan


def shapes(
    X: NDArray[np.float64], segment: NDArray[np.intp], *, silhouette: Silhouette
) -> dict[int, dict[str, float]]:
    """Describe the shape of every segment.

    Parameters
    ----------
    X : float array of shape (n, p)
    segment : int array of shape (n,)
        Negative for noise, which has no shape.
    silhouette : Silhouette
        Of the same partition.

    Returns
    -------
    dict of int to dict
        By segment: ``radius`` (root mean squared distance to the mean); ``elongation`` (width
        along the longest axis over the root mean square of the widths along all: 1 for a ball, at
        most the root of the number of features); ``silhouette`` (mean over its customers).
    """
    shape_of = {}
    for i in np.unique(segment[segment >= 0]):
        member = segment == i
        centred = X[member] - X[member].mean(axis=0)
        variances = np.linalg.eigvalsh(centred.T @ centred / member.sum())
        total = float(variances.sum())
        values = silhouette.samples[member]
        values = values[~np.isnan(values)]
        shape_of[int(i)] = {
            "radius": float(np.sqrt(total)),
            "elongation": float(np.sqrt(variances[-1] * X.shape[1] / total)) if total > 0 else 1.0,
            "silhouette": float(values.mean()) if len(values) else np.nan,
        }
    return shape_of


def distances(X: NDArray[np.float64], segment: NDArray[np.intp]) -> dict[int, dict[int, float]]:
    """Return how far the means of segments are apart, in mean radii of the segments.

    Parameters
    ----------
    X : float array of shape (n, p)
    segment : int array of shape (n,)
        Negative for noise.

    Returns
    -------
    dict of int to dict of int to float
        By segment, of every other one.
    """
    ids = [int(i) for i in np.unique(segment) if i >= 0]
    means = {i: X[segment == i].mean(axis=0) for i in ids}
    widths = [((X[segment == i] - means[i]) ** 2).sum(axis=1).mean() for i in ids]
    radius = float(np.sqrt(np.mean(widths))) if ids else 0.0
    return {
        i: {j: float(np.linalg.norm(means[i] - means[j])) / (radius or 1.0) for j in ids if j != i}
        for i in ids
    }
