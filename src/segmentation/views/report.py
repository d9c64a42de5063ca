"""The report for people, as one self-contained HTML page and as Markdown."""

import base64
import re
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from segmentation.insight.numbers import amount, number, percent, whole
from segmentation.views.colours import DARK, NOISE_COLOUR, SEGMENT_COLOURS, ink_on
from segmentation.views.side_by_side import side_by_side


def render(template: str, **facts: Any) -> str:
    """Fill a template of this package; HTML is escaped, unknown names are errors."""
    return environment(html=template.endswith(".html.j2")).get_template(template).render(**facts)


def environment(*, html: bool, also: str | None = None) -> Environment:
    """Return what fills templates of this package, and of another one that builds on them."""
    packages = ["segmentation.views", *([also] if also else [])]
    filler = Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates") for package in packages]),
        autoescape=html,  # noqa: S701 - Markdown is not HTML; `_as_text` guards it
        finalize=None if html else _as_text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filler.filters |= {
        "amount": amount,
        "number": number,
        "percent": percent,
        "whole": whole,
        "chip": chip,
        "tone": tone,
        "side_by_side": side_by_side,
        "with_code": _with_code,
    }
    filler.globals["palette"] = palette
    return filler


def chip(segment: int) -> Markup:
    """Return a segment's number, or a dash for none, on its colour."""
    i = tone(segment)
    look = f"background: var(--c{i}); color: var(--on{i})"
    return Markup(f'<span class="chip" style="{look}">{segment if i else "–"}</span>')  # noqa: S704


def tone(segment: int) -> int:
    """Return which of the page's colours a segment has."""
    return (segment - 1) % len(SEGMENT_COLOURS) + 1 if segment > 0 else 0


def palette(*, dark: bool = False) -> str:
    """Return the colours of segments, and of text on them, as variables of a style sheet.

    The first, 0, is for customers in no segment.
    """
    tones = (NOISE_COLOUR, *SEGMENT_COLOURS)
    shown = [DARK.get(it, it) if dark else it for it in tones]
    return " ".join(f"--c{i}: {it}; --on{i}: {ink_on(it)};" for i, it in enumerate(shown))


def data_uri(png: bytes) -> str:
    """Return the bytes of a PNG as a data URI."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


# What Markdown reads as a sign: anywhere, inside no word, and at the start of a line.
_SIGNS = re.compile(
    r"[\\`*\[\]~$|]|(?<!\w)_|_(?!\w)|^>|^[-+#](?=[-+#\s]|$)|^=+$|(?<=^\d)[.)](?=\s)"
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_CALL = re.compile(r"@(?=\w)|#(?=\d)")  # in a comment on GitHub, calls a person or links an issue


def _as_text(value: object) -> object:
    """Keep whatever is filled into Markdown from being read as Markdown, or as HTML inside it.

    Names, units, levels and words of the playbook come from whoever made the table: a level called
    ``![x](http://...)`` would make every reader of the page fetch a picture from there.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = _TAG.sub("&lt;", " ".join(value.split()))
    text = _CALL.sub("\\g<0>\u2060", text)  # a sign without width, which no backslash replaces
    return Markup(_SIGNS.sub(r"\\\g<0>", text))  # noqa: S704 - nothing of Markdown is left in it


def _with_code(text: str) -> Markup:
    """Keep what our own sentences put in backticks as code, and all else as text."""
    *pairs, rest = re.split(r"`([\w ./=:@-]+)`", text)
    shown = "".join(
        f"`{part}`" if place % 2 else str(_as_text(f"x{part}x"))[1:-1]
        for place, part in enumerate(pairs)
    )
    return Markup(shown + str(_as_text(f"x{rest}"))[1:])  # noqa: S704
