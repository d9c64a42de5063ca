"""Pictures of what decided on an algorithm's main parameter."""

import numpy as np
from matplotlib.figure import Figure

from segmentation.clustering.algorithms.base import Dendrogram, KDistances
from segmentation.views.style import ACCENT, INK, figure

_LEAVES = 40  # branches drawn of a large tree


def dendrogram(tree: Dendrogram, *, k: int) -> Figure:
    """Draw the last merges of the tree, and the height at which it was cut."""
    from scipy.cluster import hierarchy

    picture = figure(6.0, 3.7)
    axes = picture.subplots()
    hierarchy.dendrogram(
        tree.linkage,
        p=max(_LEAVES, k),
        truncate_mode="lastp",
        no_labels=True,
        color_threshold=0,
        above_threshold_color=ACCENT,
        ax=axes,
    )
    axes.axhline(tree.height, color=INK, linestyle="--", linewidth=1.2)
    axes.annotate(
        f"cut into {k}",
        (1.0, tree.height),
        (-4, 5),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )
    leaves = min(len(tree.linkage) + 1, max(_LEAVES, k))
    axes.set_title(f"How customers were merged: the last {leaves} branches")
    axes.set_xlabel("branches of similar customers")
    axes.set_ylabel("distance at which two branches merge")
    axes.grid(visible=False, axis="x")
    return picture


def k_distance(distances: KDistances) -> Figure:
    """Draw the distance of each customer to a near neighbour, ascending."""
    picture = figure(6.0, 3.7)
    axes = picture.subplots()
    axes.plot(np.arange(1, len(distances.distances) + 1), distances.distances, color=ACCENT)
    if distances.eps is not None:
        axes.axhline(distances.eps, color=INK, linestyle="--", linewidth=1.2)
        axes.annotate(
            f"eps = {distances.eps:.3g}",
            (0.0, distances.eps),
            (6, 5),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            color=INK,
        )
    axes.set_title("How dense the customers lie")
    axes.set_xlabel("customers, from the densest place to the sparsest")
    axes.set_ylabel(f"distance to the {_ordinal(distances.neighbours - 1)} nearest other")
    axes.set_ylim(bottom=0)
    return picture


def _ordinal(number: int) -> str:
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
