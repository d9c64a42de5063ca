"""An algorithm as the stability of segments asks for it: rows and a seed in, labels out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.algorithms.base import Algorithm, AlgorithmOptions


def refit(
    algorithm: Algorithm,
    *,
    k: int | None,
    options: AlgorithmOptions | Mapping[str, Any] | None = None,
    category_blocks: Sequence[Sequence[int]] = (),
    smallest: float = 0.0,
) -> Callable[[NDArray[np.float64], int], ArrayLike]:
    """Return the `fit` that `bootstrap_stability` takes, for one of `ALGORITHMS`.

    `smallest` is the share of the rows that every segment has at least.
    """

    def labels(X: NDArray[np.float64], seed: int) -> ArrayLike:
        number = None if k is None else min(k, len(X))
        return algorithm(
            X,
            k=number,
            seed=seed,
            options=options,
            category_blocks=category_blocks,
            least=max(1, int(smallest * len(X))),
        ).labels

    return labels
