"""Everything that differs between two revisions, and the headline that says it in words."""

from dataclasses import dataclass

import pandas as pd

from segmentation import paths
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import Segments
from segmentation.clustering.identity.matching import NOISE
from segmentation.errors import SettingsError
from segmentation.insight.numbers import percent
from segmentation.monitoring.drift import Drift, drift
from segmentation.monitoring.migration import (
    Migration,
    migrate,
    profiles_of,
    spread_of,
)
from segmentation.repository import lock
from segmentation.repository.snapshot import WORKSPACE
from segmentation.review import words
from segmentation.review.answers import AnswerChange, answer_changes
from segmentation.review.changes import (
    MetricChange,
    ParameterChange,
    code_changes,
    metric_changes,
    noise_apart,
    parameter_changes,
    same_output,
)
from segmentation.review.side import Side
from segmentation.review.stakes import PlayChange, Stakes, play_changes, stakes
from segmentation.review.verdict import Facts, Verdict, judge
from segmentation.settings.review import Review
from segmentation.settings.shared.base import validate

_BECOMES = {
    **dict.fromkeys(("numeric", "date"), "numeric"),
    **dict.fromkeys(("categorical", "flag", "scale"), "categorical"),
}
"""What columns become, by the name under which `data` in `params.yaml` declares them."""


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
    """Two revisions and all that differs. Without a pipeline in the base, the head alone.

    Attributes
    ----------
    headline : str
        Green, amber or red, and why; what is lost; how much is better and worse.
    summary : str
        The change in figures, in one line; empty where the headline says it.
    verdict : Verdict or None
        None where there is nothing to compare with.
    plays_lost, plays_gained : tuple of PlayChange
    """

    base: Side
    head: Side
    headline: str
    summary: str
    verdict: Verdict | None
    stakes: Stakes | None
    answers: tuple[AnswerChange, ...]
    plays_lost: tuple[PlayChange, ...]
    plays_gained: tuple[PlayChange, ...]
    notes: tuple[str, ...]
    parameters: tuple[ParameterChange, ...]
    code: tuple[str, ...]
    metrics: tuple[MetricChange, ...]
    migration: Migration | None
    data: DataChange | None

    def problem(self, *, check: bool, unmoved: bool) -> str:
        """Say why the change is refused; empty if it is not.

        Parameters
        ----------
        check : bool
            Refuse what is red.
        unmoved : bool
            Refuse what moves any customer to another segment, or may do so.
        """
        if check and self.verdict is not None and self.verdict.colour == "red":
            return f"the review is red, as {self.verdict.reason}"
        if not unmoved:
            return ""
        if self.stakes is None:
            return "no segment should change, but who moved cannot be told"
        if moved := self.stakes.moved.customers:
            change = "customer changes" if moved == 1 else "customers change"
            return f"no segment should change, but {moved:,} {change} segment"
        return ""


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
    told = stakes(base, head, migration)
    answers = answer_changes(
        base.segments, head.segments, base_choice=base.choice, head_choice=head.choice
    )
    plays_lost, plays_gained = play_changes(base, head, migration)
    drifts = (data.drift if data else None) or ()
    verdict = None
    notes = [*_about(base), *_about(head)]
    if both:
        rules, about_rules = _rules(base, head)
        verdict = judge(rules, Facts(told, metrics, answers, plays_lost, drifts))
        notes += about_rules
        notes += _incomparable(base, head, same_points=same_points)
    if migration and not migration.common and not (base.missing or head.missing):
        why = (
            "Customers have no id" if _nameless(base, head) else "No customer is in both revisions"
        )
        notes.append(
            f"{why}, so migrations cannot be counted; segments were matched by their profiles."
        )
    headline, summary = words.alone(base, head), ""
    if verdict is not None:
        headline = f"{verdict.colour.capitalize()}, as {verdict.reason}"
        if words.nothing_moved(
            metrics, migration, parameters, same_data=data is not None and data.same
        ):
            changed = "though code changed, " if code else ""
            headline += f": {changed}settings, customers, metrics and segments are the same"
        else:
            at_stake = f"{words.at_stake(told)}; " if told else ""
            headline += f": {at_stake}{words.counted(metrics)}"
            summary = words.in_figures(metrics, migration)
    return Comparison(
        base=base,
        head=head,
        headline=headline,
        summary=summary,
        verdict=verdict,
        stakes=told,
        answers=answers,
        plays_lost=plays_lost,
        plays_gained=plays_gained,
        notes=tuple(notes),
        parameters=parameters,
        code=code,
        metrics=metrics,
        migration=migration,
        data=data,
    )


def _rules(base: Side, head: Side) -> tuple[Review, list[str]]:
    """Return the rules of the base, so that no change loosens those that it is judged by."""
    for side, of in ((base, base.name), (head, head.name)):
        if "review" not in side.params:
            continue
        try:
            rules = validate(Review, dict(side.params["review"] or {}), f"params.yaml at {of}")
        except SettingsError as error:
            if side is head:
                raise
            return Review(), [f"Judged by the usual rules, as {of}'s cannot be read: {error}"]
        if side is base and head.params.get("review") != base.params["review"]:
            return rules, [f"The rules of the review change too; this one is judged by {of}'s."]
        return rules, []
    return Review(), []


def _incomparable(base: Side, head: Side, *, same_points: bool) -> list[str]:
    """Say why metrics do not compare, if they do not."""
    before, after = base.metrics, head.metrics
    if before and after and noise_apart(before.figures(), after.figures()):
        one, other = percent(before.noise_share), percent(after.noise_share)
        told = (
            f"{one} of the customers are in no segment before, {other} after. Leaving out those "
            "who fit nowhere makes any segments look better, so their metrics do not compare."
        )
        return [told]
    return [] if same_points else [_other_points(base, head)]


def _nameless(base: Side, head: Side) -> bool:
    """Whether customers without an id are of two tables: nobody can be found again."""
    return (base.by_row or head.by_row) and not same_output(
        base.stages, head.stages, paths.PREPARED
    )


def _migration(base: Side, head: Side) -> Migration | None:
    known = base.assignments is not None and head.assignments is not None
    known = known and not _nameless(base, head)
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
    """Return what each column that describes a customer becomes: a number, or a category."""
    data = revision.params.get("data") or {}
    return {name: kind for role, kind in _BECOMES.items() for name in (data.get(role) or {})}


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
