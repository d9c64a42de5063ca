"""How many there are, what speaks for it, and what another number would give."""

import streamlit as st

from segmentation import paths
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.metrics import Metrics
from segmentation.dashboard import charts, stored, tables
from segmentation.dashboard.screens.shown import heading, sentences, shown_table, vega


def page() -> None:
    """Show the page."""
    choice, used = stored.artifact(Choice), stored.artifact(Metrics).k
    curve = stored.table(paths.CURVE)
    heading(tables.how_many(choice, used))
    sentences(choice.why)
    ks = [str(k) for k in curve["k"]]
    looked_at = int(
        st.selectbox("Look at another number", ks, key="k", bind="query-params",
                     index=ks.index(str(used)) if str(used) in ks else 0)
    )  # fmt: skip
    shown_table(
        tables.another_number(curve, choice, used=used, looked_at=looked_at),
        label="Criteria at two numbers of segments",
    )
    columns = st.columns(2)
    for place, each in enumerate(choice.criteria):
        with columns[place % 2]:
            vega(charts.criterion(curve, choice, each.name, used=used, looked_at=looked_at))
