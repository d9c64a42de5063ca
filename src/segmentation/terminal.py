"""Colour for people at a terminal; plain text for everything else."""

import sys
from typing import TextIO


def coloured(text: str, style: str, out: TextIO | None = None) -> str:
    """Return text in a colour, where it is shown on a terminal; `NO_COLOR` keeps it plain.

    Parameters
    ----------
    text : str
        Without signs that steer a terminal.
    style : str
        As `rich` names it, such as ``"bold red"``.
    out : file, optional
        Where it will be written; the standard output, unless it is given.
    """
    out = sys.stdout if out is None else out
    if not out.isatty():
        return text
    from rich.console import Console  # takes a tenth of a second
    from rich.text import Text

    console = Console(file=out)  # knows NO_COLOR, and which colours the terminal has
    with console.capture() as written:
        console.print(Text(text, style), end="", soft_wrap=True)
    return written.get()
