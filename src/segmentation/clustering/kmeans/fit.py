"""k-means at one k, its optimum repaired by splitting clusters and merging others."""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering._check import as_matrix
from segmentation.clustering.kmeans.lloyd import Fit, lloyd, seed_centres
from segmentation.clustering.kmeans.moves import Savings, grow, one_cluster, shrink, starts_at
from segmentation.clustering.partition import Partition, partition_of
from segmentation.errors import InputError

Matrix = NDArray[np.float64]

_ROWS = 20_000  # rows on which the search goes on, or
_ROWS_EACH = 200  # as many times the clusters
_FEW = 2_000  # rows up to which every random start is finished, and rows are exchanged; above
_FINISHED = 3  # starts are, the best after a few rounds
_MOVED = 5  # clusters split, then merged, at a time
_EXCHANGED = 100  # rows at most
_STILL = 0.002  # share of the rows that may still change their cluster while searching


def kmeans_fit(
    X: ArrayLike, *, k: int, seed: int = 0, restarts: int = 10, max_iter: int = 300
) -> Partition:
    """Fit k-means at one k.

    Random starts go a few rounds, and the best of them to the end. The best of those is repaired:
    the clusters whose division saves most are split, the pairs whose union costs least are merged,
    and what is better is kept. So a centre gets from where there are too many to where one is
    missing, which no number of restarts does reliably when k is large. Up to 2,000 rows, single
    rows are exchanged at the end. Above 20,000 rows, or 200
    a cluster, a sample is searched, and what is found there is finished on all rows.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows to cluster.
    k : int
        Number of clusters, at most n.
    seed : int, default 0
        Seed of the random starts and of the sample.
    restarts : int, default 10
        Random starts (k-means++); a quarter of them above k = 15, where the repairs find more.
    max_iter : int, default 300
        Most of Lloyd's iterations in one fit.

    Returns
    -------
    Partition

    Raises
    ------
    InputError
        If `X` is not a finite matrix or `k` does not fit it.

    References
    ----------
    Fränti and Sieranoja (2018), K-means properties on six clustering benchmark datasets,
    Applied Intelligence 48, 4743-4759.
    Hartigan and Wong (1979), A k-means clustering algorithm, Applied Statistics 28, 100-108.
    Fritzke (2020), The breathing k-means algorithm, arXiv:2006.15666.

    Examples
    --------
    >>> found = kmeans_fit([[0.0], [0.1], [5.0], [5.1], [9.0]], k=3)
    >>> found.labels.tolist(), round(found.inertia, 3)
    ([0, 0, 1, 1, 2], 0.01)
    """
    rows = as_matrix(X, min_rows=1)
    if not 1 <= k <= len(rows):
        raise InputError(f"the number of clusters must lie in 1..{len(rows)} (the rows), got {k}")
    centre = rows.mean(axis=0)
    A = rows - centre
    rng = np.random.default_rng(seed)
    most = max(_ROWS, _ROWS_EACH * k)
    if len(A) <= most:
        found = _search(A, k, rng, restarts, max_iter)
        found = lloyd(A, _norms(A), found.centres, max_iter=max_iter)
        if len(A) <= _FEW:
            found = _exchange(A, found, max_iter)
    else:
        sample = A[np.sort(rng.choice(len(A), most, replace=False))]
        found = _finish(A, _search(sample, k, rng, restarts, max_iter).centres, max_iter)
    return partition_of(rows, found.labels, found.centres + centre)


def _search(A: Matrix, k: int, rng: np.random.Generator, restarts: int, max_iter: int) -> Fit:
    if k == 1:
        return one_cluster(A)
    norms = _norms(A)
    polish = partial(lloyd, A, norms, max_iter=max_iter, still=_STILL)
    few = partial(lloyd, A, norms, max_iter=min(max_iter, 10))
    begun = [
        lloyd(A, norms, seed_centres(A, norms, k, rng), max_iter=min(max_iter, 5))
        for _ in range(max(1, starts_at(k, restarts)))
    ]
    begun.sort(key=lambda fit: fit.inertia)
    kept = begun if len(A) <= _FEW else begun[:_FINISHED]
    best = min((polish(fit.centres) for fit in kept), key=lambda fit: fit.inertia)
    savings: Savings = {}
    moved = min(_MOVED, max(1, k // 2), len(A) - k)
    while moved and best.inertia > 0:
        fit = shrink(grow(A, best, k + moved, moved, few, savings), k, few)
        if fit.inertia < 1.05 * best.inertia:
            fit = polish(fit.centres)
        # Better by more than rounding, so that the search ends, and ends alike everywhere.
        if fit.inertia < best.inertia * (1 - 1e-9):
            best = fit
        else:
            moved -= 1
    return best


def _exchange(A: Matrix, fit: Fit, max_iter: int) -> Fit:
    """Move single rows while that lowers the inertia, both means moving along.

    Where Lloyd's iterations end, a row is nearest to its own centre; with few rows it may still be
    better elsewhere, because it pulls its own centre towards itself.
    """
    norms, each = _norms(A), np.arange(len(A))
    for _ in range(_EXCHANGED):
        sizes = np.bincount(fit.labels, minlength=len(fit.centres))
        gaps = ((A[:, None] - fit.centres) ** 2).sum(axis=2)
        leaving = gaps[each, fit.labels] * sizes[fit.labels] / np.maximum(sizes[fit.labels] - 1, 1)
        joining = gaps * sizes / (sizes + 1)
        joining[each, fit.labels] = np.inf
        saved = leaving - joining.min(axis=1)
        saved[sizes[fit.labels] == 1] = 0
        row = int(saved.argmax())
        if saved[row] <= 1e-9 * fit.inertia:
            break
        a, b = fit.labels[row], joining[row].argmin()
        centres = fit.centres.copy()
        centres[a] += (centres[a] - A[row]) / (sizes[a] - 1)
        centres[b] += (A[row] - centres[b]) / (sizes[b] + 1)
        better = lloyd(A, norms, centres, max_iter=max_iter)
        if better.inertia >= fit.inertia * (1 - 1e-9):
            break
        fit = better
    return fit


def _finish(A: Matrix, centres: Matrix, max_iter: int) -> Fit:
    """Polish on all rows, of which there are many, by the pass that takes them block by block."""
    from sklearn.cluster import KMeans

    model = KMeans(len(centres), init=centres, n_init=1, max_iter=max_iter).fit(A)
    return Fit(model.labels_.astype(np.intp), model.cluster_centers_, float(model.inertia_))


def _norms(A: Matrix) -> Matrix:
    return np.asarray(np.einsum("ij,ij->i", A, A))
