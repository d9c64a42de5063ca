"""Bands of customers that flow from the bars of one day to those of another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

BAR = 0.03  # how wide a bar is, where the next one is 1 away
LETTERS = 46  # of a text in a line
LINE = 0.2  # inches that a line of text takes
STAYS, MOVES = 0.18, 0.7  # how strong bands are
_HAIR = 0.4  # points by which a band of few is wider than they are, so that it is seen


@dataclass
class Bars:
    """Bars above one another, the first on top, and how much of each is joined to bands so far.

    Attributes
    ----------
    x : float
        Where they begin.
    sizes : dict of int to int
        Customers of each.
    gap : float
        Between two of them.
    """

    x: float
    sizes: Mapping[int, int]
    gap: float
    tops: dict[int, float] = field(init=False)
    _arrived: dict[int, float] = field(init=False)
    _left: dict[int, float] = field(init=False)

    def __post_init__(self) -> None:
        """Stack them."""
        sizes = np.array([*self.sizes.values()], dtype=float)
        starts = np.cumsum(sizes + self.gap) - sizes - self.gap
        self.tops = dict(zip(self.sizes, map(float, starts), strict=True))
        self._arrived, self._left = dict(self.tops), dict(self.tops)

    @classmethod
    def of(cls, sizes: pd.Series, *, x: float, gap: float) -> "Bars":
        """Return bars of a table's sums."""
        return cls(x, {int(i): int(n) for i, n in zip(sizes.index, sizes, strict=True)}, gap)

    @property
    def end(self) -> float:
        """Where the last one ends."""
        return max((self.tops[i] + n for i, n in self.sizes.items()), default=0.0)

    def middle(self, i: int) -> float:
        """Where to write of one."""
        return self.tops[i] + self.sizes[i] / 2

    def draw(self, axes: Axes, hues: Mapping[int, str], *, width: float = BAR) -> None:
        """Fill each with its colour."""
        for i, size in self.sizes.items():
            place = (self.x, self.tops[i])
            axes.add_patch(Rectangle(place, width, size, facecolor=hues[i], linewidth=0))

    def leave(self, i: int, size: int) -> float:
        """Return where a band of so many leaves one, below those that left it before."""
        start = self._left[i]
        self._left[i] += size
        return start

    def reach(self, i: int, size: int) -> float:
        """Return where a band of so many reaches one."""
        end = self._arrived[i]
        self._arrived[i] += size
        return end


def gap_of(total: float, bars: int, *, height: float, lines: int = 1) -> float:
    """Return how far bars are apart, so that each has its lines of text for itself.

    Parameters
    ----------
    total : float
        Customers.
    bars : int
    height : float
        Inches.
    lines : int
        Of the longest text.
    """
    text = LINE * lines
    return float(total) * max(0.02, text / max(height - text * bars, LINE))


def more_room(bars: int, texts: Iterable[str]) -> tuple[int, float]:
    """Return how many lines the longest of some texts has, and inches that more than one takes."""
    lines = max(text.count("\n") + 1 for text in texts)
    return lines, LINE * (lines - 1) * bars


def band(
    axes: Axes, *, left: float, right: float, start: float, end: float, size: float, hue: str,
    alpha: float,
) -> None:  # fmt: skip
    """Draw a band of constant width from `start` on the left to `end` on the right."""
    middle = (left + right) / 2
    points: Sequence[tuple[float, float]] = [
        (left, start), (middle, start), (middle, end), (right, end),
        (right, end + size), (middle, end + size), (middle, start + size), (left, start + size),
        (left, start),
    ]  # fmt: skip
    codes = [Outline.MOVETO, *[Outline.CURVE4] * 3, Outline.LINETO, *[Outline.CURVE4] * 3]
    outline = Outline(np.array(points), [*codes, Outline.CLOSEPOLY])
    axes.add_patch(
        PathPatch(
            outline, facecolor=hue, edgecolor=hue, alpha=alpha,
            linewidth=_HAIR if alpha == MOVES else 0,
        )
    )  # fmt: skip
