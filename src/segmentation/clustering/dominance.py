"""Whether one feature alone explains the segments.

Clusters that merely repeat a column the data came with tell nobody anything new. The usual cause
is a category turned into one-hot columns and then standardised like numbers: rare 0/1 columns
become the longest distances in the data, and the clusters are its levels.

Each feature alone predicts the segments, on rows that it has not seen; the score is the adjusted
mutual information of segments and prediction. Held-out rows and the adjustment for chance keep a
category of many levels, or a number cut in many places, from looking good by luck.

Columns that repeat the feature in other words are no second witness: a flag for one of its levels,
a number of days that is -1 where the feature says "never", the same amount in another currency.
`_repeats` says which.

References
----------
Vinh, Epps & Bailey (2010), Information theoretic measures for clusterings comparison, Journal of
Machine Learning Research 11, 2837-2854.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering.metrics.agreement import adjusted_mutual_information
from segmentation.clustering.partition import by_first_row
from segmentation.clustering.sampling import stratified_rows
from segmentation.columns import Columns
from segmentation.errors import InputError

ALONE = 0.8
"""Score from which one feature explains the segments.

With five segments of equal size it takes about 94% of the customers predicted from that feature.
"""
LARGELY = 0.6
"""Score from which it is worth asking what the other features see."""
REST = 0.5
"""Score up to which all other features together leave the segments unexplained."""

FUNCTION = 0.9
"""Score from which a column is a function of another one; the rank correlation likewise."""
GAP = 0.2
"""Share of a group near the cut to the next one from which there is no gap (`_continuous`)."""

NOTHING = 0.1
"""Score up to which a column tells segments no further apart."""
SAME = 0.98
"""Share of equal values from which a column is constant."""

_MOST_LEVELS = 50  # of a column that can be the function of another; an address is no function
_FOLDS = 5
_BINS, _BIN_ROWS = 200, 5  # most bins of a number, and least rows in one


@dataclass(frozen=True)
class Dominance:
    """The feature that alone explains most of the segments.

    Attributes
    ----------
    feature : str
    repeats : tuple of str
        Features that only repeat it; found if `score` is `LARGELY` or more.
    score : float
        In [0, 1]; the metric ``dominance``.
    rest : float or None
        The score of all other features together, without `repeats`; only computed if `score` is
        `LARGELY` or more.
    scores : dict of str to float
        The score of every feature, highest first.
    sentence : str
    """

    feature: str
    score: float
    rest: float | None
    scores: dict[str, float]
    repeats: tuple[str, ...] = ()

    @property
    def answer(self) -> Literal["yes", "largely", "no"]:
        """Whether the segments are just this feature, and no other sees them."""
        if self.rest is None or self.rest > REST:
            return "no"
        return "yes" if self.score >= ALONE else "largely"

    @property
    def dominated(self) -> bool:
        """Whether the answer is yes."""
        return self.answer == "yes"

    @property
    def sentence(self) -> str:
        """The answer with its figures; it speaks of "them", be they segments or groups."""
        name, score = _said(self.feature), f"{100 * self.score:.0f}%"
        if not self.score:
            return "No column explains them."
        if self.rest is None:
            return f"No column alone explains them: {name} comes closest and explains {score}."
        same = ""
        if self.repeats:
            *before, last = map(_said, self.repeats)
            listed = f"{', '.join(before)} and {last}" if before else last
            same = f", which {listed} only {'repeat' if before else 'repeats'},"
        if self.answer == "no":
            return (
                f"{name}{same} alone explains {score} of them, but without it all other columns "
                f"together still explain {100 * self.rest:.0f}%."
            )
        others = f"all other columns together explain {100 * self.rest:.0f}%"
        if len(self.scores) == 1 + len(self.repeats):
            others = "there is no other column"
        return f"{name}{same} alone explains {score} of them; {others}."


def _said(column: str) -> str:
    return f"“{column.replace('_', ' ')}”"


def dominance(
    features: pd.DataFrame | Columns, labels: ArrayLike, *, seed: int, max_rows: int = 5_000
) -> Dominance:
    """Find the feature that alone explains most of the segments.

    Clusters far apart in every feature are explained by each one alone, and that is no fault. So
    a feature dominates only if, beyond that, the others together do not see the segments.

    Parameters
    ----------
    features : DataFrame or Columns of shape (n, p)
        The customers' features before encoding: numbers, and categories as strings, categories
        or booleans. Missing values are allowed; in a category they are a level.
    labels : int array of shape (n,)
        Segments; rows with a negative label (noise) are left out.
    seed : int
    max_rows : int
        Above this, a random sample stratified by segment is used.

    Returns
    -------
    Dominance

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> city = rng.choice(["Rome", "Oslo", "Lima"], 300)
    >>> table = pd.DataFrame({"age": rng.integers(18, 80, 300), "city": city})
    >>> alone = dominance(table, pd.factorize(city)[0], seed=0)
    >>> alone.feature, round(alone.score, 2), alone.answer
    ('city', 1.0, 'yes')
    """
    segments = np.asarray(labels)
    if segments.shape != (len(features),):
        raise InputError(f"{segments.shape} labels do not fit {len(features)} rows of features")
    if not len(features.columns):
        raise InputError("dominance needs at least one feature")
    kept = np.flatnonzero(segments >= 0)
    kept = kept[stratified_rows(segments[kept], max_rows, np.random.default_rng(seed))]
    segments = by_first_row(segments[kept])
    table = features.take(kept)
    if segments.max(initial=0) == 0:
        none = dict.fromkeys(map(str, table.columns), 0.0)
        return Dominance(next(iter(none)), 0.0, None, none)
    with warnings.catch_warnings():
        # Segments of one or two rows are no sign that the labels are numbers.
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        scores = _scores(table, segments, seed)
        feature, score = next(iter(scores.items()))
        if score < LARGELY:
            return Dominance(feature, score, None, scores)
        others = table.loc[:, [str(name) != feature for name in table.columns]]
        (column,) = (table[name] for name in table if str(name) == feature)
        again = [_repeats(other, column, segments, seed) for _, other in others.items()]
        rest = _score_together(others.loc[:, [not same for same in again]], segments, seed)
    repeats = [str(name) for name, same in zip(others, again, strict=True) if same]
    return Dominance(feature, score, rest, scores, tuple(repeats))


def _repeats(other: pd.Series, column: pd.Series, segments: NDArray[np.intp], seed: int) -> bool:
    """Whether `other` only repeats what `column` says, or the other way round.

    One of two columns repeats the other if it is a function of it. That alone would not do: where
    segments lie far apart in both columns, each can be told from the other although they were
    measured apart. What gives a function away is that it holds where nothing else would make it
    hold: inside the segments, or at a cut through the midst of customers.
    """
    if _same_states(other, column, segments, seed):
        return True
    if _is_number(other) and _is_number(column):
        return _same_order(_values(other), _values(column), segments)
    return _is_function(other, column, seed) or _is_function(column, other, seed)


def _same_order(x: NDArray[np.float64], y: NDArray[np.float64], segments: NDArray[np.intp]) -> bool:
    """Whether two numbers rank the customers alike."""
    known = ~(np.isnan(x) | np.isnan(y))
    x, y, segments = x[known], y[known], segments[known]
    if len(x) < _BIN_ROWS or x.min() == x.max() or y.min() == y.max():
        return False
    rank_x, rank_y = _ranks(x), _ranks(y)
    if not _continuous(x, segments):
        # Groups that lie apart correlate by lying apart: only what is inside them counts.
        rank_x, rank_y = _inside(rank_x, segments), _inside(rank_y, segments)
    spread = rank_x.std() * rank_y.std()
    return bool(
        spread > 0 and abs(np.mean(_centred(rank_x) * _centred(rank_y))) >= FUNCTION * spread
    )


def _is_function(of: pd.Series, column: pd.Series, seed: int) -> bool:
    """Whether the levels of `of` follow from `column`."""
    if _is_number(of):
        values = _values(of)
        if len(np.unique(values[~np.isnan(values)])) > _MOST_LEVELS:
            return False
        levels = _codes(pd.Series(values))
    else:
        levels = _codes(of)
    if not 1 < len(np.unique(levels)) <= _MOST_LEVELS:
        return False
    fold = _folds(levels, np.random.default_rng(seed))
    if _score(column, levels, fold) < FUNCTION:
        return False
    return not _is_number(column) or _continuous(_values(column), levels)


def _continuous(values: NDArray[np.float64], groups: NDArray[np.intp]) -> bool:
    """Whether customers go on without a gap from each group to the next along a number.

    Between two groups the gap is where one turns into the other. There is none if at least `GAP`
    of one of them lies in the half that is nearer to the cut than to its own median: bands of one
    number have a quarter there, and two bell curves that are told apart by 97% have an eighth. A
    group in which the number is always the same is a state of its own ("never", "none"), no cloud.
    """
    known = ~np.isnan(values)
    clouds = [values[known & (groups == group)] for group in np.unique(groups[known])]
    clouds.sort(key=lambda cloud: float(np.median(cloud)))
    if sum(not _constant(cloud) for cloud in clouds) <= 1:
        return True
    return all(_touch(low, high) for low, high in pairwise(clouds))


def _touch(low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    """Whether there is no gap between two groups of values."""
    # Quantiles, as a customer or two on the wrong side make no cut.
    cut = (np.quantile(low, 0.98) + np.quantile(high, 0.02)) / 2

    def near(cloud: NDArray[np.float64]) -> float:
        reach = abs(cut - np.median(cloud)) / 2
        return float((np.abs(cloud - cut) < reach).mean()) if reach else 1.0

    return max(near(low), near(high)) >= GAP


def _same_states(
    other: pd.Series, column: pd.Series, segments: NDArray[np.intp], seed: int
) -> bool:
    """Whether all that `other` tells of the segments is where it has one value, as `column` has.

    Days since the last contact are -1 in the segment that `column` says was never contacted, and
    tell the other segments no further apart.
    """
    codes, by = _codes(other), _codes(column)
    fixed = [s for s in np.unique(segments) if _constant(codes[segments == s])]
    loose = ~np.isin(segments, fixed)
    varied = sum(not _constant(by[segments == s]) for s in fixed)
    if not fixed or varied > (0 if loose.any() else 1):
        return False
    if len(np.unique(segments[loose])) < 2:
        return True
    rest = np.unique(segments[loose], return_inverse=True)[1].astype(np.intp)
    fold = _folds(rest, np.random.default_rng(seed))
    return _score(other[loose], rest, fold) < NOTHING


def _constant(values: NDArray[Any]) -> bool:
    """Whether all values are the same, but for a customer or two on the wrong side."""
    return bool(np.unique(values, return_counts=True)[1].max() >= SAME * len(values))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank values from 0 on, equal ones alike."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts + 1) / 2)[place], dtype=np.float64)


def _centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values - values.mean(), dtype=np.float64)


def _inside(values: NDArray[np.float64], segments: NDArray[np.intp]) -> NDArray[np.float64]:
    """What is left of values when the mean of each segment is taken away."""
    means = np.bincount(segments, values) / np.maximum(np.bincount(segments), 1)
    return np.asarray(values - means[segments], dtype=np.float64)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _codes(column: pd.Series) -> NDArray[np.intp]:
    """Return the level of each row as 0, 1, ...; a missing value is a level too."""
    return np.asarray(pd.factorize(column, sort=False, use_na_sentinel=False)[0], dtype=np.intp)


def _folds(segments: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """Deal the rows of every segment evenly over the folds."""
    order = np.lexsort((rng.random(len(segments)), segments))
    fold = np.empty(len(segments), dtype=np.intp)
    fold[order] = np.arange(len(segments)) % _FOLDS
    return fold


def _scores(table: pd.DataFrame, segments: NDArray[np.intp], seed: int) -> dict[str, float]:
    """Return the score of every column, highest first, equal ones by name."""
    fold = _folds(segments, np.random.default_rng(seed))
    scores = {str(name): _score(column, segments, fold) for name, column in table.items()}
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def _score(column: pd.Series, segments: NDArray[np.intp], fold: NDArray[np.intp]) -> float:
    codes = _bins(_values(column)) if _is_number(column) else _codes(column)
    # The levels as they are, or grouped: two segments may share a level, or levels a segment.
    grouped = _majorities(codes, segments, fold)
    return max(_information(segments, codes), _information(segments, grouped))


def _information(segments: NDArray[np.intp], other: NDArray[np.intp]) -> float:
    return float(np.clip(adjusted_mutual_information(segments, other), 0.0, 1.0))


def _values(column: pd.Series) -> NDArray[np.float64]:
    values = np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.where(np.isinf(values), np.nan, values)


def _bins(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Cut a number into bins of equal counts; a missing value is a bin of its own."""
    known = np.sort(values[~np.isnan(values)])
    bins = int(np.clip(len(values) // _BIN_ROWS, 2, _BINS))
    edges = np.unique(known[np.linspace(0, len(known), bins, endpoint=False).astype(int)[1:]])
    codes = np.searchsorted(edges, values, side="right")
    return np.asarray(np.where(np.isnan(values), len(edges) + 1, codes), dtype=np.intp)


def _majorities(
    codes: NDArray[np.intp], segments: NDArray[np.intp], fold: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Predict held-out rows as the commonest segment of their level in the other rows."""
    shape = (int(codes.max()) + 1, int(segments.max()) + 1)
    predicted = np.empty_like(segments)
    for held_out in np.unique(fold):
        test = fold == held_out
        counts = np.zeros(shape)
        np.add.at(counts, (codes[~test], segments[~test]), 1.0)
        # A level that the other rows do not have falls back on the commonest segment of all.
        counts += counts.sum(axis=0) / (counts.sum() + 1)
        predicted[test] = counts.argmax(axis=1)[codes[test]]
    return predicted


def _score_together(table: pd.DataFrame, segments: NDArray[np.intp], seed: int) -> float:
    """Return the score of all columns of `table` in one forest, on rows left out of each tree."""
    from sklearn.ensemble import RandomForestClassifier

    if not table.shape[1]:
        return 0.0
    columns = []
    for column in (table[name] for name in table):
        codes = _values(column) if _is_number(column) else _codes(column).astype(np.float64)
        columns.append(codes)
    forest = RandomForestClassifier(
        100, bootstrap=True, oob_score=True, min_samples_leaf=2, random_state=seed
    )
    forest.fit(np.column_stack(columns), segments)
    votes = np.nan_to_num(forest.oob_decision_function_)
    return _information(segments, np.asarray(votes.argmax(axis=1), dtype=np.intp))
