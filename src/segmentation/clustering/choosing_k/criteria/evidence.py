"""Evidence of a Gaussian mixture for every k."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.criteria.base import Criterion, Fits, Scores
from segmentation.clustering.choosing_k.halves import random_halves
from segmentation.clustering.kmeans.lloyd import nearest
from segmentation.clustering.partition import Partition, partition_of
from segmentation.clustering.structure.discrete import jittered
from segmentation.clustering.structure.mixture import APART, Evidence, mixture_evidence

NATS_PER_ROW = 0.02
"""An ICL lower by this for each row leaves 1/e of the evidence (docs/choosing-k.md, "Evidence")."""
MISFIT = 1 / 3
"""The most evidence of a mixture that does not fit (docs/choosing-k.md, "Evidence")."""
_BESIDE = ("bic", "icl")


def scores(fits: Fits) -> Scores:
    """Return the evidence for every k, with the criteria `bic` and `icl` that it is made from.

    A mixture ends where its start leads it: there are several, the partition of all rows and
    those of halves of them. The likeliest mixture counts; where ties are spread, which each start
    does otherwise, the mean evidence.
    """
    splits = fits.halves.splits
    starts = [fits.path]
    for (_, path), _ in splits[: len(fits.seeds) - 1]:
        starts.append([partition_of(fits.X, nearest(fits.X, p.centres), p.centres) for p in path])
    halves = [rows for split in splits for rows, _ in split]
    if fits.everything is not None:
        halves = random_halves(len(fits.everything), seed=fits.seed, splits=len(splits))
    found = [_mixtures(fits, i, start, halves) for i, start in enumerate(starts)]
    if len(fits.jittered) == 1:
        found = [[max(of, key=lambda m: m.log_likelihood) for of in zip(*found, strict=True)]]
    n = len(fits.X if fits.everything is None else fits.everything)
    repeats = [_judged(mixtures, n=n, columns=fits.X.shape[1]) for mixtures in found]
    whole = np.array([one.by_k for one in repeats])
    # By so much another mean of as many repeats would differ: part of how halves do.
    off = (whole - whole.mean(axis=0)) / np.sqrt(len(repeats))
    return Scores(
        whole.mean(axis=0),
        halves=np.mean([one.halves for one in repeats], axis=0)
        + np.resize(off, (len(halves), whole.shape[1])),
        beside={name: np.mean([one.beside[name] for one in repeats], axis=0) for name in _BESIDE},
    )


class _Repeat(NamedTuple):
    by_k: NDArray[np.float64]
    halves: NDArray[np.float64]
    beside: dict[str, NDArray[np.float64]]


def _mixtures(
    fits: Fits, i: int, path: list[Partition], halves: list[NDArray[np.intp]]
) -> list[Evidence]:
    whole = None
    if fits.everything is not None:
        whole = jittered(fits.everything, seed=fits.seeds[i])
    rows = fits.jittered[min(i, len(fits.jittered) - 1)]
    return mixture_evidence(rows, path, everything=whole, halves=halves)


def _judged(mixtures: Sequence[Evidence], *, n: int, columns: int) -> _Repeat:
    closest = np.array([m.closest for m in mixtures])
    bic, icl = np.array([m.bic for m in mixtures]), np.array([m.icl for m in mixtures])
    return _Repeat(
        evidence(bic, icl, closest, n=n, columns=columns),
        np.array(
            [
                evidence(half[0], half[1], closest, n=n, columns=columns)
                for half in np.stack([m.halves for m in mixtures]).transpose(1, 2, 0)
            ]
        ),
        {"bic": bic, "icl": icl},
    )


def evidence(
    bic: NDArray[np.float64],
    icl: NDArray[np.float64],
    closest: NDArray[np.float64],
    *,
    n: int,
    columns: int,
) -> NDArray[np.float64]:
    """Turn the criteria of mixtures into evidence for every k, from 0 to 1.

    Parameters
    ----------
    bic, icl : NDArray[np.float64] of shape (m,)
        Criteria by k on the scale of a log-likelihood, larger is better.
    closest : NDArray[np.float64] of shape (m,)
        Distance of the two nearest means, in standard deviations.
    n, columns : int
        Rows and columns.

    Returns
    -------
    NDArray[np.float64] of shape (m,)
        Largest at the best ICL; it falls by a factor e for every 0.02 nats a row that ICL is
        lower. At most a third unless the model fits: BIC agrees, more components than that do not
        improve it, and the lead over every other k is more than the root of n by which sums over
        rows vary (Vuong 1989); and then, where rows are few, it falls by e for such a root.
        Where components overlap, ICL may prefer fewer although the mixture is as good as complete:
        BIC leads all smaller k by more than the root of n, the likelihood gains from one component
        more less than half of what that costs, and no two means are closer than `APART`. Then BIC
        takes the place of ICL.

    References
    ----------
    Vuong (1989), Likelihood ratio tests for model selection and non-nested hypotheses,
    Econometrica 57, 307-333.
    """
    best = int(bic.argmax())
    below = bic[:best].max(initial=-np.inf)
    component = (columns + 1) / 2 * np.log(n)
    complete = (
        0 < best < len(bic) - 1
        and bic[best] - below > np.sqrt(n)
        and bic[best] - bic[best + 1] > component / 2
        and closest[best] > APART
    )
    if complete:
        return np.asarray(np.exp((bic - bic[best]) / (NATS_PER_ROW * n)), dtype=np.float64)
    best = int(icl.argmax())
    lead = icl[best] - np.delete(icl, best).max(initial=-np.inf)
    fits = int(bic.argmax()) == best < len(icl) - 1 and lead > np.sqrt(n)
    if fits:
        return np.asarray(np.exp((icl - icl[best]) / (NATS_PER_ROW * n)), dtype=np.float64)
    noise = max(NATS_PER_ROW * n, np.sqrt(n))
    return np.asarray(MISFIT * np.exp((icl - icl[best]) / noise), dtype=np.float64)


CRITERION = Criterion(
    "evidence", "Gaussian mixture evidence", "the mixture's evidence", "higher", scores
)
