"""Pictures inside a page: crisp at any size, texts to select, in the colours of the page."""

import re

from markupsafe import Markup, escape

from segmentation.views.colours import AXIS, GRID, INK, MUTED, NOISE_COLOUR, PAPER, SEGMENT_COLOURS

# Colours that are others in the dark: the names under which the page's style has them.
VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    PAPER: "paper",
    GRID: "grid",
    AXIS: "axis",
    NOISE_COLOUR: "c0",
    "#000000": "ink",
    **{tone: f"c{i}" for i, tone in enumerate(SEGMENT_COLOURS, start=1)},
}
_VARIABLES = {tone.lower(): name for tone, name in VARIABLES.items()}

_HEAD = re.compile(r"\A.*?(?=<svg)|<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
_DIGITS = re.compile(r"(\.\d\d)\d+")
_ID = re.compile(r' id="([^"]*)"')
_USED = re.compile(r"(?:url\(#|href=\"#)([^\")]+)")
_FONT = re.compile(r"font: (?:(\w+) )?([\d.]+)px [^;\"]*|font-family: [^;\"]*;? ?")
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def inline(svg: str, *, name: str, alt: str) -> Markup:
    """Return a picture as an element of a page.

    Parameters
    ----------
    svg : str
        What matplotlib wrote.
    name : str
        Different for each picture of a page: ids inside it begin with it.
    alt : str
        What it shows, for whoever does not see it.
    """
    text = _HEAD.sub("", svg)
    used = set(_USED.findall(text))
    prefix = re.sub(r"\W+", "-", name)

    def tidy(tag: re.Match[str]) -> str:
        inside = _ID.sub(
            lambda found: f' id="{prefix}-{found[1]}"' if found[1] in used else "", tag[0]
        )
        inside = re.sub(r"(url\(#|href=\"#)", rf"\1{prefix}-", inside)
        inside = _COLOUR.sub(_as_variable, inside)
        inside = _FONT.sub(_font, inside)
        return _DIGITS.sub(r"\1", inside)

    size = _SIZE.search(text)
    assert size  # noqa: S101 - matplotlib writes it
    width, height = (round(float(side) * 96 / 72) for side in size.groups())
    _, body = _TAG.sub(tidy, text).split(">", 1)
    head = (
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="{size[0][9:-1]}" '
        f'width="{width}" height="{height}" xmlns="http://www.w3.org/2000/svg">'
    )
    return Markup(head + re.sub(r"\n\s*", "\n", body).strip())  # noqa: S704 - matplotlib escapes


def _as_variable(tone: re.Match[str]) -> str:
    known = _VARIABLES.get(tone[0].lower())
    return f"var(--{known})" if known else tone[0]


def _font(found: re.Match[str]) -> str:
    """Keep size and weight: the family is the page's."""
    if not found[2]:
        return ""
    weight = f"; font-weight: {found[1]}" if found[1] else ""
    return f"font-size: {found[2]}px{weight}"
