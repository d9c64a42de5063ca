"""A change in words: the lines that a review begins with."""

from segmentation.artifacts.structure import IN_WORDS, structure_at
from segmentation.clustering.identity.matching import NOISE
from segmentation.insight.numbers import percent
from segmentation.monitoring.migration import ABSENT, Migration, cells
from segmentation.review.changes import MetricChange, ParameterChange
from segmentation.review.side import Side
from segmentation.review.stakes import Stakes


def alone(base: Side, head: Side) -> str:
    """Say what the one side holds that has results."""
    empty, full = (base, head) if head.stages else (head, base)
    told = full.segments.headline if full.segments else "its segments are not known"
    return f"{empty.name} has no results of a pipeline; {full.name}: {told}"


def nothing_moved(
    metrics: tuple[MetricChange, ...],
    migration: Migration | None,
    parameters: tuple[ParameterChange, ...],
    *,
    same_data: bool,
) -> bool:
    """Whether settings, customers, metrics and segments are the same."""
    unchanged = all(m.outcome == "same" for m in metrics) and not parameters
    unmoved = migration is not None and not migration.moved and migration.common > 0
    return unchanged and unmoved and same_data


def at_stake(told: Stakes) -> str:
    """Say the worst that happens to customers."""
    lost, moved, common = told.lost, told.moved, told.common
    if lost.customers:
        lose = _verb("lose", lost.customers)
        said = f"{lost.customers:,} of {common:,} customers {lose} their segment"
        return "; ".join([said, *_gone(told)])
    if not moved.customers:
        return f"none of {common:,} customers changes segment"
    worth = "" if moved.value is None else f" ({percent(moved.value)} of the value)"
    change = _verb("change", moved.customers)
    return (
        f"no segment is lost; {moved.customers:,} of {common:,} customers{worth} {change} segment"
    )


def _gone(told: Stakes) -> list[str]:
    if not told.gone:
        return []
    (worst, value), *others = told.gone
    worth = "" if value is None else f" ({percent(value)} of the value)"
    name = f"{worst.base} {worst.base_name}{worth}"
    return [f"{name} and {len(others)} more are gone" if others else f"{name} is gone"]


def counted(metrics: tuple[MetricChange, ...]) -> str:
    """Say how many metrics are better and worse."""
    better, worse = (
        sum(metric.outcome == outcome for metric in metrics) for outcome in ("better", "worse")
    )
    if not better and not worse:
        return "no metric better or worse"
    what = "metric" if better <= 1 else "metrics"
    return f"{better or 'no'} {what} better, {worse or 'none'} worse"


def _verb(verb: str, number: int) -> str:
    return f"{verb}s" if number == 1 else verb


def in_figures(metrics: tuple[MetricChange, ...], migration: Migration | None) -> str:
    """Say in one line what became of k, the silhouette and the customers."""
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
            what = {"new": "the new segment ", "split": "the part "}.get(change.kind, "")
            name = change.head_name if of_head else change.base_name
            return f"{what if change.base is None else ''}{segment} {name}"
    return f"segment {segment}"
