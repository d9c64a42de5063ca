"""Who moved: segments of two revisions recognised in one another, and customers counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from segmentation.artifacts.segments import Segments
from segmentation.artifacts.summary import Summary
from segmentation.clustering.identity.matching import NOISE, Match, match_segments

ABSENT = -2  # of a customer who is in one revision only

PART = 0.2
"""Share of a segment from which a part of it counts: one that goes makes it split, one that comes
makes it merged, and one that is in no segment any more makes it shrunk. Less is a few customers who
move."""

Kind = Literal["kept", "renamed", "shrunk", "split", "merged", "new", "gone"]


@dataclass(frozen=True)
class SegmentChange:
    """One segment in both revisions, or in one of them.

    Attributes
    ----------
    base, head : int or None
        Its id in each.
    base_name, head_name : str or None
    base_size, head_size : int or None
        Customers.
    similarity : float or None
        Jaccard similarity of the customers of both, or closeness of the profiles, in [0, 1].
    kind : {"kept", "renamed", "shrunk", "split", "merged", "new", "gone"}
        What became of it.
    others : tuple of int
        Of a split segment, the parts beside `head`, or what a part alone was split from; of a
        merged one, those that were merged with `base`, or what it alone was merged into.
    """

    base: int | None
    head: int | None
    base_name: str | None
    head_name: str | None
    base_size: int | None
    head_size: int | None
    similarity: float | None
    kind: Kind
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Flow:
    """Customers who went from one segment to another; -1 is in no segment."""

    base: int
    head: int
    size: int


@dataclass(frozen=True)
class Migration:
    """Segments and customers of two revisions.

    Attributes
    ----------
    segments : tuple of SegmentChange
        By the base's ids; new ones last.
    table : DataFrame
        Customers by segment in the base (rows) and in the head (columns), matched segments in
        the same order. -1 is in no segment, -2 not in that revision.
    by_customers : bool
        Whether segments were recognised by their customers; otherwise by their profiles.
    common : int
        Customers in both revisions.
    moved : int
        Those of them who are in another segment than the one that continues theirs.
    flows : tuple of Flow
        Where they went, largest first.
    """

    segments: tuple[SegmentChange, ...]
    table: pd.DataFrame
    by_customers: bool
    common: int
    moved: int
    flows: tuple[Flow, ...]


def migrate(
    base: pd.Series,
    head: pd.Series,
    *,
    base_names: Mapping[int, str],
    head_names: Mapping[int, str],
    base_profiles: pd.DataFrame | None = None,
    head_profiles: pd.DataFrame | None = None,
    scale: pd.Series | None = None,
) -> Migration:
    """Recognise segments in one another and count who moved between them.

    Parameters
    ----------
    base, head : Series of int
        Segment (or -1) of each customer, by customer id.
    base_names, head_names : mapping of int to str
        Names by segment.
    base_profiles, head_profiles : DataFrame, optional
        A row per segment, a column per feature: used where customers cannot tell.
    scale : Series, optional
        Standard deviation of each feature.
    """
    ids = sorted(int(i) for i in head.unique() if i != NOISE)
    label = {segment: row for row, segment in enumerate(ids)} | {NOISE: NOISE}
    usable = _usable(base_profiles, head_profiles, base, head)
    matching = match_segments(
        head.map(label),
        order=range(1, len(ids) + 1),
        reference=base,
        centroids=None if usable is None else usable[1].rename(index=label),
        reference_centroids=None if usable is None else usable[0],
        scale=scale,
    )
    matches = {match.id: match for match in matching.matches}
    order = sorted(int(i) for i in base.unique() if i != NOISE)
    pairs: list[tuple[int | None, int | None]] = [
        (i, ids[matches[i].label] if i in matches else None) for i in order
    ]
    pairs += [(None, i) for i in ids if label[i] not in {m.label for m in matching.matches}]
    table = _table(base, head, [b for b, _ in pairs if b], [h for _, h in pairs if h])
    stayed = {*pairs, (NOISE, NOISE)}
    flows = [
        Flow(before, after, size)
        for before, after, size in cells(table)
        if size and ABSENT not in (before, after) and (before, after) not in stayed
    ]
    base_sizes, head_sizes = base.value_counts(), head.value_counts()
    fates = _Fates(table)

    def change(b: int | None, h: int | None) -> SegmentChange:
        before = None if b is None else base_names.get(b, f"Segment {b}")
        after = None if h is None else head_names.get(h, f"Segment {h}")
        kind, others = fates.of(b, h)
        if kind == "kept" and before != after:
            kind = "renamed"
        return SegmentChange(
            base=b,
            head=h,
            base_name=before,
            head_name=after,
            base_size=None if b is None else int(base_sizes[b]),
            head_size=None if h is None else int(head_sizes[h]),
            similarity=matches[b].similarity if b in matches else None,
            kind=kind,
            others=others,
        )

    return Migration(
        segments=tuple(change(b, h) for b, h in pairs),
        table=table,
        by_customers=_by_customers(matching.matches, matching.common),
        common=matching.common,
        moved=matching.moved or 0,
        flows=tuple(sorted(flows, key=lambda flow: (-flow.size, flow.base, flow.head))),
    )


def cells(table: pd.DataFrame) -> Iterator[tuple[int, int, int]]:
    """Yield segment in the base, segment in the head and customers of each cell, row by row."""
    for before, counts in zip(table.index, table.to_numpy(), strict=True):
        for after, size in zip(table.columns, counts, strict=True):
            yield int(before), int(after), int(size)


def profiles_of(segments: Segments | None) -> pd.DataFrame | None:
    """Return the mean of every number and the share of every category, a row per segment."""
    if segments is None:
        return None
    return pd.DataFrame.from_dict(segments.centroids, orient="index", dtype="float64").sort_index()


def spread_of(summary: Summary | None) -> pd.Series | None:
    """Return the standard deviation of every number and of every category's yes or no."""
    if summary is None:
        return None
    spread = {name: figures.std for name, figures in summary.numeric.items()}
    for column, counts in summary.categorical.items():
        total = sum(counts.values())
        for level, count in counts.items():
            spread[f"{column}={level}"] = float(np.sqrt(count / total * (1 - count / total)))
    return pd.Series(spread, dtype="float64")


def _usable(
    base: pd.DataFrame | None, head: pd.DataFrame | None, *assignments: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the profiles cut to the features that both know of every segment, if any."""
    if base is None or head is None:
        return None
    base, head = base.dropna(how="all"), head.dropna(how="all")  # of too few nothing is told
    if any(
        not set(profiles.index) <= set(segments.unique())
        for segments, profiles in zip(assignments, (base, head), strict=True)
    ):
        return None  # the profiles are of another run
    complete = [
        name
        for name in base.columns
        if name in head and base[name].notna().all() and head[name].notna().all()
    ]
    return (base[complete], head[complete]) if complete else None


def _table(
    base: pd.Series, head: pd.Series, rows: Sequence[int], columns: Sequence[int]
) -> pd.DataFrame:
    everyone = base.index.union(head.index)
    counts = pd.crosstab(
        base.reindex(everyone, fill_value=ABSENT), head.reindex(everyone, fill_value=ABSENT)
    )
    others = [i for i in (NOISE, ABSENT) if i in counts.index or i in counts.columns]
    counts = counts.reindex(
        index=[*rows, *(i for i in others if i in counts.index)],
        columns=[*columns, *(i for i in others if i in counts.columns)],
        fill_value=0,
    )
    return counts.rename_axis(index=None, columns=None).astype("int64")


class _Fates:
    """What became of segments, by where most of their customers went and came from."""

    def __init__(self, table: pd.DataFrame) -> None:
        counts = table.drop(index=ABSENT, columns=ABSENT, errors="ignore")
        self.goes, self.comes = _mostly(counts), _mostly(counts.T)
        self.parts = _parts(counts, self.comes)
        self.sources = _parts(counts.T, self.goes)
        self.left = counts[NOISE] / counts.sum(axis=1) if NOISE in counts else None

    def of(self, base: int | None, head: int | None) -> tuple[Kind, tuple[int, ...]]:
        """Return what became of a segment, and which others had to do with it."""
        if base is None and head is not None:
            if head in self.sources:
                return "merged", self.sources[head]
            return ("split", (self.comes[head],)) if head in self.comes else ("new", ())
        if base is not None and head is None:
            if base in self.parts:
                return "split", self.parts[base]
            return ("merged", (self.goes[base],)) if base in self.goes else ("gone", ())
        assert base is not None and head is not None  # noqa: S101, PT018 - one of them is there
        if head in self.parts.get(base, ()):
            return "split", tuple(part for part in self.parts[base] if part != head)
        if base in self.sources.get(head, ()):
            return "merged", tuple(source for source in self.sources[head] if source != base)
        return "kept" if self.left is None or self.left[base] < PART else "shrunk", ()


def _mostly(counts: pd.DataFrame) -> dict[int, int]:
    """Return for each row's segment the column's that most of its customers are in, if one is."""
    inside = counts.drop(index=NOISE, columns=NOISE, errors="ignore")
    if inside.empty:
        return {}
    most = inside.max(axis=1) > counts.loc[inside.index].sum(axis=1) / 2
    mostly = inside[most].idxmax(axis=1)
    return dict(zip(map(int, mostly.index), map(int, mostly), strict=True))


def _parts(counts: pd.DataFrame, comes: Mapping[int, int]) -> dict[int, tuple[int, ...]]:
    """Return for each row's segment those that it fell apart into, the largest first, if it did.

    Each part is made of its customers for the most part. Together they hold most of the segment,
    and without the largest there is still a part worth naming.
    """
    found = {}
    for segment in counts.index.drop([NOISE], errors="ignore"):
        size = counts.loc[segment].sum()
        parts = counts.loc[segment, [part for part, of in comes.items() if of == segment]]
        parts = parts.sort_values(ascending=False, kind="stable")
        if parts.sum() > size / 2 and parts.iloc[1:].sum() >= PART * size:
            found[int(segment)] = tuple(int(part) for part in parts.index)
    return found


def _by_customers(matches: Sequence[Match], common: int) -> bool:
    return common > 0 and not any(match.how == "centroids" for match in matches)
