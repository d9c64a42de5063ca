"""Whom a change touches, what they are worth, and which plays come and go."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from segmentation.artifacts.segments import Segment, Segments
from segmentation.clustering.identity.matching import NOISE
from segmentation.monitoring.migration import Migration, SegmentChange
from segmentation.review.side import Side


@dataclass(frozen=True)
class Stake:
    """Customers, and what they are worth as a share of what all are, if that can be told."""

    customers: int
    value: float | None


@dataclass(frozen=True)
class Stakes:
    """Whom a change touches, of the customers that both revisions have.

    Attributes
    ----------
    common : int
    lost : Stake
        Those whose segment is gone, or who are in none now.
    moved : Stake
        Those who are in another segment than the one that continues theirs.
    gone : tuple of (SegmentChange, float or None)
        Segments that are gone, each with its share of the value, the most first.
    by_chance : int or None
        About as many would move if the customers of the base were drawn again.
    """

    common: int
    lost: Stake
    moved: Stake
    gone: tuple[tuple[SegmentChange, float | None], ...]
    by_chance: int | None


@dataclass(frozen=True)
class PlayChange:
    """A play that a segment has on one side only."""

    play: str
    segment: str
    customers: int


def stakes(base: Side, head: Side, migration: Migration | None) -> Stakes | None:
    """Count whom a change touches; None where that cannot be told."""
    if migration is None or not migration.common:
        return None
    if base.assignments is None or head.assignments is None:
        return None
    both = base.assignments.index.intersection(head.assignments.index)
    before, after = base.assignments.loc[both], head.assignments.loc[both]
    heirs = {change.base: change.head for change in migration.segments} | {NOISE: NOISE}
    kinds = {change.base: change.kind for change in migration.segments}
    gone = before.map(lambda segment: kinds.get(segment) == "gone").astype(bool)
    lost = (before != NOISE) & (gone | (after == NOISE))
    moved = after != before.map(heirs)
    value = _values(base, both)

    def stake(who: pd.Series) -> Stake:
        share = None if value is None else float(value[who].sum() / value.sum())
        return Stake(int(who.sum()), share)

    shares = {} if base.segments is None else _by_id(base.segments)
    ended = [
        (change, shares[change.base].share_of_value if change.base in shares else None)
        for change in migration.segments
        if change.kind == "gone"
    ]
    return Stakes(
        common=migration.common,
        lost=stake(lost),
        moved=stake(moved),
        gone=tuple(sorted(ended, key=lambda each: -(each[1] or 0.0))),
        by_chance=_by_chance(base.segments),
    )


def play_changes(
    base: Side, head: Side, migration: Migration | None
) -> tuple[tuple[PlayChange, ...], tuple[PlayChange, ...]]:
    """List the plays that segments lose, and those that they gain."""
    if migration is None or base.segments is None or head.segments is None:
        return (), ()
    before, after = _by_id(base.segments), _by_id(head.segments)
    lost: list[PlayChange] = []
    gained: list[PlayChange] = []
    for change in migration.segments:
        # A segment that was split keeps its plays if its parts have them, and so the other way.
        heirs = change.others if change.head is None else (change.head,)
        origins = change.others if change.base is None else (change.base,)
        if change.base is not None and change.base in before:
            had = before[change.base]
            lost += _without(had, [after[i] for i in heirs if i in after])
        if change.head is not None and change.head in after:
            has = after[change.head]
            gained += _without(has, [before[i] for i in origins if i in before])
    return tuple(lost), tuple(gained)


def _without(segment: Segment, others: Collection[Segment]) -> Iterator[PlayChange]:
    """Yield the plays of a segment that none of the others has."""
    theirs = {play.name for other in others for play in other.plays}
    for play in segment.plays:
        if play.name not in theirs:
            yield PlayChange(play.name, f"{segment.id} {segment.name}", segment.size)


def _by_id(segments: Segments) -> dict[int | None, Segment]:
    return {segment.id: segment for segment in segments.segments}


def _values(base: Side, who: pd.Index) -> pd.Series | None:
    """Return what each customer is worth; None where shares of it make no sense."""
    customers, segments = base.customers, base.segments
    if customers is None or segments is None or segments.value not in customers:
        return None
    known = customers.set_index(customers.columns[0])[segments.value]
    value = known.reindex(who).fillna(0.0)
    return value if (value >= 0).all() and value.sum() > 0 else None


def _by_chance(segments: Segments | None) -> int | None:
    if segments is None or not segments.segments:
        return None
    return elsewhere((each.size, each.stability.jaccard) for each in segments.segments)


def elsewhere(segments: Iterable[tuple[int, float]]) -> int:
    """Return how many customers would be elsewhere if the customers were drawn again.

    Two segments of one size that overlap by the similarity J share 2J / (1 + J) of theirs.

    Parameters
    ----------
    segments : iterable of (int, float)
        The size of each, and its similarity.
    """
    return round(sum(size * (1 - jaccard) / (1 + jaccard) for size, jaccard in segments))
