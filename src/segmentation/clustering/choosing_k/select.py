"""How many clusters there are, and whether they are real."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.choosing_k.certainty import Certainty, certainty
from segmentation.clustering.choosing_k.criteria import Criterion, Fits, load_criteria
from segmentation.clustering.choosing_k.curve import Judged, criteria_curve
from segmentation.clustering.choosing_k.explain import explain
from segmentation.clustering.choosing_k.registry import mistake_in
from segmentation.clustering.choosing_k.rules import load_rules
from segmentation.clustering.kmeans.lloyd import nearest
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.clustering.structure.homogeneity import (
    Answer,
    SmallGroup,
    Structure,
    structure_test,
)
from segmentation.errors import InputError

_CUT = 0.5  # Jaccard similarity of a small group and a cluster from which it is that cluster

LEAST_ROWS = 8
"""Fewer rows are not judged: halves of them would hold three at most."""
MORE_ROWS = 4
"""Times `max_rows` that are clustered at most, while fewer leave it open which k it is."""


@dataclass(frozen=True, eq=False)
class Choice:
    """The number of clusters and everything it rests on.

    Attributes
    ----------
    k : int
        Number of clusters chosen.
    structure : {"separate", "graded", "one"}
        Separate groups with gaps between them; a continuum that is more than one heap, of which
        clusters are slices; or one population, of which `k` clusters are a convenience.
    p_separate, p_structure : float
        Of the two decisions: probability, for one population, of gaps as wide, and of silhouettes
        as far above those of one.
    small_group : SmallGroup, optional
        A small separate group that no cluster at `k` is; None where there is none, or where
        k-means cuts it.
    curve : pandas.DataFrame
        A row per k, with every criterion and, where it has one, its standard error.
    votes : dict of str to int
        The k that each criterion prefers by itself; the gap statistic may prefer 1.
    agree : bool
        Whether more than half of the criteria prefer `k`.
    why : tuple of str
        The reasons in plain sentences, disagreement included.
    rule : str
        The rule that chose.
    certainty : Certainty
        How often the choice is the same with half of the rows, and what they leave open.
    n_rows : int
        Rows that were clustered, fewer than given when a sample was drawn.
    test : Structure
        The structure test in full.
    criteria : tuple of Criterion
        What the columns of the curve and the votes are.
    """

    k: int
    structure: Answer
    p_separate: float
    p_structure: float
    small_group: SmallGroup | None
    curve: pd.DataFrame
    votes: dict[str, int]
    agree: bool
    why: tuple[str, ...]
    rule: str
    certainty: Certainty
    n_rows: int
    test: Structure
    criteria: tuple[Criterion, ...]

    @property
    def structured(self) -> bool:
        """Whether there are separate groups."""
        return self.structure == "separate"

    @property
    def p_value(self) -> float:
        """Of the structure test: `p_structure`."""
        return self.p_structure


def select_k(
    X: ArrayLike,
    *,
    k_range: Iterable[int] = range(2, 11),
    seed: int = 0,
    rule: str = "consensus",
    k: int | None = None,
    max_rows: int = 5000,
    draws: int = 10,
    resamples: int = 8,
    alpha: float = 0.01,
) -> Choice:
    """Choose the number of clusters, and say whether there are any.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows, on the scale on which they are to be clustered.
    k_range : iterable of int, default range(2, 11)
        Candidates, each at least 2 and at most half of the rows.
    seed : int, default 0
        Seed of everything random.
    rule : str, default "consensus"
        How the curve becomes one number. "consensus" adds up, for every k: the excess of the
        silhouette over one population as a share of the largest; the agreement of two halves; the
        separation, which is the dips of density between neighbouring clusters; each from 0 to 1;
        and the evidence of a Gaussian mixture, up to 1.5 where the mixture fits and 0.5 where it
        does not. The name of a criterion takes what that criterion prefers; "fixed" takes `k`.
    k : int, optional
        The number of clusters for `rule="fixed"`; needless when `k_range` holds one only.
    max_rows : int, default 5000
        Above so many rows a sample of this size is clustered, and one of up to `MORE_ROWS` times
        as many while they leave it open which k it is. The mixture's evidence is that of all rows.
    draws : int, default 10
        Clouds of one population that the structure test and the gap statistic draw.
    resamples : int, default 8
        Splits of the rows in halves.
    alpha : float, default 0.01
        Level of the structure test.

    Returns
    -------
    Choice
        The answer, the curve and the reasons.

    Raises
    ------
    InputError
        If `X` is not a finite matrix, `k_range` does not fit it, or an option is unknown.

    See Also
    --------
    segmentation.clustering.structure_test : the test behind `structured`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([centre + rng.normal(size=(60, 2)) for centre in (0, 6, 12)])
    >>> choice = select_k(X, k_range=range(2, 6))
    >>> choice.k, choice.structured
    (3, True)
    """
    A = as_matrix(X, min_rows=LEAST_ROWS)
    if mistake := mistake_in(rule):
        raise InputError(mistake)
    criteria, rules = load_criteria(), load_rules()
    chosen_by = rules[rule]
    everything = in_order(A)
    A = tested = _judged(everything, most=max_rows, seed=seed)
    ks = _candidates(A, k_range)
    if chosen_by.check is not None:
        chosen_by.check(ks, k)
    with threadpool_limits(1, user_api="blas"):  # small products, and the same last digit anywhere
        structure = structure_test(tested, k_range=ks, seed=seed, draws=draws, alpha=alpha)
        while True:
            more = None if len(A) == len(everything) else everything
            path = kmeans_path(A, k_range=ks, seed=seed)
            fits = Fits(A, path, structure, seed, draws, resamples, more)
            (curve, votes), halves, known = criteria_curve(fits, criteria)
            for other in rules.values():
                if other.score is not None:
                    curve[other.name] = other.score(curve)
            sure = certainty(
                chosen_by,
                Judged(curve, votes),
                halves,
                asked=k,
                known=known,
                convenience=structure.structure == "one",
            )
            # Of one population no number of rows tells a k.
            settled = structure.structure == "one" or not sure.open
            if settled or len(A) >= min(len(everything), MORE_ROWS * max_rows):
                break
            A = _judged(everything, most=2 * len(A), seed=seed)
    chosen = sure.k
    centres = path[ks.index(chosen)].centres
    agree = sum(vote == chosen for vote in votes.values()) > len(votes) / 2
    return Choice(
        k=chosen,
        structure=structure.structure,
        p_separate=structure.p_separate,
        p_structure=structure.p_value,
        small_group=_not_cut(structure.small_group, nearest(tested, centres), chosen),
        curve=curve,
        votes=votes,
        agree=agree,
        why=explain(
            sure,
            chosen_by,
            curve,
            votes,
            structure,
            criteria,
            used=len(A),
            given=len(everything),
        ),
        rule=rule,
        certainty=sure,
        n_rows=len(A),
        test=structure,
        criteria=criteria,
    )


def most_clusters(X: ArrayLike, *, max_rows: int = 5000, seed: int = 0) -> int:
    """Return the largest k that `select_k` can judge, with the same options.

    Halves of the rows are compared, each of which must hold more rows than clusters; and there are
    no more clusters than different rows.

    Raises
    ------
    InputError
        If `X` is not a finite matrix of at least `LEAST_ROWS` rows.

    Examples
    --------
    >>> most_clusters(np.arange(24.0).reshape(12, 2)), most_clusters(np.eye(3)[[0, 1, 2] * 40])
    (5, 3)
    """
    A = as_matrix(X, min_rows=LEAST_ROWS)
    return _most(_judged(in_order(A), most=max_rows, seed=seed))


def in_order(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows sorted by their columns: what is drawn of them hangs on no other order.

    Rows in this order already are returned as they are, so it is worth asking for once.

    Examples
    --------
    >>> in_order(np.array([[2.0, 1.0], [1.0, 9.0], [1.0, 3.0]])).tolist()
    [[1.0, 3.0], [1.0, 9.0], [2.0, 1.0]]
    """
    if _ordered(X):
        return X
    order = np.argsort(X[:, 0], kind="stable")
    first = X[order, 0]
    # Most rows differ in the first column; only the others need the rest.
    same = np.flatnonzero(first[1:] == first[:-1])
    tied = np.union1d(same, same + 1)
    rows = order[tied]
    order[tied] = rows[np.lexsort(X[rows].T[::-1])]
    return X[order]


def _ordered(X: NDArray[np.float64]) -> bool:
    open_ = np.ones(len(X) - 1, dtype=bool)  # pairs that have been equal so far
    for column in X.T:
        before, after = column[:-1][open_], column[1:][open_]
        if (before > after).any():
            return False
        open_[open_] = before == after
        if not open_.any():
            break
    return True


def _judged(X: NDArray[np.float64], *, most: int, seed: int) -> NDArray[np.float64]:
    """Draw the rows that are clustered, where there are too many."""
    if len(X) <= most:
        return X
    return X[np.sort(np.random.default_rng(seed).permutation(len(X))[:most])]


def _not_cut(group: SmallGroup | None, labels: NDArray[np.intp], k: int) -> SmallGroup | None:
    """Return the group unless a cluster holds little else and most of it."""
    if group is None:
        return None
    inside = np.bincount(labels[group.rows], minlength=k)
    sizes = np.bincount(labels, minlength=k)
    # A test on a sample knows a sample of the group.
    share = len(labels) * group.share / max(group.size, 1)
    alike = inside * share / np.maximum(sizes + (group.size - inside) * share, 1)
    return None if alike.max() >= _CUT else group


def _most(X: NDArray[np.float64]) -> int:
    return min(len(X) // 2 - 1, len(np.unique(X, axis=0)))


def _candidates(X: NDArray[np.float64], k_range: Iterable[int]) -> list[int]:
    ks, most = as_k_range(k_range, n_rows=len(X)), _most(X)
    if ks[-1] > most:
        raise InputError(
            f"k_range reaches {ks[-1]}, but {len(X)} rows allow at most {most}: halves of them are "
            f"compared, and only {len(np.unique(X, axis=0))} are distinct"
        )
    return ks
