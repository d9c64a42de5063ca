"""How many clusters there are, and whether they are real."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from segmentation.clustering._check import as_k_range, as_matrix
from segmentation.clustering.choosing_k.curve import criteria_curve
from segmentation.clustering.choosing_k.explain import explain
from segmentation.clustering.choosing_k.gap import Gap, gap_statistic
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.clustering.metrics.indices import elbow
from segmentation.clustering.structure.homogeneity import Structure, structure_test
from segmentation.errors import InputError

Rule = Literal["consensus", "silhouette", "elbow", "gap", "stability", "fixed"]


@dataclass(frozen=True, eq=False)
class Choice:
    """The number of clusters and everything it rests on.

    Attributes
    ----------
    k : int
        Number of clusters chosen.
    structured : bool
        Whether the data hold more than one population; if not, `k` is a convenience.
    p_value : float
        Of the structure test.
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
    n_rows : int
        Rows that were used, fewer than given when a sample was drawn.
    structure : Structure
        The structure test in full.
    """

    k: int
    structured: bool
    p_value: float
    curve: pd.DataFrame
    votes: dict[str, int]
    agree: bool
    why: tuple[str, ...]
    rule: str
    n_rows: int
    structure: Structure


def select_k(
    X: ArrayLike,
    *,
    k_range: Iterable[int] = range(2, 11),
    seed: int = 0,
    rule: Rule = "consensus",
    k: int | None = None,
    max_rows: int = 5000,
    draws: int = 20,
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
    rule : {"consensus", "silhouette", "elbow", "gap", "stability", "fixed"}
        How the curve becomes one number. "consensus" adds up, for every k: the excess of the
        silhouette over one population as a share of the largest; the stability; the depth of the
        valleys between neighbouring clusters, each from 0 to 1; and the evidence of a Gaussian
        mixture, up to 1.5 where the mixture fits and 0.5 where it does not. The others take the
        best of one criterion; "fixed" takes `k`.
    k : int, optional
        The number of clusters for `rule="fixed"`; needless when `k_range` holds one only.
    max_rows : int, default 5000
        Above so many rows a sample of this size is used.
    draws : int, default 20
        Clouds of one population that the structure test draws (the gap statistic: half).
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
    segmentation.clustering.structure.structure_test : the test behind `structured`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([centre + rng.normal(size=(60, 2)) for centre in (0, 6, 12)])
    >>> choice = select_k(X, k_range=range(2, 6))
    >>> choice.k, choice.structured
    (3, True)
    """
    A = as_matrix(X, min_rows=8)
    if rule not in get_args(Rule):
        raise InputError(f"rule must be one of {', '.join(get_args(Rule))}, not {rule!r}")
    given = len(A)
    if given > max_rows:
        rows = np.random.default_rng(seed).choice(given, max_rows, replace=False)
        A = A[np.sort(rows)]
    ks = _candidates(A, k_range)
    fixed = _fixed(rule, k, ks)
    with threadpool_limits(1, user_api="blas"):  # small products, and the same last digit anywhere
        structure = structure_test(A, k_range=ks, seed=seed, draws=draws, alpha=alpha)
        path = kmeans_path(A, k_range=ks, seed=seed)
        gap = gap_statistic(A, k_range=ks, seed=seed, draws=max(2, draws // 2), path=path)
        curve = criteria_curve(A, path, structure, gap, seed=seed, resamples=resamples)
    votes = _votes(curve, gap)
    chosen = fixed if fixed is not None else _choose(curve, votes, rule)
    agree = sum(vote == chosen for vote in votes.values()) > len(votes) / 2
    return Choice(
        k=chosen,
        structured=structure.structured,
        p_value=structure.p_value,
        curve=curve,
        votes=votes,
        agree=agree,
        why=explain(chosen, rule, curve, votes, structure, used=len(A), given=given),
        rule=rule,
        n_rows=len(A),
        structure=structure,
    )


def _candidates(X: NDArray[np.float64], k_range: Iterable[int]) -> list[int]:
    ks = as_k_range(k_range, n_rows=len(X))
    if ks[-1] > len(X) // 2 - 1:
        raise InputError(
            f"k_range reaches {ks[-1]}, but halves of {len(X)} rows, which stability compares, "
            f"allow at most {len(X) // 2 - 1}"
        )
    distinct = len(np.unique(X, axis=0))
    if ks[-1] > distinct:
        raise InputError(f"k_range reaches {ks[-1]}, but only {distinct} rows are distinct")
    return ks


def _fixed(rule: Rule, k: int | None, ks: list[int]) -> int | None:
    if rule != "fixed":
        return None
    if k is None and len(ks) > 1:
        raise InputError('rule "fixed" needs k')
    chosen = ks[0] if k is None else int(k)
    if chosen not in ks:
        raise InputError(f"the fixed k = {chosen} is not in k_range")
    return chosen


def _votes(curve: pd.DataFrame, gap: Gap) -> dict[str, int]:
    ks = curve["k"].to_numpy()
    votes = {
        name: int(ks[int(np.argmax(curve[name].to_numpy()))])
        for name in ("silhouette", "excess", "calinski_harabasz", "stability", "evidence")
    }
    votes["davies_bouldin"] = int(ks[int(np.argmin(curve["davies_bouldin"].to_numpy()))])
    separated = ks[curve["separation"].to_numpy() >= curve["separation"].max() - 1e-9]
    votes["separation"] = int(separated.max())
    votes["elbow"] = elbow(ks.tolist(), curve["inertia"].to_numpy())
    votes["gap"] = gap.k_hat
    return votes


def _choose(curve: pd.DataFrame, votes: dict[str, int], rule: Rule) -> int:
    ks = curve["k"].to_numpy()
    if rule == "consensus":
        return int(ks[int(np.argmax(curve["consensus"].to_numpy()))])
    if rule == "gap" and votes["gap"] < ks[0]:  # one cluster: the best split there is
        return int(ks[int(np.argmax(curve["gap"].to_numpy()))])
    return votes[rule]
