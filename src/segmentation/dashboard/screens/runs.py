"""Two runs beside each other, and which of them is the champion."""

from pathlib import Path

import pandas as pd
import streamlit as st

from segmentation import paths
from segmentation.artifacts.choice import Choice
from segmentation.commands import MARGIN
from segmentation.commands.moved import Moved, between
from segmentation.commands.promote import promote
from segmentation.dashboard import charts, stored, tables
from segmentation.dashboard.screens.shown import chart, heading, note, shown_table
from segmentation.dashboard.words import plain
from segmentation.settings.params import load_params
from segmentation.tracking import compared

SECONDS = 15  # for which a store is not asked again
_PROMOTED = "runs: what was said of the last promotion"


def page() -> None:
    """Show the page."""
    experiment = load_params(paths.PARAMS).track.experiment
    found = _finished(experiment)
    if not found:
        raise stored.NotThereError("a tracked run")
    by_id = {run.run_id: run for run in found}
    called = {run.run_id: tables.run_label(run) for run in found}
    heading("Two runs beside each other")
    left, right = st.columns(2)
    one = left.selectbox(
        "One", list(by_id), format_func=called.__getitem__, key="run", bind="query-params"
    )
    other = right.selectbox(
        "Other", list(by_id), format_func=called.__getitem__, key="with", bind="query-params",
        index=min(1, len(by_id) - 1),
    )  # fmt: skip
    pair = (by_id[one], by_id[other])
    shown_table(tables.metrics_of(*pair), label="Metrics of two runs")
    differing = tables.settings_of(*pair)
    if differing.rows:
        heading("Settings that differ", level=2)
        shown_table(differing, label="Settings of two runs")
    else:
        note("All settings are the same.")
    _curves(experiment, pair)
    _moves(pair)
    _promotion(pair[0])


def _curves(experiment: str, pair: tuple[compared.Tracked, compared.Tracked]) -> None:
    criteria = {each.column: each.label for each in stored.artifact(Choice).criteria}
    heading("What other numbers of segments would give", level=2)
    column = st.selectbox(
        "Criterion", list(criteria), format_func=criteria.__getitem__, key="criterion",
        bind="query-params",
    )  # fmt: skip
    of_runs = {tables.run_label(run): _curve(experiment, run.run_id) for run in pair}
    chart(charts.two_curves(of_runs, column, label=criteria[column]))


def _moves(pair: tuple[compared.Tracked, compared.Tracked]) -> None:
    one, other = (run.run_id for run in pair)
    if one == other:
        return
    heading("Who moved", level=2)
    # Two tables of all customers are read: seconds where there are millions.
    if not st.button("Count them", key=f"count {one} {other}"):
        note("Counts customers by their segments in both runs.")
        return
    shown_table(tables.moved(_moved(one, other)), label="Customers by their segments in two runs")
    note(
        f"Rows: segments of the one. Columns: of the other. '{tables.LEFT_OUT}' is fewer than ten, "
        "or what these could be worked out from."
    )


def _promotion(run: compared.Tracked) -> None:
    heading("Make it the champion", level=2)
    told = st.session_state.get(_PROMOTED, {})
    if run.champion:
        note(f"{run.name} is the champion.")
        if run.run_id in told:
            st.success(plain(told[run.run_id]))
            st.code("dvc repro; git add data/reference dvc.lock reports; git commit",
                    language=None, wrap_lines=True)  # fmt: skip
        return
    note(
        "Later runs keep the champion's segments, with their numbers and names, and scoring takes "
        "its model. It is refused for the same reasons as the command refuses it."
    )
    sure = st.checkbox(f"{plain(run.name)} is to be the champion", key=f"sure {run.run_id}")
    if st.button("Promote", disabled=not sure):
        with st.spinner("Comparing it with the champion; this takes a while"):
            done = promote(load_params(paths.PARAMS), run.run_id, force=False, margin=MARGIN)
            # Kept at once: a click meanwhile ends this run of the script at its next call.
            said = f"'{done.run}' is the champion, version {done.version}. Next:"
            st.session_state[_PROMOTED] = {run.run_id: said}
        _finished.clear()
        st.rerun()


@st.cache_data(ttl=SECONDS, show_spinner="Reading the runs")
def _finished(experiment: str) -> list[compared.Tracked]:
    return compared.finished(experiment, Path.cwd())


@st.cache_data(max_entries=50, show_spinner="Counting customers")
def _moved(one: str, other: str) -> Moved:
    return between(load_params(paths.PARAMS), one, other)


@st.cache_data(max_entries=50, show_spinner="Reading the run")
def _curve(experiment: str, run_id: str) -> pd.DataFrame:
    return compared.curve(experiment, Path.cwd(), run_id)
