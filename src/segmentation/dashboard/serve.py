"""Run Streamlit on `app.py`, with what the pages need loaded ahead: ``serve.py run app.py ...``."""

from threading import Thread

from streamlit.web.cli import main

from segmentation.dashboard import ahead

if __name__ == "__main__":
    ahead.begin()
    Thread(target=ahead.go_on, daemon=True).start()
    main(prog_name="streamlit")
