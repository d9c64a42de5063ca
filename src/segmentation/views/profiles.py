"""Pictures of what the segments are: their profiles, sizes and worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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


def profile(table: pd.DataFrame, *, names: dict[int, str]) -> Figure:
    """Draw how far each segment's mean is from everyone else's, in standard deviations.

    Parameters
    ----------
    table : DataFrame of shape (features, segments)
        Standardised differences; columns are segment ids, the index names features.
    names : dict of int to str
        Names of the segments.

    Above thirty features those that differ most are shown.
    """
    if table.empty:
        return _only("No customer is in a segment")
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


def sizes(table: pd.DataFrame, *, value: str) -> Figure:
    """Draw each segment's share of customers beside its share of the total value.

    Parameters
    ----------
    table : DataFrame
        ``name``, ``share`` and ``share_of_value`` (0 to 1, or None where the total value is not
        positive), indexed by segment id, best first.
    value : str
        The value column's name for people.
    """
    if table.empty:
        return _only("No customer is in a segment")
    picture = figure(7.6, 0.62 * len(table) + 1.7)
    axes = picture.subplots()
    rows = np.arange(len(table))
    table = table.astype({"share_of_value": "float64"})
    colours = [colour(int(i)) for i in table.index]
    axes.barh(rows - 0.19, 100 * table["share"], height=0.36, color=colours, alpha=0.45)
    axes.barh(rows + 0.19, 100 * table["share_of_value"], height=0.36, color=colours)
    for row, (share, worth) in enumerate(zip(table["share"], table["share_of_value"], strict=True)):
        near: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 9}
        axes.annotate(f"{share:.0%} of customers", (100 * share, row - 0.19), (4, 0), **near)
        if not np.isnan(worth):
            axes.annotate(f"{worth:.0%} of value", (100 * worth, row + 0.19), (4, 0), **near)
    axes.set_yticks(rows, [f"{i}  {wrapped(name)}" for i, name in table["name"].items()])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlim(0, 1.25 * 100 * float(np.nanmax(table[["share", "share_of_value"]].to_numpy())))
    axes.set_xlabel(f"per cent (value: total of {value})")
    axes.set_title("Size and worth of each segment")
    return picture


def boxplots(
    columns: Mapping[str, Mapping[str, Any]], segments: Sequence[Mapping[str, Any]]
) -> Figure:
    """Draw the spread of each number in each segment, from quartiles and percentiles.

    Parameters
    ----------
    columns : mapping of str to mapping
        By numeric column: ``label`` and everyone's ``median``.
    segments : sequence of mapping
        ``id`` and, under ``numeric``, ``median``, ``quartiles`` and ``whiskers`` by column.
    """
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
            figures = segment["numeric"][name]
            if figures["median"] is None:
                continue
            (low, high), (first, third) = figures["whiskers"], figures["quartiles"]
            boxes.append((segment["id"], low, first, figures["median"], third, high))
        order = {segment["id"]: row for row, segment in enumerate(segments)}
        for i, low, first, median, third, high in boxes:
            row, tone = order[i], colour(i)
            axes.plot([low, high], [row, row], color=tone, linewidth=1.2, solid_capstyle="butt")
            axes.barh(row, third - first, left=first, height=0.6, color=tone)
            axes.plot([median, median], [row - 0.3, row + 0.3], color="white", linewidth=2)
        if columns[name]["median"] is not None:
            axes.axvline(columns[name]["median"], color=INK, linestyle=":", linewidth=1.2)
        axes.set_yticks(range(len(segments)), [str(s["id"]) for s in segments])
        axes.set_ylim(len(segments) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.set_title(short(str(columns[name]["label"]), 34), fontsize=10)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(thousands)
    cut = len(shown) < len(columns)
    more = f"; the first {len(shown)} of {len(columns)} columns" if cut else ""
    picture.supxlabel(
        "box: middle half of a segment, white line: median, whisker: 5 to 95%; "
        f"dotted: everyone's median{more}",
        fontsize=9,
        color=MUTED,
    )
    return picture


def categories(
    columns: Mapping[str, Mapping[str, Any]], segments: Sequence[Mapping[str, Any]]
) -> Figure:
    """Draw the share of each category in each segment beside its share among everyone.

    Parameters
    ----------
    columns : mapping of str to mapping
        By categorical column: ``label`` and everyone's share by level (``levels``).
    segments : sequence of mapping
        ``id`` and, under ``categorical``, each level's ``share`` by column.
    """
    shown = list(columns)[:MOST_PANELS]
    levels = {name: list(columns[name]["levels"])[:MOST_LEVELS] for name in shown}
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
                    *(s["categorical"][name].get(level, {}).get("share") for s in segments),
                    columns[name]["levels"][level],
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
        axes.set_xticks(range(len(segments) + 1), [*(str(s["id"]) for s in segments), "all"])
        for label, segment in zip(axes.get_xticklabels(), segments, strict=False):
            label.set_color("white" if ink_on(segment["id"]) == "white" else INK)
            label.set_bbox({"facecolor": colour(segment["id"]), "edgecolor": "none", "pad": 2})
        axes.set_yticks(range(len(levels[name])), [short(level, 28) for level in levels[name]])
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        left_out = len(columns[name]["levels"]) - len(levels[name]) + columns[name]["other_levels"]
        more = f" ({left_out} rarer ones not shown)" if left_out else ""
        axes.set_title(short(f"{columns[name]['label']}{more}", 60), fontsize=10)
    return picture


def _only(text: str) -> Figure:
    """Say why there is nothing to draw."""
    picture = figure(7.2, 1.0)
    picture.text(0.5, 0.5, text, ha="center", va="center", color=MUTED)
    return picture
