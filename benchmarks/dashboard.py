"""How long pages take in a real browser, and whether quick clicks are lost.

    segmentation dashboard --port 8501 &
    python benchmarks/dashboard.py http://127.0.0.1:8501 [--pictures FOLDER]

First a page is opened anew in a browser of its own, then each page of the open one is clicked,
until the page stands still. The largest message that the server sent is told too. In the end arrow
keys change a number a hundred times as fast as it goes, and it must be what was asked for.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from playwright.sync_api import Locator, Page, expect

from browser import PAGES, driven, settled, shown

# Where there are purchases, two pages tell something else.
TOLD = {**PAGES, "Months": "month", "Value": "purchases"}


def turned(page: Page, title: str) -> None:
    """Turn to a page, and wait until it stands there as a whole."""
    page.get_by_role("radio", name=title, exact=True).click()
    shown(page, TOLD[title])


def number(field: Locator) -> float:
    """Read a slider."""
    return float(field.evaluate("each => each.getAttribute('aria-valuenow') ?? each.value"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    largest, errors = [0], []
    with driven() as browser:

        def opened(width: int = 1440, scheme: str = "light") -> Page:
            page = browser.new_page(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.on("websocket", lambda socket: socket.on(
                "framereceived", lambda frame: largest.append(len(frame))
            ))  # fmt: skip
            page.on(
                "console", lambda each: errors.append(each.text) if each.type == "error" else None
            )
            page.goto(options.address, timeout=120_000)
            expect(page.get_by_test_id("stMain").locator("h1, h2").first).to_be_visible(
                timeout=60_000
            )
            settled(page)
            return page

        for i in range(3):
            start = time.perf_counter()
            page = opened()
            print(f"first view: {time.perf_counter() - start:.2f} s")
            if i < 2:
                page.close()
        for title in [*PAGES] * 2:
            start = time.perf_counter()
            turned(page, title)
            print(f"click on {title}: {time.perf_counter() - start:.2f} s")
        turned(page, "What if")
        field = page.get_by_role("slider").first
        before = number(field)
        field.focus()
        field.press("ArrowRight")
        settled(page)
        step = number(field) - before
        times = []
        for i in range(100):
            start = time.perf_counter()
            page.keyboard.press("ArrowLeft" if i % 4 == 3 else "ArrowRight")
            times.append(time.perf_counter() - start)
        settled(page)
        after = number(field)
        expected = before + step * (1 + 75 - 25)
        print(f"100 clicks, {statistics.median(times):.3f} s each: {after:g}; asked: {expected:g}")
        print(f"largest message: {max(largest) / 1e6:.2f} MB; errors: {errors or 'none'}")
        page.close()
        if options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            for width in (390, 1440):
                for scheme in ("light", "dark"):
                    page = opened(width, scheme)
                    for title in PAGES:
                        turned(page, title)
                        page.wait_for_timeout(1500)  # charts are drawn
                        name = f"{title.replace(' ', '_')}-{width}-{scheme}.png"
                        page.screenshot(path=options.pictures / name, full_page=True)
                    page.close()


if __name__ == "__main__":
    main()
