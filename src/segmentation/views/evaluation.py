"""Pictures that judge the segments: silhouettes, stability, and the flat map."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from segmentation.artifacts.clustering import Stability
from segmentation.artifacts.grades import BANDS
from segmentation.artifacts.map import Map, Place
from segmentation.views.style import INK, MUTED, NOISE_COLOUR, colour, figure, short

_MARKERS = "osD^vP*X<>"


def silhouette_samples(drawn: pd.DataFrame, sizes: Mapping[int, int]) -> Figure:
    """Draw the silhouette of every customer, sorted inside each segment.

    Parameters
    ----------
    drawn : DataFrame
        ``segment`` and ``silhouette`` of the customers that were drawn.
    sizes : dict of int to int
        Customers of every segment.
    """
    ids = sorted(sizes)
    picture = figure(6.0, max(3.4, 0.5 * len(ids) + 1.6))
    axes = picture.subplots()
    segment, samples = drawn.segment.to_numpy(), drawn.silhouette.to_numpy(np.float64)
    total = len(drawn)
    gap = max(1.0, 0.015 * total)
    start = 0.0
    ticks = []
    for i in ids:
        values = np.sort(samples[segment == i])[::-1]
        edges = start + np.arange(len(values) + 1)
        axes.stairs(values, edges, orientation="horizontal", fill=True, color=colour(i))
        ticks.append((start + len(values) / 2, f"{i}  (n = {sizes[i]:,})"))
        start += len(values) + gap
    mean = float(samples.mean()) if total else 0.0
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


def stability(stability: Stability) -> Figure:
    """Draw how similar each segment is to its likes in other draws of the customers."""
    ids = sorted(stability.segments)
    picture = figure(6.0, max(2.6, 0.42 * len(ids) + 1.5))
    axes = picture.subplots()
    rows = np.arange(len(ids))
    axes.barh(
        rows,
        [stability.segments[i].jaccard for i in ids],
        xerr=[1.96 * (stability.segments[i].se or 0.0) for i in ids],
        height=0.62,
        color=[colour(i) for i in ids],
        error_kw={"ecolor": INK, "capsize": 3, "elinewidth": 1.0},
    )
    for least, words in BANDS:
        axes.axvline(least, color=MUTED, linestyle=":", linewidth=1.0)
        axes.annotate(
            words,
            (least, 1.0),
            (3, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            color=MUTED,
            fontsize=8,
        )
    axes.set_yticks(rows, [str(i) for i in ids])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12)
    axes.set_xticks(np.arange(0, 1.01, 0.2))
    axes.grid(visible=False, axis="y")
    axes.set_title("Does the segment return when customers are drawn again?", pad=20)
    axes.set_xlabel(f"Jaccard similarity, mean of {stability.resamples} draws with 95% interval")
    axes.set_ylabel("segment")
    return picture


def pca_map(shown: pd.DataFrame, flat: Map, *, features: int = 8) -> Figure:
    """Draw customers on the first two principal components, beside what the two are made of.

    Parameters
    ----------
    shown : DataFrame
        ``pc1``, ``pc2`` and ``segment`` of the customers to draw.
    flat : Map
    features : int
        How many of the features with the largest loadings are named.
    """
    picture = figure(9.6, 5.2)
    axes, weights = picture.subplots(1, 2, width_ratios=(3, 1))
    for i in sorted(int(i) for i in shown.segment.unique()):
        part = shown[shown.segment == i]
        axes.scatter(
            part.pc1,
            part.pc2,
            s=14 if len(shown) <= 1_000 else 7,
            marker=_MARKERS[(i - 1) % len(_MARKERS)] if i >= 0 else "x",
            color=colour(i),
            alpha=0.55,
            linewidths=0 if i >= 0 else 0.8,
            label=None if i >= 0 else "in no segment",
        )
    for i, centre in sorted(flat.centroids.items()):
        axes.annotate(
            str(i),
            (centre.pc1, centre.pc2),
            ha="center",
            va="center",
            color="white",
            fontweight="bold",
            bbox={"boxstyle": "circle", "facecolor": colour(i), "edgecolor": "white"},
            zorder=6,
        )
    if (shown.segment < 0).any():
        axes.legend()
    first, second = (100 * share for share in flat.explained_variance)
    axes.set_xlabel(f"first component ({first:.0f}% of the variance)")
    axes.set_ylabel(f"second component ({second:.0f}% of the variance)")
    axes.set_title(
        f"Customers on a flat map ({100 - first - second:.0f}% of the variance not shown)"
    )
    _draw_loadings(weights, flat.loadings, features)
    return picture


def _draw_loadings(axes: Axes, loadings: Mapping[str, Place], most: int) -> None:
    longest = sorted(loadings, key=lambda name: -np.hypot(loadings[name].pc1, loadings[name].pc2))
    shown = sorted(longest[:most], key=lambda name: loadings[name].pc1)
    rows = np.arange(len(shown))
    first, second = [loadings[n].pc1 for n in shown], [loadings[n].pc2 for n in shown]
    axes.barh(rows + 0.2, first, height=0.36, color=INK, label="first")
    axes.barh(rows - 0.2, second, height=0.36, color=NOISE_COLOUR, label="second")
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_yticks(rows, [short(name.replace("_", " ")) for name in shown])
    axes.grid(visible=False, axis="y")
    axes.set_title("What the axes are")
    axes.set_xlabel("loading")
    axes.legend(
        title="component", loc="upper center", bbox_to_anchor=(0.5, -0.11), ncols=2, fontsize=8
    )
