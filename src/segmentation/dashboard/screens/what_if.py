"""Sliders for one customer: the segment, the runner-up, why, what would change it."""

import streamlit as st

from segmentation.dashboard import pieces, stored, what_if
from segmentation.dashboard.screens.shown import heading, html, note
from segmentation.dashboard.words import plain
from segmentation.scoring.rule import Rule

UNKNOWN = "not known"


def page() -> None:
    """Show the page."""
    chosen = stored.chosen()
    rule = Rule(chosen.model, chosen.baseline)
    between, levels = what_if.ranges(chosen, rule), what_if.usual_levels(chosen, rule)
    heading("What if a customer were like this?")
    left, right = st.columns([2, 3])
    customer: dict[str, float | str | None] = {}
    with left:
        for name in rule.numbers:
            span = between[name]
            customer[name] = st.slider(
                plain(chosen.data.label(name)), span.low, span.high, span.usual, span.step,
                key=f"c.{name}", bind="query-params",
            )  # fmt: skip
        for name, known in levels.items():
            level = st.selectbox(plain(chosen.data.label(name)), [*known, UNKNOWN],
                                 key=f"c.{name}", bind="query-params")  # fmt: skip
            customer[name] = None if level == UNKNOWN else level
    with right:
        html(pieces.customer(what_if.ask(chosen, rule, customer, between), by=chosen.called))
        note("A made-up customer: nothing is stored.")
