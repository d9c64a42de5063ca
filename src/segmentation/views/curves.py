"""Criteria against the number of segments."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from segmentation.artifacts.choice import CriterionLabel
from segmentation.views.colours import ACCENT, INK, MUTED, OTHER, PAPER
from segmentation.views.style import figure


def elbow(curve: pd.DataFrame, *, chosen: int, elbow: int, used: int | None = None) -> Figure:
    """Draw inertia against k, with the elbow: the point farthest below the chord.

    Parameters
    ----------
    curve : DataFrame
    chosen : int
        By the rule.
    elbow : int
    used : int, optional
        The number of segments there are, if it is another.
    """
    picture = figure(6.0, 3.7)
    axes = picture.subplots()
    axes.plot(curve.k, curve.inertia, "o-", color=ACCENT)
    _mark(axes, curve, "inertia", chosen, used)
    if elbow != chosen:
        height = float(curve.loc[curve.k == elbow, "inertia"].iloc[0])
        axes.annotate(
            f"elbow: k = {elbow}",
            (elbow, height),
            (18, 26),
            textcoords="offset points",
            color=MUTED,
            arrowprops={"arrowstyle": "-", "color": MUTED},
        )
    axes.set_title("Elbow: how much tighter groups get with each more")
    axes.set_ylabel("inertia (sum of squared distances)")
    axes.set_ylim(bottom=0)
    return picture


def silhouette(curve: pd.DataFrame, *, chosen: int, used: int | None = None) -> Figure:
    """Draw the mean silhouette against k, with one standard error on either side."""
    picture = figure(6.0, 3.7)
    axes = picture.subplots()
    axes.errorbar(
        curve.k,
        curve.silhouette,
        yerr=curve.silhouette_se,
        fmt="o-",
        color=ACCENT,
        ecolor=MUTED,
        capsize=3,
    )
    _mark(axes, curve, "silhouette", chosen, used)
    axes.set_title("Silhouette: how much closer to their own group")
    axes.set_ylabel("mean silhouette (−1 to 1), ± 1 standard error")
    low, high = float(curve.silhouette.min()), float(curve.silhouette.max())
    axes.set_ylim(min(0.0, low * 1.1), high + 0.15 * max(high, abs(low)))  # room for the label
    return picture


def criteria(
    curve: pd.DataFrame,
    criteria: Sequence[CriterionLabel],
    *,
    chosen: int,
    votes: Mapping[str, int],
    used: int | None = None,
) -> Figure:
    """Draw every criterion against k, each with the k that it prefers; three panels a row.

    The rule's choice is a dotted line; where another number is used, that is a full one.
    """
    rows = -(-len(criteria) // 3)
    height = 2.4 * rows
    picture = figure(9.6, height)
    picture.set_layout_engine("none")  # panels of one size need no search for a layout
    margins = {"bottom": 0.504 / height, "top": 1 - 0.72 / height, "left": 0.06, "right": 0.99}
    panels = picture.subplots(rows, 3, squeeze=False, gridspec_kw={"hspace": 0.5, **margins})
    for axes in panels.flat[len(criteria) :]:
        axes.remove()
    ks = curve.k.to_numpy()
    for axes, criterion in zip(panels.flat, criteria, strict=False):
        name = criterion.column
        error = curve.get(f"{name}_se")
        axes.errorbar(
            ks, curve[name], yerr=error, fmt="o-", color=ACCENT, ecolor=MUTED, capsize=2, ms=3.5
        )
        vote = votes[criterion.name]
        axes.axvline(chosen, color=MUTED, linestyle=":", linewidth=1.2, zorder=0)
        if used not in (None, chosen):
            axes.axvline(used, color=OTHER, linewidth=1.2, zorder=0)
        row = curve[curve.k == vote]
        if not row.empty:
            best = (vote, float(row[name].iloc[0]))
            axes.plot(*best, "o", color=PAPER, markeredgecolor=INK, markersize=9, zorder=4)
            axes.plot(*best, "o", color=INK, markersize=4, zorder=5)
        axes.set_title(
            f"{criterion.label}: k = {vote}",
            fontsize=10,
            fontweight="bold" if vote == chosen else "normal",
        )
        axes.set_xlabel(criterion.reading, fontsize=8, color=MUTED)
        axes.set_xticks(ks[:: int(np.ceil(len(ks) / 10))])
        axes.margins(y=0.15)
    agreeing = sum(vote == chosen for vote in votes.values())
    also = f"; used: {used} (full line)" if used not in (None, chosen) else ""
    prefer = "prefers" if agreeing == 1 else "prefer"
    picture.suptitle(
        f"{agreeing} of {len(votes)} criteria {prefer} the chosen k = {chosen} (dotted line){also}",
        fontweight="bold",
        fontsize=12,
        x=0.01,
        ha="left",
    )
    return picture


def _mark(
    axes: Axes, curve: pd.DataFrame, column: str, chosen: int, used: int | None = None
) -> None:
    axes.set_xlabel("number of segments k")
    ks = curve.k.to_numpy()
    axes.set_xticks(ks[:: int(np.ceil(len(ks) / 20))])
    marks = [(chosen, "chosen", MUTED, ":")]
    if used not in (None, chosen):
        marks.append((used, "used", OTHER, "-"))
    for k, word, tone, line in marks:
        row = curve[curve.k == k]
        if row.empty:
            continue
        height = float(row[column].iloc[0])
        axes.axvline(k, color=tone, linestyle=line, linewidth=1.2, zorder=0)
        axes.plot([k], [height], "o", color=PAPER, markeredgecolor=INK, markersize=10, zorder=4)
        axes.plot([k], [height], "o", color=INK, markersize=5, zorder=5)
        axes.annotate(
            f"{word}: k = {k}", (k, height), (9, 9), textcoords="offset points", color=INK
        )
