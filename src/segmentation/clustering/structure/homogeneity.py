"""A test of whether the data hold more than one population, and whether there are gaps in them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.kmeans.path import quick_path
from segmentation.clustering.metrics.silhouette import silhouette_samples
from segmentation.clustering.partition import Partition
from segmentation.clustering.sampling import draw_rows, seeds
from segmentation.clustering.structure.dip import scaled_dips
from segmentation.clustering.structure.discrete import jittered
from segmentation.clustering.structure.elliptical import EllipticalCloud
from segmentation.clustering.structure.gaps import KINDS, SMALL, Gap, gaps
from segmentation.clustering.structure.mixture import divide_likewise, fitting_mixture
from segmentation.clustering.structure.spread import spread_ties
from segmentation.clustering.structure.unimodal import UnimodalCopula
from segmentation.workers import each

Answer = Literal["separate", "graded", "one"]
"""Groups with gaps between them; more than one population would show, but no gap; neither."""

# docs/choosing-k.md, "The structure test" and "Measured", tells what these rest on.
_BEYOND_DOUBT = 25.0  # an excess, in standard deviations, that no elliptical cloud explains
_LEAST_SPREAD = 0.002  # smaller differences of a silhouette are of no practical weight
_LEAST_DIP = 0.06  # nor are smaller ones of a scaled dip
_LEAST_GAP = 2.2  # a valley that one population of any kind may show by chance,
_GAP_SPREAD = 0.45  # and by how much that varies at least
_MOST_ALIKE = 0.5  # latent correlation of two columns of answers in one population without a gap
_DIVIDES = 0.01  # how often, at most, one fits one population and divides it as a valley does
_EVERY_K = 10  # up to here every k is looked at
_STEP = 1.15  # above, the ratio of one k to the last
_ITERATIONS = 20  # of Lloyd; a silhouette does not change visibly after them
_CHANCE = 1.96  # standard errors by which other draws and looks may move an excess
_DOUBT = 3.0  # the same, up to which more draws are taken: of few, one far out moves all
_MORE = 8  # times the draws, at most
_LOOKS, _MOST_LOOKS = 2, 4  # at the data, and as long as they leave the answer open
_DOING = "draw customers of one population"


class _Cloud(Protocol):
    kind: str

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]: ...


@dataclass(frozen=True, eq=False)
class SmallGroup:
    """A group of less than a tenth of the rows with a gap all around.

    Attributes
    ----------
    size : int
        Rows of it, among those that the test used.
    share : float
        The same as a share of them.
    z : float
        By how many standard deviations the density in the gap is lower than on both sides.
    rows : NDArray[np.intp] of shape (size,)
        Which rows of the data given.
    algorithm : str
        The algorithm that shows it: k-means minds the spread of all more than so few rows.
    """

    size: int
    share: float
    z: float
    rows: NDArray[np.intp]
    algorithm: str = "gaussian_mixture"


@dataclass(frozen=True, eq=False)
class Structure:
    """Result of the test for more than one population.

    Attributes
    ----------
    structure : {"separate", "graded", "one"}
        "separate" if there is a gap (`p_separate` is at most the level), "graded" if the
        silhouette alone exceeds what one population shows (`p_value` is), else "one"; the first of
        `possible`.
    p_value : float
        Probability, for one population, of an excess of the silhouette as large at some k.
    p_separate : float
        Probability, for one population, of a gap as wide.
    p_value_range, p_separate_range : tuple of float
        Between what the two may lie with other draws and looks (95%).
    possible : tuple of {"one", "graded", "separate"}
        The answers that these leave possible, the simplest first; more than one where a range
        holds the level, so that another seed might give another answer.
    statistic : float
        Largest standardised excess, of the silhouette at some k or of the dip.
    by : str
        What exceeded most: "silhouette" or "dip".
    gap : float
        The widest gap: by how many standard deviations the density in it is lower than on both
        sides.
    gap_expected : float
        The same in one population, on average.
    valley : float
        Share of the density on the lower side that is missing in that gap, from 0 to 1.
    small_group : SmallGroup, optional
        A group of less than a tenth of the rows that the gap test sees.
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

    structure: Answer
    p_value: float
    p_separate: float
    p_value_range: tuple[float, float]
    p_separate_range: tuple[float, float]
    possible: tuple[Answer, ...]
    statistic: float
    by: str
    gap: float
    gap_expected: float
    valley: float
    small_group: SmallGroup | None
    k: NDArray[np.intp]
    silhouette: NDArray[np.float64]
    expected: NDArray[np.float64]
    spread: NDArray[np.float64]
    draws: int
    n_rows: int
    null: str

    @property
    def structured(self) -> bool:
        """Whether there are separate groups."""
        return self.structure == "separate"


def structure_test(
    X: ArrayLike,
    *,
    k_range: Iterable[int],
    seed: int = 0,
    draws: int = 10,
    max_rows: int = 2000,
    alpha: float = 0.01,
) -> Structure:
    """Test whether the data hold more than one population, and whether gaps divide them.

    Rows are drawn from one population like the data: each column has a single mode and the values
    of the data's column, and the columns have the data's rank correlations. Two things are
    compared with the draws. The data are looked at several times, and how the looks differ is part
    of how sure the answer is.

    The widest gap: lines through all rows and between clusters of k-means are searched for
    valleys of density that close nowhere. A gap beyond chance means separate groups; where a normal
    mixture of groups apart fits the rows, which it hardly ever does without groups, a smaller one
    is enough.

    The silhouettes of k-means at every k, and at the smallest k the smallest dip of density
    between two neighbouring clusters. The statistic is the largest excess of the data, in standard
    deviations of the draws. If it is convincing and all columns are continuous, it has to be so as
    well against an elliptical cloud whose density falls from its centre; the larger p-value
    counts. An excess without a gap means a continuum that is no single heap.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows, on the scale on which they are to be clustered.
    k_range : iterable of int
        Numbers of clusters to look at: every one up to ten, above that each about 15% larger than
        the last.
    seed : int, default 0
        Seed of everything random.
    draws : int, default 10
        Clouds drawn from each null; up to eight times as many while others might move a p-value
        across the level.
    max_rows : int, default 2000
        Above so many rows samples of this size are looked at.
    alpha : float, default 0.01
        Level of both decisions.

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
    everything = as_matrix(X, min_rows=4)
    ks = thinned(as_k_range(k_range, n_rows=min(len(everything), max_rows)))
    observed = _Observed(everything, ks, seed=seed, max_rows=max_rows)
    A = observed.looks[0].rows
    copula = UnimodalCopula(A)
    drawn = drawn_for_gaps = _Drawn(A, copula, ks, seed=seed)
    if copula.answers > 1:
        # Answers that go together closely are groups, not one population of answers.
        loose = UnimodalCopula(A, most_alike=_MOST_ALIKE)
        drawn_for_gaps = _Drawn(A, loose, ks, seed=seed)
    drawn.begin(draws)
    widest = _gap_excess(observed, drawn_for_gaps, draws)
    fitting = _DIVIDES if widest.high > alpha and observed.divided() else 1.0
    level = alpha / fitting
    widest = _settled(observed, drawn_for_gaps, _gap_excess, draws=draws, alpha=level)
    look = observed.typical(widest.at, divided=fitting < 1)
    divided = look.divided if fitting < 1 else []
    best = max(divided, key=lambda g: g.z) if divided else look.gaps[widest.at]
    gap = PValue(*(fitting * p for p in (widest.p_value, widest.low, widest.high)))
    # Where there are gaps, nothing hangs on how sure it is that there is more than one heap.
    level = 0.0 if gap.high <= alpha else alpha
    excess = _settled(observed, drawn, _excess, draws=draws, alpha=level)
    null = copula.kind
    if excess.low <= alpha and excess.largest < _BEYOND_DOUBT and copula.continuous:
        elliptical = _Drawn(A, EllipticalCloud(A), ks, seed=seed)
        second = _settled(observed, elliptical, _excess, draws=draws, alpha=level)
        if second.p_value > excess.p_value:
            excess, null = second, EllipticalCloud.kind
    more = PValue(excess.p_value, excess.low, excess.high)
    possible = possible_answers(gap, more, alpha)
    answer = possible[0]  # which hangs less on the seed than where the p-values happen to lie
    apart = [g for p, g in zip(widest.by_place, look.gaps, strict=True) if p <= alpha]
    small = _small_group(apart + divided, look.used) if answer == "separate" else None
    return Structure(
        structure=answer,
        p_value=more.p,
        p_separate=gap.p,
        p_value_range=(more.low, more.high),
        p_separate_range=(gap.low, gap.high),
        possible=possible,
        statistic=excess.largest,
        by="silhouette" if excess.at < len(ks) else "dip",
        gap=best.z,
        gap_expected=float(widest.expected[widest.at]),
        valley=best.depth,
        small_group=small,
        k=np.array(ks),
        silhouette=observed.curves.mean(axis=0)[: len(ks)],
        expected=excess.expected[: len(ks)],
        spread=excess.spread[: len(ks)],
        draws=excess.draws,
        n_rows=len(A),
        null=null,
    )


class PValue(NamedTuple):
    """A p-value, and between what it may lie with other draws and looks."""

    p: float
    low: float
    high: float


def possible_answers(gap: PValue, more: PValue, alpha: float) -> tuple[Answer, ...]:
    """Return the answers that chance leaves possible, the simplest first."""
    could: dict[Answer, bool] = {
        "one": gap.high > alpha and more.high > alpha,
        "graded": gap.high > alpha and more.low <= alpha,
        "separate": gap.low <= alpha,
    }
    return tuple(answer for answer, possible in could.items() if possible)


class _Profile(NamedTuple):
    """What is compared: the silhouettes and the dip, and the widest gaps."""

    curve: NDArray[np.float64]
    gaps: tuple[Gap, ...]
    path: list[Partition]


@dataclass(frozen=True, eq=False)
class _Look:
    """One look at the data: the rows, which of all they are, and what they show."""

    rows: NDArray[np.float64]
    used: NDArray[np.intp]
    seed: int
    profile: _Profile

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The widest gap of every kind."""
        return self.profile.gaps

    @cached_property
    def divided(self) -> list[Gap]:
        """The gaps along which a mixture divides the rows too."""
        some = [gap for gap in self.gaps if gap.z > _LEAST_GAP]
        if not some:
            return []
        groups = fitting_mixture(spread_ties(self.rows, seed=self.seed).rows, self.profile.path)
        return [] if groups is None else [gap for gap in some if divide_likewise(groups, gap.apart)]


class _Observed:
    """The data, looked at several times: what hangs on a seed is told by how the looks differ.

    Each look has other starts and spreads ties otherwise, and sees other rows where there are more
    than `max_rows`.
    """

    def __init__(self, X: NDArray[np.float64], ks: list[int], *, seed: int, max_rows: int) -> None:
        self._X, self._ks, self._rows = X, ks, min(len(X), max_rows)
        self._seeds = seeds(seed, _MOST_LOOKS)
        self.looks: list[_Look] = []
        self._look(_LOOKS)

    def look_again(self) -> bool:
        """Look as often as may be; tell whether that was more often than before."""
        before = len(self.looks)
        self._look(_MOST_LOOKS)
        return len(self.looks) > before

    @property
    def curves(self) -> NDArray[np.float64]:
        """Silhouettes and dip, a row a look."""
        return np.array([look.profile.curve for look in self.looks])

    @property
    def gaps(self) -> NDArray[np.float64]:
        """How wide the gap of every kind is, a row a look."""
        return np.array([[gap.z for gap in look.gaps] for look in self.looks])

    def divided(self) -> bool:
        """Tell whether a mixture divides the rows as a gap does, in half of the looks or more."""
        if len({bool(look.divided) for look in self.looks}) > 1:
            self.look_again()
        return 2 * sum(bool(look.divided) for look in self.looks) >= len(self.looks)

    def typical(self, place: int, *, divided: bool) -> _Look:
        """Return the look whose gap at a place is most like the mean, a divided one if asked."""
        z = self.gaps[:, place]
        among = [i for i, look in enumerate(self.looks) if not divided or look.divided]
        return self.looks[min(among, key=lambda i: abs(float(z[i] - z.mean())))]

    def _look(self, times: int) -> None:
        new = self._seeds[len(self.looks) : times]
        of = [draw_rows(len(self._X), most=self._rows, seed=seed) for seed in new]

        def profile(i: int) -> _Profile:
            return _profile(self._X[of[i]], self._ks, seed=new[i], looks=True)

        found = each(profile, range(len(new)), doing="look for gaps")
        self.looks += [
            _Look(self._X[rows], rows, seed, seen)
            for rows, seed, seen in zip(of, new, found, strict=True)
        ]


class Excess(NamedTuple):
    """How far the data exceed the draws, at their best place.

    `least` is the p-value that a few draws out of the ordinary may hide.
    """

    p_value: float
    low: float
    high: float
    largest: float
    at: int
    by_place: NDArray[np.float64]
    expected: NDArray[np.float64]
    spread: NDArray[np.float64]
    draws: int
    least: float


def _profile(
    X: NDArray[np.float64],
    ks: list[int],
    *,
    seed: int,
    looks: bool = False,
    curve: bool = True,
    gapless: bool = False,
) -> _Profile:
    """Silhouette of a quick k-means at every k, the smallest dip at the smallest k, the gaps.

    Data and draws get the same treatment, but that only the data's gaps are looked at closely.
    Two long clusters side by side stand out by the dip between them; their silhouette hardly
    differs from that of one long cloud.
    """
    path = quick_path(X, k_range=ks, seed=seed, max_iter=_ITERATIONS)
    found = () if gapless else gaps(X, path, seed=seed, looks=looks)
    if not curve:
        return _Profile(np.empty(0), found, [])
    samples = silhouette_samples(X, [p.labels for p in path])
    # The empty steps of a grid would pass for dips in one cloud and not in the next.
    dips = scaled_dips(jittered(X, seed=seed), path[:1])[0].values()
    values = np.array([*(values.mean() for values in samples), min(dips, default=0.0)])
    return _Profile(values, found, path if looks else [])


class _Drawn:
    """Clouds of one population, and what they show. Each has a seed of its own."""

    def __init__(self, X: NDArray[np.float64], cloud: _Cloud, ks: list[int], *, seed: int) -> None:
        self._n, self._cloud, self._seed = len(X), cloud, seed
        self.ks = ks
        self.curves: list[NDArray[np.float64]] = []
        self.gaps: list[tuple[Gap, ...]] = []

    def begin(self, draws: int) -> None:
        """Work out silhouettes and gaps of the first clouds at once."""
        work = partial(self._profile, curve=True, gapless=False)
        both = each(work, range(draws), doing=_DOING)
        self.curves, self.gaps = [p.curve for p in both], [p.gaps for p in both]

    def curves_of(self, draws: int) -> NDArray[np.float64]:
        """Return the silhouettes and the dip of so many clouds."""
        lacking = range(len(self.curves), draws)
        work = partial(self._profile, curve=True, gapless=True)
        self.curves += [p.curve for p in each(work, lacking, doing=_DOING)]
        return np.array(self.curves)

    def gaps_of(self, draws: int) -> NDArray[np.float64]:
        """Return the widest gaps of so many clouds."""
        lacking = range(len(self.gaps), draws)
        work = partial(self._profile, curve=False, gapless=False)
        self.gaps += [p.gaps for p in each(work, lacking, doing=_DOING)]
        return np.array([[gap.z for gap in found] for found in self.gaps])

    def _profile(self, i: int, *, curve: bool, gapless: bool) -> _Profile:
        rows = self._cloud.draw(self._n, np.random.default_rng([self._seed, i]))
        return _profile(rows, self.ks, seed=self._seed, curve=curve, gapless=gapless)


def _settled(
    observed: _Observed,
    drawn: _Drawn,
    compare: Callable[[_Observed, _Drawn, int], Excess],
    *,
    draws: int,
    alpha: float,
) -> Excess:
    """Look and draw until no more of it would move the p-value across the level, or it is much."""
    number = draws
    while True:
        found = compare(observed, drawn, number)
        if found.high <= alpha or found.least > alpha:
            return found
        if not observed.look_again():
            if number >= _MORE * draws:
                return found
            number *= 2


def thinned(ks: list[int]) -> list[int]:
    """Every k up to ten, then steps of 15%: the curve of one population is smooth in k."""
    kept = ks[:1]
    for k in ks[1:]:
        if k <= _EVERY_K or k >= kept[-1] * _STEP or k == ks[-1]:
            kept.append(k)
    return kept


def _excess(observed: _Observed, drawn: _Drawn, draws: int) -> Excess:
    """Compare silhouettes and dip."""
    m = len(drawn.ks)
    least = np.full(m + 1, _LEAST_SPREAD)
    least[m] = _LEAST_DIP
    curves = drawn.curves_of(draws)
    # The first silhouette and the dip speak of the same two parts: taken together they see
    # what neither shows alone.
    pair = [0, m]
    scale = 1 / _spread(curves, least)[pair]
    curves, values = (
        np.column_stack((rows, rows[:, pair] @ scale)) for rows in (curves, observed.curves)
    )
    return compare(values, curves, np.append(least, _LEAST_DIP))


def _gap_excess(observed: _Observed, drawn: _Drawn, draws: int) -> Excess:
    """Compare the widest gaps. Shallow valleys are all alike."""
    curves = drawn.gaps_of(draws)
    least = np.full(len(KINDS), _GAP_SPREAD)
    # Where there is a small group, the density of one mode is flat as far as that reaches, and by
    # chance has as small groups as no tail has that falls.
    most = np.where([kind == "small" for kind in KINDS], _LEAST_GAP, np.inf)
    values = np.maximum(observed.gaps, _LEAST_GAP)
    return compare(values, np.clip(curves, _LEAST_GAP, most), least)


def compare(
    observed: NDArray[np.float64], curves: NDArray[np.float64], floor: NDArray[np.float64]
) -> Excess:
    """Compare what was observed with the draws.

    Parameters
    ----------
    observed : NDArray[np.float64] of shape (looks, m)
    curves : NDArray[np.float64] of shape (draws, m)
    floor : NDArray[np.float64] of shape (m,)
        The least that counts for a standard deviation.
    """
    draws, looked = len(curves), len(observed)
    expected, spread = curves.mean(axis=0), _spread(curves, floor)
    excess = (observed.mean(axis=0) - expected) / spread
    # Every draw against the others, as the data against all of them.
    maxima = np.empty(draws)
    for i in range(draws):
        others = np.delete(curves, i, axis=0)
        maxima[i] = ((curves[i] - others.mean(axis=0)) / _spread(others, floor)).max()
    below = np.log(stdtr(draws - 2, maxima / np.sqrt(1 + 1 / (draws - 1))))
    places = float(np.clip(-draws / below.sum(), 1.0, len(excess)))  # like independent ones
    # The draws tell their mean and their spread with an error, and so the excess; and other looks
    # at the data would show something else. What is surely beyond at one place is beyond.
    of_draws = 1 / draws + excess**2 / (2 * (draws - 1))
    of_looks = (observed.std(axis=0, ddof=1) / spread) ** 2 / looked
    error = np.sqrt(of_draws + of_looks)
    p_value, low, high, least = (
        _p_value(float((excess + errors * error).max()), draws, places)
        for errors in (0.0, _CHANCE, -_CHANCE, _DOUBT)
    )
    return Excess(
        p_value,
        low,
        high,
        float(excess.max()),
        int(excess.argmax()),
        np.array([_p_value(float(value), draws, places) for value in excess]),
        expected,
        spread,
        draws,
        least,
    )


def _p_value(excess: float, draws: int, places: float) -> float:
    tail = float(stdtr(draws - 1, -excess / np.sqrt(1 + 1 / draws)))
    return float(-np.expm1(places * np.log1p(-min(tail, 1 - 1e-12))))


def _spread(curves: NDArray[np.float64], least: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.hypot(curves.std(axis=0, ddof=1), least), dtype=np.float64)


def _small_group(apart: list[Gap], used: NDArray[np.intp]) -> SmallGroup | None:
    """The small group that stands out most, if one is among those with a gap."""
    small = [gap for gap in apart if gap.apart.mean() < SMALL]
    if not small:
        return None
    gap = max(small, key=lambda g: g.z)
    size = int(gap.apart.sum())
    return SmallGroup(size, size / len(used), gap.z, used[gap.apart])
