"""The first look at the customers: few figures, each readable on its own."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from segmentation.views.style import ACCENT, INK, MUTED, figure, short, thousands

MOST_COLUMNS = 24  # more panels than this cannot be read; the first ones are drawn
MOST_LEVELS = 12
LEAST_BINS, MOST_BINS = 8, 40


def distributions(customers: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Draw a histogram with a boxplot under it for each numeric column.

    Parameters
    ----------
    customers : DataFrame
    labels : dict of str to str
        Numeric columns with their names for people.
    """
    names = list(labels)[:MOST_COLUMNS]
    across = min(3, len(names))
    down = math.ceil(len(names) / across)
    picture = figure(3.2 * across, 2.5 * down + 0.4)
    grid = picture.subplots(down, across, squeeze=False)
    for i, axes in enumerate(grid.flat):
        if i >= len(names):
            axes.set_axis_off()
            continue
        values = customers[names[i]].dropna().to_numpy()
        counts, _, _ = axes.hist(values, bins=bin_edges(values), color=ACCENT, alpha=0.85)
        top = float(np.max(counts))
        axes.boxplot(  # under the histogram, on the same scale
            values,
            orientation="horizontal",
            positions=[-0.17 * top],
            widths=0.14 * top,
            manage_ticks=False,
            flierprops={"marker": ".", "markersize": 3, "markeredgecolor": MUTED},
            medianprops={"color": INK},
        )
        axes.set_ylim(-0.3 * top, 1.05 * top)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= top])
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(thousands)
        axes.set_title(short(labels[names[i]], 34))
        if i % across == 0:
            axes.set_ylabel("customers")
    _say_cut(picture, len(names), len(labels), "numeric columns")
    return picture


def correlation(customers: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Draw the rank correlation (Spearman) of the numeric columns."""
    names = list(labels)[:MOST_COLUMNS]
    table = customers[names].rank().corr().to_numpy()
    side = 0.55 * len(names) + 2.6
    picture = figure(side + 1.2, side)
    axes = picture.subplots()
    cells = axes.imshow(table, cmap="PuOr_r", vmin=-1, vmax=1)
    if len(names) <= 14:
        for (row, column), value in np.ndenumerate(table):
            text = f"{value:.2f}".replace("-", "−")
            tone = "white" if abs(value) > 0.62 else INK
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=tone)
    ticks = [short(name.replace("_", " ")) for name in names]
    axes.set_xticks(range(len(names)), ticks, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), ticks)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title("Which numbers go together")
    picture.colorbar(cells, label="rank correlation (Spearman)", shrink=0.8)
    _say_cut(picture, len(names), len(labels), "numeric columns")
    return picture


def categories(customers: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Draw how many customers each category has, the largest first."""
    names = list(labels)[:MOST_COLUMNS]
    if not names:
        return _nothing("No categorical columns are declared")
    counts = {name: customers[name].fillna("(missing)").value_counts() for name in names}
    heights = [min(len(c), MOST_LEVELS + 1) + 1.5 for c in counts.values()]
    picture = figure(7.2, 0.3 * sum(heights) + 0.6)
    panels = picture.subplots(len(names), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        count = counts[name].sort_index().sort_values(ascending=False, kind="stable")
        if len(count) > MOST_LEVELS + 1:
            rest = count.iloc[MOST_LEVELS:]
            count = count.iloc[:MOST_LEVELS]
            count[f"({len(rest)} others)"] = rest.sum()
        _bars(axes, count, 100 / len(customers))
        axes.set_title(short(labels[name], 60))
    panels[-1].set_xlabel("customers")
    _say_cut(picture, len(names), len(labels), "categorical columns")
    return picture


def by_category(
    customers: pd.DataFrame, numeric: dict[str, str], categorical: dict[str, str]
) -> Figure:
    """Draw median and middle half of each number within each category."""
    numbers, groups = list(numeric)[:8], list(categorical)[:4]
    if not groups:
        return _nothing("No categorical columns are declared")
    levels = {
        name: customers[name].value_counts().sort_index().sort_values(kind="stable").index[-8:]
        for name in groups
    }
    heights = [len(level) + 1 for level in levels.values()]
    picture = figure(1.7 * len(numbers) + 1.6, 0.34 * sum(heights) + 1.4)
    grid = picture.subplots(
        len(groups), len(numbers), squeeze=False, sharey="row", height_ratios=heights
    )
    for i, group in enumerate(groups):
        quartiles = (
            customers.groupby(group)[numbers]
            .quantile(np.array([0.25, 0.5, 0.75]))
            .unstack()
            .loc[levels[group]]
        )
        for j, number in enumerate(numbers):
            axes, rows = grid[i, j], np.arange(len(quartiles))
            low, middle, high = quartiles[number].to_numpy().T
            axes.hlines(rows, low, high, color=ACCENT, linewidth=5, alpha=0.35)
            axes.plot(middle, rows, "o", color=ACCENT)
            axes.set_yticks(rows, [short(str(level)) for level in quartiles.index])
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


def missing(missing: dict[str, int], rows: int, labels: dict[str, str]) -> Figure:
    """Draw the share of missing cells of each column before cleaning."""
    count = (
        pd.Series(missing).sort_index().sort_values(ascending=False, kind="stable")[:MOST_COLUMNS]
    )
    count.index = pd.Index([labels[str(name)] for name in count.index])
    picture = figure(7.2, 0.32 * len(count) + 1.3)
    axes = picture.subplots()
    _bars(axes, count, 100 / rows)
    axes.set_title(f"Missing cells before cleaning, of {rows:,} rows")
    axes.set_xlabel("rows")
    return picture


def _bars(axes: Axes, count: pd.Series, percent: float) -> None:
    rows = np.arange(len(count))
    axes.barh(rows, count.to_numpy(), color=ACCENT, height=0.7)
    for row, value in zip(rows, count, strict=True):
        axes.annotate(
            f"{value:,} ({value * percent:.1f}%)",
            (value, row),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    axes.set_yticks(rows, [short(str(name), 34) for name in count.index])
    axes.set_xlim(0, 1.25 * max(1, float(count.max())))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")


def bin_edges(values: np.ndarray) -> np.ndarray:
    """Freedman-Diaconis bins, between 8 and 40 of them; whole steps for few whole numbers.

    Parameters
    ----------
    values : array of float
        Finite, at least one. A single value far from the others makes bins wide, never many.
    """
    distinct = np.unique(values)
    low, high = float(distinct[0]), float(distinct[-1])
    steps_fit = high - low < MOST_BINS  # else a sentinel such as 99999 would make 99999 steps
    if steps_fit and len(distinct) <= 25 and np.all(distinct == np.round(distinct)):
        return np.arange(low - 0.5, high + 1.5)
    # NumPy's own rule makes as many bins as it finds right before anyone can bound them.
    lower, upper = np.percentile(values, [25, 75])
    width = 2 * (upper - lower) * len(values) ** (-1 / 3)
    ideal = (high - low) / width if width else 1
    count = int(np.clip(np.ceil(ideal), LEAST_BINS, MOST_BINS))
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, count + 1)


def _say_cut(picture: Figure, drawn: int, declared: int, what: str) -> None:
    if drawn < declared:
        picture.supxlabel(f"the first {drawn} of {declared} {what}", fontsize=9, color=MUTED)


def _nothing(message: str) -> Figure:
    picture = figure(7.2, 1.2)
    picture.text(0.5, 0.5, message, ha="center", va="center", color=MUTED)
    return picture
