"""How alike segments are by their centroids."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segmentation.errors import InputError


def closeness_table(
    centroids: pd.DataFrame, reference: pd.DataFrame, scale: pd.Series | None = None
) -> pd.DataFrame:
    """Return how close each centroid (row) is to each reference centroid (column), in [0, 1].

    ``1 - d / s``, where ``s`` is the distance from the reference centroid to its nearest other
    one: .5 is half-way to it. With a single reference segment ``s`` is the distance of one
    standard deviation in every feature.
    """
    from scipy.spatial.distance import cdist

    shared = [c for c in reference.columns if c in centroids.columns]
    if not shared:
        raise InputError("the centroids of this run and of the reference share no feature")
    unit = np.ones(len(shared))
    if scale is not None:
        given = scale.reindex(shared).to_numpy(dtype=np.float64, na_value=np.nan)
        unit = np.where(np.isfinite(given) & (given > 0), given, 1.0)
    new = centroids[shared].to_numpy(dtype=np.float64) / unit
    old = reference[shared].to_numpy(dtype=np.float64) / unit
    if not (np.isfinite(new).all() and np.isfinite(old).all()):
        raise InputError("centroids hold missing or infinite values")
    between = cdist(old, old)
    np.fill_diagonal(between, np.inf)
    reach = between.min(axis=1) if len(old) > 1 else np.full(len(old), np.sqrt(len(shared)))
    apart = cdist(new, old)
    # Reference centroids in one place cannot be told apart, so nothing is close to them.
    ratio = np.divide(apart, reach, out=np.full_like(apart, np.inf), where=reach > 0)
    return pd.DataFrame(
        np.clip(1.0 - ratio, 0.0, 1.0), index=centroids.index, columns=reference.index
    )
