"""Pictures of the segments: silhouettes of all customers, the map, profiles, sizes."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from segmentation.clustering.projection import Projection
from segmentation.views.style import INK, MUTED, NOISE_COLOUR, colour, figure, short, wrapped

_MARKERS = "osD^vP*X<>"


def silhouette_samples(samples: NDArray[np.float64], segment: NDArray[np.intp]) -> Figure:
    """Draw the silhouette of every customer, sorted inside each segment.

    Parameters
    ----------
    samples : float array of shape (n,)
        NaN for customers that were not drawn.
    segment : int array of shape (n,)
    """
    ids = [i for i in np.unique(segment) if i >= 0]
    picture = figure(7.2, max(3.6, 0.5 * len(ids) + 1.6))
    axes = picture.subplots()
    drawn = ~np.isnan(samples)
    total = int(drawn.sum())
    gap = max(1.0, 0.015 * total)
    start = 0.0
    ticks = []
    for i in ids:
        values = np.sort(samples[drawn & (segment == i)])[::-1]
        edges = start + np.arange(len(values) + 1)
        axes.stairs(values, edges, orientation="horizontal", fill=True, color=colour(i))
        ticks.append((start + len(values) / 2, f"{i}  (n = {int((segment == i).sum()):,})"))
        start += len(values) + gap
    mean = float(np.nanmean(samples)) if total else 0.0
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.axvline(mean, color=INK, linestyle="--", linewidth=1.2)
    axes.annotate(f"mean {mean:.2f}", (mean, 0), (4, 4), textcoords="offset points", color=INK)
    axes.set_yticks([t for t, _ in ticks], [name for _, name in ticks])
    axes.set_ylim(start, -max(gap, 0.03 * total))
    axes.grid(visible=False, axis="y")
    axes.set_title("Silhouette of every customer")
    axes.set_xlabel("silhouette (below 0: closer to another segment)")
    axes.set_ylabel("segment")
    return picture


def pca_map(shown: pd.DataFrame, flat: Projection, *, features: int = 8) -> Figure:
    """Draw customers on the first two principal components, beside what the two are made of.

    Parameters
    ----------
    shown : DataFrame
        ``pc1``, ``pc2`` and ``segment`` of the customers to draw.
    flat : Projection
        Explained variance, loadings and centroids.
    features : int
        How many of the features with the largest loadings are named.
    """
    picture = figure(9.6, 5.2)
    axes, weights = picture.subplots(1, 2, width_ratios=(3, 1))
    for i in sorted(int(i) for i in shown["segment"].unique()):
        part = shown[shown["segment"] == i]
        axes.scatter(
            part["pc1"],
            part["pc2"],
            s=14 if len(shown) <= 1_000 else 7,
            marker=_MARKERS[(i - 1) % len(_MARKERS)] if i >= 0 else "x",
            color=colour(i),
            alpha=0.55,
            linewidths=0 if i >= 0 else 0.8,
            label=None if i >= 0 else "in no segment",
        )
    for i, (x, y) in zip(flat.centroids.index, flat.centroids.to_numpy(), strict=True):
        axes.annotate(
            str(i),
            (x, y),
            ha="center",
            va="center",
            color="white",
            fontweight="bold",
            bbox={"boxstyle": "circle", "facecolor": colour(int(i)), "edgecolor": "white"},
            zorder=6,
        )
    if (shown["segment"] < 0).any():
        axes.legend()
    first, second = 100 * flat.explained
    axes.set_xlabel(f"first component ({first:.0f}% of the variance)")
    axes.set_ylabel(f"second component ({second:.0f}% of the variance)")
    axes.set_title(
        f"Customers on a flat map ({100 - first - second:.0f}% of the variance not shown)"
    )
    _draw_loadings(weights, flat.loadings, features)
    return picture


def _draw_loadings(axes: Axes, loadings: pd.DataFrame, most: int) -> None:
    length = (loadings**2).sum(axis=1)
    longest = loadings.loc[length.sort_values(ascending=False, kind="stable").index[:most]]
    longest = longest.sort_values("pc1", kind="stable")
    rows = np.arange(len(longest))
    axes.barh(rows + 0.2, longest["pc1"], height=0.36, color=INK, label="first")
    axes.barh(rows - 0.2, longest["pc2"], height=0.36, color=NOISE_COLOUR, label="second")
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_yticks(rows, [short(str(name).replace("_", " ")) for name in longest.index])
    axes.grid(visible=False, axis="y")
    axes.set_title("What the axes are")
    axes.set_xlabel("loading")
    axes.legend(
        title="component", loc="upper center", bbox_to_anchor=(0.5, -0.11), ncols=2, fontsize=8
    )


def profile(table: pd.DataFrame, *, names: dict[int, str]) -> Figure:
    """Draw how far each segment's mean is from everyone's, in standard deviations.

    Parameters
    ----------
    table : DataFrame of shape (features, segments)
        Standardised differences; columns are segment ids, the index names features.
    names : dict of int to str
        Names of the segments.
    """
    most = float(np.nanmax(np.abs(table.to_numpy()), initial=1.0))
    picture = figure(1.3 * table.shape[1] + 3.4, 0.42 * len(table) + 1.9)
    axes = picture.subplots()
    cells = axes.imshow(table, cmap="PuOr_r", vmin=-most, vmax=most, aspect="auto")
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        if np.isfinite(value):
            axes.text(
                column,
                row,
                f"{value:+.1f}".replace("-", "−"),
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
    axes.set_title("Difference from the average customer")
    picture.colorbar(cells, label="standard deviations", shrink=0.8)
    return picture


def sizes(table: pd.DataFrame, *, value: str) -> Figure:
    """Draw each segment's share of customers beside its share of the total value.

    Parameters
    ----------
    table : DataFrame
        ``name``, ``share`` and ``share_of_value`` (0 to 1), indexed by segment id, best first.
    value : str
        The value column's name for people.
    """
    picture = figure(7.6, 0.62 * len(table) + 1.7)
    axes = picture.subplots()
    rows = np.arange(len(table))
    colours = [colour(int(i)) for i in table.index]
    axes.barh(rows - 0.19, 100 * table["share"], height=0.36, color=colours, alpha=0.45)
    axes.barh(rows + 0.19, 100 * table["share_of_value"], height=0.36, color=colours)
    for row, (share, worth) in enumerate(zip(table["share"], table["share_of_value"], strict=True)):
        near: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 9}
        axes.annotate(f"{share:.0%} of customers", (100 * share, row - 0.19), (4, 0), **near)
        axes.annotate(f"{worth:.0%} of value", (100 * worth, row + 0.19), (4, 0), **near)
    axes.set_yticks(rows, [f"{i}  {wrapped(name)}" for i, name in table["name"].items()])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlim(0, 1.25 * 100 * float(table[["share", "share_of_value"]].to_numpy().max()))
    axes.set_xlabel(f"per cent (value: total of {value})")
    axes.set_title("Size and worth of each segment")
    return picture
