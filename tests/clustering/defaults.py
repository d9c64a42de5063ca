"""Algorithms with the options that `params.yaml` gives them, for tests that change one or none."""

from typing import Any

from segmentation.clustering.algorithms import ALGORITHMS, Clustering
from segmentation.config import Train

# Blocks of one-hot columns are found by the pipeline; matrices in tests have none.
FOUND = {"kprototypes": {"category_blocks": ()}}


def options_of(name: str, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = getattr(Train(), name).model_dump()
    return given | FOUND.get(name, {}) | changes


def cluster(name: str, X: Any, *, k: int | None, seed: int = 0, **changes: Any) -> Clustering:
    return ALGORITHMS[name](X, k=k, seed=seed, options=options_of(name, **changes))
