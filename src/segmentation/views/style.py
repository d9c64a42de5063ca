"""One look for every picture: figures, shades, saving."""

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import style as mpl_style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import QuadMesh
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import NDArray

from segmentation.views.colours import ACCENT, PAPER, colour, ink_on
from segmentation.workers import each

SHADES = LinearSegmentedColormap.from_list("shades", ["#f1f5f9", ACCENT])
DIVERGING = LinearSegmentedColormap.from_list("diverging", ["#2b5c9e", "#f3f1ef", "#b35806"])

_STYLE = Path(__file__).with_name("segmentation.mplstyle")


def figure(width: float = 7.2, height: float = 4.2) -> Figure:
    """Start a figure (inches) in the house style. No window system is involved."""
    mpl_style.use(["default", _STYLE])  # not on top of what a user's matplotlibrc says
    return Figure(figsize=(width, height))


def short(text: str, most: int = 24) -> str:
    """Cut a long name for an axis, and keep matplotlib from reading `$` as mathematics."""
    return (text if len(text) <= most else text[: most - 1] + "…").replace("$", r"\$")


def wrapped(text: str, width: int = 18, lines: int = 4) -> str:
    """Break a name over lines, and cut what would need more."""
    return short("\n".join(textwrap.wrap(text, width)), lines * width)


def thousands(value: float, _: object) -> str:
    """Write a tick's number with separators; matplotlib hands over its position too."""
    return f"{value:,.10g}".replace("-", "−")


def shades(
    axes: Axes, table: NDArray[np.float64], cmap: Colormap, *, low: float, high: float
) -> QuadMesh:
    """Fill the cells of a table with shades, the first row on top; unknown ones stay empty."""
    rows, columns = np.arange(table.shape[0] + 1) - 0.5, np.arange(table.shape[1] + 1) - 0.5
    cells = axes.pcolormesh(columns, rows, np.ma.masked_invalid(table), cmap=cmap)
    cells.set_clim(low, high)
    cells.set_edgecolor(PAPER)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return cells


def ink_of(cells: QuadMesh, value: float) -> str:
    """Return the colour of text in a cell of `shades`."""
    return ink_on(to_hex(cells.to_rgba(np.array([value]))[0]))


def key(picture: Figure, cells: QuadMesh, label: str) -> None:
    """Say which shade is which value."""
    bar = picture.colorbar(cells, label=label, shrink=0.8)
    if bar.solids is not None:
        bar.solids.set_edgecolor("face")  # else lines of paper between the steps
    bar.outline.set_visible(False)


def chips(axis: Axis, ids: Sequence[int]) -> None:
    """Set a segment's number on its colour beside what the ticks say of it, which stays in ink."""
    for label, i in zip(axis.get_ticklabels(), ids, strict=False):
        label.set_color(ink_on(colour(i)))
        label.set_bbox({"facecolor": colour(i), "edgecolor": "none", "pad": 2})


def save_all(drawings: Mapping[Path, Callable[[], Figure]]) -> list[str]:
    """Draw and write pictures, on as many processors as there are; each is the same on any number.

    Each process starts as a copy of this one, which has matplotlib and the data already.

    Returns
    -------
    list of str
        The same pictures as SVG, in their order.
    """
    drawn = list(drawings)
    return each(lambda path: save(drawings[path](), path), drawn, doing="draw pictures")


def save(picture: Figure, path: Path) -> str:
    """Write a PNG, without a time stamp, so that the same picture is the same file; return SVG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _lay_out(picture)
    FigureCanvasAgg(picture).print_png(  # type: ignore[no-untyped-call]
        path, metadata={"Software": None}
    )
    return as_svg(picture)


def as_svg(picture: Figure) -> str:
    """Return a picture as SVG with its texts as text, the same for the same picture."""
    _lay_out(picture)
    picture.patch.set_facecolor("none")
    content = io.StringIO()
    FigureCanvasSVG(picture).print_svg(  # type: ignore[no-untyped-call]
        content, metadata={"Date": None}
    )
    return content.getvalue()


def _lay_out(picture: Figure) -> None:
    """Find where everything stands, once; `savefig` draws the whole picture for it, each time."""
    layout = picture.get_layout_engine()
    if picture.axes and isinstance(layout, ConstrainedLayoutEngine):
        FigureCanvasAgg(picture)
        layout.execute(picture)
        picture.set_layout_engine("none")
