"""Who moved between segments from month to month, as a picture and as a page."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from segmentation.artifacts import privacy
from segmentation.insight.numbers import percent
from segmentation.monitoring.migration import cells
from segmentation.monitoring.months import Step, Warned
from segmentation.views.colours import MUTED, colour
from segmentation.views.flows import BAR, LETTERS, MOVES, STAYS, Bars, band, gap_of, more_room
from segmentation.views.report import render
from segmentation.views.style import figure, wrapped
from segmentation.views.svg import inline

Named = Callable[[int], str]

_BESIDE = 4.6  # inches of texts on both sides
_MONTH = 0.65  # inches, at least
_UPRIGHT = 6  # days whose names have room beside one another


@dataclass(frozen=True)
class Growth:
    """A segment at the first day and at the last."""

    id: int
    name: str
    first: int
    last: int
    arrived: int

    @property
    def change(self) -> str:
        """By how much it grew."""
        if not self.first:
            return "–"
        grown = self.last / self.first - 1
        return f"{'+' if grown > 0 else '−' if grown < 0 else ''}{percent(abs(grown))}"


def flows(steps: Sequence[Step], named: Named) -> Figure:
    """Draw customers flowing from segment to segment, a bar for each segment on each day.

    Those who stay are pale; those who move have the colour of the segment that they leave. Who is
    new comes in grey.

    Parameters
    ----------
    steps : sequence of Step
        Of which each begins on the day on which the one before it ends.
    named : callable
        From a segment's id to its name.
    """
    ids = _ids(steps)
    sizes = _sizes(steps, ids)
    names = {i: wrapped(f"{_called(i, named)}: {sizes[-1][i]:,}", LETTERS) for i in ids}
    lines, more = more_room(len(ids), names.values())
    tall = 1.9 + 0.42 * len(ids) + more
    wide = max(5.0, _MONTH * len(steps))
    picture = figure(_BESIDE + wide, tall)
    axes = picture.subplots()
    gap = gap_of(max(each.sum() for each in sizes), len(ids), height=tall - 0.5, lines=lines)
    days = [steps[0].before, *(one.after for one in steps)]
    hues = {i: colour(i) for i in ids}
    bars = [Bars.of(size, x=float(x), gap=gap) for x, size in enumerate(sizes)]
    width = BAR * max(1.0, len(steps) / 2)
    for each in bars:
        each.draw(axes, hues, width=width)
    for before, after, one in zip(bars, bars[1:], steps, strict=False):
        left, right = before.x + width, after.x
        for a, b, n in cells(one.counts):
            if n:
                start, end = before.leave(a, n), after.reach(b, n)
                band(
                    axes, left=left, right=right, start=start, end=end, size=n, hue=hues[a],
                    alpha=STAYS if a == b else MOVES,
                )  # fmt: skip
        for i in after.sizes:
            if n := int(one.arrived.get(i, 0)):
                end = after.reach(i, n)
                band(
                    axes, left=right - 0.25, right=right, start=end, end=end, size=n, hue=MUTED,
                    alpha=0.45,
                )  # fmt: skip
    inch = (len(steps) + width) / wide
    for i, size in bars[0].sizes.items():
        name = f"{i}: {size:,}" if i > 0 else f"{size:,}"
        axes.text(-0.08 * inch, bars[0].middle(i), name, ha="right", va="center")
    for i in bars[-1].sizes:
        end = len(steps) + width + 0.08 * inch
        axes.text(end, bars[-1].middle(i), names[i], ha="left", va="center")
    end = max(each.end for each in bars)
    upright = len(days) <= _UPRIGHT
    for each, day in zip(bars, days, strict=True):
        axes.text(
            each.x + width / 2, end + gap / 2, str(day), color=MUTED, fontsize=8, va="top",
            ha="center" if upright else "right", rotation=0 if upright else 45,
            rotation_mode="default" if upright else "anchor",
        )  # fmt: skip
    axes.set_xlim(-0.9 * inch, len(steps) + width + 3.5 * inch)
    axes.set_ylim(end + gap, -gap / 2)
    axes.axis("off")
    return picture


def page(
    steps: Sequence[Step],
    rates: pd.DataFrame,
    svg: str,
    named: Named,
    *,
    leaving: int,
    warned: Warned | None,
    kind: str = "segment",
) -> str:
    """Return the page: the flows, and what they are in numbers.

    Parameters
    ----------
    steps : sequence of Step
    rates : DataFrame
        How often customers went from one segment to another in a month.
    svg : str
        The flows.
    named : callable
        From a segment's id to its name.
    leaving : int
        Customers about to leave for a segment that is worth less.
    warned : Warned or None
        What became of those of whom the same would have been said before.
    kind : str
        What segments are called.
    """
    ids = _ids(steps)
    sizes = _sizes(steps, ids)
    told = {
        (int(before), int(after)): (share, low, high)
        for before, after, n, share, low, high in rates.itertuples(index=False)
        if n >= privacy.FEWEST and not math.isnan(share)
    }
    last = steps[-1]
    finding = (
        f"From {last.before} to {last.after}, {last.moved:,} of {last.moved + last.stayed:,} "
        f"customers moved, {last.down:,} of them down, and {int(last.arrived.sum()):,} were new"
    )
    return render(
        "months.html.j2",
        steps=steps,
        finding=finding,
        picture=inline(svg, name="flows", alt=f"{finding}; the tables below hold the numbers."),
        growth=[
            Growth(
                i,
                named(i),
                int(sizes[0][i]),
                int(sizes[-1][i]),
                sum(int(one.arrived.get(i, 0)) for one in steps),
            )
            for i in ids
        ],
        told=told,
        ids=ids,
        leaving=leaving,
        warned=warned,
        fewest=privacy.FEWEST,
        kind=kind,
    )


def _ids(steps: Sequence[Step]) -> list[int]:
    """All segments, those in none last."""
    return sorted({i for one in steps for i in one.counts.index}, key=lambda i: (i < 1, i))


def _sizes(steps: Sequence[Step], ids: list[int]) -> list[pd.Series]:
    """Customers by segment on each day."""
    first = steps[0].counts.sum(axis=1)
    later = [one.counts.sum() + one.arrived for one in steps]
    return [each.reindex(ids, fill_value=0) for each in (first, *later)]


def _called(segment: int, named: Named) -> str:
    return f"{segment} {named(segment)}" if segment > 0 else named(segment)
