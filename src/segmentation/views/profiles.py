"""Pictures of what the segments are: their profiles, sizes and worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from segmentation.artifacts.segments import CategoryColumn, NumberColumn, Profile, Segment
from segmentation.insight.numbers import percent
from segmentation.views.colours import INK, MUTED, NOISE_COLOUR, PAPER, colour
from segmentation.views.findings import differences
from segmentation.views.style import (
    DIVERGING,
    SHADES,
    chips,
    figure,
    ink_of,
    key,
    shades,
    short,
    thousands,
    wrapped,
)

MOST_ROWS = 30  # of a heatmap: more could not be read
MOST_PANELS = 24
MOST_LEVELS = 12
MOST_LEVEL_NAMES = 8  # side by side under a picture; more are turned


def profile(segments: Sequence[Segment]) -> Figure:
    """Draw how far each segment's mean is from everyone else's, in standard deviations.

    Above thirty features those that differ most are shown.
    """
    table = pd.DataFrame({each.id: differences(each) for each in segments}, dtype="float64")
    if table.empty:
        return _only("No customer is in a segment")
    names = {each.id: each.name for each in segments}
    total = len(table)
    if total > MOST_ROWS:
        strongest = table.abs().max(axis=1).sort_values(ascending=False, kind="stable").index
        table = table.loc[table.index.isin(strongest[:MOST_ROWS])]
    most = float(np.nanmax(np.abs(table.to_numpy()), initial=1.0))
    turned = table.shape[1] > MOST_LEVEL_NAMES
    picture = figure(
        (0.62 if turned else 1.3) * table.shape[1] + 3.4, 0.42 * len(table) + 2.2 + 0.9 * turned
    )
    axes = picture.subplots()
    cells = shades(axes, table.to_numpy(), DIVERGING, low=-most, high=most)
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        if np.isfinite(value):
            axes.text(
                column,
                row,
                f"{round(value, 1) + 0.0:+.1f}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=9,
                color=ink_of(cells, value),
            )
    ids = [int(i) for i in table.columns]
    axes.set_xticks(range(table.shape[1]), [str(i) for i in ids])
    chips(axes.xaxis, ids)
    _names(axes, [names[i] for i in ids], turned=turned)
    axes.set_yticks(range(len(table)), [wrapped(str(name), 30, 2) for name in table.index])
    shown = "" if total == len(table) else f": the {len(table)} of {total} that differ most"
    axes.set_title(f"Difference from everyone else{shown}")
    key(picture, cells, "standard deviations below or above")
    return picture


def _names(axes: Axes, names: Sequence[str], *, turned: bool) -> None:
    """Write names under the ticks, in ink; turned where they would run into each other."""
    for place, name in enumerate(names):
        axes.annotate(
            short(name, 34) if turned else wrapped(name),
            (place, 0),
            (4 if turned else 0, -22),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="right" if turned else "center",
            va="top",
            rotation=40 if turned else 0,
            rotation_mode="anchor" if turned else "default",
            fontsize=9,
        )


def sizes(
    segments: Sequence[Segment],
    *,
    value: str | None,
    outside: Profile | None = None,
    kind: str = "segment",
) -> Figure:
    """Draw each segment's share of customers beside its share of the total value.

    Parameters
    ----------
    segments : sequence of Segment
        Best first.
    value : str or None
        The value column's name for people, if there is one.
    outside : Profile, optional
        Customers in no segment.
    kind : str
        What segments are called.
    """
    if not segments:
        return _only(f"No customer is in a {kind}")
    parts: list[tuple[Profile, str, str]] = [
        (each, f"{each.id}  {each.name}", colour(each.id)) for each in segments
    ]
    if outside:
        parts.append((outside, f"in no {kind}", NOISE_COLOUR))
    picture = figure(7.6, 0.62 * len(parts) + 1.7)
    axes = picture.subplots()
    rows = np.arange(len(parts))
    colours = [tone for _, _, tone in parts]
    shares = np.array([each.share for each, _, _ in parts])
    # NaN where the total value is not positive.
    worths = np.array([each.share_of_value for each, _, _ in parts], dtype=np.float64)
    axes.barh(rows - 0.19, 100 * shares, height=0.36, color=colours, alpha=0.45)
    axes.barh(rows + 0.19, 100 * worths, height=0.36, color=colours)
    for row, (share, worth) in enumerate(zip(shares, worths, strict=True)):
        near: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 9}
        axes.annotate(f"{percent(share)} of customers", (100 * share, row - 0.19), (4, 0), **near)
        if not np.isnan(worth):
            axes.annotate(f"{percent(worth)} of value", (100 * worth, row + 0.19), (4, 0), **near)
    axes.set_yticks(rows, [wrapped(label, 24) for _, label, _ in parts])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlim(0, 1.25 * 100 * float(np.nanmax([*shares, *worths])))
    told = f" (value: total of {short(value, 60)})" if value else ""
    axes.set_xlabel(f"per cent{told}")
    axes.set_title(f"Size and worth of each {kind}" if value else f"Size of each {kind}")
    return picture


def boxplots(columns: Mapping[str, NumberColumn], segments: Sequence[Segment]) -> Figure:
    """Draw the spread of each number in each segment, from quartiles and percentiles."""
    if not segments:
        return _only("No customer is in a segment")
    if not columns:
        return _only("No numbers are declared")
    shown = list(columns)[:MOST_PANELS]
    across = min(3, len(shown))
    down = max(1, -(-len(shown) // across))
    height = 0.28 * len(segments) + 1.0
    picture = figure(9.6, height * down + 0.6)
    panels = np.atleast_1d(picture.subplots(down, across, squeeze=False)).ravel()
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    for axes, name in zip(panels, shown, strict=False):
        boxes = []
        for segment in segments:
            figures = segment.numeric[name]
            if figures.median is None or figures.whiskers is None or figures.quartiles is None:
                continue
            (low, high), (first, third) = figures.whiskers, figures.quartiles
            boxes.append((segment.id, low, first, figures.median, third, high))
        order = {segment.id: row for row, segment in enumerate(segments)}
        for i, low, first, median, third, high in boxes:
            row, tone = order[i], colour(i)
            axes.plot([low, high], [row, row], color=tone, linewidth=1.2, solid_capstyle="butt")
            axes.barh(row, third - first, left=first, height=0.6, color=tone)
            axes.plot([median, median], [row - 0.3, row + 0.3], color=PAPER, linewidth=2)
        everyone = columns[name].median
        if everyone is not None:
            axes.axvline(everyone, color=INK, linestyle=":", linewidth=1.2)
        axes.set_yticks(range(len(segments)), [str(s.id) for s in segments])
        chips(axes.yaxis, [s.id for s in segments])
        axes.tick_params(axis="y", length=0, pad=6)
        axes.set_ylim(len(segments) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.set_title(short(columns[name].label, 34), fontsize=10)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(thousands)
    cut = len(shown) < len(columns)
    more = f"; the first {len(shown)} of {len(columns)} columns" if cut else ""
    picture.supxlabel(
        "box: middle half; line in it: median; whisker: 5% to 95%, of few nearer; "
        f"dotted: everyone's median{more}",
        fontsize=9,
        color=MUTED,
    )
    return picture


def categories(
    columns: Mapping[str, CategoryColumn], segments: Sequence[Segment], *, kind: str = "segment"
) -> Figure:
    """Draw the share of each category in each segment beside its share among everyone."""
    shown = list(columns)[:MOST_PANELS]
    levels = {name: list(columns[name].levels)[:MOST_LEVELS] for name in shown}
    if not shown:
        return _only("The data hold no categories")
    if not segments:
        return _only("No customer is in a segment")
    heights = [len(levels[name]) + 1.6 for name in shown]
    picture = figure(
        max(6.4, 0.62 * (len(segments) + 1) + 3.2), 0.32 * sum(heights) + 0.3 * len(shown) + 0.4
    )
    panels = picture.subplots(len(shown), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, name in zip(panels, shown, strict=True):
        shares = np.array(
            [
                [
                    *(_share(s, name, level) for s in segments),
                    columns[name].levels[level],
                ]
                for level in levels[name]
            ],
            dtype=np.float64,
        )
        cells = shades(axes, shares, SHADES, low=0, high=1)
        for (row, column), share in np.ndenumerate(shares):
            known = not np.isnan(share)
            tone = ink_of(cells, share) if known else INK
            axes.text(
                column,
                row,
                percent(share if known else None),
                ha="center",
                va="center",
                fontsize=9,
                color=tone,
            )
        axes.axvline(len(segments) - 0.5, color=PAPER, linewidth=4)
        axes.set_xticks(range(len(segments) + 1), [*(str(s.id) for s in segments), "all"])
        chips(axes.xaxis, [s.id for s in segments])
        axes.tick_params(axis="x", pad=6)
        axes.set_yticks(range(len(levels[name])), [short(level, 28) for level in levels[name]])
        left_out = len(columns[name].levels) - len(levels[name]) + columns[name].other_levels
        more = f" ({left_out} rarer ones not shown)" if left_out else ""
        axes.set_title(short(f"{columns[name].label}{more}", 60), fontsize=10)
    picture.supxlabel(
        f"share of a {kind}'s customers; the darker, the larger", fontsize=9, color=MUTED
    )
    return picture


def _share(segment: Segment, column: str, level: str) -> float | None:
    figures = segment.categorical[column].get(level)
    return None if figures is None else figures.share


def _only(text: str) -> Figure:
    """Say why there is nothing to draw."""
    picture = figure(7.2, 1.0)
    picture.text(0.5, 0.5, text, ha="center", va="center", color=MUTED)
    return picture
