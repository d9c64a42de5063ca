"""Draw rows."""

import numpy as np
from numpy.typing import NDArray


def draw_rows(n: int, *, most: int, seed: int) -> NDArray[np.intp]:
    """Return the numbers of at most `most` of `n` rows, ascending; all of them if they are few."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, size=most, replace=False))
