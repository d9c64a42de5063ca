"""Start the dashboard. Streamlit runs `app.py`; nothing here imports it."""

import importlib.util
import socket
import sys
from pathlib import Path

from segmentation.dashboard.limits import MOST_MEGABYTES
from segmentation.errors import InputError

LOCAL = ("127.0.0.1", "localhost", "::1")
RISK = (
    "there is no password: whoever reaches this address sees the segments, can have customers "
    "scored and make another run the champion"
)


def command(host: str, port: int) -> list[str]:
    """Return the command that serves the dashboard.

    Raises
    ------
    InputError
        Streamlit is not installed, or the port cannot be had.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise InputError(
            "the dashboard needs Streamlit, which is not installed; `make dashboard` installs it, "
            "and so does `pip install -r requirements-dashboard.txt`"
        )
    _check(host, port)
    options = {
        "server.address": host,
        "server.port": port,
        "server.headless": "true",  # opens no browser, asks for no address to write to
        "server.fileWatcherType": "none",
        "server.maxUploadSize": MOST_MEGABYTES,
        "server.enableStaticServing": "false",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "runner.magicEnabled": "false",
        "logger.level": "warning",
        "theme.light.primaryColor": "#005a8f",  # the report's, which can be read on its ground
        "theme.dark.primaryColor": "#7cc4f5",
    }
    told = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [
        sys.executable,
        "-m",
        "segmentation.dashboard.serve",
        "run",
        str(Path(__file__).with_name("app.py")),
        *told,
    ]


def _check(host: str, port: int) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0], found[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[4])
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be used ({error.strerror}); choose another port with --port"
        ) from None
