"""Criteria against the number of segments."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from segmentation.views.style import ACCENT, INK, MUTED, figure


def elbow(curve: pd.DataFrame, *, chosen: int, elbow: int) -> Figure:
    """Draw inertia against k, with the elbow: the point farthest below the chord."""
    picture = figure()
    axes = picture.subplots()
    axes.plot(curve["k"], curve["inertia"], "o-", color=ACCENT)
    _mark(axes, curve, "inertia", chosen)
    if elbow != chosen:
        height = float(curve.loc[curve["k"] == elbow, "inertia"].iloc[0])
        axes.annotate(
            f"elbow: k = {elbow}",
            (elbow, height),
            (18, 26),
            textcoords="offset points",
            color=MUTED,
            arrowprops={"arrowstyle": "-", "color": MUTED},
        )
    axes.set_title("Elbow: how much tighter each further segment makes the groups")
    axes.set_ylabel("inertia (sum of squared distances to the centre)")
    axes.set_ylim(bottom=0)
    return picture


def silhouette(curve: pd.DataFrame, *, chosen: int) -> Figure:
    """Draw the mean silhouette against k, with one standard error on either side."""
    picture = figure()
    axes = picture.subplots()
    axes.errorbar(
        curve["k"],
        curve["silhouette"],
        yerr=curve["silhouette_se"],
        fmt="o-",
        color=ACCENT,
        ecolor=MUTED,
        capsize=3,
    )
    _mark(axes, curve, "silhouette", chosen)
    axes.set_title("Silhouette: how much closer customers are to their own segment")
    axes.set_ylabel("mean silhouette (−1 to 1), ± 1 standard error")
    axes.set_ylim(bottom=min(0.0, float(curve["silhouette"].min()) * 1.1))
    return picture


def _mark(axes: Axes, curve: pd.DataFrame, column: str, chosen: int) -> None:
    axes.set_xlabel("number of segments k")
    ks = curve["k"].to_numpy()
    axes.set_xticks(ks[:: int(np.ceil(len(ks) / 20))])
    row = curve[curve["k"] == chosen]
    if row.empty:
        return
    height = float(row[column].iloc[0])
    axes.axvline(chosen, color=MUTED, linestyle=":", linewidth=1.2, zorder=0)
    axes.plot([chosen], [height], "o", color="white", markeredgecolor=INK, markersize=10, zorder=4)
    axes.plot([chosen], [height], "o", color=INK, markersize=5, zorder=5)
    axes.annotate(
        f"chosen: k = {chosen}", (chosen, height), (9, 9), textcoords="offset points", color=INK
    )
