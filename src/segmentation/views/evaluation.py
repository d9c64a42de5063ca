"""Pictures that judge the segments: silhouettes, stability, and the flat map."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from segmentation.artifacts.clustering import Stability
from segmentation.artifacts.grades import BANDS
from segmentation.artifacts.map import Map, Place
from segmentation.insight.numbers import percent
from segmentation.views.colours import INK, MUTED, NOISE_COLOUR, PAPER, colour, ink_on
from segmentation.views.style import chips, figure, wrapped

_MARKERS = "osD^vP*X<>"
_MOST_STEPS = 300  # of a segment's silhouettes: more could not be told apart
_MOST_POINTS = 3_000  # each an element of a page; more are one image in it


def silhouette_samples(
    drawn: pd.DataFrame, sizes: Mapping[int, int], *, kind: str = "segment"
) -> Figure:
    """Draw the silhouettes of customers in a segment, sorted inside each.

    Parameters
    ----------
    drawn : DataFrame
        ``segment`` and ``silhouette`` of the customers that were drawn.
    sizes : dict of int to int
        Customers of every segment.
    kind : str
        What segments are called.
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
        steps = min(len(values), _MOST_STEPS)
        places = np.arange(steps + 1) * len(values) // max(steps, 1)
        heights = np.add.reduceat(values, places[:-1]) / np.diff(places) if steps else values
        edges = start + places
        axes.stairs(heights, edges, orientation="horizontal", fill=True, color=colour(i))
        count = edges[-1] - start
        ticks.append((start + count / 2, f"{i}  (n = {sizes[i]:,})"))
        start += count + gap
    mean = float(samples.mean()) if total else 0.0
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.axvline(mean, color=INK, linestyle="--", linewidth=1.2)
    axes.annotate(f"mean {mean:.2f}", (mean, 0), (4, 4), textcoords="offset points", color=INK)
    axes.set_yticks([t for t, _ in ticks], [name for _, name in ticks])
    axes.set_ylim(start, -max(gap, 0.03 * total))
    axes.grid(visible=False, axis="y")
    axes.set_title(f"Silhouettes by {kind}")
    axes.set_xlabel(f"silhouette (below 0: closer to another {kind})")
    axes.set_ylabel(kind)
    return picture


def stability(stability: Stability, *, kind: str = "segment") -> Figure:
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
    chips(axes.yaxis, ids)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12)
    axes.set_xticks(np.arange(0, 1.01, 0.2))
    axes.grid(visible=False, axis="y")
    axes.set_title(f"Does the {kind} return when customers are drawn again?", pad=20)
    axes.set_xlabel(
        f"overlap with itself (Jaccard similarity), mean of {stability.resamples} draws\n"
        "with 95% interval"
    )
    axes.set_ylabel(kind)
    return picture


def pca_map(shown: pd.DataFrame, flat: Map, *, features: int = 8, kind: str = "segment") -> Figure:
    """Draw customers on the first two principal components, beside what the two are made of.

    Parameters
    ----------
    shown : DataFrame
        ``pc1``, ``pc2`` and ``segment`` of the customers to draw.
    flat : Map
    features : int
        How many of the features with the largest loadings are named.
    kind : str
        What segments are called.
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
            label=None if i >= 0 else f"in no {kind}",
            rasterized=len(shown) > _MOST_POINTS,
        )
    for i, centre in sorted(flat.centroids.items()):
        axes.annotate(
            str(i),
            (centre.pc1, centre.pc2),
            ha="center",
            va="center",
            color=ink_on(colour(i)),
            fontweight="bold",
            bbox={"boxstyle": "circle", "facecolor": colour(i), "edgecolor": PAPER},
            zorder=6,
        )
    if (shown.segment < 0).any():
        axes.legend()
    first, second = flat.explained_variance
    axes.set_xlabel(f"first component ({percent(first)} of the variance)")
    axes.set_ylabel(f"second component ({percent(second)} of the variance)")
    hidden = percent(max(0.0, 1 - first - second))
    axes.set_title(f"Customers on a flat map ({hidden} of the variance not shown)")
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
    axes.set_yticks(rows, [wrapped(name.replace("_", " "), 20, 2) for name in shown])
    axes.grid(visible=False, axis="y")
    axes.set_title("What the axes are")
    axes.set_xlabel("loading")
    axes.legend(
        title="component", loc="upper center", bbox_to_anchor=(0.5, -0.11), ncols=2, fontsize=8
    )
