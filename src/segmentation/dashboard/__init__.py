"""Pages for whoever never opens a terminal; the only room that imports streamlit and altair."""
