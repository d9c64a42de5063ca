"""The report for people, as one self-contained HTML page and as Markdown."""

import base64
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from segmentation.insight.numbers import number, percent
from segmentation.views.style import DPI, colour, ink_on


def render(template: str, **facts: Any) -> str:
    """Fill a template of this package; HTML is escaped, unknown names are errors."""
    html = template.endswith(".html.j2")
    environment = Environment(
        loader=PackageLoader("segmentation.views", "templates"),
        autoescape=html,  # noqa: S701 - Markdown is not HTML; `_plain` guards it
        finalize=None if html else _plain,
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
        "cell": _cell,
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


def data_uri(png: bytes) -> str:
    """Return the bytes of a PNG as a data URI."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _plain(value: object) -> object:
    """Keep text from turning into HTML inside Markdown."""
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", value) if isinstance(value, str) else value


def _cell(text: str) -> str:
    """Keep text from breaking out of a Markdown table cell, and from being read as Markdown."""
    return re.sub(r"([\\`*_\[\]|~#])", r"\\\1", " ".join(text.split()))
