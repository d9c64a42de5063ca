"""Pictures of what the segments are: their profiles, sizes and worth."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from segmentation.views.style import INK, colour, figure, short, wrapped


def profile(table: pd.DataFrame, *, names: dict[int, str]) -> Figure:
    """Draw how far each segment's mean is from everyone else's, in standard deviations.

    Parameters
    ----------
    table : DataFrame of shape (features, segments)
        Standardised differences; columns are segment ids, the index names features.
    names : dict of int to str
        Names of the segments.
    """
    if table.empty:
        picture = figure(7.2, 1.0)
        picture.text(0.5, 0.5, "No customer is in a segment", ha="center", va="center")
        return picture
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
    axes.set_title("Difference from everyone else")
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
    shares = table[["share", "share_of_value"]].to_numpy(np.float64)
    axes.set_xlim(0, 1.25 * 100 * float(np.nanmax(shares, initial=0.01)))
    axes.set_xlabel(f"per cent (value: total of {value})")
    axes.set_title("Size and worth of each segment")
    return picture
