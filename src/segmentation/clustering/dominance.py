"""Whether one feature alone explains the segments.

Clusters that merely repeat a column the data came with tell nobody anything new. The usual cause
is a category turned into one-hot columns and then standardised like numbers: rare 0/1 columns
become the longest distances in the data, and the clusters are its levels.

Each feature alone predicts the segments, on rows that it has not seen; the score is the adjusted
mutual information of segments and prediction. Held-out rows and the adjustment for chance keep a
category of many levels, or a number cut in many places, from looking good by luck.

References
----------
Vinh, Epps & Bailey (2010), Information theoretic measures for clusterings comparison, Journal of
Machine Learning Research 11, 2837-2854.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering.metrics.agreement import adjusted_mutual_information
from segmentation.clustering.sampling import stratified_rows
from segmentation.errors import InputError

ALONE = 0.8
"""Score from which one feature explains the segments.

With five segments of equal size it takes about 94% of the customers predicted from that feature.
"""
REST = 0.5
"""Score up to which all other features together leave the segments unexplained."""

_FOLDS = 5
_BINS, _BIN_ROWS = 200, 5  # most bins of a number, and least rows in one


@dataclass(frozen=True)
class Dominance:
    """The feature that alone explains most of the segments.

    Attributes
    ----------
    feature : str
    score : float
        In [0, 1]; the metric ``dominance``.
    rest : float or None
        The score of all other features together; only computed if `score` is `ALONE` or more.
    scores : dict of str to float
        The score of every feature, highest first.
    sentence : str
    """

    feature: str
    score: float
    rest: float | None
    scores: dict[str, float]
    sentence: str

    @property
    def dominated(self) -> bool:
        """Whether the segments are just this feature, and no other sees them."""
        return self.rest is not None and self.rest <= REST


def dominance(
    features: pd.DataFrame, labels: ArrayLike, *, seed: int, max_rows: int = 5_000
) -> Dominance:
    """Find the feature that alone explains most of the segments.

    Clusters far apart in every feature are explained by each one alone, and that is no fault. So
    a feature dominates only if, beyond that, the others together do not see the segments.

    Parameters
    ----------
    features : DataFrame of shape (n, p)
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
    >>> found = dominance(table, pd.factorize(city)[0], seed=0)
    >>> found.feature, round(found.score, 2), found.sentence
    ('city', 1.0, 'These segments are just `city`.')
    """
    segments = np.asarray(labels)
    if segments.shape != (len(features),):
        raise InputError(f"{segments.shape} labels do not fit {len(features)} rows of features")
    if not features.shape[1]:
        raise InputError("dominance needs at least one feature")
    kept = np.flatnonzero(segments >= 0)
    kept = kept[stratified_rows(segments[kept], max_rows, np.random.default_rng(seed))]
    segments = np.unique(segments[kept], return_inverse=True)[1].astype(np.intp)
    table = features.iloc[kept]
    if segments.max(initial=0) == 0:
        none = dict.fromkeys(map(str, table.columns), 0.0)
        sentence = "There are not two segments that a feature could explain."
        return Dominance(next(iter(none)), 0.0, None, none, sentence)
    with warnings.catch_warnings():
        # Segments of one or two rows are no sign that the labels are numbers.
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        scores = _scores(table, segments, seed)
        feature, score = next(iter(scores.items()))
        rest = None
        if score >= ALONE:
            others = table.loc[:, [str(name) != feature for name in table.columns]]
            rest = _score_together(others, segments, seed)
    return Dominance(feature, score, rest, scores, _sentence(feature, score, rest))


def _sentence(feature: str, score: float, rest: float | None) -> str:
    if rest is None:
        return (
            f"`{feature}` alone explains {score:.2f} of 1 (adjusted mutual information), more than "
            "any other column."
        )
    if rest <= REST:
        return f"These segments are just `{feature}`."
    return (
        f"`{feature}` alone tells the segments apart ({score:.2f}), "
        f"but so do the other features together ({rest:.2f})."
    )


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
