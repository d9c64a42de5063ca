"""How alike segments are: by the customers they hold, or by their centroids."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from segmentation.errors import InputError


def jaccard_table(
    one: NDArray[np.intp], other: NDArray[np.intp], *, rows: ArrayLike, columns: ArrayLike
) -> NDArray[np.float64]:
    """Return the Jaccard similarity of each group of `one` with each group of `other`.

    Parameters
    ----------
    one, other : int arrays of shape (n,)
        Two labellings of the same customers.
    rows, columns : int arrays of shape (r,) and (c,)
        The groups to compare, of `one` and of `other`.

    Returns
    -------
    array of shape (r, c)
        Size of the intersection over size of the union; 0 for two empty groups.

    Examples
    --------
    >>> import numpy as np
    >>> one, other = np.array([0, 0, 0, 1, 1]), np.array([5, 5, 6, 6, 6])
    >>> jaccard_table(one, other, rows=[0, 1], columns=[5, 6]).round(2).tolist()
    [[0.67, 0.2], [0.0, 0.67]]
    """
    first = (one[:, None] == np.asarray(rows, dtype=np.intp)).astype(np.float64)
    second = (other[:, None] == np.asarray(columns, dtype=np.intp)).astype(np.float64)
    both = first.T @ second
    either = first.sum(axis=0)[:, None] + second.sum(axis=0) - both
    table: NDArray[np.float64] = np.zeros(both.shape)
    np.divide(both, either, out=table, where=either > 0)
    return table


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
