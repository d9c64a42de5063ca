"""A test of whether the data hold more than one population."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.clustering.metrics.silhouette import silhouette_samples
from segmentation.clustering.structure.dip import scaled_dips
from segmentation.clustering.structure.discrete import jittered
from segmentation.clustering.structure.elliptical import EllipticalCloud
from segmentation.clustering.structure.unimodal import UnimodalCopula
from segmentation.workers import each

# docs/choosing-k.md, "The structure test" and "Measured", tells what these rest on.
_BEYOND_DOUBT = 25.0  # an excess, in standard deviations, that no elliptical cloud explains
_LEAST_SPREAD = 0.002  # smaller differences of a silhouette are of no practical weight
_LEAST_DIP = 0.06  # nor are smaller ones of a scaled dip
_EVERY_K = 10  # up to here every k is looked at
_STEP = 1.15  # above, the ratio of one k to the last
_ITERATIONS = 20  # of Lloyd; a silhouette does not change visibly after them


class _Cloud(Protocol):
    kind: str

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]: ...


@dataclass(frozen=True)
class Structure:
    """Result of the test for more than one population.

    Attributes
    ----------
    structured : bool
        Whether `p_value` is at most the chosen level.
    p_value : float
        Probability, for one population, of an excess as large at some k.
    statistic : float
        Largest standardised excess, of the silhouette at some k or of the dip.
    by : str
        What exceeded most: "silhouette" or "dip".
    k : NDArray[np.intp]
        Numbers of clusters looked at, shape (m,).
    silhouette, expected, spread : NDArray[np.float64]
        Silhouette of the data, and mean and standard deviation of it in one population that looks
        like the data otherwise, shape (m,).
    draws : int
        Clouds drawn.
    n_rows : int
        Rows that the test used.
    null : str
        The kind of one population that explains the data best: "copula" or "elliptical".
    """

    structured: bool
    p_value: float
    statistic: float
    by: str
    k: NDArray[np.intp]
    silhouette: NDArray[np.float64]
    expected: NDArray[np.float64]
    spread: NDArray[np.float64]
    draws: int
    n_rows: int
    null: str

    @property
    def answer(self) -> Literal["separate", "graded", "one"]:
        """What the data hold: groups with gaps, a continuum that more is in, or one population."""
        return "separate" if self.structured else "one"


def structure_test(
    X: ArrayLike,
    *,
    k_range: Iterable[int],
    seed: int = 0,
    draws: int = 20,
    max_rows: int = 2000,
    alpha: float = 0.01,
) -> Structure:
    """Test whether the data hold more than one population.

    Rows are drawn from one population like the data: each column has a single mode and the values
    of the data's column, and the columns have the data's rank correlations. k-means divides both,
    and the silhouettes are compared at every k. So is, at the smallest k, the smallest dip of
    density between two neighbouring clusters. The statistic is the largest excess of the data, in
    standard deviations of the draws. If it is convincing and all columns are continuous, it has to
    be so as well against an elliptical cloud whose density falls from its centre; the larger
    p-value counts.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows, on the scale on which they are to be clustered.
    k_range : iterable of int
        Numbers of clusters to look at: every one up to ten, above that each about 15% larger than
        the last.
    seed : int, default 0
        Seed of everything random.
    draws : int, default 20
        Clouds drawn from each null.
    max_rows : int, default 2000
        Above so many rows a sample of this size is tested.
    alpha : float, default 0.01
        Level at which the data are called structured.

    Returns
    -------
    Structure
        The answer and the curves behind it.

    Raises
    ------
    InputError
        If `X` is not a finite matrix or `k_range` does not fit it.

    Notes
    -----
    One draw's excess over the others follows Student's t at a given k. Its maximum over k behaves
    as that of m independent ones; m is fitted to the draws' own maxima, each standardised by the
    other draws, so the p-value goes below one over the number of draws.

    References
    ----------
    Hennig and Lin (2015), Flexible parametric bootstrap for testing homogeneity against
    clustering and assessing the number of clusters, Statistics and Computing 25, 821-833.
    Grenander (1956), On the theory of mortality measurement II, Skand. Aktuarietidskr. 39.
    """
    A = as_matrix(X, min_rows=4)
    rng = np.random.default_rng(seed)
    if len(A) > max_rows:
        A = A[np.sort(rng.choice(len(A), max_rows, replace=False))]
    ks = thinned(as_k_range(k_range, n_rows=len(A)))
    observed = _profile(A, ks, seed=seed)
    copula = UnimodalCopula(A)
    compare = partial(_compare, A, observed=observed, ks=ks, seed=seed, draws=draws, alpha=alpha)
    result = compare(copula)
    if result.structured and result.statistic < _BEYOND_DOUBT and copula.continuous:
        second = compare(EllipticalCloud(A))
        if second.p_value > result.p_value:
            return second
    return result


def _profile(X: NDArray[np.float64], ks: list[int], *, seed: int) -> NDArray[np.float64]:
    """Silhouette of a quick k-means at every k, then the smallest dip at the smallest k.

    Data and draws get the same treatment. Two long clusters side by side stand out by the dip
    between them; their silhouette hardly differs from that of one long cloud.
    """
    path = kmeans_path(
        X, k_range=ks, seed=seed, restarts=1, sweeps=0, splits=1, max_iter=_ITERATIONS
    )
    samples = silhouette_samples(X, [p.labels for p in path])
    # The empty steps of a grid would pass for dips in one cloud and not in the next.
    dips = scaled_dips(jittered(X, seed=seed), path[:1])[0].values()
    return np.array([*(values.mean() for values in samples), min(dips, default=0.0)])


def thinned(ks: list[int]) -> list[int]:
    """Every k up to ten, then steps of 15%: the curve of one population is smooth in k."""
    kept = ks[:1]
    for k in ks[1:]:
        if k <= _EVERY_K or k >= kept[-1] * _STEP or k == ks[-1]:
            kept.append(k)
    return kept


def _compare(
    X: NDArray[np.float64],
    cloud: _Cloud,
    observed: NDArray[np.float64],
    ks: list[int],
    *,
    seed: int,
    draws: int,
    alpha: float,
) -> Structure:
    def profile(i: int) -> NDArray[np.float64]:
        rows = cloud.draw(len(X), np.random.default_rng([seed, i]))
        return _profile(rows, ks, seed=seed)

    curves = np.array(each(profile, range(draws)))
    # The first silhouette and the dip speak of the same two parts: taken together they see
    # what neither shows alone.
    pair = [0, len(ks)]
    scale = 1 / _spread(curves, ks)[pair]
    curves = np.column_stack((curves, curves[:, pair] @ scale))
    observed = np.append(observed, observed[pair] @ scale)
    expected, spread = curves.mean(axis=0), _spread(curves, ks)
    excess = (observed - expected) / spread
    statistic = float(excess.max())
    # Every draw against the others, as the data against all of them.
    maxima = np.empty(draws)
    for i in range(draws):
        others = np.delete(curves, i, axis=0)
        maxima[i] = ((curves[i] - others.mean(axis=0)) / _spread(others, ks)).max()
    below = np.log(stdtr(draws - 2, maxima / np.sqrt(1 + 1 / (draws - 1))))
    looks = float(np.clip(-draws / below.sum(), 1.0, len(excess)))
    tail = float(stdtr(draws - 1, -statistic / np.sqrt(1 + 1 / draws)))
    p_value = float(-np.expm1(looks * np.log1p(-min(tail, 1 - 1e-12))))
    return Structure(
        structured=p_value <= alpha,
        p_value=p_value,
        statistic=statistic,
        by="silhouette" if excess.argmax() < len(ks) else "dip",
        k=np.array(ks),
        silhouette=observed[: len(ks)],
        expected=expected[: len(ks)],
        spread=spread[: len(ks)],
        draws=draws,
        n_rows=len(X),
        null=cloud.kind,
    )


def _spread(curves: NDArray[np.float64], ks: list[int]) -> NDArray[np.float64]:
    least = np.full(curves.shape[1], _LEAST_SPREAD)
    least[len(ks) :] = _LEAST_DIP
    return np.asarray(np.hypot(curves.std(axis=0, ddof=1), least), dtype=np.float64)
