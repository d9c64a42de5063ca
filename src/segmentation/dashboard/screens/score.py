"""A file of customers: uploaded, scored, compared with the training, downloaded."""

import streamlit as st

from segmentation.dashboard import stored, tables, uploads
from segmentation.dashboard.limits import MOST_MEGABYTES, MOST_ROWS
from segmentation.dashboard.screens.shown import heading, note, sentences, shown_table
from segmentation.dashboard.words import plain
from segmentation.errors import InputError
from segmentation.scoring.stream import ADDED
from segmentation.views.drift import HEADLINES

_LAST = "score: the last file, its model, and what became of it"


def page() -> None:
    """Show the page."""
    heading("Score a file")
    note(
        f"CSV or Parquet, a row per customer, up to {MOST_MEGABYTES} MB and {MOST_ROWS:,} rows. It "
        "stays in the memory of this machine and is forgotten when the page is closed."
    )
    upload = st.file_uploader("File of customers", type=list(uploads.KINDS), key="file",
                              max_upload_size=MOST_MEGABYTES)  # fmt: skip
    if upload is None:
        st.session_state.pop(_LAST, None)
        return
    chosen = stored.chosen()
    key = (upload.file_id, chosen.md5)
    if st.session_state.get(_LAST, (None,))[0] != key:
        try:
            with st.spinner("Scoring"):
                st.session_state[_LAST] = (key, uploads.score(upload.getvalue(), chosen))
        except InputError as error:
            st.error(plain(error))  # here alone, in no log: it may tell what stands in a cell
            return
    found: uploads.Scored = st.session_state[_LAST][1]
    heading(tables.scored_in_short(found.counts, found.by), level=2)
    st.download_button("Download the scored file", found.content, f"scored.{found.kind}",
                       uploads.KINDS[found.kind], on_click="ignore")  # fmt: skip
    shown_table(tables.scored_segments(found.counts, chosen.name_of), label="Scored customers")
    sentences(tables.met(found.counts, found.damaged, found.first_damage))
    heading("Are they like those of the training?", level=2)
    if found.drift is None:
        note(found.why_no_drift)
    else:
        st.markdown(f"**{plain(HEADLINES[found.drift.verdict])}**")
        sentences(found.drift.reasons)
    heading("The first rows", level=2)
    note("What was added; what stood in the rows is in the file alone.")
    shown_table(tables.preview(ADDED, found.preview), label="What was added to the first rows")
