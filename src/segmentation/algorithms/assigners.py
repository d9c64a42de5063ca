"""Plain scikit-learn classifiers that carry a clustering over to new rows.

Each is put together from a finished clustering by setting the documented fitted attributes, so
it predicts what the clustering means and skops loads it without being asked for trust.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.algorithms.base import NOISE
from segmentation.algorithms.models import settled
from segmentation.errors import InputError

Matrix = NDArray[np.float64]
Labels = NDArray[np.intp]

_SPAN = 20.0  # between the least and the largest 2 log(prior) of centres with offsets
_BLOCK = 10_000  # rows scored at once, so that neighbour lists stay small


def nearest_centroid(centres: Matrix, *, offsets: Matrix | None = None) -> Any:
    """Return a `NearestCentroid` whose class j is the row j of `centres` (shape (k, p)).

    With `offsets` (shape (k,)) a row goes to the centre with the least squared distance minus its
    offset. The model knows them as priors: it takes the least ``d**2 / s**2 - 2 log(prior)``.
    """
    from sklearn.neighbors import NearestCentroid

    k, p = centres.shape
    model = NearestCentroid()
    model.classes_ = np.arange(k)
    model.centroids_ = np.ascontiguousarray(settled(centres), dtype=np.float64)
    model.class_prior_ = np.full(k, 1 / k)
    # Unit deviations make predict_proba rank the classes as predict does: by distance alone.
    model.within_class_std_dev_ = np.ones(p)
    if offsets is not None and np.ptp(offsets) > 0:
        # Deviations for which priors are neither so alike that the model passes them over, nor so
        # far apart that they would be zero.
        below = settled(offsets - offsets.max())
        scale = float(settled(np.array([np.sqrt(np.ptp(below) / _SPAN)]))[0])
        priors = np.exp(below / scale**2 / 2)
        model.class_prior_ = np.array([float(f"{each:.12g}") for each in priors / priors.sum()])
        model.within_class_std_dev_ = np.full(p, scale)
    model.deviations_ = model.centroids_ - model.centroids_.mean(axis=0)
    model.n_features_in_ = p
    return model


def bayes_rule(weights: Matrix, means: Matrix, covariances: Matrix) -> Any:
    """Return the `QuadraticDiscriminantAnalysis` of a Gaussian mixture.

    Both compute the same posterior from priors (k,), means (k, p) and covariances (k, p, p):
    a mixture's E step is Bayes' rule for Gaussian classes.
    """
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

    # A mixture is fitted until little changes: its digits beyond hang on when that was.
    weights, means, covariances = (
        settled(np.asarray(each), digits=8) for each in (weights, means, covariances)
    )
    values, vectors = np.linalg.eigh(covariances)
    values = np.maximum(values, np.finfo(np.float64).tiny)
    # An axis points both ways: the way of its largest part is positive here.
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=1)[:, None], axis=1)
    model = QuadraticDiscriminantAnalysis()
    model.classes_ = np.arange(len(means))
    model.priors_ = weights
    model.means_ = means
    model.scalings_ = [settled(each) for each in values]
    model.rotations_ = list(settled(vectors * np.sign(largest)))
    model.n_features_in_ = means.shape[1]
    return model


def nearest_neighbours(X: Matrix, labels: Labels, *, n_neighbors: int) -> Any:
    """Return a `KNeighborsClassifier` that gives every stored row its own label back."""
    from sklearn.neighbors import KNeighborsClassifier

    # Weights by inverse distance: a row at distance 0 decides alone.
    # Brute force everywhere: the search trees are types that skops does not trust.
    model = KNeighborsClassifier(min(n_neighbors, len(X)), weights="distance", algorithm="brute")
    with warnings.catch_warnings():
        # Segments of one or two rows are fine here; they do not mean that labels are numbers.
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        return model.fit(X, labels)


def within_radius(X: Matrix, labels: Labels, *, radius: float) -> Any:
    """Return a `RadiusNeighborsClassifier`: rows farther than `radius` from all of `X` are noise.

    One row labelled noise is stored beyond the reach of all others, because the classifier wants
    its label for outliers to be one of its classes.
    """
    from sklearn.neighbors import RadiusNeighborsClassifier

    beyond = X.max(axis=0, initial=0.0) + 3 * radius
    # The margin covers the rounding of a row that lies exactly on the rim.
    model = RadiusNeighborsClassifier(
        radius * (1 + 1e-9), weights="distance", algorithm="brute", outlier_label=NOISE
    )
    return model.fit(np.vstack([X, beyond]), np.append(labels, NOISE))


def within_balls(X: Matrix, labels: Labels, *, radii: NDArray[np.float64]) -> Any:
    """Return a classifier that reaches `radii[i]` around row i: outside all balls is noise.

    `RadiusNeighborsClassifier` knows one radius only. The others come from one more coordinate:
    with ``h_i = sqrt(R**2 - r_i**2)`` for the stored row and 0 for a new one, the distance is
    within ``R = max(radii)`` exactly when the distance in the features is within ``r_i``.
    `PolynomialFeatures` of degree 1 supplies that coordinate (a constant 1) to new rows.

    Parameters
    ----------
    X : array of shape (m, p)
    labels : int array of shape (m,)
    radii : array of shape (m,)
        Positive.
    """
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    radius = float(radii.max(initial=0.0)) or 1.0
    height = np.sqrt(np.maximum(radius**2 - radii**2, 0.0))
    bias = PolynomialFeatures(degree=1).fit(np.zeros((1, X.shape[1])))
    lifted = np.column_stack([1.0 + height, X])
    return make_pipeline(bias, within_radius(lifted, labels, radius=radius))


def with_ids(assigner: Any, ids: Sequence[int]) -> Any:
    """Return a copy of `assigner` that predicts ``ids[label]``; noise stays -1.

    Parameters
    ----------
    assigner : fitted classifier from a `Clustering`
    ids : sequence of int, length k
        The persistent id of each label; distinct and not negative.
    """
    final = assigner.steps[-1][1] if hasattr(assigner, "steps") else assigner
    labels = [int(label) for label in final.classes_ if label != NOISE]
    if labels != list(range(len(ids))):
        raise InputError(f"{len(ids)} ids were given for the labels {labels}")
    if len(set(ids)) != len(ids) or any(i < 0 for i in ids):
        raise InputError(f"segment ids must be distinct and not negative, got {list(ids)}")
    renamed = copy.deepcopy(assigner)
    final = renamed.steps[-1][1] if hasattr(renamed, "steps") else renamed
    final.classes_ = np.array(
        [NOISE if label == NOISE else ids[label] for label in final.classes_], dtype=np.intp
    )
    return renamed


def assign(assigner: Any, X: Matrix) -> Labels:
    """Return the label or id of each row, computed block by block."""
    blocks = [assigner.predict(X[i : i + _BLOCK]) for i in range(0, len(X), _BLOCK)]
    return np.concatenate(blocks).astype(np.intp) if blocks else np.empty(0, dtype=np.intp)


def confidence_of(
    assigner: Any, X: Matrix, *, predicted: Labels | None = None
) -> NDArray[np.float64]:
    """Return how firmly each row belongs to what `assigner` predicts, in [0, 1].

    Centres: ``1 - a / b`` with the distances to the nearest and the second nearest centre, the
    simplified silhouette of Hruschka et al. (2006); with offsets, those to centres that are
    as far above the others as their offsets are less. Mixture: the posterior. Neighbours: their
    share with the same label. Noise: 0.

    Parameters
    ----------
    assigner : fitted classifier from a `Clustering`, or one `with_ids`
    X : array of shape (n, p)
    predicted : int array of shape (n,), optional
        What `assign` returned for `X`, if at hand: it saves predicting again.

    References
    ----------
    Hruschka, Campello & de Castro (2006), Evolving clusters in gene-expression data,
    Information Sciences 176(13), 1898-1927.
    """
    if hasattr(assigner, "centroids_"):
        return _margin(X, assigner.centroids_, heights(assigner))
    labels = assign(assigner, X) if predicted is None else predicted
    voters = assigner
    if hasattr(assigner, "n_neighbors"):
        # Inverse-distance votes are unanimous on stored rows; plain ones are informative.
        voters = copy.copy(assigner).set_params(weights="uniform")
    classes = np.asarray(assigner.classes_)
    confidence = np.zeros(len(X))
    for i in range(0, len(X), _BLOCK):
        rows = slice(i, i + _BLOCK)
        column = np.argmax(classes[None, :] == labels[rows, None], axis=1)
        shares = voters.predict_proba(X[rows])
        confidence[rows] = np.take_along_axis(shares, column[:, None], axis=1).ravel()
    return np.where(labels == NOISE, 0.0, np.clip(confidence, 0.0, 1.0))


def heights(assigner: Any) -> Matrix:
    """Return the squared height of each centre: the largest offset minus its own."""
    logs = 2 * np.log(assigner.class_prior_) * assigner.within_class_std_dev_[0] ** 2
    return np.asarray(logs.max() - logs, dtype=np.float64)


def _margin(X: Matrix, centres: Matrix, heights: Matrix) -> NDArray[np.float64]:
    from scipy.spatial.distance import cdist

    if len(centres) == 1:
        return np.ones(len(X))
    away = np.hypot(cdist(X, centres), np.sqrt(heights))
    nearest = np.partition(away, 1, axis=1)[:, :2]
    a, b = nearest[:, 0], nearest[:, 1]
    return np.asarray(1.0 - np.divide(a, b, out=np.ones_like(a), where=b > 0), dtype=np.float64)
