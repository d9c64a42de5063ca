"""The figures that judge a partition. Their names are the same in JSON, DVC and MLflow."""

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.metrics.indices import overlaps, variance_ratio
from segmentation.clustering.metrics.scatter import Scatter
from segmentation.clustering.metrics.silhouette import Silhouette


def measure(scatter: Scatter, *, silhouette: Silhouette) -> dict[str, float]:
    """Judge a partition.

    Parameters
    ----------
    scatter : Scatter
        Of its rows; those in no segment count for `noise_share` alone.
    silhouette : Silhouette
        Of the same partition.

    Returns
    -------
    dict
        ``k``, ``silhouette``, ``silhouette_se``, ``calinski_harabasz``, ``davies_bouldin``,
        ``inertia`` (sum of squared distances to the segment's mean), ``smallest_segment_share``,
        ``noise_share``; NaN where a figure needs two segments and there are fewer.
    """
    rows, inside = int(scatter.sizes.sum()), scatter.segments
    k, member = len(inside.ids), int(inside.sizes.sum())
    ratio = overlap = np.nan
    if 2 <= k < member:
        between = float(np.trace(inside.between))
        ratio = variance_ratio(between, inside.inertia, rows=member, k=k)
        overlap = overlaps(inside.means, inside.away)
    return {
        "k": k,
        "silhouette": silhouette.score,
        "silhouette_se": silhouette.se,
        "calinski_harabasz": ratio,
        "davies_bouldin": overlap,
        "inertia": inside.inertia,
        "smallest_segment_share": float(inside.sizes.min() / rows) if k else np.nan,
        "noise_share": 1 - member / rows,
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
    scatter: Scatter, segment: NDArray[np.intp], *, silhouette: Silhouette
) -> dict[int, dict[str, float]]:
    """Describe the shape of every segment.

    Parameters
    ----------
    scatter : Scatter
    segment : int array of shape (n,)
        Of the rows that `silhouette` is of; negative for those in none.
    silhouette : Silhouette
        Of the same partition.

    Returns
    -------
    dict of int to dict
        By segment: ``radius`` (root mean squared distance to the mean); ``elongation`` (width
        along the longest axis over the root mean square of the widths along all: 1 for a ball, at
        most the root of the number of features); ``silhouette`` (mean over its customers).
    """
    known = ~np.isnan(silhouette.samples)
    values, of = silhouette.samples[known], segment[known]
    inside, shape_of = scatter.segments, {}
    for i, size, products in sorted(
        zip(inside.ids.tolist(), inside.sizes, inside.products, strict=True), key=lambda s: s[0]
    ):
        variances = np.linalg.eigvalsh(products / size)
        total, here = float(variances.sum()), values[of == i]
        shape_of[i] = {
            "radius": float(np.sqrt(total)),
            "elongation": float(np.sqrt(variances[-1] * len(variances) / total))
            if total > 0
            else 1.0,
            "silhouette": float(here.mean()) if len(here) else np.nan,
        }
    return shape_of


def distances(scatter: Scatter) -> dict[int, dict[int, float]]:
    """Return how far the means of segments are apart, in mean radii of the segments.

    Returns
    -------
    dict of int to dict of int to float
        By segment, of every other one.
    """
    inside = scatter.segments
    means = dict(sorted(zip(inside.ids.tolist(), inside.means, strict=True), key=lambda m: m[0]))
    widths = np.trace(inside.products, axis1=1, axis2=2) / inside.sizes
    radius = float(np.sqrt(widths.mean())) if means else 0.0
    return {
        i: {
            j: float(np.linalg.norm(mean - other)) / (radius or 1.0)
            for j, other in means.items()
            if j != i
        }
        for i, mean in means.items()
    }
