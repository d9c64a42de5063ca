"""Whether each segment comes back when the customers are drawn again.

Clusterwise bootstrap of Hennig: each segment is compared with the most similar cluster of every
resample by the Jaccard coefficient; overall, resamples are compared with each other by the
adjusted Rand index.

References
----------
Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data
Analysis 52(1), 258-271.
Hennig (2008), Dissolution point and isolation robustness, Journal of Multivariate Analysis 99(6),
1154-1176.
Hubert & Arabie (1985), Comparing partitions, Journal of Classification 2, 193-218.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering.metrics.agreement import adjusted_rand
from segmentation.clustering.metrics.jaccard import jaccard_table
from segmentation.clustering.sampling import stratified_rows
from segmentation.errors import InputError
from segmentation.workers import each

Labels = NDArray[np.intp]
Fit = Callable[[NDArray[np.float64], int], ArrayLike]
"""Takes rows and a seed, returns their labels; negative labels are noise."""

DISSOLVED = 0.5
"""A segment with at most this similarity has dissolved in a resample (Hennig 2008)."""


@dataclass(frozen=True)
class SegmentStability:
    """How one segment fared over the resamples.

    Attributes
    ----------
    label : int
    rows : int
        Rows of the segment among those resampled.
    jaccard, se : float
        Mean over the resamples and its standard error.
    dissolved : float
        Share of resamples in which the similarity was at most .5.
    """

    label: int
    rows: int
    jaccard: float
    se: float
    dissolved: float


@dataclass(frozen=True)
class Stability:
    """Stability of every segment, and of the partition as a whole.

    Attributes
    ----------
    segments : tuple of SegmentStability
        By label.
    adjusted_rand, adjusted_rand_se : float
        Mean agreement of one resample with the next on the rows they share, and its standard
        error.
    resamples : int
    rows, of_rows : int
        Rows resampled, out of how many; fewer than all above `max_rows`.
    """

    segments: tuple[SegmentStability, ...]
    adjusted_rand: float
    adjusted_rand_se: float
    resamples: int
    rows: int
    of_rows: int

    @property
    def mean(self) -> float:
        """Mean over segments (not weighted by size); nan without segments."""
        return float(np.mean([s.jaccard for s in self.segments])) if self.segments else np.nan

    @property
    def se(self) -> float:
        """Standard error of the mean; nan without segments."""
        if not self.segments:
            return np.nan
        return float(np.sqrt(sum(s.se**2 for s in self.segments)) / len(self.segments))

    @property
    def minimum(self) -> float:
        """The least stable segment's; nan without segments."""
        return min((s.jaccard for s in self.segments), default=np.nan)


def bootstrap_stability(
    X: NDArray[np.float64],
    labels: ArrayLike,
    fit: Fit,
    *,
    seed: int,
    resamples: int = 100,
    max_rows: int = 2_000,
) -> Stability:
    """Cluster bootstrap samples of the rows and see which segments return.

    As in ``clusterboot``, a row drawn more than once is used once: exact duplicates would look
    like density. A resample thus holds about 63% of the rows.

    Parameters
    ----------
    X : array of shape (n, p)
    labels : int array of shape (n,)
        The partition to judge; negative labels are noise, which is no segment.
    fit : callable
        ``fit(rows, seed) -> labels``, the way in which `labels` came about.
    seed : int
    resamples : int
        Hennig advises 100. The standard error falls with the root of it.
    max_rows : int
        Above this, a random sample of the rows stratified by label stands for all: the cost
        stays bounded, and the answer is a little harsher than on all rows.

    Returns
    -------
    Stability
    """
    labels = _check(X, labels, resamples, max_rows)
    rng = np.random.default_rng(seed)
    rows = stratified_rows(labels, max_rows, rng)
    of_rows, n = len(X), len(rows)
    X, labels = X[rows], labels[rows]
    segments = np.unique(labels[labels >= 0])
    draws = [(_draw(n, rng), int(rng.integers(2**31))) for _ in range(resamples)]

    def again(draw: tuple[Labels, int]) -> tuple[Labels, Labels]:
        rows, seed = draw
        return rows, np.asarray(fit(X[rows], seed), dtype=np.intp)

    labelings = each(again, draws, doing="draw customers again")
    similarity = np.zeros((resamples, len(segments)))
    for found, (drawn, clustered) in zip(similarity, labelings, strict=True):
        clusters = np.unique(clustered[clustered >= 0])
        if len(clusters):
            overlap = jaccard_table(labels[drawn], clustered, rows=segments, columns=clusters)
            found[:] = overlap.max(axis=1)
    agreement = np.array([_agreement(a, b) for a, b in pairwise(labelings)])
    return Stability(
        segments=tuple(
            SegmentStability(
                label=int(segment),
                rows=int(np.sum(labels == segment)),
                jaccard=float(values.mean()),
                se=_standard_error(values),
                dissolved=float(np.mean(values <= DISSOLVED)),
            )
            for segment, values in zip(segments, similarity.T, strict=True)
        ),
        adjusted_rand=float(agreement.mean()),
        adjusted_rand_se=_standard_error(agreement),
        resamples=resamples,
        rows=n,
        of_rows=of_rows,
    )


def _draw(n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the distinct rows of a bootstrap sample, at least two of them."""
    drawn = np.unique(rng.integers(n, size=n))
    return drawn if len(drawn) > 1 else np.sort(rng.choice(n, 2, replace=False))


def _agreement(one: tuple[Labels, Labels], other: tuple[Labels, Labels]) -> float:
    _, i, j = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    return adjusted_rand(one[1][i], other[1][j])


def _standard_error(values: NDArray[np.float64]) -> float:
    if len(values) < 2:
        return float("nan")
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _check(X: NDArray[np.float64], labels: ArrayLike, resamples: int, max_rows: int) -> Labels:
    checked = np.asarray(labels)
    if X.ndim != 2 or checked.shape != X.shape[:1]:
        raise InputError(f"{checked.shape} labels do not fit features of shape {X.shape}")
    if not np.issubdtype(checked.dtype, np.integer):
        raise InputError("labels must be whole numbers")
    if len(X) < 2:
        raise InputError(f"stability needs at least 2 rows, got {len(X)}")
    if not np.isfinite(X).all():
        raise InputError("the feature matrix holds missing or infinite values")
    if resamples < 2:
        raise InputError(f"stability needs at least 2 resamples, got {resamples}")
    if max_rows < 10:
        raise InputError(f"stability needs at least 10 rows, max_rows is {max_rows}")
    return checked.astype(np.intp)
