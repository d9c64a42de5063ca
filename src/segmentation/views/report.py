"""The report for people, as one self-contained HTML page and as Markdown."""

import base64
import io
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from segmentation.insight.numbers import number, percent
from segmentation.views.style import DPI, colour, ink_on


def render(template: str, **facts: Any) -> str:
    """Fill a template of this package; HTML is escaped, unknown names are errors."""
    html = template.endswith(".html.j2")
    environment = Environment(
        loader=PackageLoader("segmentation.views", "templates"),
        autoescape=html,  # noqa: S701 - Markdown is not HTML; `_as_text` guards it
        finalize=None if html else _as_text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": number,
        "percent": percent,
        "colour": colour,
        "ink_on": ink_on,
        "with_code": _with_code,
    }
    return environment.get_template(template).render(**facts)


@dataclass(frozen=True)
class Picture:
    """A picture inside a page: its data URI, and its size on the screen in CSS pixels."""

    uri: str
    width: int
    height: int


def embedded(picture: Path) -> Picture:
    """Return a PNG so that a page needs no other file, at 96 pixels for each of its inches."""
    content = picture.read_bytes()
    width, height = struct.unpack(">II", content[16:24])  # of the header, the first chunk
    return Picture(data_uri(content), round(width * 96 / DPI), round(height * 96 / DPI))


def drawn(picture: Figure) -> Picture:
    """Return a figure for a page without a file of its own."""
    content = io.BytesIO()
    picture.savefig(content, format="png", metadata={"Software": None})
    png = content.getvalue()
    width, height = struct.unpack(">II", png[16:24])
    return Picture(data_uri(png), round(width * 96 / DPI), round(height * 96 / DPI))


def data_uri(png: bytes) -> str:
    """Return the bytes of a PNG as a data URI."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


# What Markdown reads as a sign: anywhere, inside no word, and at the start of a line.
_SIGNS = re.compile(
    r"[\\`*\[\]~$|]|(?<!\w)_|_(?!\w)|^>|^[-+#](?=[-+#\s]|$)|^=+$|(?<=^\d)[.)](?=\s)"
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def _as_text(value: object) -> object:
    """Keep whatever is filled into Markdown from being read as Markdown, or as HTML inside it.

    Names, units, levels and words of the playbook come from whoever made the table: a level called
    ``![x](http://...)`` would make every reader of the page fetch a picture from there.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = _TAG.sub("&lt;", " ".join(value.split()))
    return Markup(_SIGNS.sub(r"\\\g<0>", text))  # noqa: S704 - nothing of Markdown is left in it


def _with_code(text: str) -> Markup:
    """Keep what our own sentences put in backticks as code, and all else as text."""
    *pairs, rest = re.split(r"`([\w ./=:@-]+)`", text)
    shown = "".join(
        f"`{part}`" if place % 2 else str(_as_text(f"x{part}x"))[1:-1]
        for place, part in enumerate(pairs)
    )
    return Markup(shown + str(_as_text(f"x{rest}"))[1:])  # noqa: S704
