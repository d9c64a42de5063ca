"""Criteria for the number of clusters, one a module; `registry` names them."""

from importlib import import_module

from segmentation.clustering.choosing_k import registry
from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores

__all__ = ["Criterion", "Fits", "Scores", "load_criteria"]


def load_criteria() -> tuple[Criterion, ...]:
    """Return every criterion."""
    return tuple(import_module(f"{__name__}.{name}").CRITERION for name in registry.CRITERIA)
