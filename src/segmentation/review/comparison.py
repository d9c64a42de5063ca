"""Everything that differs between two revisions, and the headline that says it in words."""

from dataclasses import dataclass

import pandas as pd

from segmentation import paths
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import Segments
from segmentation.artifacts.structure import IN_WORDS, structure_at
from segmentation.clustering.identity.matching import NOISE
from segmentation.monitoring.drift import Drift, drift
from segmentation.monitoring.migration import (
    ABSENT,
    Migration,
    cells,
    migrate,
    profiles_of,
    spread_of,
)
from segmentation.repository import lock
from segmentation.repository.snapshot import WORKSPACE
from segmentation.review.changes import (
    MetricChange,
    ParameterChange,
    code_changes,
    metric_changes,
    parameter_changes,
    same_output,
)
from segmentation.review.side import Side


@dataclass(frozen=True)
class DataChange:
    """How the customers differ.

    Attributes
    ----------
    same : bool
        Whether the prepared customers are the same to the byte.
    rows : tuple of (str, int or None, int or None)
        Counts of rows: what, base, head.
    new_columns, gone_columns : tuple of str
    drift : tuple of Drift or None
        None where the customers of a revision could not be read.
    """

    same: bool
    rows: tuple[tuple[str, int | None, int | None], ...]
    new_columns: tuple[str, ...]
    gone_columns: tuple[str, ...]
    drift: tuple[Drift, ...] | None


@dataclass(frozen=True)
class Comparison:
    """Two revisions and all that differs. Without a pipeline in the base, the head alone."""

    base: Side
    head: Side
    headline: str
    notes: tuple[str, ...]
    parameters: tuple[ParameterChange, ...]
    code: tuple[str, ...]
    metrics: tuple[MetricChange, ...]
    migration: Migration | None
    data: DataChange | None


def compare(base: Side, head: Side) -> Comparison:
    """Compare two revisions that were read before; nothing is run and nothing is read."""
    both = bool(base.stages) and bool(head.stages)
    same_points = both and same_output(base.stages, head.stages, paths.MATRIX)
    metrics = metric_changes(
        base.metrics.figures() if base.metrics else {},
        head.metrics.figures() if head.metrics else {},
        base_curve=base.curve,
        head_curve=head.curve,
        same_points=same_points,
    )
    migration = _migration(base, head) if both else None
    data = _data(base, head) if both else None
    parameters = parameter_changes(base.params, head.params) if both else ()
    code = code_changes(base.stages, head.stages)
    notes = [*_about(base), *_about(head)]
    if both and not same_points:
        notes.append(_other_points(base, head))
    if migration and not migration.common and not (base.missing or head.missing):
        notes.append(
            "No customer is in both revisions, so migrations cannot be counted; segments were "
            "matched by their profiles."
        )
    return Comparison(
        base=base,
        head=head,
        headline=_headline(base, head, metrics, migration, parameters, data, code),
        notes=tuple(notes),
        parameters=parameters,
        code=code,
        metrics=metrics,
        migration=migration,
        data=data,
    )


def _migration(base: Side, head: Side) -> Migration | None:
    known = base.assignments is not None and head.assignments is not None
    before = base.assignments if known else _stand_in(base.segments, "base")
    after = head.assignments if known else _stand_in(head.segments, "head")
    if before is None or after is None:
        return None
    return migrate(
        before,
        after,
        base_names=base.segments.names if base.segments else {},
        head_names=head.segments.names if head.segments else {},
        base_profiles=profiles_of(base.segments),
        head_profiles=profiles_of(head.segments),
        scale=spread_of(base.summary),
    )


def _stand_in(segments: Segments | None, prefix: str) -> pd.Series | None:
    """Return assignments of nameless customers: sizes are right, nobody is in both revisions."""
    if segments is None:
        return None
    sizes = {segment.id: segment.size for segment in segments.segments}
    sizes[NOISE] = segments.unassigned
    labels = [segment for segment, size in sizes.items() for _ in range(size)]
    return pd.Series(labels, index=[f"{prefix} {i}" for i in range(len(labels))], dtype="int64")


def _data(base: Side, head: Side) -> DataChange:
    same = same_output(base.stages, head.stages, paths.PREPARED)
    before, after = _columns(base), _columns(head)
    drifts = None
    if not same and base.customers is not None and head.customers is not None:
        kept = [
            name for name, kind in after.items()
            if before.get(name) == kind and name in base.customers and name in head.customers
        ]  # fmt: skip
        drifts = drift(
            base.customers,
            head.customers,
            numeric=[name for name in kept if after[name] == "numeric"],
            categorical=[name for name in kept if after[name] == "categorical"],
        )
    return DataChange(
        same=same,
        rows=_rows(base.quality, head.quality),
        new_columns=tuple(name for name in after if name not in before),
        gone_columns=tuple(name for name in before if name not in after),
        drift=drifts,
    )


def _columns(revision: Side) -> dict[str, str]:
    """Return the kind of each column that describes a customer."""
    data = revision.params.get("data") or {}
    return {name: kind for kind in ("numeric", "categorical") for name in (data.get(kind) or {})}


def _rows(
    base: Quality | None, head: Quality | None
) -> tuple[tuple[str, int | None, int | None], ...]:
    reasons = sorted({reason for side in (base, head) if side for reason in side.rejected})

    def counts(side: Quality | None) -> list[int | None]:
        if side is None:
            return [None] * (3 + len(reasons))
        by_reason = [side.rejected.get(reason, 0) for reason in reasons]
        return [side.rows_in, side.rows_kept, side.rows_rejected, *by_reason]

    names = ["rows read", "kept", "rejected", *(f"rejected: {reason}" for reason in reasons)]
    return tuple(zip(names, counts(base), counts(head), strict=True))


def _about(revision: Side) -> list[str]:
    """Say what is wrong with one revision, and how to mend it."""
    if not revision.stages:
        return [f"{revision.name} has no results of a pipeline, so only the other side is shown."]
    here = revision.name == WORKSPACE
    notes = []
    if revision.missing:
        mend = (
            "`dvc pull` fetches what a remote has, and `dvc repro` makes the rest"
            if here
            else f"`make base BASE={revision.name}` pulls them, or makes them again"
        )
        where = "from the workspace" if here else f"for {revision.name}, in DVC's cache and remote"
        why = f" (the remote could not be asked: {revision.trouble})" if revision.trouble else ""
        notes.append(f"Missing {where}: {', '.join(revision.missing)}{why}; {mend}.")
    notes += [f"Not compared: {told}." for told in revision.unread]
    if revision.outdated:
        notes.append(
            f"The workspace is out of date: `dvc repro` would run {', '.join(revision.outdated)}."
        )
    if settings := lock.outdated_parameters(revision.params, revision.stages):
        notes.append(
            f"The results of {revision.name} were made with other settings than its params.yaml "
            f"holds ({', '.join(settings)})."
        )
    return notes


def _other_points(base: Side, head: Side) -> str:
    reasons = []
    if not same_output(base.stages, head.stages, paths.PREPARED):
        reasons.append("the customers")
    if base.params.get("featurize") != head.params.get("featurize") or not reasons:
        reasons.append("the features made of them" if reasons else "the features")
    return (
        f"Not the same points were clustered: {' and '.join(reasons)} changed. Metrics that are "
        "made of distances cannot tell which of two such clusterings is better."
    )


def _headline(
    base: Side,
    head: Side,
    metrics: tuple[MetricChange, ...],
    migration: Migration | None,
    parameters: tuple[ParameterChange, ...],
    data: DataChange | None,
    code: tuple[str, ...],
) -> str:
    if not base.stages or not head.stages:
        empty, full = (base, head) if head.stages else (head, base)
        told = full.segments.headline if full.segments else "its segments are not known"
        return f"{empty.name} has no results of a pipeline; {full.name}: {told}"
    unchanged = all(m.outcome == "same" for m in metrics) and not parameters
    unmoved = migration is not None and not migration.moved and migration.common
    if unchanged and unmoved and data and data.same:
        changed = "though code changed, " if code else ""
        return f"Nothing moved: {changed}settings, customers, metrics and segments are the same"
    known = {metric.name: metric for metric in metrics}
    parts = [
        _metric_in_words(known[name], digits)
        for name, digits in (("k", 0), ("silhouette", 3))
        if name in known
    ]
    level = known.get("structure_level")
    if level is not None and level.base is not None and level.head is not None:
        before, after = (IN_WORDS[structure_at(int(x))] for x in (level.base, level.head))
        if before != after:
            parts.append(f"structure {before} to {after}, {level.outcome}")
    parts += _moves_in_words(migration)
    text = "; ".join(part for part in parts if part)
    return text[0].upper() + text[1:] if text[:2] != "k " else text


def _metric_in_words(metric: MetricChange, digits: int) -> str:
    if metric.base is None or metric.head is None:
        return ""
    before, after = f"{metric.base:.{digits}f}", f"{metric.head:.{digits}f}"
    if metric.base == metric.head:
        return f"{metric.name} stays {after}"
    words = f"{metric.name} {before} to {after}"
    return f"{words}, {metric.outcome}" if metric.outcome else words


def _moves_in_words(migration: Migration | None) -> list[str]:
    if migration is None or not migration.common:
        return ["who moved cannot be told"]
    if not migration.moved:
        parts = [f"none of {migration.common:,} customers changes segment"]
    else:
        largest = migration.flows[0]
        verb = "changes" if migration.moved == 1 else "change"
        source = _place(migration, largest.base, of_head=False)
        target = _place(migration, largest.head, of_head=True)
        moved = f"{migration.moved:,} of {migration.common:,} customers {verb} segment"
        parts = [f"{moved}, {largest.size:,} of them from {source} to {target}"]
    new = sum(size for before, _, size in cells(migration.table) if before == ABSENT)
    gone = sum(size for _, after, size in cells(migration.table) if after == ABSENT)
    for count, what in ((new, "new"), (gone, "gone")):
        if count:
            parts.append(f"{count:,} {'customer is' if count == 1 else 'customers are'} {what}")
    return parts


def _place(migration: Migration, segment: int, *, of_head: bool) -> str:
    if segment == NOISE:
        return "no segment"
    for change in migration.segments:
        if segment == (change.head if of_head else change.base):
            new = "the new segment " if change.kind == "new" else ""
            return new + str(change.head_name if of_head else change.base_name)
    return f"segment {segment}"
