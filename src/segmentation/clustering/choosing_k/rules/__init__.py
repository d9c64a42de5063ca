"""Rules that make one number of clusters out of the curve, one a module; `registry` names them."""

from importlib import import_module

from segmentation.clustering.choosing_k import registry
from segmentation.clustering.choosing_k.criteria import load_criteria
from segmentation.clustering.choosing_k.rules.base import Candidates, Rule
from segmentation.clustering.choosing_k.rules.single import single

__all__ = ["Candidates", "Rule", "load_rules"]


def load_rules() -> dict[str, Rule]:
    """Return every rule by name; each criterion is one."""
    own = [import_module(f"{__name__}.{name}").RULE for name in registry.RULES]
    return {rule.name: rule for rule in (*own, *map(single, load_criteria()))}
