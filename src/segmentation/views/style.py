"""One look for every picture: figures, colours, saving."""

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from matplotlib import style as mpl_style
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from segmentation.workers import each

# Okabe & Ito (2008), Color Universal Design, without black and the yellow that fades on white;
# then darker and lighter relatives for the tables that need more than seven.
SEGMENT_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#882255",
    "#44AA99",
    "#332288",
    "#999933",
    "#AA4499",
    "#117733",
    "#661100",
    "#6699CC",
    "#DDCC77",
)
INK, MUTED, NOISE_COLOUR = "#222222", "#777777", "#BBBBBB"
DPI = 160  # of saved pictures, as in the style file
ACCENT, OTHER = SEGMENT_COLOURS[0], SEGMENT_COLOURS[1]
SHADES = LinearSegmentedColormap.from_list("shades", ["#f4f7fa", ACCENT])

_STYLE = Path(__file__).with_name("segmentation.mplstyle")


def colour(segment: int) -> str:
    """Return the colour of a segment: the same one in every picture and run. Noise is grey."""
    if segment < 1:
        return NOISE_COLOUR
    return SEGMENT_COLOURS[(segment - 1) % len(SEGMENT_COLOURS)]


def ink_on(segment: int) -> str:
    """Return the colour of text on a segment's colour: the one with more contrast (WCAG 2.1)."""
    channels = [int(colour(segment)[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.0655 else INK


def figure(width: float = 7.2, height: float = 4.2) -> Figure:
    """Start a figure (inches) in the house style. No window system is involved."""
    mpl_style.use(["default", _STYLE])  # not on top of what a user's matplotlibrc says
    return Figure(figsize=(width, height))


def short(text: str, most: int = 24) -> str:
    """Cut a long name for an axis, and keep matplotlib from reading `$` as mathematics."""
    return (text if len(text) <= most else text[: most - 1] + "…").replace("$", r"\$")


def wrapped(text: str, width: int = 18) -> str:
    """Break a name over lines."""
    return short("\n".join(textwrap.wrap(text, width)), 4 * width)


def thousands(value: float, _: object) -> str:
    """Write a tick's number with separators; matplotlib hands over its position too."""
    return f"{value:,.10g}".replace("-", "−")


def save_all(drawings: Mapping[Path, Callable[[], Figure]]) -> None:
    """Draw and write pictures, on as many processors as there are; each is the same on any number.

    Each process starts as a copy of this one, which has matplotlib and the data already.
    """
    each(lambda path: save(drawings[path](), path), list(drawings))


def save(picture: Figure, path: Path) -> None:
    """Write a PNG without a time stamp, so that the same picture is the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, format="png", metadata={"Software": None})
