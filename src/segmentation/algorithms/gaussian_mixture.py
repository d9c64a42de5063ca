"""Gaussian mixture, fitted by expectation maximisation, with membership probabilities."""

from __future__ import annotations

import warnings
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from segmentation.algorithms.assigners import assign, bayes_rule, confidence_of
from segmentation.algorithms.base import (
    Algorithm,
    AlgorithmOptions,
    Clustering,
    Natural,
    reachable_k,
    used_only,
)


class Options(AlgorithmOptions):
    """Options of expectation maximisation, and the shapes that components may have.

    `reg_covar` is the least variance in any direction: it keeps a component from collapsing onto
    duplicates, or on one category among the one-hot columns. Standardised features have 1.
    """

    n_init: Natural = 5
    max_iter: Natural = 200
    covariance_type: Literal["full", "tied", "diag", "spherical"] = "full"
    reg_covar: Annotated[float, Field(gt=0, le=1)] = 0.03


def fit(X: NDArray[np.float64], *, k: int, seed: int, options: Options) -> Clustering:
    """Cluster the rows of `X` into at most `k` components.

    A component that is no row's most probable one is dropped: it would be a segment without
    customers. The posterior is then over the others.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    number, notes = reachable_k(X, k)
    model = GaussianMixture(
        number,
        covariance_type=options.covariance_type,
        reg_covar=options.reg_covar,
        n_init=options.n_init,
        max_iter=options.max_iter,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X)
    if not model.converged_:
        notes += (f"The mixture had not converged after {options.max_iter} rounds.",)
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


ALGORITHM = Algorithm(
    "gaussian_mixture",
    fit=fit,
    options=Options,
    finds="ellipses that may overlap; a probability of membership for each customer",
    suits="segments differ in spread, or doubt about a customer matters",
)
