"""Algorithms, choosing k, silhouettes, structure: arrays and tables in, the same out."""

from importlib import import_module
from typing import Any

# Loaded when first asked for: a stage that needs one of them does not pay for the others.
_PLACES = {
    "Choice": "select",
    "Partition": "kmeans_path",
    "Silhouette": "silhouette",
    "Structure": "structure",
    "gap_statistic": "gap",
    "kmeans_path": "kmeans_path",
    "resample_halves": "resampling",
    "select_k": "select",
    "silhouettes": "silhouette",
    "structure_test": "structure",
}

__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
