"""Pictures of what the segments are: their profiles, sizes and worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from segmentation.artifacts.segments import CategoryColumn, NumberColumn, Segment
from segmentation.views.style import (
    INK,
    MUTED,
    SHADES,
    colour,
    figure,
    ink_on,
    short,
    thousands,
    wrapped,
)

MOST_ROWS = 30  # of a heatmap: more could not be read
MOST_PANELS = 24
MOST_LEVELS = 12


def profile(segments: Sequence[Segment]) -> Figure:
    """Draw how far each segment's mean is from everyone else's, in standard deviations.

    Above thirty features those that differ most are shown.
    """
    table = pd.DataFrame({each.id: _differences(each) for each in segments}, dtype="float64")
    if table.empty:
        return _only("No customer is in a segment")
    names = {each.id: each.name for each in segments}
    total = len(table)
    if total > MOST_ROWS:
        strongest = table.abs().max(axis=1).sort_values(ascending=False, kind="stable").index
        table = table.loc[table.index.isin(strongest[:MOST_ROWS])]
    most = float(np.nanmax(np.abs(table.to_numpy()), initial=1.0))
    picture = figure(1.3 * table.shape[1] + 3.4, 0.42 * len(table) + 1.9)
    axes = picture.subplots()
    cells = axes.imshow(table, cmap="PuOr_r", vmin=-most, vmax=most, aspect="auto")
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        if np.isfinite(value):
            axes.text(
                column,
                row,
                f"{round(value, 1) + 0.0:+.1f}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=9,
                color="white" if abs(value) > 0.62 * most else INK,
            )
    ids = [int(i) for i in table.columns]
    labels = [f"{i}\n{wrapped(names[i])}" for i in ids]
    axes.set_xticks(range(table.shape[1]), labels)
    for label, i in zip(axes.get_xticklabels(), ids, strict=True):
        label.set_color(colour(i))
        label.set_fontweight("bold")
    axes.set_yticks(range(len(table)), [short(str(name), 32) for name in table.index])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    shown = "" if total == len(table) else f": the {len(table)} of {total} that differ most"
    axes.set_title(f"Difference from everyone else{shown}")
    picture.colorbar(cells, label="standard deviations", shrink=0.8)
    return picture


def _differences(segment: Segment) -> dict[str, float | None]:
    numbers = {
        name.replace("_", " "): figures.difference for name, figures in segment.numeric.items()
    }
    levels = {
        f"{column.replace('_', ' ')}: {level}": figures.difference
        for column, levels in segment.categorical.items()
        for level, figures in levels.items()
    }
    return numbers | levels


def sizes(segments: Sequence[Segment], *, value: str) -> Figure:
    """Draw each segment's share of customers beside its share of the total value.

    Parameters
    ----------
    segments : sequence of Segment
        Best first.
    value : str
        The value column's name for people.
    """
    if not segments:
        return _only("No customer is in a segment")
    picture = figure(7.6, 0.62 * len(segments) + 1.7)
    axes = picture.subplots()
    rows = np.arange(len(segments))
    colours = [colour(each.id) for each in segments]
    shares = np.array([each.share for each in segments])
    # NaN where the total value is not positive.
    worths = np.array([each.share_of_value for each in segments], dtype=np.float64)
    axes.barh(rows - 0.19, 100 * shares, height=0.36, color=colours, alpha=0.45)
    axes.barh(rows + 0.19, 100 * worths, height=0.36, color=colours)
    for row, (share, worth) in enumerate(zip(shares, worths, strict=True)):
        near: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 9}
        axes.annotate(f"{share:.0%} of customers", (100 * share, row - 0.19), (4, 0), **near)
        if not np.isnan(worth):
            axes.annotate(f"{worth:.0%} of value", (100 * worth, row + 0.19), (4, 0), **near)
    axes.set_yticks(rows, [f"{each.id}  {wrapped(each.name)}" for each in segments])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlim(0, 1.25 * 100 * float(np.nanmax([*shares, *worths])))
    axes.set_xlabel(f"per cent (value: total of {value})")
    axes.set_title("Size and worth of each segment")
    return picture


def boxplots(columns: Mapping[str, NumberColumn], segments: Sequence[Segment]) -> Figure:
    """Draw the spread of each number in each segment, from quartiles and percentiles."""
    if not segments:
        return _only("No customer is in a segment")
    shown = list(columns)[:MOST_PANELS]
    across = min(3, max(len(shown), 1))
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
            axes.plot([median, median], [row - 0.3, row + 0.3], color="white", linewidth=2)
        everyone = columns[name].median
        if everyone is not None:
            axes.axvline(everyone, color=INK, linestyle=":", linewidth=1.2)
        axes.set_yticks(range(len(segments)), [str(s.id) for s in segments])
        axes.set_ylim(len(segments) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.set_title(short(columns[name].label, 34), fontsize=10)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(thousands)
    cut = len(shown) < len(columns)
    more = f"; the first {len(shown)} of {len(columns)} columns" if cut else ""
    picture.supxlabel(
        "box: middle half of a segment, white line: median, whisker: 5 to 95%, of few nearer; "
        f"dotted: everyone's median{more}",
        fontsize=9,
        color=MUTED,
    )
    return picture


def categories(columns: Mapping[str, CategoryColumn], segments: Sequence[Segment]) -> Figure:
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
        axes.imshow(shares, cmap=SHADES, vmin=0, vmax=1, aspect="auto")
        for (row, column), share in np.ndenumerate(shares):
            text = "–" if np.isnan(share) else f"{100 * share:.0f}%"
            tone = "white" if share > 0.55 else INK
            axes.text(column, row, text, ha="center", va="center", fontsize=9, color=tone)
        axes.axvline(len(segments) - 0.5, color="white", linewidth=4)
        axes.set_xticks(range(len(segments) + 1), [*(str(s.id) for s in segments), "all"])
        for label, segment in zip(axes.get_xticklabels(), segments, strict=False):
            label.set_color("white" if ink_on(segment.id) == "white" else INK)
            label.set_bbox({"facecolor": colour(segment.id), "edgecolor": "none", "pad": 2})
        axes.set_yticks(range(len(levels[name])), [short(level, 28) for level in levels[name]])
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        left_out = len(columns[name].levels) - len(levels[name]) + columns[name].other_levels
        more = f" ({left_out} rarer ones not shown)" if left_out else ""
        axes.set_title(short(f"{columns[name].label}{more}", 60), fontsize=10)
    return picture


def _share(segment: Segment, column: str, level: str) -> float | None:
    figures = segment.categorical[column].get(level)
    return None if figures is None else figures.share


def _only(text: str) -> Figure:
    """Say why there is nothing to draw."""
    picture = figure(7.2, 1.0)
    picture.text(0.5, 0.5, text, ha="center", va="center", color=MUTED)
    return picture
