"""The rule that follows one criterion."""

import numpy as np

from segmentation.clustering.choosing_k.criteria import Criterion
from segmentation.clustering.choosing_k.rules.base import Candidates, Rule


def single(criterion: Criterion) -> Rule:
    """Return the rule that takes what `criterion` prefers."""

    def choose(candidates: Candidates) -> int:
        vote = candidates.votes[criterion.name]
        if vote in candidates.ks:
            return vote
        # The gap statistic may prefer one cluster: then the best split there is.
        values = candidates.curve[criterion.column].to_numpy(dtype=np.float64)
        return criterion.best(candidates.ks, values)

    words = criterion.name.replace("_", " ")
    return Rule(criterion.name, choose, f"The {words} rule chose k = {{k}}.")
