"""Expectations under a beta distribution, by Gauss-Jacobi quadrature."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def of_beta(a: float, b: float, n: int) -> tuple[Floats, Floats]:
    """Return nodes in (0, 1) and weights that sum to 1: exact for polynomials below degree 2n.

    The weights are squares of eigenvectors, so a large `b` overflows nothing.

    References
    ----------
    Golub and Welsch (1969), Calculation of Gauss quadrature rules.
    """
    from scipy.linalg import eigh_tridiagonal

    p, q = b - 1, a - 1  # the exponents of 1 - x and of 1 + x on [-1, 1]
    i = np.arange(1, n, dtype=np.float64)
    s = 2 * i + p + q
    diagonal = np.append((q - p) / (p + q + 2), (q * q - p * p) / (s * (s + 2)))
    square = 4 * i * (i + p) * (i + q) * (i + p + q) / (s * s * (s + 1) * (s - 1))
    square[0] = 4 * (1 + p) * (1 + q) / ((2 + p + q) ** 2 * (3 + p + q))  # 0/0 where p + q = -1
    nodes, vectors = eigh_tridiagonal(diagonal, np.sqrt(square))
    return (1 + nodes) / 2, vectors[0] ** 2
