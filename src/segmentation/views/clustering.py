"""The picture behind an algorithm: its tree, its k-distances, or how far apart its segments are."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from segmentation.artifacts.clustering import Clustering, DistanceCurve, Tree
from segmentation.views.colours import ACCENT, INK, PAPER
from segmentation.views.style import SHADES, chips, figure, ink_of, key, shades


def dendrogram(tree: Sequence[Sequence[float]], *, height: float, k: int) -> Figure:
    """Draw the last merges of a tree, and the height at which it was cut.

    Parameters
    ----------
    tree : m rows of 4 numbers
        Merges, in the format of `scipy.cluster.hierarchy.linkage`.
    height : float
        Where the tree was cut.
    k : int
        Into how many segments.
    """
    from scipy.cluster import hierarchy

    picture = figure(6.0, 3.7)
    axes = picture.subplots()
    hierarchy.dendrogram(
        np.asarray(tree, dtype=np.float64),
        no_labels=True,
        color_threshold=0,
        above_threshold_color=ACCENT,
        ax=axes,
    )
    axes.axhline(height, color=INK, linestyle="--", linewidth=1.2)
    axes.annotate(
        f"cut into {k}",
        (1.0, height),
        (-4, 5),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        color=INK,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
    )
    axes.set_title(f"How customers were merged: the last {len(tree) + 1} branches")
    axes.set_xlabel("branches of similar customers")
    axes.set_ylabel("distance at which two branches merge")
    axes.grid(visible=False, axis="x")
    return picture


def k_distance(distances: Sequence[float], *, neighbours: int, eps: float | None) -> Figure:
    """Draw the distance of customers to a near neighbour, ascending.

    Parameters
    ----------
    distances : sequence of float
        To the `neighbours`-th nearest customer, itself included: medians of equal parts of them.
    neighbours : int
    eps : float or None
        Where the customers were cut, by a method that does so.
    """
    picture = figure(6.0, 3.7)
    axes = picture.subplots()
    parts = len(distances)
    axes.plot((np.arange(parts) + 0.5) * 100 / parts, distances, color=ACCENT)
    if eps is not None:
        axes.axhline(eps, color=INK, linestyle="--", linewidth=1.2)
        axes.annotate(
            f"eps = {eps:.3g}",
            (0.0, eps),
            (6, 5),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            color=INK,
        )
    axes.set_title("How dense the customers lie")
    axes.set_xlabel("per cent of customers, from the densest place to the sparsest")
    axes.set_ylabel(f"distance to the {_ordinal(neighbours - 1)} nearest other")
    axes.set_ylim(bottom=0)
    return picture


def distances(apart: Mapping[int, Mapping[int, float]], *, kind: str = "segment") -> Figure:
    """Draw how far the centres of segments are apart, in mean radii of the segments.

    Parameters
    ----------
    apart : dict of int to dict of int to float
        By segment, of every other one.
    kind : str
        What segments are called.
    """
    ids = sorted(apart)
    if len(ids) < 2:
        picture = figure(6.0, 1.0)
        picture.text(0.5, 0.5, f"Fewer than two {kind}s: no distances", ha="center", va="center")
        return picture
    picture = figure(min(9.6, 0.55 * len(ids) + 3.6), min(9.0, 0.5 * len(ids) + 1.6))
    axes = picture.subplots()
    shown = np.array([[apart[i].get(j, np.nan) for j in ids] for i in ids])
    cells = shades(axes, shown, SHADES, low=0.0, high=float(np.nanmax(shown)))
    for (row, column), value in np.ndenumerate(shown):
        if np.isfinite(value):
            tone = ink_of(cells, value)
            axes.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=9, color=tone)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(range(len(ids)), [str(i) for i in ids])
        chips(axis, ids)
    axes.tick_params(pad=6)
    axes.set_title(f"How far apart the {kind}s are")
    key(picture, cells, f"distance of centres,\nin mean radii of {kind}s")
    return picture


def draw(
    clustering: Clustering, *, apart: Mapping[int, Mapping[int, float]], kind: str = "segment"
) -> Figure:
    """Draw what the algorithm left to be drawn, or else the distances between segments."""
    match clustering.picture:
        case Tree() as tree:
            return dendrogram(tree.dendrogram, height=tree.height, k=clustering.k)
        case DistanceCurve() as curve:
            return k_distance(curve.k_distances, neighbours=curve.neighbours, eps=curve.eps)
        case None:
            return distances(apart, kind=kind)


def _ordinal(number: int) -> str:
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
