"""The review of a change, as Markdown for a pull request and as one self-contained HTML page."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from segmentation.clustering.identity.matching import NOISE
from segmentation.insight.numbers import number, percent
from segmentation.monitoring.migration import Migration, SegmentChange, cells
from segmentation.review.answers import AnswerChange
from segmentation.review.changes import MetricChange
from segmentation.review.comparison import Comparison, DataChange
from segmentation.review.side import Side
from segmentation.review.stakes import PlayChange
from segmentation.review.why import Cause, Trial
from segmentation.views import changes
from segmentation.views.changes import CURVES, name_of
from segmentation.views.report import render
from segmentation.views.style import as_svg
from segmentation.views.svg import inline

_OUTCOMES = {"better": "▲ better", "worse": "▼ worse", "same": "="}
_ALWAYS = ("k", "silhouette", "noise_share")  # of the metrics that differ, shown whatever comes out
_ONLY: dict[Cause | None, str] = {
    "data": "Only the data differ, so all of it is theirs.",
    "settings": "Only settings differ, so all of it is theirs.",
    "code": "Only code differs, so all of it is the code's.",
    None: "Neither data nor settings nor code differ.",
}
_MOST = 8  # rows of a table that are shown at once; the others are folded away


@dataclass(frozen=True)
class Row:
    """One segment, or customers in none, in the migration table.

    `counts` follow the columns; `stays` is the place among them of those who did not move.
    """

    label: str
    counts: tuple[int, ...]
    total: int
    stays: int | None = None


@dataclass(frozen=True)
class MetricRow:
    """One metric of both revisions, in words."""

    name: str
    base: str
    base_error: str
    head: str
    head_error: str
    change: str
    outcome: str
    in_words: str


@dataclass(frozen=True)
class SegmentRow:
    """What became of one segment, in words."""

    base: str
    head: str
    sizes: str
    similarity: str
    kind: str


def markdown(comparison: Comparison, trials: Sequence[Trial] | None = None) -> str:
    """Return the page for a pull request: text, tables and charts that GitHub draws itself.

    Parameters
    ----------
    comparison : Comparison
    trials : sequence of Trial, optional
        What data, settings and code did by themselves.
    """
    curves = {
        label: chart
        for name, label in CURVES.items()
        if (chart := _chart(comparison.base, comparison.head, name))
    }
    text = render("review.md.j2", **_facts(comparison, trials), charts=curves)
    return re.sub(r"\n{3,}", "\n\n", text)


def html(comparison: Comparison, trials: Sequence[Trial] | None = None) -> str:
    """Return the page with all pictures in it; arguments as of `markdown`."""
    base, head, moves = comparison.base, comparison.head, comparison.migration
    flows: Markup | None = None
    curves: Markup | None = None
    if moves and moves.common:
        alt = (
            f"Customers flowing from segments of {base.name} to segments of {head.name}; "
            "the table below holds the numbers"
        )
        flows = inline(as_svg(changes.migration(moves)), name="who-moved", alt=alt)
    if _curves_differ(base, head):
        alt = "Silhouette and inertia by number of segments in both revisions"
        curves = inline(as_svg(changes.curves(base, head)), name="curves", alt=alt)
    return render(
        "review.html.j2",
        **_facts(comparison, trials),
        flows=flows,
        curves=curves,
        pairs=changes.pairs(base, head, moves.segments if moves else ()),
    )


def _facts(comparison: Comparison, trials: Sequence[Trial] | None) -> dict[str, Any]:
    moves, base, head = comparison.migration, comparison.base, comparison.head
    alone = head.segments or base.segments
    metrics = [_metric(change) for change in comparison.metrics]
    differing = [metric for metric in metrics if metric.outcome != "same"]
    telling = [m for m in differing if m.outcome in ("better", "worse") or m.name in _ALWAYS]
    answers = [answer for answer in comparison.answers if answer.outcome != "same"]
    segments = [_segment(change, moves) for change in moves.segments] if moves else []
    return {
        "headline": comparison.headline,
        "summary": comparison.summary,
        "verdict": comparison.verdict,
        "notes": comparison.notes,
        "revisions": " → ".join(map(_revision, (base, head))),
        "base": base,
        "head": head,
        "alone": comparison.verdict is None,
        "most": _MOST,
        "answers": answers,
        "outcomes": [_answered(answer) for answer in answers],
        "same_answers": len(comparison.answers) - len(answers),
        "parameters": [
            (change.name, _setting(change.base), _setting(change.head))
            for change in comparison.parameters
        ],
        "code": comparison.code,
        "metrics": metrics,
        "telling": telling,
        "others": [metric for metric in differing if metric not in telling],
        "same_metrics": [metric.name for metric in metrics if metric.outcome == "same"],
        "segments": segments,
        "alone_segments": alone.segments if alone else (),
        "migration": moves,
        "stakes": comparison.stakes,
        "plays_lost": _plays(comparison.plays_lost),
        "plays_gained": _plays(comparison.plays_gained),
        "columns": (
            [name_of(moves, int(i), of_head=True) for i in moves.table.columns] if moves else []
        ),
        "rows": _rows(moves) if moves else [],
        "moved": _moved(comparison),
        "same_curves": _same_curves(base, head),
        "data": comparison.data,
        "customers": _customers(comparison.data),
        "why": _why(comparison, trials),
    }


def _why(comparison: Comparison, trials: Sequence[Trial] | None) -> dict[str, Any] | None:
    """Return what is told of the causes: a sentence, and a row for each that was tried."""
    if trials is None:
        return None
    if len(trials) < 2:
        return {"sentence": _ONLY[trials[0].cause if trials else None], "rows": ()}
    rows = [(f"{each.cause} alone", *_effect(each.outcome), each.trouble) for each in trials]
    rows.append(("all of it", *_effect(comparison), ""))
    return {
        "sentence": (
            "The base was run again with one of them changed at a time. What they do not add up to "
            "comes of their meeting."
        ),
        "rows": rows,
    }


def _answered(change: AnswerChange) -> str:
    """Say what became of the answer to a question."""
    if change.outcome in ("better", "worse"):
        return _OUTCOMES[change.outcome]
    if change.head is None:
        return "not asked any more"
    return "not asked before" if change.base is None else "another answer"


def _plays(changes: Sequence[PlayChange]) -> list[tuple[str, str]]:
    """Return each play with the segments that lose or gain it."""
    segments: dict[str, list[str]] = {}
    for change in changes:
        segments.setdefault(change.play, []).append(change.segment)
    return [(play, ", ".join(names)) for play, names in segments.items()]


def _effect(outcome: Comparison | None) -> tuple[str, ...]:
    """Return k, silhouette, share in no segment and customers who move."""
    if outcome is None:
        return ("–",) * 4
    known = {change.name: change.head for change in outcome.metrics}
    told = outcome.stakes
    moved = "–" if told is None else f"{told.moved.customers:,} of {told.common:,}"
    return (
        number(known.get("k")),
        number(known.get("silhouette")),
        percent(known.get("noise_share")),
        moved,
    )


def _revision(side: Side) -> str:
    return side.name if side.name == side.commit else f"{side.name} ({side.commit})"


def _segment(change: SegmentChange, migration: Migration | None) -> SegmentRow:
    """Return a row of the table of segments."""
    became: str = change.kind
    if change.kind == "shrunk" and migration is not None:
        left = sum(n for *place, n in cells(migration.table) if place == [change.base, NOISE])
        renamed = " and renamed" if change.base_name != change.head_name else ""
        became = f"shrunk{renamed}: {left:,} are in no segment now"
    if change.others and migration is not None:
        # On which side the others are: parts of it are the head's, what they came from the base's.
        of_head = (change.kind == "split") == (change.base is not None)
        if change.kind == "merged":
            of_head = change.head is None
        names = " and ".join(name_of(migration, i, of_head=of_head) for i in change.others)
        alone = change.base is None or change.head is None
        link = {
            ("split", True): "from" if change.base is None else "into",
            ("split", False): "off:",
            ("merged", True): "into" if change.head is None else "of",
            ("merged", False): "with",
        }[change.kind, alone]
        became = f"{change.kind} {link} {names}"
    return SegmentRow(
        base="–" if change.base is None else f"{change.base} {change.base_name}",
        head="–" if change.head is None else f"{change.head} {change.head_name}",
        sizes=f"{change.base_size or 0:,} → {change.head_size or 0:,}",
        similarity=percent(change.similarity),
        kind=became,
    )


def _moved(comparison: Comparison) -> str:
    """Say in one line how many moved, and how many would by chance; no names."""
    told = comparison.stakes
    if told is None:
        return ""
    said = f"{told.moved.customers:,} of {told.common:,} customers"
    if told.moved.value is not None:
        said += f", {percent(told.moved.value)} of the value"
    if told.by_chance is not None:
        said += f"; drawing the customers again moves about {told.by_chance:,}"
    return said


def _customers(data: DataChange | None) -> str:
    """Say in one line how many customers there are, and how far they drifted; no names."""
    if data is None or data.same:
        return ""
    before, after = next(counts for what, *counts in data.rows if what == "kept")
    said = f"{number(before)} → {number(after)} rows kept"
    drifting = [each for each in data.drift or () if each.psi > each.chance]
    if data.drift is not None:
        columns = "1 column drifts" if len(drifting) == 1 else f"{len(drifting)} columns drift"
        said += f"; {columns if drifting else 'no column drifts'} by more than chance"
    if drifting:
        said += f", most by a PSI of {max(each.psi for each in drifting):.2f}"
    return said


def _rows(migration: Migration) -> list[Row]:
    columns = [int(i) for i in migration.table.columns]
    counts: dict[int, tuple[int, ...]] = {}
    for segment, _, size in cells(migration.table):
        counts[segment] = (*counts.get(segment, ()), size)
    successor = {change.base: change.head for change in migration.segments} | {NOISE: NOISE}
    rows = []
    for segment, row in counts.items():
        name, heir = name_of(migration, segment, of_head=False), successor.get(segment)
        stays = columns.index(heir) if heir in columns else None
        rows.append(Row(name, row, sum(row), stays))
    totals = tuple(sum(column) for column in zip(*counts.values(), strict=True))
    return [*rows, Row("all", totals, sum(totals))]


def _metric(change: MetricChange) -> MetricRow:
    difference = change.change
    signed = ""
    if difference:
        signed = number(abs(difference))
        signed = f"+{signed}" if difference > 0 else f"−{signed}"
    return MetricRow(
        name=change.name,
        base=number(change.base),
        base_error=_error(change.base_se),
        head=number(change.head),
        head_error=_error(change.head_se),
        change=signed,
        outcome=change.outcome,
        in_words=_OUTCOMES.get(change.outcome, change.outcome),
    )


def _error(error: float | None) -> str:
    return f" ± {number(float(f'{error:.2g}'))}" if error else ""


def _setting(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _same_curves(base: Side, head: Side) -> list[str]:
    """Return which curves are the same in both."""
    one, other = base.curve, head.curve
    if one is None or other is None:
        return []
    return [
        label
        for name, label in CURVES.items()
        if name in one and name in other and one[["k", name]].equals(other[["k", name]])
    ]


def _curves_differ(base: Side, head: Side) -> bool:
    """Whether there is a curve to draw: one that is not the same in both."""
    known = [side.curve for side in (base, head) if side.curve is not None]
    return bool(known) and len(_same_curves(base, head)) < len(CURVES)


def _chart(base: Side, head: Side, name: str) -> str | None:
    """Return a curve of both revisions in Mermaid, at the k that both have, if they differ."""
    tables = [
        r.curve.set_index("k")[name].dropna()
        for r in (base, head)
        if r.curve is not None and {"k", name} <= set(r.curve.columns)
    ]
    if not tables or CURVES[name] in _same_curves(base, head):
        return None
    ks = sorted(set.intersection(*(set(table.index) for table in tables)))
    if len(ks) < 2:
        return None
    lines = [[float(table[k]) for k in ks] for table in tables]
    low, high = min(0.0, *map(min, lines)), max(map(max, lines))
    top = _round_up(high)
    palette = "#999999, #0072B2" if len(lines) > 1 else "#0072B2"
    look = {
        "xyChart": {"width": 640, "height": 280},
        "themeVariables": {"xyChart": {"plotColorPalette": palette}},
    }
    return "\n".join(
        [
            f"%%{{init: {json.dumps(look)}}}%%",
            "xychart-beta",
            f'    x-axis "number of segments k" [{", ".join(str(int(k)) for k in ks)}]',
            f'    y-axis "{CURVES[name]}" {_digits(low)} --> {_digits(top)}',
            *(f"    line [{', '.join(map(_digits, line))}]" for line in lines),
        ]
    )


def _digits(value: float) -> str:
    """Write four significant digits without an exponent, which Mermaid does not read."""
    return np.format_float_positional(value, precision=4, fractional=False, trim="-")


def _round_up(value: float) -> float:
    """Return the next number of two digits, for the end of an axis."""
    if value <= 0:
        return 1.0
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / step) * step
