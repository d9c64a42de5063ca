"""What Streamlit runs for every view: the page that the address names."""

import sys

import streamlit as st

from segmentation.dashboard import ahead, pieces
from segmentation.dashboard.screens.shown import empty
from segmentation.dashboard.stored import NotThereError
from segmentation.dashboard.words import plain
from segmentation.errors import SegmentationError, printable


def main() -> None:
    """Show the page, or say in a line what is missing or wrong."""
    st.set_page_config(page_title="Customer segments", layout="wide")
    st.html(pieces.style())
    # Pages with paths of their own would be looked for at addresses that no server has, first.
    title = st.segmented_control(
        "Page", ahead.PAGES.values(), default=ahead.PAGES["segments"], required=True, key="page",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    name = next(name for name, known in ahead.PAGES.items() if known == title)
    try:
        ahead.screen(name).page()
    except NotThereError as missing:
        empty(missing)
    except SegmentationError as error:
        st.error(plain(error))
        print(printable(f"error: {error}"), file=sys.stderr)  # noqa: T201


main()
ahead.seen()
