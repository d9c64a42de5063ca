"""The k that several criteria together speak for."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.criteria.evidence import MISFIT
from segmentation.clustering.choosing_k.rules.base import Candidates, Rule

EVIDENCE_WEIGHT = 1.5
"""Weight of the evidence beside one of each other part (docs/choosing-k.md, "The weights")."""
CLEAR = 4.0
"""Standard deviations of one population from which an excess counts in full."""
_MOST = 3 + EVIDENCE_WEIGHT  # three parts from 0 to 1, and the evidence


def score(curve: pd.DataFrame) -> NDArray[np.float64]:
    """Score every k by excess, agreement of halves, separation and evidence, from 0 to 1.

    Parameters
    ----------
    curve : pandas.DataFrame
        Columns `excess`, `excess_z`, `split_agreement`, `separation` and `evidence`.

    Returns
    -------
    NDArray[np.float64] of shape (len(curve),)
        The score; the largest wins.
    """
    excess = np.maximum(curve.excess.to_numpy(), 0.0)
    # What one population shows as well is no excess: its best k would be left to chance.
    seen = min(max(float(curve.excess_z.max()), 0.0) / CLEAR, 1.0)
    share = seen * excess / max(float(excess.max()), 1e-9)
    total = (
        share
        + curve.split_agreement.to_numpy()
        + curve.separation.to_numpy()
        + EVIDENCE_WEIGHT * _known(curve.evidence.to_numpy())
    )
    return np.asarray(total / _MOST, dtype=np.float64)


def _known(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the evidence, or none where it still rises at the last k and no mixture fits.

    Then components are added to imitate a shape, and the best k would be whatever was tried last.
    """
    rises = evidence.argmax() == len(evidence) - 1 and evidence[-1] <= MISFIT
    return np.zeros_like(evidence) if rises else evidence


def choose(candidates: Candidates) -> int:
    """Return the k of the largest score."""
    return int(candidates.ks[int(candidates.curve.consensus.to_numpy().argmax())])


RULE = Rule("consensus", choose, "The consensus rule chose k = {k}.", score=score)
