"""A real browser, and a server of this machine that sees what a page asks for."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

needs_a_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium; on Debian: apt-get install chromium"
)

# Nothing of its own: no look-ups of the maker's servers, no sandbox that root cannot have.
QUIET = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-sync", "--disable-background-networking", "--disable-component-update"),
    "--disable-dev-shm-usage",
]


@contextmanager
def driven() -> Iterator["Browser"]:
    """Open a browser that a test drives."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


# What is told on each page of a dashboard without purchases.
PAGES = {
    "Segments": "segments",
    "How many": "prefer",
    "Map": "Where they lie",
    "Runs": "Two runs",
    "What if": "What if a customer",
    "Score": "Score a file",
    "Months": "segmentation months",
    "Value": "segmentation purchases",
}


def shown(page: "Page", text: str) -> None:
    """Wait until a page of the dashboard tells something and is there as a whole."""
    from playwright.sync_api import expect

    expect(page.get_by_test_id("stMain").get_by_text(text).first).to_be_visible(timeout=60_000)
    settled(page)


def settled(page: "Page") -> None:
    """Wait until the dashboard's server has answered."""
    from playwright.sync_api import expect

    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible(timeout=60_000)


class Site:
    """A page that a browser visits, and the paths that were asked for beside it."""

    def __init__(self) -> None:
        self.page = ""
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/page":
                    content = site.page.encode()
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                    self.end_headers()
                    self.wfile.write(content)
                    return
                if self.path != "/favicon.ico":
                    site.asked.append(self.path)
                self.send_error(404)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def visit(self, page: str) -> tuple[str, list[str]]:
        """Open a page; return the document as it is then, and what it asked for."""
        assert CHROMIUM
        self.page, self.asked = page, []
        with tempfile.TemporaryDirectory() as profile:
            command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}"]
            done = subprocess.run(
                [*command, "--virtual-time-budget=2000", "--dump-dom", f"{self.address}/page"],
                env={**os.environ, "HOME": profile},
                capture_output=True,
                text=True,
                timeout=120,
                check=True,
            )
        return done.stdout, list(self.asked)


@contextmanager
def site() -> Iterator[Site]:
    """Serve pages on a free port of this machine."""
    served = Site()
    thread = Thread(target=served.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.server.shutdown()
        thread.join()
        served.server.server_close()
