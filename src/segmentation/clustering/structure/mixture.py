"""Evidence from Gaussian mixtures whose components share one covariance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.partition import Partition

_ITERATIONS = 25  # of EM, which starts from the partition of k-means
_RIDGE = 1e-6  # share of the mean variance added to every variance: columns may be dependent


class Evidence(NamedTuple):
    """Criteria of one mixture on the scale of a log-likelihood: larger is better."""

    log_likelihood: float
    bic: float
    icl: float


def mixture_evidence(X: NDArray[np.float64], path: Sequence[Partition]) -> list[Evidence]:
    """Fit a mixture from every partition; return its BIC and ICL.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        The rows.
    path : sequence of Partition
        k-means partitions of them, where expectation-maximisation starts.

    Returns
    -------
    list of Evidence
        BIC as log-likelihood minus half the parameters times log n; ICL takes from it the entropy
        of the memberships, so that components which overlap do not count as clusters.

    References
    ----------
    Fraley and Raftery (2002), Model-based clustering, discriminant analysis, and density
    estimation, JASA 97, 611-631. Biernacki, Celeux and Govaert (2000), Assessing a mixture model
    for clustering with the integrated completed likelihood, IEEE PAMI 22, 719-725.
    """
    A = X - X.mean(axis=0)
    return [_fit(A, p.labels, p.k) for p in path]


def _fit(X: NDArray[np.float64], labels: NDArray[np.intp], k: int) -> Evidence:
    n, d = X.shape
    total = X.T @ X / n
    ridge = _RIDGE * np.trace(total) / d * np.eye(d)
    weights = np.zeros((n, k))
    weights[np.arange(n), labels] = 1.0
    before = -np.inf
    for _ in range(_ITERATIONS):
        sizes = weights.sum(axis=0) + 1e-10
        means = (weights.T @ X) / sizes[:, None]
        within = total - (means.T * (sizes / n)) @ means
        root = np.linalg.cholesky((within + within.T) / 2 + ridge)
        Z, M = np.linalg.solve(root, X.T).T, np.linalg.solve(root, means.T).T
        scores = Z @ M.T - 0.5 * (M**2).sum(axis=1) + np.log(sizes / n)
        top = scores.max(axis=1)
        weights = np.exp(scores - top[:, None])
        sums = weights.sum(axis=1)
        weights /= sums[:, None]
        constant = np.log(np.diag(root)).sum() + 0.5 * d * np.log(2 * np.pi)
        likelihood = float((np.log(sums) + top - 0.5 * (Z**2).sum(axis=1)).sum() - n * constant)
        if likelihood - before < 1e-5 * n:
            break
        before = likelihood
    parameters = k * d + k - 1 + d * (d + 1) / 2
    bic = likelihood - 0.5 * parameters * np.log(n)
    entropy = -float((weights * np.log(np.maximum(weights, 1e-300))).sum())
    return Evidence(likelihood, float(bic), float(bic - entropy))
