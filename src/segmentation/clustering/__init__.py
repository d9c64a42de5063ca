"""Choosing k, silhouettes, structure, stability, identity: arrays and tables in, the same out."""

from importlib import import_module
from typing import Any

# Loaded when first asked for: a stage that needs one of them does not pay for the others.
_PLACES = {
    "Choice": "choosing_k.select",
    "Partition": "partition",
    "Silhouette": "metrics.silhouette",
    "Structure": "structure.homogeneity",
    "gap_statistic": "choosing_k.criteria.gap",
    "kmeans_path": "kmeans.path",
    "select_k": "choosing_k.select",
    "silhouettes": "metrics.silhouette",
    "split_halves": "choosing_k.halves",
    "structure_test": "structure.homogeneity",
}

__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
