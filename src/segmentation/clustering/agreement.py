"""How far two partitions of the same rows agree."""

import numpy as np
from numpy.typing import NDArray


def adjusted_rand(a: NDArray[np.intp], b: NDArray[np.intp]) -> float:
    """Return the Rand index adjusted for chance: 1 for the same partition, about 0 for unrelated.

    Worked out here because importing scikit-learn's takes longer than choosing k among ten.

    Parameters
    ----------
    a, b : int arrays of shape (n,)
        Labels from 0.

    Returns
    -------
    float

    References
    ----------
    Hubert and Arabie (1985), Comparing partitions, Journal of Classification 2, 193-218.
    """
    width = int(b.max()) + 1
    together = np.bincount(a * width + b)
    same = _pairs(together)
    same_a, same_b = _pairs(np.bincount(a)), _pairs(np.bincount(b))
    expected = same_a * same_b / (len(a) * (len(a) - 1) / 2)
    largest = (same_a + same_b) / 2
    if largest == expected:  # both put every row alone, or all rows together
        return 1.0
    return (same - expected) / (largest - expected)


def _pairs(sizes: NDArray[np.intp]) -> float:
    counts = sizes.astype(np.float64)
    return float((counts * (counts - 1) / 2).sum())
