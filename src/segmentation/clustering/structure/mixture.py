"""Evidence from Gaussian mixtures whose components share one covariance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.partition import Partition
from segmentation.clustering.structure.gaps import SMALL
from segmentation.workers import each

_ITERATIONS = 25  # of EM, which starts from the partition of k-means
_MORE = 10  # of EM on all rows, which starts from what a sample of them gave
_ENOUGH = 1e-5  # nats a row by which one round more has to be better
_RIDGE = 1e-6  # share of the mean variance added to every variance: columns may be dependent
_CHUNK = 8192  # rows at a time
_ALIKE = 0.75  # Jaccard similarity of what a mixture and a gap divide, from which it is the same

# docs/choosing-k.md, "A mixture that fits"
APART = 2.5
"""Standard deviations between the nearest means from which components are groups; two normal ones
of a size have two modes from 2 on."""
_DENTED = 2.8  # the same, from which two of a size have a quarter less between them


class Evidence(NamedTuple):
    """Criteria of one mixture on the scale of a log-likelihood: larger is better.

    `closest` is the distance of the two nearest means in standard deviations of the components;
    `halves` holds BIC and ICL of halves of the rows, as if all rows were like them, shape (h, 2);
    `mixture` is what was fitted, to rows less their mean.
    """

    log_likelihood: float
    bic: float
    icl: float
    closest: float
    halves: NDArray[np.float64]
    mixture: "_Mixture"


class _Mixture(NamedTuple):
    shares: NDArray[np.float64]
    means: NDArray[np.float64]
    root: NDArray[np.float64]  # of the covariance inside the components


def mixture_evidence(
    X: NDArray[np.float64],
    path: Sequence[Partition],
    *,
    everything: NDArray[np.float64] | None = None,
    halves: Sequence[NDArray[np.intp]] = (),
) -> list[Evidence]:
    """Fit a mixture from every partition; return its BIC and ICL.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        The rows.
    path : sequence of Partition
        k-means partitions of them, where expectation-maximisation starts.
    everything : NDArray[np.float64] of shape (n_all, d), optional
        All rows, where `X` is a sample of them: the fit goes on with these, and they are judged.
    halves : sequence of NDArray[np.intp]
        Numbers of the rows (of all rows) in halves of them.

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
    whole = X if everything is None else everything
    centre = whole.mean(axis=0)
    sample, rows = X - centre, whole - centre

    covariance = sample.T @ sample / len(sample)

    def fit(partition: Partition) -> Evidence:
        sizes = np.bincount(partition.labels, minlength=partition.k) + np.float64(1e-10)
        start = _mixture(covariance, sizes / len(sample), partition.centres - centre)
        found = _climb(sample, start, _ITERATIONS)
        if everything is not None:
            found = _climb(rows, found, _MORE)
        return _judge(rows, found, halves)

    return each(fit, path, doing="fit mixtures")


def fitting_mixture(X: NDArray[np.float64], path: Sequence[Partition]) -> NDArray[np.intp] | None:
    """Return the groups of a mixture of normal groups with one covariance, if one fits.

    It fits if BIC and ICL agree on a number of groups below the last, BIC leads one population by
    more than the root of n by which sums over rows vary (Vuong 1989), and no two groups are
    closer than leaves a quarter less between them. Components of the best one that are closer are
    taken together if that leaves large ones: k-means, where mixtures start, may cut across groups.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        Rows.
    path : sequence of Partition
        k-means partitions of them.

    Returns
    -------
    NDArray[np.intp] of shape (n,), or None
        The likeliest group of every row.
    """
    centre = X.mean(axis=0)
    everyone = np.zeros(len(X), dtype=np.intp)
    one = Partition(1, everyone, centre[None], float(((X - centre) ** 2).sum()))
    alone, *found = mixture_evidence(X, [one, *path])
    found = _taken_together(X - centre, found)
    best = max(found, key=lambda m: m.icl)
    if best is not max(found, key=lambda m: m.bic) or best is found[-1]:
        return None
    if best.bic - alone.bic < np.sqrt(len(X)) or best.closest < _DENTED:
        return None
    return np.asarray(_memberships(X - centre, best.mixture)[0].argmax(axis=1), dtype=np.intp)


def _taken_together(X: NDArray[np.float64], found: list[Evidence]) -> list[Evidence]:
    """Put mixtures in which close components were merged in the place of less likely ones."""
    total, better = X.T @ X / len(X), list(found)
    number = {len(m.mixture.shares): i for i, m in enumerate(found)}
    at = max(found, key=lambda m: m.bic)
    while at.closest < _DENTED and len(at.mixture.shares) > 2:
        at = _judge(X, _climb(X, _merged(total, at.mixture), _ITERATIONS), ())
        i = number.get(len(at.mixture.shares))
        large = at.mixture.shares.min() >= SMALL  # what is left of a heavy tail has small ones
        if large and i is not None and at.log_likelihood > better[i].log_likelihood:
            better[i] = at
    return better


def divide_likewise(labels: NDArray[np.intp], side: NDArray[np.bool_]) -> bool:
    """Tell whether the groups mostly on one side of a gap are much the same rows as that side.

    Mixtures fit some heavy tails and some bent clouds too, but what they cut off there is not what
    a valley cuts off.
    """
    sizes = np.bincount(labels)
    alike = (np.bincount(labels, side, minlength=len(sizes)) > sizes / 2)[labels]
    return bool((alike & side).sum() >= _ALIKE * max((alike | side).sum(), 1))


def _mixture(
    total: NDArray[np.float64], shares: NDArray[np.float64], means: NDArray[np.float64]
) -> _Mixture:
    """The mixture of components around `means` that has the covariance `total` of the rows."""
    d = len(total)
    within = total - (means.T * shares) @ means
    ridge = _RIDGE * np.trace(total) / d
    within = (within + within.T) / 2 + ridge * np.eye(d)
    least, axes = np.linalg.eigh(within)
    if least[0] < ridge:  # of few rows: the means are those of rows before the last step
        within = (axes * np.maximum(least, ridge)) @ axes.T
    return _Mixture(shares, means, np.linalg.cholesky(within))


def _merged(total: NDArray[np.float64], mixture: _Mixture) -> _Mixture:
    """The mixture with its two nearest components merged."""
    shares, means = mixture.shares.copy(), mixture.means.copy()
    i, j = divmod(int(_between(mixture.root, means).argmin()), len(means))
    pair = shares[[i, j]]
    means[i], shares[i] = pair @ means[[i, j]] / pair.sum(), pair.sum()
    return _mixture(total, np.delete(shares, j), np.delete(means, j, axis=0))


def _between(root: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances between means, in variances of the components; infinite to itself."""
    M = np.linalg.solve(root, means.T).T
    apart = ((M[:, None] - M[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart, dtype=np.float64)


def _climb(X: NDArray[np.float64], start: _Mixture, most: int) -> _Mixture:
    """Improve a mixture by expectation-maximisation; return the one that was judged last."""
    total = X.T @ X / len(X)
    mixture, before = start, -np.inf
    for _ in range(most):
        sizes, sums, likelihood = np.zeros(len(mixture.shares)), np.zeros_like(mixture.means), 0.0
        for first in range(0, len(X), _CHUNK):
            chunk = X[first : first + _CHUNK]
            weights, rows = _memberships(chunk, mixture)
            sizes += weights.sum(axis=0)
            sums += weights.T @ chunk
            likelihood += float(rows.sum())
        if likelihood - before < _ENOUGH * len(X):
            break
        before = likelihood
        sizes += 1e-10
        mixture = _mixture(total, sizes / len(X), sums / sizes[:, None])
    return mixture


def _memberships(
    X: NDArray[np.float64], mixture: _Mixture
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of every component for every row, and the rows' log-likelihoods."""
    root, d = mixture.root, X.shape[1]
    Z, M = np.linalg.solve(root, X.T).T, np.linalg.solve(root, mixture.means.T).T
    scores = Z @ M.T - 0.5 * (M**2).sum(axis=1) + np.log(mixture.shares)
    top = scores.max(axis=1)
    weights = np.exp(scores - top[:, None])
    sums = weights.sum(axis=1)
    weights /= sums[:, None]
    constant = np.log(np.diag(root)).sum() + 0.5 * d * np.log(2 * np.pi)
    return weights, np.log(sums) + top - 0.5 * (Z**2).sum(axis=1) - constant


def _judge(
    X: NDArray[np.float64], mixture: _Mixture, halves: Sequence[NDArray[np.intp]]
) -> Evidence:
    n, d = X.shape
    k = len(mixture.shares)
    rows = np.empty((n, 2))  # what each adds to BIC and to ICL
    for first in range(0, n, _CHUNK):
        chunk = slice(first, first + _CHUNK)
        weights, likelihoods = _memberships(X[chunk], mixture)
        rows[chunk, 0] = likelihoods
        rows[chunk, 1] = (weights * np.log(np.maximum(weights, 1e-300))).sum(axis=1)
    rows[:, 1] += rows[:, 0]
    penalty = 0.5 * (k * d + k - 1 + d * (d + 1) / 2) * np.log(n)
    likelihood, completed = (float(column.sum()) for column in rows.T)
    apart = _between(mixture.root, mixture.means)
    return Evidence(
        likelihood,
        likelihood - penalty,
        completed - penalty,
        float(np.sqrt(apart.min())),
        np.array([rows[half].mean(axis=0) * n - penalty for half in halves]).reshape(-1, 2),
        mixture,
    )
