"""A division of rows into clusters around their means."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Partition:
    """Rows divided into clusters around their means, whatever found them.

    Attributes
    ----------
    k : int
        Number of clusters.
    labels : NDArray[np.intp]
        Cluster of each row.
    centres : NDArray[np.float64]
        Means of the clusters, shape (k, d).
    inertia : float
        Sum of squared distances of the rows to their centres.
    """

    k: int
    labels: NDArray[np.intp]
    centres: NDArray[np.float64]
    inertia: float
