"""The first look at the customers: few figures, each readable on its own."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from segmentation.artifacts.quality import Quality
from segmentation.artifacts.summary import Summary
from segmentation.insight.numbers import percent
from segmentation.views.colours import ACCENT, INK, MUTED
from segmentation.views.style import DIVERGING, figure, ink_of, key, shades, short, thousands

MOST_COLUMNS = 24  # more panels than this cannot be read; the first ones are drawn
MOST_LEVELS = 12
NO_NUMBERS = "No numbers are declared"


def distributions(summary: Summary, labels: Mapping[str, str]) -> Figure:
    """Draw a histogram with a boxplot under it for each numeric column.

    Parameters
    ----------
    summary : Summary
    labels : dict of str to str
        Numeric columns with their names for people.
    """
    names = list(labels)[:MOST_COLUMNS]
    if not names:
        return _nothing(NO_NUMBERS)
    across = min(3, len(names))
    down = math.ceil(len(names) / across)
    picture = figure(3.2 * across, 2.5 * down + 0.4)
    grid = picture.subplots(down, across, squeeze=False)
    for i, axes in enumerate(grid.flat):
        if i >= len(names):
            axes.set_axis_off()
            continue
        axes.set_title(short(labels[names[i]], 34))
        column = summary.numeric[names[i]]
        if column.histogram is None or column.box is None:
            axes.set_axis_off()
            axes.text(0.5, 0.5, "too few customers to draw", ha="center", color=MUTED)
            continue
        # A bar is wider where customers are few: its height is theirs in the width of others.
        widths = np.diff(column.histogram.edges)
        heights = np.array(column.histogram.counts) / (widths / widths.min()).round(6)
        axes.stairs(heights, column.histogram.edges, fill=True, color=ACCENT, alpha=0.85)
        top = float(heights.max())
        (low, high), (first, median, third) = column.box.whiskers, column.box.quartiles
        box = {"whislo": low, "q1": first, "med": median, "q3": third, "whishi": high}
        axes.bxp(  # under the histogram, on the same scale
            [box],
            orientation="horizontal",
            positions=[-0.17 * top],
            widths=0.14 * top,
            manage_ticks=False,
            showfliers=False,
            medianprops={"color": INK},
        )
        axes.set_ylim(-0.3 * top, 1.05 * top)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= top])
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(thousands)
        if i % across == 0:
            axes.set_ylabel("customers")
    _say_cut(picture, len(names), len(labels), "numeric columns")
    return picture


def correlation(summary: Summary, labels: Mapping[str, str]) -> Figure:
    """Draw the rank correlation (Spearman) of the numeric columns."""
    names = list(labels)[:MOST_COLUMNS]
    if not names:
        return _nothing(NO_NUMBERS)
    correlations = summary.rank_correlation
    table = np.array([[correlations[a][b] for b in names] for a in names], dtype=np.float64)
    side = 0.55 * len(names) + 2.6
    picture = figure(side + 1.2, side)
    axes = picture.subplots()
    axes.set_aspect("equal")
    cells = shades(axes, table, DIVERGING, low=-1, high=1)
    if len(names) <= 14:
        for (row, column), value in np.ndenumerate(table):
            if np.isnan(value):  # of a constant, or of too few customers
                continue
            text = f"{value:.2f}".replace("-", "−")
            tone = ink_of(cells, value)
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=tone)
    ticks = [short(name.replace("_", " ")) for name in names]
    axes.set_xticks(range(len(names)), ticks, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), ticks)
    axes.set_title("Which numbers go together")
    key(picture, cells, "rank correlation (Spearman)")
    _say_cut(picture, len(names), len(labels), "numeric columns")
    return picture


def categories(summary: Summary, labels: Mapping[str, str]) -> Figure:
    """Draw how many customers each category has, the largest first."""
    names = list(labels)[:MOST_COLUMNS]
    if not names:
        return _nothing("No categorical columns are declared")
    counts = {name: _with_missing(summary.categorical[name], summary.customers) for name in names}
    heights = [min(len(c), MOST_LEVELS + 1) + 1.5 for c in counts.values()]
    picture = figure(7.2, 0.3 * sum(heights) + 0.6)
    panels = picture.subplots(len(names), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        bars = _largest_first(counts[name])
        if len(bars) > MOST_LEVELS + 1:
            bars, rest = bars[:MOST_LEVELS], bars[MOST_LEVELS:]
            bars.append((f"({len(rest)} others)", sum(count for _, count in rest)))
        _bars(axes, bars, of=summary.customers)
        axes.set_title(short(labels[name], 60))
    panels[-1].set_xlabel("customers")
    _say_cut(picture, len(names), len(labels), "categorical columns")
    return picture


def by_category(
    summary: Summary, numeric: Mapping[str, str], categorical: Mapping[str, str]
) -> Figure:
    """Draw median and middle half of each number within each category."""
    numbers, groups = list(numeric)[:8], list(categorical)[:4]
    if not groups:
        return _nothing("No categorical columns are declared")
    if not numbers:
        return _nothing(NO_NUMBERS)
    levels = {
        name: sorted(counts, key=lambda level: (counts[level], level))[-8:]
        for name, counts in ((name, summary.categorical[name]) for name in groups)
    }
    heights = [len(level) + 1 for level in levels.values()]
    picture = figure(1.7 * len(numbers) + 1.6, 0.34 * sum(heights) + 1.4)
    grid = picture.subplots(
        len(groups), len(numbers), squeeze=False, sharey="row", height_ratios=heights
    )
    for i, group in enumerate(groups):
        for j, number in enumerate(numbers):
            axes, rows = grid[i, j], np.arange(len(levels[group]))
            within = summary.by_category[group][number]
            quartiles = np.array([within[level] for level in levels[group]], dtype=np.float64)
            low, middle, high = quartiles.reshape(-1, 3).T
            axes.hlines(rows, low, high, color=ACCENT, linewidth=5, alpha=0.35)
            axes.plot(middle, rows, "o", color=ACCENT)
            axes.set_yticks(rows, [short(level) for level in levels[group]])
            axes.set_ylim(-0.6, len(rows) - 0.4)
            axes.xaxis.set_major_locator(MaxNLocator(3))
            axes.xaxis.set_major_formatter(thousands)
            axes.tick_params(axis="x", labelsize=8)
            axes.tick_params(axis="y", length=0)
            if i == 0:
                axes.set_title(short(number.replace("_", " ")), fontsize=9)
        grid[i, 0].set_ylabel(short(categorical[group]))
    picture.suptitle("Numbers by category: median and middle half", fontweight="bold", fontsize=11)
    return picture


def missing(quality: Quality, labels: Mapping[str, str]) -> Figure:
    """Draw the share of missing cells of each column before cleaning."""
    bars = _largest_first(quality.missing)[:MOST_COLUMNS]
    picture = figure(7.2, 0.32 * len(bars) + 1.3)
    axes = picture.subplots()
    _bars(axes, [(labels[name], count) for name, count in bars], of=quality.rows_in)
    axes.set_title(f"Missing cells before cleaning, of {quality.rows_in:,} rows")
    axes.set_xlabel("rows")
    return picture


def _with_missing(counts: Mapping[str, int], customers: int) -> dict[str, int]:
    """Count those of no category, too."""
    unknown = customers - sum(counts.values())
    return {**counts, "(missing)": unknown} if unknown else {**counts}


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _bars(axes: Axes, bars: Sequence[tuple[str, int]], *, of: int) -> None:
    rows = np.arange(len(bars))
    axes.barh(rows, [count for _, count in bars], color=ACCENT, height=0.7)
    for row, (_, value) in zip(rows, bars, strict=True):
        axes.annotate(
            f"{value:,} ({percent(value / of)})",
            (value, row),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    axes.set_yticks(rows, [short(name, 34) for name, _ in bars])
    axes.set_xlim(0, 1.25 * max(1, *(count for _, count in bars)))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")


def _say_cut(picture: Figure, drawn: int, declared: int, what: str) -> None:
    if drawn < declared:
        picture.supxlabel(f"the first {drawn} of {declared} {what}", fontsize=9, color=MUTED)


def _nothing(message: str) -> Figure:
    picture = figure(7.2, 1.2)
    picture.text(0.5, 0.5, message, ha="center", va="center", color=MUTED)
    return picture
