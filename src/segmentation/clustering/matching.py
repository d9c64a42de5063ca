"""Give segments numbers that mean something."""

import numpy as np
from numpy.typing import NDArray


def order_by_value(labels: NDArray[np.intp], value: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the id (1 is best) of each label, by the mean value of its customers.

    Parameters
    ----------
    labels : int array of shape (n,)
        0..k-1; -1 is noise.
    value : float array of shape (n,)
        What each customer is worth; missing values are left out. Equal means keep their order.

    Returns
    -------
    int array of shape (k,)
        ``ids[label]`` is the segment's id.
    """
    k = int(labels.max(initial=-1)) + 1
    means = np.full(k, -np.inf)
    for label in range(k):
        members = value[labels == label]
        if not np.isnan(members).all():
            means[label] = np.nanmean(members)
    ids = np.empty(k, dtype=np.intp)
    ids[np.argsort(-means, kind="stable")] = np.arange(1, k + 1)
    return ids


def relabel(labels: NDArray[np.intp], ids: NDArray[np.intp]) -> NDArray[np.intp]:
    """Replace each label by its segment's id; noise stays -1."""
    return np.where(labels < 0, labels, ids[labels])
