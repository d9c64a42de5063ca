"""Who they are, what to do with them, and any two beside each other."""

import streamlit as st

from segmentation import paths
from segmentation.artifacts.segments import Segments
from segmentation.dashboard import charts, pieces, stored
from segmentation.dashboard.screens.shown import chart, heading, html, is_dark
from segmentation.settings.params import load_params


def page() -> None:
    """Show the page."""
    results, facts = stored.results(), stored.artifact(Segments)
    html(pieces.verdict(facts, results, synthetic=load_params(paths.PARAMS).data.synthetic))
    if pieces.nothing_to_act_on(facts, results):
        return
    html(pieces.monday(facts))
    chart(charts.sizes(facts, kind=results.kind, dark=is_dark()))
    ids = [str(each.id) for each in facts.segments]

    def called(i: str) -> str:
        return charts.called(facts, int(i))

    chosen = st.multiselect("Show", ids, format_func=called, key="show", bind="query-params",
                            placeholder="all segments")  # fmt: skip
    html(pieces.cards(facts, map(int, chosen or ids)))
    heading("Any two beside each other", level=2)
    left, right = st.columns(2)
    one = left.selectbox("One", ids, format_func=called, key="one", bind="query-params")
    others = [i for i in ids if i != one]
    other = right.selectbox("Other", others, format_func=called, key="other", bind="query-params")
    both = (int(one), int(other))
    html(pieces.key(facts, both))
    chart(charts.apart(facts, both, kind=results.kind, dark=is_dark()))
    html(pieces.pair(facts, both, kind=results.kind))
