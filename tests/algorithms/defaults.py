"""Algorithms with their own options, for tests that change one or none."""

from typing import Any

from segmentation.algorithms import ALGORITHMS, Clustering


def cluster(
    name: str,
    X: Any,
    *,
    k: int | None,
    seed: int = 0,
    category_blocks: Any = (),
    **options: Any,
) -> Clustering:
    algorithm = ALGORITHMS[name]
    return algorithm(X, k=k, seed=seed, options=options, category_blocks=category_blocks)
