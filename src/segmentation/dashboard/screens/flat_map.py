"""Where customers lie on a flat map, without saying who they are."""

import streamlit as st

from segmentation.artifacts.map import Map
from segmentation.artifacts.segments import Segments
from segmentation.dashboard import charts, stored, tables
from segmentation.dashboard.limits import COLOURED, MOST_POINTS
from segmentation.dashboard.screens.shown import chart, heading, is_dark, note, shown_table
from segmentation.dashboard.words import plain


def page() -> None:
    """Show the page."""
    results, facts = stored.results(), stored.artifact(Segments)
    points, flat = charts.sample(stored.points(), MOST_POINTS), stored.artifact(Map)
    heading("Where they lie")
    ids = [str(i) for i in sorted({*map(int, points["segment"])}, key=lambda i: (i < 1, i))]
    chosen = st.multiselect(
        "Show", ids, format_func=lambda i: charts.called(facts, int(i)), key="show",
        bind="query-params", placeholder="all segments",
    )  # fmt: skip
    shown = [int(i) for i in chosen or ids]
    features = [
        name.removeprefix(COLOURED) for name in map(str, points) if name.startswith(COLOURED)
    ]
    by = st.selectbox(
        "Colour", ["", *features], key="colour", bind="query-params",
        format_func=lambda name: f"by {plain(name) or results.kind}",
    )  # fmt: skip
    drawn = charts.flat_map(
        facts, points, flat, shown=shown, kind=results.kind, dark=is_dark(), by=by or None
    )
    chart(drawn)
    note(
        f"A sample of {len(points):,} customers on two axes that are no column, without ids. "
        "Numbers stand in the middle of their segments."
    )
    heading("What the axes are made of", level=2)
    shown_table(tables.loadings(flat), label="Weights of the features in both axes")
