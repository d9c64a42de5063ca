"""Gaussian mixture, fitted by expectation maximisation, with membership probabilities."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.algorithms.assigners import assign, bayes_rule, confidence_of
from segmentation.clustering.algorithms.base import Clustering, reachable_k, used_only


def fit(
    X: NDArray[np.float64],
    *,
    k: int,
    seed: int,
    n_init: int,
    max_iter: int,
    covariance_type: str,
    reg_covar: float,
) -> Clustering:
    """Cluster the rows of `X` into at most `k` components.

    A component that is no row's most probable one is dropped: it would be a segment without
    customers. The posterior is then over the others.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    number, notes = reachable_k(X, k)
    model = GaussianMixture(
        number,
        covariance_type=covariance_type,
        reg_covar=reg_covar,
        n_init=n_init,
        max_iter=max_iter,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X)
    if not model.converged_:
        notes += (f"The mixture had not converged after {max_iter} rounds.",)
    covariances = full_covariances(model, X.shape[1])
    labels = assign(bayes_rule(model.weights_, model.means_, covariances), X)
    labels, kept, dropped = used_only(labels, number)
    weights = model.weights_[kept] / model.weights_[kept].sum()
    assigner = bayes_rule(weights, model.means_[kept], covariances[kept])
    return Clustering(
        labels, assigner, confidence_of(assigner, X, predicted=labels), notes=notes + dropped
    )


def full_covariances(model: Any, p: int) -> NDArray[np.float64]:
    """Return the covariance matrix of each component, shape (k, p, p)."""
    k = len(model.means_)
    stored = np.asarray(model.covariances_, dtype=np.float64)
    match model.covariance_type:
        case "full":
            return stored
        case "tied":
            return np.broadcast_to(stored, (k, p, p)).copy()
        case "diag":
            return np.stack([np.diag(row) for row in stored])
        case _:
            return stored[:, None, None] * np.eye(p)
