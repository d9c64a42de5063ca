"""A flat map of customers: the first two principal components."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.clustering.metrics.scatter import Scatter


@dataclass(frozen=True)
class Projection:
    """The plane of the first two principal components.

    Attributes
    ----------
    centre : float array of shape (p,)
        The point that lies at zero.
    explained : float array of shape (2,)
        Share of the variance along each axis.
    loadings : DataFrame of shape (p, 2)
        Weight of each feature in each axis.
    centroids : DataFrame of shape (k, 2)
        Mean of each segment, by its id.
    """

    centre: NDArray[np.float64]
    explained: NDArray[np.float64]
    loadings: pd.DataFrame
    centroids: pd.DataFrame

    def points(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where rows (shape (n, p)) lie on the plane."""
        return np.asarray((X - self.centre) @ self.loadings.to_numpy(), dtype=np.float64)


def project(scatter: Scatter, *, features: list[str]) -> Projection:
    """Find the first two principal components of the rows that `scatter` is of.

    A single feature leaves the second axis at zero. The sign of an axis is free; it is set so
    that its largest loading is positive.
    """
    p = len(features)
    # Two axes need no more than this; importing scikit-learn's PCA would add half to `evaluate`.
    variances, directions = np.linalg.eigh(scatter.products.sum(axis=0) + scatter.between)
    axes = min(2, p)
    largest = directions[:, ::-1][:, :axes]
    largest = largest * np.sign(largest[np.abs(largest).argmax(axis=0), np.arange(axes)])
    loadings, explained = np.zeros((p, 2)), np.zeros(2)
    loadings[:, :axes] = largest
    explained[:axes] = variances[::-1][:axes] / max(float(variances.sum()), np.finfo(float).tiny)
    names, inside = ["pc1", "pc2"], scatter.segments
    flat = (inside.means - scatter.centre) @ loadings
    return Projection(
        centre=scatter.centre,
        explained=explained,
        loadings=pd.DataFrame(loadings, index=features, columns=names),
        centroids=pd.DataFrame(flat, index=inside.ids, columns=names).sort_index(),
    )


def marks(cells: pd.Series, *, fewest: int, other: str) -> pd.Series:
    """Say of each point on a map roughly what stands in a column of its customer.

    Parameters
    ----------
    cells : Series of shape (n,)
        Numbers or categories.
    fewest : int
        Categories of fewer points than these are called `other`.
    other : str

    Returns
    -------
    Series of shape (n,)
        For numbers the fifth of the points, from 1 (lowest) to 5, and 0 where there is none; the
        category otherwise.

    Examples
    --------
    >>> marks(pd.Series([1.0, 9, None, 3, 5, 7]), fewest=1, other="-").tolist()
    [1, 5, 0, 2, 3, 4]
    >>> marks(pd.Series(["a", "a", "b"]), fewest=2, other="-").tolist()
    ['a', 'a', '-']
    """
    if not pd.api.types.is_numeric_dtype(cells):
        many = cells.value_counts()
        return cells.where(cells.isna() | cells.isin(many.index[many >= fewest]), other)
    known = cells.dropna()
    edges = np.quantile(known, [0.2, 0.4, 0.6, 0.8]) if len(known) else np.empty(0)
    fifth = np.searchsorted(edges, cells.to_numpy(np.float64), side="left") + 1
    return pd.Series(np.where(cells.isna(), 0, fifth), index=cells.index)
