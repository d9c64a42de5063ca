"""What Streamlit runs for every view: the page that the address names."""

import sys
from importlib import import_module

import streamlit as st

from segmentation.dashboard import pieces
from segmentation.dashboard.screens.shown import empty
from segmentation.dashboard.stored import NotThereError
from segmentation.dashboard.words import plain
from segmentation.errors import SegmentationError, printable

PAGES = {
    "segments": "Segments",
    "how_many": "How many",
    "flat_map": "Map",
    "runs": "Runs",
    "what_if": "What if",
    "score": "Score",
    "months": "Months",
    "value": "Value",
}


def main() -> None:
    """Show the page, or say in a line what is missing or wrong."""
    st.set_page_config(page_title="Customer segments", layout="wide")
    st.html(pieces.style())
    # Pages with paths of their own would be looked for at addresses that no server has, first.
    title = st.segmented_control(
        "Page", PAGES.values(), default=PAGES["segments"], required=True, key="page",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    name = next(name for name, known in PAGES.items() if known == title)
    try:
        import_module(f"segmentation.dashboard.screens.{name}").page()
    except NotThereError as missing:
        empty(missing)
    except SegmentationError as error:
        st.error(plain(error))
        print(printable(f"error: {error}"), file=sys.stderr)  # noqa: T201


main()
