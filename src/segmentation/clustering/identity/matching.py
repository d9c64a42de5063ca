"""Keep segments recognisable from run to run: the same customers, the same id and name.

References
----------
Kuhn (1955), The Hungarian method for the assignment problem, Naval Research Logistics Quarterly
2, 83-97.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from segmentation.clustering.identity.closeness import closeness_table
from segmentation.clustering.metrics.agreement import adjusted_rand
from segmentation.clustering.metrics.jaccard import jaccard_table
from segmentation.errors import InputError

NOISE = -1
MINIMUM_OVERLAP = 1 / 3
"""Least Jaccard similarity of a segment and its successor.

For two segments of one size it is reached when half the customers of each are in the other.
"""
MINIMUM_CLOSENESS = 0.5
"""Least closeness of centroids: at most half-way from a reference segment to its nearest other."""
MINIMUM_COMMON = 10
"""Fewer common customers than this for each reference segment are too few to go by."""

How = Literal["customers", "centroids"]


@dataclass(frozen=True)
class Match:
    """One segment of this run, recognised in the reference.

    Attributes
    ----------
    label, id : int
        Its label in this run and the id it keeps.
    similarity : float
        In [0, 1]: Jaccard over common customers, or closeness of centroids.
    how : {"customers", "centroids"}
    """

    label: int
    id: int
    similarity: float
    how: How


@dataclass(frozen=True)
class Matching:
    """The persistent id of every label.

    Attributes
    ----------
    ids : tuple of int
        ``ids[label]`` is the persistent id.
    matches : tuple of Match
        The segments that were recognised, by label.
    new, retired : tuple of int
        Ids that this run brought, and ids of the reference that it no longer has.
    next_id : int
        The least id never used; keep it with the reference.
    common : int
        Customers in both runs.
    moved : int or None
        How many of those changed segment (to or from noise counts); None if there are none.
    reference_ari : float or None
        Adjusted Rand index of the two runs on the common customers; None if there are none.
    """

    ids: tuple[int, ...]
    matches: tuple[Match, ...]
    new: tuple[int, ...]
    retired: tuple[int, ...]
    next_id: int
    common: int
    moved: int | None
    reference_ari: float | None


def order_by_value(values: ArrayLike, sizes: ArrayLike) -> tuple[int, ...]:
    """Return the ids 1..k of labels 0..k-1: the highest value first.

    Parameters
    ----------
    values : array of shape (k,)
        A segment's value per customer; nan comes last.
    sizes : array of shape (k,)
        Customers; the larger segment comes first among equal values, then the lower label.

    Examples
    --------
    >>> order_by_value([10.0, 30.0, 10.0], [5, 5, 9])
    (3, 1, 2)
    """
    worth = np.asarray(values, dtype=np.float64)
    count = np.asarray(sizes, dtype=np.float64)
    if worth.ndim != 1 or worth.shape != count.shape:
        raise InputError(f"{worth.shape} values do not fit {count.shape} sizes")
    best_first = np.lexsort((-count, -np.nan_to_num(worth, nan=-np.inf)))
    ids = np.empty(len(worth), dtype=np.intp)
    ids[best_first] = np.arange(1, len(worth) + 1)
    return tuple(int(i) for i in ids)


def match_segments(
    labels: pd.Series,
    *,
    order: Sequence[int],
    reference: pd.Series | None = None,
    centroids: pd.DataFrame | None = None,
    reference_centroids: pd.DataFrame | None = None,
    scale: pd.Series | None = None,
    used_ids: Collection[int] = (),
    next_id: int = 1,
    minimum_overlap: float = MINIMUM_OVERLAP,
    minimum_closeness: float = MINIMUM_CLOSENESS,
) -> Matching:
    """Give every label its persistent id.

    Customers decide where both runs share enough of them, centroids where they do not, or for
    reference segments and labels none of whose customers are shared. What is recognised in
    neither way gets a new id. Without a reference the ids follow `order`.

    Parameters
    ----------
    labels : Series of int
        Label 0..k-1 (or -1) of each customer of this run, by customer id.
    order : sequence of int, length k
        The ids of `order_by_value`; new segments get their new ids in this order.
    reference : Series of int, optional
        Segment id (or -1) of each customer of the reference run, by customer id.
    centroids, reference_centroids : DataFrame, optional
        Mean of each feature in original units, a share of 0/1 for a category's level; by label
        and by segment id. Columns that only one of them has are ignored.
    scale : Series, optional
        Standard deviation of each feature, by column; what is missing or 0 counts as 1.
    used_ids : collection of int
        Ids ever given out; none of them is given to a new segment.
    next_id : int
        The ``next_id`` of the reference.

    Returns
    -------
    Matching
    """
    k = _check(labels, order, reference)
    old_ids = _reference_ids(reference, reference_centroids)
    before, after = _common(reference, labels)
    matches: dict[int, Match] = {}
    if len(before) >= MINIMUM_COMMON * max(len(old_ids), 1):
        overlap = jaccard_table(after, before, rows=range(k), columns=old_ids)
        _pair(overlap, old_ids, minimum_overlap, "customers", matches, range(k), old_ids)
        seen_labels, seen_ids = set(after.tolist()), set(before.tolist())
    else:
        seen_labels, seen_ids = set(), set()
    if centroids is not None and reference_centroids is not None:
        closeness = closeness_table(centroids, reference_centroids, scale)
        taken = {match.id for match in matches.values()}
        # Shared customers that went elsewhere speak louder than centroids that are close.
        free_labels = [j for j in range(k) if j not in matches and j not in seen_labels]
        free_ids = [i for i in reference_centroids.index if i not in taken and i not in seen_ids]
        table = closeness.reindex(index=range(k), columns=old_ids, fill_value=0.0).to_numpy()
        _pair(table, old_ids, minimum_closeness, "centroids", matches, free_labels, free_ids)
    fresh = max([next_id - 1, 0, *used_ids, *old_ids]) + 1
    ids = {label: match.id for label, match in matches.items()}
    unmatched = sorted((j for j in range(k) if j not in ids), key=lambda j: order[j])
    ids.update({label: fresh + i for i, label in enumerate(unmatched)})
    given = tuple(ids[j] for j in range(k))
    return Matching(
        ids=given,
        matches=tuple(matches[j] for j in sorted(matches)),
        new=tuple(sorted(ids[j] for j in unmatched)),
        retired=tuple(i for i in old_ids if i not in given),
        next_id=fresh + len(unmatched),
        common=len(before),
        moved=int(np.sum(apply_ids(after, given) != before)) if len(before) else None,
        reference_ari=adjusted_rand(before, after) if len(before) else None,
    )


def apply_ids(labels: ArrayLike, ids: Sequence[int]) -> NDArray[np.intp]:
    """Return the id of each label; noise stays -1.

    Examples
    --------
    >>> apply_ids([1, 0, -1], [7, 3]).tolist()
    [3, 7, -1]
    """
    table = np.array([*ids, NOISE], dtype=np.intp)
    return table[np.asarray(labels, dtype=np.intp)]


def _pair(
    similarity: NDArray[np.float64],
    ids: Sequence[int],
    minimum: float,
    how: How,
    matches: dict[int, Match],
    labels: Collection[int],
    wanted: Collection[int],
) -> None:
    """Add to `matches` the pairs of `labels` and `wanted` ids with the largest total similarity."""
    from scipy.optimize import linear_sum_assignment

    rows = sorted(labels)
    columns = [c for c, i in enumerate(ids) if i in set(wanted)]
    # What is too unlike is worth nothing, so that it cannot keep a good pair apart.
    part = similarity[np.ix_(rows, columns)]
    part = np.where(part >= minimum, part, 0.0)
    for row, column in zip(*linear_sum_assignment(part, maximize=True), strict=True):
        if part[row, column] > 0:
            label, segment = rows[row], ids[columns[column]]
            matches[label] = Match(label, segment, float(part[row, column]), how)


def _reference_ids(reference: pd.Series | None, centroids: pd.DataFrame | None) -> list[int]:
    ids: set[int] = set()
    if reference is not None:
        ids |= {int(i) for i in reference.unique()}
    if centroids is not None:
        ids |= {int(i) for i in centroids.index}
    return sorted(ids - {NOISE})


def _common(
    reference: pd.Series | None, labels: pd.Series
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return old ids and new labels of the customers of both runs."""
    if reference is None:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    both = labels.index.intersection(reference.index)
    return (
        reference.loc[both].to_numpy(dtype=np.intp),
        labels.loc[both].to_numpy(dtype=np.intp),
    )


def _check(labels: pd.Series, order: Sequence[int], reference: pd.Series | None) -> int:
    k = len(order)
    if sorted(order) != list(range(1, k + 1)):
        raise InputError(f"order must hold 1..k once each, got {list(order)}")
    if len(labels) and not labels.between(NOISE, k - 1).all():
        raise InputError(f"labels must lie in 0..{k - 1}, or be -1 for noise")
    for series in (labels, reference):
        if series is not None and not series.index.is_unique:
            raise InputError("a customer id occurs twice")
    return k
