"""All criteria by k, and the score that joins them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.gap import Gap
from segmentation.clustering.choosing_k.halves import resample_halves
from segmentation.clustering.metrics.indices import calinski_harabasz, davies_bouldin
from segmentation.clustering.metrics.silhouette import silhouettes
from segmentation.clustering.partition import Partition
from segmentation.clustering.structure.dip import valley_depths
from segmentation.clustering.structure.discrete import blurred
from segmentation.clustering.structure.homogeneity import Structure
from segmentation.clustering.structure.mixture import mixture_evidence

_DEEP = 0.5  # depth from which a valley counts in full; a line through one cloud has 0.2 to 0.4
_NATS = 0.02  # loss of evidence a row that leaves 1/e of the point for evidence


def criteria_curve(
    X: NDArray[np.float64],
    path: list[Partition],
    structure: Structure,
    gap: Gap,
    *,
    seed: int,
    resamples: int,
) -> pd.DataFrame:
    """Return every criterion of every partition, with the standard errors there are.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        The rows.
    path : list of Partition
        Their partitions, in increasing k.
    structure : Structure
        The structure test, which knows the silhouettes of one population.
    gap : Gap
        The gap statistic at the same k.
    seed : int
        Seed of everything random.
    resamples : int
        Splits of the rows in halves.

    Returns
    -------
    pandas.DataFrame
        A row per k.
    """
    ks = np.array([p.k for p in path])
    scored = silhouettes(X, [p.labels for p in path])
    halves = resample_halves(X, k_range=ks.tolist(), seed=seed, splits=resamples)
    smooth = blurred(X, seed=seed)
    depths = valley_depths(smooth, path)
    mixtures = mixture_evidence(smooth, path)
    score = np.array([s.score for s in scored])
    expected = np.interp(ks, structure.k, structure.expected)
    spread = np.interp(ks, structure.k, structure.spread)
    curve = pd.DataFrame(
        {
            "k": ks,
            "inertia": [p.inertia for p in path],
            "inertia_se": halves.inertia_se,
            "silhouette": score,
            "silhouette_se": [s.se for s in scored],
            "calinski_harabasz": [calinski_harabasz(X, p) for p in path],
            "calinski_harabasz_se": halves.calinski_harabasz_se,
            "davies_bouldin": [davies_bouldin(X, p) for p in path],
            "davies_bouldin_se": halves.davies_bouldin_se,
            "gap": gap.gap[1:],
            "gap_se": gap.se[1:],
            "stability": halves.stability,
            "stability_se": halves.stability_se,
            "excess": score - expected,
            "excess_se": np.hypot([s.se for s in scored], spread / np.sqrt(structure.draws)),
            "excess_z": (score - expected) / spread,
            "separation": [_separation(d, p.k) for d, p in zip(depths, path, strict=True)],
            "bic": [m.bic for m in mixtures],
            "icl": [m.icl for m in mixtures],
        }
    )
    curve["evidence"] = evidence(curve["bic"].to_numpy(), curve["icl"].to_numpy(), len(X))
    curve["consensus"] = consensus(curve)
    return curve


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
        Largest at the best ICL, 1/e of that per 0.02 nats a row below it. At most a third unless
        the model fits: BIC agrees, more components than that do not improve it, and the lead over
        every other k is more than the root of n by which sums over rows vary (Vuong 1989).

    References
    ----------
    Vuong (1989), Likelihood ratio tests for model selection and non-nested hypotheses,
    Econometrica 57, 307-333.
    """
    best = int(icl.argmax())
    lead = icl[best] - np.delete(icl, best).max(initial=-np.inf)
    fits = int(bic.argmax()) == best < len(icl) - 1 and lead > np.sqrt(n)
    return np.asarray(
        np.exp((icl - icl[best]) / (_NATS * n)) * (1.0 if fits else 1 / 3), dtype=np.float64
    )


def consensus(curve: pd.DataFrame) -> NDArray[np.float64]:
    """Score every k by excess, stability, valleys and evidence, from 0 to 1.

    Parameters
    ----------
    curve : pandas.DataFrame
        Columns `excess`, `stability`, `separation` and `evidence`.

    Returns
    -------
    NDArray[np.float64] of shape (len(curve),)
        The score; the largest wins.
    """
    excess = np.maximum(curve["excess"].to_numpy(), 0.0)
    share = excess / max(float(excess.max()), 1e-9)
    score = (
        share
        + curve["stability"].to_numpy()
        + curve["separation"].to_numpy()
        + 1.5 * curve["evidence"].to_numpy()
    )
    return np.asarray(score / 4.5, dtype=np.float64)


def _separation(depths: dict[tuple[int, int], float], k: int) -> float:
    """Mean, over clusters, of the shallowest valley around each, up to the full depth."""
    shallowest = np.full(k, np.inf)
    for pair, depth in depths.items():
        for cluster in pair:
            shallowest[cluster] = min(shallowest[cluster], depth)
    return float(np.minimum(shallowest / _DEEP, 1.0).mean())
