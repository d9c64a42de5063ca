"""The colours of pictures and pages; pages need nothing of what draws pictures."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

# Okabe & Ito (2008), Color Universal Design, without black and the yellow that fades on white; then
# whatever lies farthest from all before it, also as people with deuteranopia and protanopia see it.
SEGMENT_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#882255",
    "#332288",
    "#99CCAA",
    "#772200",
    "#5588FF",
    "#776677",
    "#77BB77",
    "#335588",
    "#DDCC77",
)
# The same in the dark, where some would not be seen.
DARK = {
    "#0072B2": "#2F8FCC",
    "#882255": "#B8477F",
    "#332288": "#7563D8",
    "#772200": "#A8522B",
    "#776677": "#8E7C8E",
    "#335588": "#5578AE",
}
INK, MUTED, NOISE_COLOUR = "#222222", "#666666", "#BBBBBB"
PAPER, GRID, AXIS = "#FFFFFF", "#E6E6E6", "#888888"  # grid and axes as in the style file
# Of text on a colour or a shade, which are the same in the dark. Not those above, which change.
ON_LIGHT, ON_DARK = "#010101", "#FEFEFE"
ACCENT, OTHER = SEGMENT_COLOURS[0], SEGMENT_COLOURS[1]

_painted_as: ContextVar[Mapping[int, int]] = ContextVar("painted_as", default=MappingProxyType({}))


@contextmanager
def painted(like: Mapping[int, int]) -> Iterator[None]:
    """Draw segments in the colours of others, such as those of another run that they continue."""
    token = _painted_as.set(like)
    try:
        yield
    finally:
        _painted_as.reset(token)


def colour(segment: int) -> str:
    """Return the colour of a segment: the same one in every picture and run. Noise is grey."""
    if segment < 1:
        return NOISE_COLOUR
    like = _painted_as.get().get(segment, segment)
    return SEGMENT_COLOURS[(like - 1) % len(SEGMENT_COLOURS)]


def ink_on(tone: str) -> str:
    """Return the colour of text on a colour: the one with more contrast (WCAG 2.1)."""
    return max(ON_DARK, ON_LIGHT, key=lambda ink: contrast(ink, tone))


def contrast(a: str, b: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.1)."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def _luminance(tone: str) -> float:
    channels = [int(tone[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
