"""Directions in which rows are most likely to fall apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.partition import Partition

_STARTS = 10  # of either measure of what is not normal
_ROUNDS = 10
_FIRST = 3  # partitions of the path whose lines between centres are looked along
_DIGITS = 9  # kept of what products of matrices give: their last ones differ between processors


def axes(
    X: NDArray[np.float64],
    path: Sequence[Partition],
    *,
    columns: NDArray[np.bool_],
    seed: int,
) -> NDArray[np.float64]:
    """Return directions as columns: those of the columns, of pursuit, and between centres.

    Projections that are least like a normal distribution show groups: two of a size flatten it,
    a small one beside a large one gives it a tail.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        Rows.
    path : sequence of Partition
        k-means partitions of the rows; the first ones are used.
    columns : NDArray[np.bool_]
        Which columns of the centres are those of `X`.
    seed : int
        Of the starts of the pursuit.

    References
    ----------
    Pena and Prieto (2001), Cluster identification using projections, JASA 96, 1433-1445.
    Hyvarinen (1999), Fast and robust fixed-point algorithms for independent component analysis,
    IEEE Transactions on Neural Networks 10, 626-634.
    """
    lines = [
        (p.centres[b] - p.centres[a])[columns]
        for p in path[:_FIRST]
        for a in range(p.k)
        for b in range(a)
    ]
    found = [np.eye(X.shape[1]), np.array(lines).reshape(-1, X.shape[1]).T, _pursued(X, seed=seed)]
    W = np.hstack(found)
    lengths = np.sqrt((W**2).sum(axis=0))
    return np.asarray(W[:, lengths > 0] / lengths[lengths > 0], dtype=np.float64)


def _pursued(X: NDArray[np.float64], *, seed: int) -> NDArray[np.float64]:
    n, d = X.shape
    centred = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / n)
    kept = values > 1e-6 * max(values[-1], np.finfo(float).tiny)
    vectors = vectors[:, kept]
    # The symmetric root does not hang on the signs of the axes, which are anyone's.
    whiten = np.round((vectors / np.sqrt(values[kept])) @ vectors.T, _DIGITS)
    Z = centred @ whiten
    farthest = np.sqrt(kept.sum()) + 3.0  # rows far out would be all that a direction is about
    Z *= np.minimum(1.0, farthest / np.maximum(np.sqrt((Z**2).sum(axis=1)), 1e-12))[:, None]
    Z = np.round(Z, _DIGITS)
    start = np.random.default_rng([seed, 3]).standard_normal((d, 2 * _STARTS))
    W = _unit(start)
    for _ in range(_ROUNDS):
        P = Z @ W
        cube, curve = P[:, :_STARTS], np.tanh(P[:, _STARTS:])
        by_cube = Z.T @ (cube * cube * cube) / n - 3 * W[:, :_STARTS]
        by_curve = Z.T @ curve / n - (1 - curve * curve).mean(axis=0) * W[:, _STARTS:]
        W = _unit(np.hstack((by_cube, by_curve)))
    return np.asarray(whiten @ W, dtype=np.float64)


def _unit(W: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.maximum(np.sqrt((W * W).sum(axis=0)), 1e-12)
    return np.asarray(np.round(W / lengths, _DIGITS), dtype=np.float64)
