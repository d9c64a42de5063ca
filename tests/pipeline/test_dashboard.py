"""The dashboard in a real browser, on two runs; every page, a link, an upload, broken requests."""

import http.client
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import axe_playwright_python
import pandas as pd
import pytest
from playwright.sync_api import Browser, expect
from servers import free_port, stop, wait_for

from browser import PAGES, driven, needs_a_browser, shown
from conftest import Project
from segmentation.scoring.stream import ADDED
from segmentation.synthetic.customers import make_customers

pytestmark = [needs_a_browser, pytest.mark.pipeline]

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")

# Tables that would have to be scrolled.
TOO_WIDE = """() => [...document.querySelectorAll(".scroll")]
  .filter(each => each.scrollWidth > each.clientWidth + 1)
  .map(each => each.getAttribute("aria-label"))"""


@pytest.fixture(scope="module")
def address(
    two_revisions: tuple[Project, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    project, _ = two_revisions
    port = free_port()
    log = tmp_path_factory.mktemp("dashboard") / "log"
    with log.open("wb") as output:
        env = project.environment(forked=False)
        server = subprocess.Popen(
            [sys.executable, "-c", "from segmentation.cli import main; main()", "dashboard",
             "--port", str(port)],
            cwd=project.path, env=env, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, log)
            yield f"http://127.0.0.1:{port}"
            assert server.poll() is None, log.read_text("utf-8")
        finally:
            stop(server)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with driven() as opened:
        yield opened


@pytest.mark.parametrize(
    ("width", "scheme", "titles"),
    [(1440, "light", list(PAGES)), (390, "dark", ["Segments", "How many", "What if"])],
)
def test_everybody_can_read_every_page(
    browser: Browser,
    address: str,
    width: int,
    scheme: Literal["light", "dark"],
    titles: list[str],
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    errors: list[str] = []
    page.on("console", lambda each: errors.append(each.text) if each.type == "error" else None)
    page.on("pageerror", lambda each: errors.append(str(each)))
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    page.goto(address)
    page.evaluate(AXE)
    for title in titles:
        page.get_by_role("radio", name=title, exact=True).click()
        shown(page, PAGES[title])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, title
        assert page.evaluate(TOO_WIDE) == [], title
        # Inside charts there is a canvas; what it shows is said of it.
        found = page.evaluate(
            "axe.run({exclude: [['.stVegaLiteChart']]}, {resultTypes: ['violations']})"
        )["violations"]
        assert [
            (title, each["id"], each["nodes"][0]["html"])
            for each in found
            if each["impact"] in ("serious", "critical")
        ] == []
    assert errors == []
    assert {url for url in asked if not url.startswith((address, "data:", "blob:"))} == set()
    page.close()


def test_what_was_chosen_stands_in_the_address(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/?page=What+if")
    shown(page, PAGES["What if"])
    slider = page.get_by_role("slider").first
    usual = slider.input_value()
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    expect(slider).not_to_have_value(usual)
    page.wait_for_url("**c.age=**")
    chosen = slider.input_value()
    other = browser.new_page()
    other.goto(page.url)
    shown(other, PAGES["What if"])
    expect(other.get_by_role("slider", name="age (years)")).to_have_value(chosen)
    other.close()
    page.close()


def test_two_runs_are_compared(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/?page=Runs")
    shown(page, PAGES["Runs"])
    settings = page.get_by_role("region", name="Settings of two runs")
    expect(settings.get_by_role("rowheader", name="train.k", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Promote")).to_be_disabled()
    page.get_by_role("button", name="Count them").click()
    moved = page.get_by_role("region", name="Customers by their segments in two runs")
    expect(moved.get_by_role("rowheader").first).to_be_visible(timeout=60_000)
    page.close()


def test_a_file_is_scored_and_downloaded(browser: Browser, address: str) -> None:
    page = browser.new_page(accept_downloads=True)
    page.goto(f"{address}/?page=Score")
    shown(page, PAGES["Score"])
    customers = make_customers(rows=60, seed=5, dirty=False)[0]
    drop = page.locator("input[type=file]")

    def upload(content: bytes) -> None:
        name = "../../<img src=x onerror=alert(1)>.csv"
        drop.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})

    upload(b"\x1f\x8b not a table")
    expect(page.get_by_role("alert")).to_contain_text("neither a CSV nor Parquet", timeout=60_000)
    upload(customers.to_csv(index=False).encode())
    expect(page.get_by_text("60 of 60 rows scored")).to_be_visible(timeout=60_000)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the scored file").click()
    assert waiting.value.suggested_filename == "scored.csv"
    after = pd.read_csv(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert list(after.columns) == [*customers.columns, *ADDED]
    assert after["segment"].notna().all()
    first = customers.iloc[0, 0]
    assert str(first) not in page.get_by_test_id("stMain").inner_text()
    page.close()


def test_broken_requests_are_refused_and_the_server_lives(address: str) -> None:
    host = address.removeprefix("http://")
    methods = ("GET", "POST", "PUT", "DELETE", "PATCH")
    places = (
        "/../../etc/passwd", "/%2e%2e/%2e%2e/params.yaml", "/_stcore/upload_file/a/b",
        "/_stcore/stream", "/_stcore/x", "/media/../params.yaml", "/app/static/params.yaml",
        "/component/x/../../../params.yaml", "/" + "a" * 5000, "/?page=" + "%00" * 50,
    )  # fmt: skip
    for i in range(200):
        connection = http.client.HTTPConnection(host, timeout=30)
        body = b"\xff" * i
        connection.request(methods[i % 5], places[i // 5 % 10], body, {"Content-Type": "x/y"})
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status < 500, (methods[i % 5], places[i // 5 % 10], answer.status)
        assert b"featurize" not in told
        connection.close()
