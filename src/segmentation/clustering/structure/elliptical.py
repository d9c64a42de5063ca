"""Elliptical clouds of one population."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from segmentation.clustering.structure.unimodal import equal_count_edges


class EllipticalCloud:
    """One population with the data's covariance and a density that falls from its centre.

    The density depends on the Mahalanobis distance alone. Its maximum-likelihood fit is the
    Grenander estimate over the volume of the ellipsoid: balls and heavy joint tails, which no
    Gaussian copula has, are clouds of this kind.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        Finite rows.

    References
    ----------
    Cambanis, Huang and Simons (1981), On the theory of elliptically contoured distributions,
    Journal of Multivariate Analysis 11, 368-385. Grenander (1956), On the theory of mortality
    measurement II, Skandinavisk Aktuarietidskrift 39, 125-153.
    """

    kind = "elliptical"

    def __init__(self, X: NDArray[np.float64]) -> None:
        self._centre = X.mean(axis=0)
        A = X - self._centre
        values, vectors = np.linalg.eigh(A.T @ A / len(A))
        vectors = vectors * _signs(vectors)
        kept = values > 1e-10 * values[-1]
        scale = np.sqrt(values[kept])
        self._axes = vectors[:, kept] * scale
        self._dimensions = int(kept.sum())
        distance = np.sqrt((((A @ vectors[:, kept]) / scale) ** 2).sum(axis=1))
        edges = np.unique(np.concatenate(([0.0], equal_count_edges(distance))))
        self._farthest = float(edges[-1])
        self._volume = (edges / self._farthest) ** self._dimensions
        widths = np.maximum(np.diff(self._volume), 1e-300)
        counts = np.histogram(distance, edges)[0]
        density = isotonic_regression(counts / widths, weights=widths, increasing=False).x
        total = np.concatenate(([0.0], np.cumsum(density * widths)))
        self._cumulative = total / total[-1]

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return `n` rows of one population, shape (n, d)."""
        volume = np.interp(rng.random(n), self._cumulative, self._volume)
        radius = self._farthest * volume ** (1 / self._dimensions)
        Z = rng.standard_normal((n, self._dimensions))
        Z *= (radius / np.sqrt((Z**2).sum(axis=1)))[:, None]
        return np.asarray(self._centre + Z @ self._axes.T, dtype=np.float64)


def _signs(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn each axis (a column) one way: which of its two ends comes out, processors choose."""
    sizes = np.abs(vectors)
    first = (sizes > (1 - 1e-6) * sizes.max(axis=0)).argmax(axis=0)  # of those as large as any
    return np.asarray(np.sign(vectors[first, np.arange(len(first))]), dtype=np.float64)
