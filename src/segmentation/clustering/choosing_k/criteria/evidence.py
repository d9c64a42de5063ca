"""Evidence of a Gaussian mixture for every k."""

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.structure.mixture import mixture_evidence

NATS_PER_ROW = 0.02
"""An ICL lower by this for each row leaves 1/e of the evidence (docs/choosing-k.md, "Evidence")."""
MISFIT = 1 / 3
"""The most evidence of a mixture that does not fit (docs/choosing-k.md, "Evidence")."""


def scores(fits: Fits) -> Scores:
    """Return the evidence for every k, with the criteria `bic` and `icl` that it is made from."""
    mixtures = mixture_evidence(fits.jittered, fits.path)
    bic, icl = np.array([m.bic for m in mixtures]), np.array([m.icl for m in mixtures])
    return Scores(evidence(bic, icl, len(fits.X)), beside={"bic": bic, "icl": icl})


def evidence(bic: NDArray[np.float64], icl: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Turn the criteria of mixtures into evidence for every k, from 0 to 1.

    Parameters
    ----------
    bic, icl : NDArray[np.float64] of shape (m,)
        Criteria by k on the scale of a log-likelihood, larger is better.
    n : int
        Rows.

    Returns
    -------
    NDArray[np.float64] of shape (m,)
        Largest at the best ICL; it falls by a factor e for every 0.02 nats a row that ICL is
        lower. At most a third unless the model fits: BIC agrees, more components than that do not
        improve it, and the lead over every other k is more than the root of n by which sums over
        rows vary (Vuong 1989).

    References
    ----------
    Vuong (1989), Likelihood ratio tests for model selection and non-nested hypotheses,
    Econometrica 57, 307-333.
    """
    best = int(icl.argmax())
    lead = icl[best] - np.delete(icl, best).max(initial=-np.inf)
    fits = int(bic.argmax()) == best < len(icl) - 1 and lead > np.sqrt(n)
    return np.asarray(
        np.exp((icl - icl[best]) / (NATS_PER_ROW * n)) * (1.0 if fits else MISFIT),
        dtype=np.float64,
    )


CRITERION = Criterion(
    "evidence", "Gaussian mixture evidence", "the mixture's evidence", "higher", scores
)
