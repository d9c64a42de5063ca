"""What DBSCAN and HDBSCAN share: k-distances, and defaults drawn from them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.algorithms.base import NOISE

# docs/algorithms.md, "Defaults that decide by themselves".
_GRID = 60  # reaches tried between the densest and the sparsest row
_NOISE = 0.25  # a reach that leaves more rows than this in no segment explains too little
_SMALLEST = 0.02  # share of the rows below which a group does not count as a segment
_WIDE = 1.25  # a plateau must stretch over at least this ratio of reaches


def default_min_samples(n: int, p: int) -> int:
    """Return ``max(5, 2 p)``, at most `n`.

    Twice the number of columns is the advice of Sander et al. (1998), Density-based clustering
    in spatial databases, Data Mining and Knowledge Discovery 2(2), 169-194.
    """
    return min(max(5, 2 * p), n)


def k_distances(X: NDArray[np.float64], neighbours: int) -> NDArray[np.float64]:
    """Return each row's distance to its `neighbours`-th nearest row, itself included."""
    from sklearn.neighbors import NearestNeighbors

    distances, _ = NearestNeighbors(n_neighbors=neighbours).fit(X).kneighbors(X)
    return np.asarray(distances[:, -1], dtype=np.float64)


def knee(values: NDArray[np.float64]) -> float:
    """Return the value at the knee of ascending `values`: the point farthest below the chord.

    References
    ----------
    Satopaa et al. (2011), Finding a "kneedle" in a haystack, ICDCS workshops, 166-171.

    Examples
    --------
    >>> import numpy as np
    >>> knee(np.array([1.0, 1.1, 1.2, 1.3, 9.0]))
    1.3
    """
    low, high = values[0], values[-1]
    if high <= low:
        return float(high)
    position = np.linspace(0.0, 1.0, len(values))
    return float(values[np.argmax(position - (values - low) / (high - low))])


def default_eps(
    X: NDArray[np.float64], distances: NDArray[np.float64], min_samples: int
) -> tuple[float, str]:
    """Choose the reach of DBSCAN, and say how.

    The number of groups is a step function of the reach. Where groups are real it has a long
    step: growing the reach only takes in more of the same groups' rows, until they touch. So
    the choice is the middle of the longest step (in ratio) with at least two groups; without a
    step worth the name, the knee of the k-distance plot.

    Parameters
    ----------
    X : array of shape (n, p)
    distances : array of shape (n,)
        Ascending k-distances for `min_samples`.

    Returns
    -------
    eps : float
    why : str
    """
    positive = distances[distances > 0]
    if not len(positive):
        return 1.0, "Every row has duplicates enough to be a core row, so any reach will do."
    span = float(np.linalg.norm(np.ptp(X, axis=0)))
    grid = np.geomspace(np.quantile(positive, 0.05), max(span, positive[-1]), _GRID)
    counts = _group_counts(X, grid, min_samples)
    start, stop = _longest_run(counts)
    if stop > start and grid[stop] >= _WIDE * grid[start]:
        eps = float((grid[start] + grid[stop]) / 2)
        return eps, (
            f"Reach {eps:.3g}: from {grid[start]:.3g} to {grid[stop]:.3g} the number of groups "
            f"stays at {counts[start]}, the longest such stretch."
        )
    eps = knee(positive)
    return eps, f"Reach {eps:.3g}: the knee of the k-distance plot."


def _group_counts(X: NDArray[np.float64], grid: NDArray[np.float64], m: int) -> NDArray[np.intp]:
    """Return the number of groups of at least 2% of the rows at each reach; 0 if mostly noise."""
    n = len(X)
    smallest = max(m, int(np.ceil(_SMALLEST * n)), 2)
    tree = hdbscan(X, min_cluster_size=min(smallest, n), min_samples=m)
    counts = np.zeros(len(grid), dtype=np.intp)
    for i, reach in enumerate(grid):
        labels = tree.dbscan_clustering(cut_distance=reach, min_cluster_size=smallest)
        if np.mean(labels == NOISE) <= _NOISE:
            counts[i] = labels.max() + 1
    return counts


def _longest_run(counts: NDArray[np.intp]) -> tuple[int, int]:
    """Return first and last position of the longest run of one number above 1."""
    best, start = (0, 0), 0
    for i in range(1, len(counts) + 1):
        if i == len(counts) or counts[i] != counts[start]:
            if counts[start] > 1 and i - 1 - start > best[1] - best[0]:
                best = (start, i - 1)
            start = i
    return best


def hdbscan(X: NDArray[np.float64], *, min_cluster_size: int, min_samples: int, **more: Any) -> Any:
    """Return scikit-learn's HDBSCAN fitted on `X`."""
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=min_cluster_size, min_samples=min_samples, copy=True, **more)
    return model.fit(X)
