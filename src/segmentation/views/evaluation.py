"""Pictures that judge the segments: silhouettes, stability, and the flat map."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from segmentation.artifacts.clustering import Stability
from segmentation.clustering.metrics.jaccard import BANDS
from segmentation.clustering.projection import Projection
from segmentation.views.style import INK, MUTED, NOISE_COLOUR, colour, figure, short

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
    picture = figure(6.0, max(3.4, 0.5 * len(ids) + 1.6))
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


def stability(found: Stability) -> Figure:
    """Draw how similar each segment is to its likes in other draws of the customers."""
    ids = sorted(found.segments)
    picture = figure(6.0, max(2.6, 0.42 * len(ids) + 1.5))
    axes = picture.subplots()
    rows = np.arange(len(ids))
    axes.barh(
        rows,
        [found.segments[i].jaccard for i in ids],
        xerr=[1.96 * (found.segments[i].se or 0.0) for i in ids],
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
    axes.set_xlabel(f"Jaccard similarity, mean of {found.resamples} draws with 95% interval")
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
