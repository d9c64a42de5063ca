"""How pages put things on the screen."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from segmentation.dashboard import pieces
from segmentation.dashboard.charts import Drawing
from segmentation.dashboard.stored import NotThereError
from segmentation.dashboard.tables import Table
from segmentation.dashboard.words import plain


def html(page: str) -> None:
    """Show a page of `pieces`, in which text is escaped."""
    st.html(page)


def chart(drawn: Drawing) -> None:
    """Show a chart in the width that there is."""
    st.altair_chart(drawn, width="stretch")


def heading(text: str, *, level: int = 1) -> None:
    """Show a heading."""
    html(pieces.text(heading=text, level=level))


def sentences(texts: Sequence[str]) -> None:
    """Show sentences as a list."""
    html(pieces.text(sentences=texts))


def shown_table(table: Table, *, label: str) -> None:
    """Show a table."""
    html(pieces.table(table.names, table.rows, label=label, at_once=table.at_once))


def vega(drawn: dict[str, Any]) -> None:
    """Show a chart in Vega-Lite's own words."""
    st.vega_lite_chart(drawn, width="stretch")


def is_dark() -> bool:
    """Whether the page is dark."""
    return bool(st.context.theme.type == "dark")


def note(text: str) -> None:
    """Show a sentence under something."""
    html(pieces.text(note=text))


def empty(missing: NotThereError) -> None:
    """Say what is not there, and which command makes it."""
    st.info(f"{plain(missing)}. This fills the page:")
    st.code(missing.command, language=None, wrap_lines=True)
