"""A flat map of customers: the first two principal components."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Projection:
    """Points on the plane of the first two principal components.

    Attributes
    ----------
    points : float array of shape (n, 2)
    explained : float array of shape (2,)
        Share of the variance along each axis.
    loadings : DataFrame of shape (p, 2)
        Weight of each feature in each axis.
    centroids : DataFrame of shape (k, 2)
        Mean of each segment, by its id.
    """

    points: NDArray[np.float64]
    explained: NDArray[np.float64]
    loadings: pd.DataFrame
    centroids: pd.DataFrame


def project(
    X: NDArray[np.float64], *, features: list[str], segment: NDArray[np.intp]
) -> Projection:
    """Project `X` (shape (n, p)) on its first two principal components.

    A single feature leaves the second axis at zero. The sign of an axis is free; it is set so
    that its largest loading is positive.
    """
    centred = X - X.mean(axis=0)
    # Two axes need no more than this; importing scikit-learn's PCA would add half to `evaluate`.
    variances, directions = np.linalg.eigh(centred.T @ centred)
    axes = min(2, X.shape[1])
    largest = directions[:, ::-1][:, :axes]
    largest = largest * np.sign(largest[np.abs(largest).argmax(axis=0), np.arange(axes)])
    points, loadings, explained = np.zeros((len(X), 2)), np.zeros((X.shape[1], 2)), np.zeros(2)
    points[:, :axes] = centred @ largest
    loadings[:, :axes] = largest
    explained[:axes] = variances[::-1][:axes] / max(float(variances.sum()), np.finfo(float).tiny)
    names = ["pc1", "pc2"]
    table = pd.DataFrame(points, columns=names)
    return Projection(
        points=points,
        explained=explained,
        loadings=pd.DataFrame(loadings, index=features, columns=names),
        centroids=table[segment >= 0].groupby(segment[segment >= 0]).mean(),
    )
