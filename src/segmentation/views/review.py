"""The review of a change, as Markdown for a pull request and as one self-contained HTML page."""

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from segmentation.clustering.identity.matching import NOISE
from segmentation.insight.numbers import number
from segmentation.monitoring.migration import ABSENT, Migration, cells
from segmentation.review.changes import MetricChange
from segmentation.review.comparison import Comparison
from segmentation.review.side import PICTURES, Side
from segmentation.views.report import data_uri, render
from segmentation.views.style import ACCENT, MUTED, colour, figure, short

_ARROWS = {"better": "▲ better", "worse": "▼ worse", "same": "="}
_CURVES = {"silhouette": "mean silhouette", "inertia": "inertia"}


@dataclass(frozen=True)
class Row:
    """One segment, or customers in none, in the migration table.

    `counts` follow the columns; `stays` is the place among them of those who did not move.
    """

    label: str
    counts: tuple[int, ...]
    total: int
    stays: int | None = None


def markdown(comparison: Comparison) -> str:
    """Return the page for a pull request: text, tables and charts that GitHub draws itself."""
    curves = {
        label: chart
        for name, label in _CURVES.items()
        if (chart := _chart(comparison.base, comparison.head, name))
    }
    return render("review.md.j2", **_facts(comparison), charts=curves)


def html(comparison: Comparison) -> str:
    """Return the page with all pictures in it."""
    base, head = comparison.base, comparison.head
    moves, known = comparison.migration, base.curve is not None or head.curve is not None
    pictures = {
        "curves": _uri(curves(base, head)) if known else None,
        "migration": _uri(migration(moves)) if moves and moves.common else None,
    }
    return render(
        "review.html.j2", **_facts(comparison), pictures=pictures, pairs=_pairs(base, head)
    )


def curves(base: Side, head: Side) -> Figure:
    """Draw silhouette and inertia by k of both revisions over each other."""
    picture = figure(9.6, 3.6)
    for axes, (name, label) in zip(picture.subplots(1, 2), _CURVES.items(), strict=True):
        for revision, look in (
            (base, {"color": MUTED, "linestyle": "--", "marker": "s"}),
            (head, {"color": ACCENT, "linestyle": "-", "marker": "o"}),
        ):
            curve = revision.curve
            if curve is None or name not in curve:
                continue
            axes.errorbar(
                curve.k,
                curve[name],
                yerr=curve.get(f"{name}_se"),
                capsize=3,
                label=short(revision.name),
                **look,
            )
        axes.set_title(label[0].upper() + label[1:])
        axes.set_xlabel("number of segments k")
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.legend()
    return picture


def migration(migration: Migration) -> Figure:
    """Draw customers flowing from the base's segments (left) to the head's (right).

    Parameters
    ----------
    migration : Migration
        Those who stay are pale; those who move have the colour of the segment they leave.
    """
    table = migration.table
    gap = 0.02 * table.to_numpy().sum()
    picture = figure(9.6, 1.4 + 0.42 * max(table.shape))
    axes = picture.subplots()
    left, right = _stack(table.sum(axis=1), gap), _stack(table.sum(axis=0), gap)
    base_hues, head_hues = _hues(migration)
    for segment, (bottom, size) in left.items():
        _bar(axes, 0.0, bottom, size, base_hues[segment])
        name = f"{short(_name(migration, segment, of_head=False), 40)}  {size:,}"
        axes.text(-0.02, bottom + size / 2, name, ha="right", va="center")
    for segment, (bottom, size) in right.items():
        _bar(axes, 1.0, bottom, size, head_hues[segment])
        name = f"{size:,}  {short(_name(migration, segment, of_head=True), 50)}"
        axes.text(1.05, bottom + size / 2, name, ha="left", va="center")
    stays = {(change.base, change.head) for change in migration.segments} | {(NOISE, NOISE)}
    leaving = {segment: bottom for segment, (bottom, _) in left.items()}
    arriving = {segment: bottom for segment, (bottom, _) in right.items()}
    for before, after, size in cells(table):
        if not size:
            continue
        ribbon = _ribbon(leaving[before], arriving[after], size)
        moves = ABSENT not in (before, after) and (before, after) not in stays
        alpha = 0.7 if moves else 0.18
        axes.add_patch(PathPatch(ribbon, facecolor=base_hues[before], alpha=alpha, linewidth=0))
        leaving[before] += size
        arriving[after] += size
    axes.set_xlim(-0.75, 1.78)
    axes.set_ylim(max(b + s for b, s in [*left.values(), *right.values()]) + gap, -gap)
    axes.axis("off")
    return picture


def _facts(comparison: Comparison) -> dict[str, Any]:
    moves = comparison.migration
    base, head = comparison.base, comparison.head
    alone = head.segments or base.segments
    return {
        "headline": comparison.headline,
        "notes": comparison.notes,
        "base": base,
        "head": head,
        "alone": not (base.stages and head.stages),
        "parameters": [
            (change.name, _setting(change.base), _setting(change.head))
            for change in comparison.parameters
        ],
        "code": comparison.code,
        "metrics": [_metric(change) for change in comparison.metrics],
        "segments": moves.segments if moves else (),
        "alone_segments": alone.segments if alone else (),
        "migration": moves,
        "columns": (
            [_name(moves, int(i), of_head=True) for i in moves.table.columns] if moves else []
        ),
        "rows": _rows(moves) if moves else [],
        "data": comparison.data,
    }


def _rows(migration: Migration) -> list[Row]:
    columns = [int(i) for i in migration.table.columns]
    counts: dict[int, tuple[int, ...]] = {}
    for segment, _, size in cells(migration.table):
        counts[segment] = (*counts.get(segment, ()), size)
    successor = {change.base: change.head for change in migration.segments} | {NOISE: NOISE}
    rows = []
    for segment, row in counts.items():
        name, heir = _name(migration, segment, of_head=False), successor.get(segment)
        stays = columns.index(heir) if heir in columns else None
        rows.append(Row(name, row, sum(row), stays))
    totals = tuple(sum(column) for column in zip(*counts.values(), strict=True))
    return [*rows, Row("all", totals, sum(totals))]


def _name(migration: Migration, segment: int, *, of_head: bool) -> str:
    if segment == NOISE:
        return "in no segment"
    if segment == ABSENT:
        return "gone" if of_head else "new customers"
    for change in migration.segments:
        if segment == (change.head if of_head else change.base):
            return f"{segment} {change.head_name if of_head else change.base_name}"
    return str(segment)


def _metric(change: MetricChange) -> dict[str, str]:
    difference = change.change
    signed = ""
    if difference:
        signed = number(abs(difference))
        signed = f"+{signed}" if difference > 0 else f"−{signed}"
    return {
        "name": change.name,
        "base": number(change.base),
        "base_error": _error(change.base_se),
        "head": number(change.head),
        "head_error": _error(change.head_se),
        "change": signed,
        "outcome": change.outcome,
        "in_words": _ARROWS.get(change.outcome, change.outcome),
    }


def _error(error: float | None) -> str:
    return f" ± {number(float(f'{error:.2g}'))}" if error else ""


def _setting(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _chart(base: Side, head: Side, name: str) -> str | None:
    """Return a curve of both revisions in Mermaid, at the k that both have."""
    tables = [
        r.curve.set_index("k")[name].dropna()
        for r in (base, head)
        if r.curve is not None and {"k", name} <= set(r.curve.columns)
    ]
    if not tables:
        return None
    if len(tables) > 1 and tables[0].equals(tables[1]):
        tables = tables[:1]
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
            f'    y-axis "{_CURVES[name]}" {_digits(low)} --> {_digits(top)}',
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


def _pairs(base: Side, head: Side) -> list[dict[str, str | None]]:
    """Return the pictures of both, title by title; `base` is None where they are the same."""
    pairs: list[dict[str, str | None]] = []
    for title in PICTURES:
        before, after = ((r.pictures or {}).get(title) for r in (base, head))
        if before or after:
            pairs.append(
                {
                    "title": title,
                    "base": data_uri(before) if before and before != after else None,
                    "head": data_uri(after) if after else None,
                    "same": "same" if before == after else None,
                }
            )
    return pairs


def _uri(picture: Figure) -> str:
    buffer = io.BytesIO()
    picture.savefig(buffer, format="png", metadata={"Software": None})
    return data_uri(buffer.getvalue())


def _stack(sizes: pd.Series, gap: float) -> dict[int, tuple[float, int]]:
    """Return where each bar begins and how long it is, from top to bottom."""
    ends = np.cumsum(sizes.to_numpy() + gap)
    return {
        int(segment): (float(end - size - gap), int(size))
        for segment, size, end in zip(sizes.index, sizes, ends, strict=True)
    }


def _hues(migration: Migration) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Give matched segments of base and head one colour, and new ones colours still free."""
    used = [change.base for change in migration.segments if change.base is not None]
    free = [i for i in range(1, 200) if i not in used]
    base, head = ({NOISE: colour(NOISE), ABSENT: MUTED} for _ in range(2))
    for change in migration.segments:
        place = free.pop(0) if change.base is None else change.base
        if change.base is not None:
            base[change.base] = colour(place)
        if change.head is not None:
            head[change.head] = colour(place)
    return base, head


def _bar(axes: Axes, x: float, bottom: float, size: float, hue: str) -> None:
    axes.add_patch(Rectangle((x, bottom), 0.03, size, facecolor=hue, linewidth=0))


def _ribbon(start: float, end: float, size: float) -> Outline:
    """Outline a band of constant width from the left bars to the right ones."""
    left, right, middle = 0.03, 1.0, 0.5
    points: Sequence[tuple[float, float]] = [
        (left, start), (middle, start), (middle, end), (right, end),
        (right, end + size), (middle, end + size), (middle, start + size), (left, start + size),
        (left, start),
    ]  # fmt: skip
    codes = [Outline.MOVETO, *[Outline.CURVE4] * 3, Outline.LINETO, *[Outline.CURVE4] * 3]
    return Outline(np.array(points), [*codes, Outline.CLOSEPOLY])
