"""The k that was asked for."""

from segmentation.clustering.choosing_k.rules.base import Candidates, Rule
from segmentation.errors import InputError


def check(ks: list[int], k: int | None) -> None:
    """Refuse a k that is missing or no candidate."""
    if k is None and len(ks) > 1:
        raise InputError('rule "fixed" needs k')
    if k is not None and k not in ks:
        raise InputError(f"the fixed k = {k} is not in k_range")


def choose(candidates: Candidates) -> int:
    """Return the k asked for, or the only candidate."""
    return int(candidates.ks[0]) if candidates.k is None else candidates.k


RULE = Rule("fixed", choose, "k = {k} was fixed beforehand.", check=check)
