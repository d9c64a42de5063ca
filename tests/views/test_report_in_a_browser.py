"""The report and a review as a real browser shows them, on a phone, a tablet and a desktop."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page
from test_pictures import CURVE
from test_report import content
from test_review_pages import BASE, HEAD

import factories
from browser import driven, needs_a_browser
from conftest import THOROUGH, cases
from segmentation.review.comparison import compare
from segmentation.views import curves, review, style, svg
from segmentation.views.report import render

pytestmark = needs_a_browser

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
WIDTHS = (390, 768, 1440)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with driven() as opened:
        yield opened


def by_hand() -> dict[str, Any]:
    return {**content(5, odd="Ä b"), "choice": factories.choice(k=4)}


CASES: dict[str, Any] = {
    "four": lambda: content(4),
    "twelve": lambda: content(12),
    "k by hand": by_hand,
    "graded": lambda: content(3, structure="graded"),
    "one population": lambda: content(4, structure="one"),
    "noise": lambda: content(3, noise=60, algorithm="hdbscan"),
    "none at all": lambda: content(0, algorithm="dbscan"),
}

RARELY = ("k by hand", "twelve")


def opened(browser: Browser, facts: dict[str, Any], **look: Any) -> Page:
    """The page with a real picture in each place."""
    drawn = style.as_svg(curves.silhouette(CURVE, chosen=3))
    facts["pictures"] = {
        name: svg.inline(drawn, name=name, alt=f"The finding of {name}")
        for name in facts["pictures"]
    }
    page = browser.new_page(**look)
    page.set_content(render("report.html.j2", **facts))
    return page


@pytest.mark.parametrize("case", cases(CASES, rarely=RARELY))
def test_everybody_can_read_it_at_any_width(browser: Browser, case: str) -> None:
    asked: list[str] = []
    page = opened(browser, CASES[case](), color_scheme="dark" if len(case) % 2 else "light")
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(AXE.read_text("utf-8"))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width == 768 and not THOROUGH:
            continue
        # Not inside pictures: their colours are checked where they are made.
        found = page.evaluate("axe.run({exclude: [['figure svg']]})")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert asked == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_a_review(browser: Browser, scheme: Any) -> None:
    page = browser.new_page(color_scheme=scheme)
    metrics = factories.metrics(k=3, silhouette=0.33, dominance=0.5)  # the last is folded away
    page.set_content(review.html(compare(BASE, replace(HEAD, metrics=metrics))))
    page.evaluate(AXE.read_text("utf-8"))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = page.evaluate("axe.run({exclude: [['figure svg']]})")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    page.close()


def test_pictures_follow_the_dark_and_say_what_they_show(browser: Browser) -> None:
    inks = []
    for scheme in ("light", "dark"):
        page = opened(browser, content(4), color_scheme=scheme)
        inks.append(
            page.evaluate(
                "[getComputedStyle(document.body).color,"
                " getComputedStyle(document.querySelector('figure svg text')).fill]"
            )
        )
        assert page.get_by_role("img", name="The finding of profile/sizes").count() == 1
        page.close()
    assert inks[0][0] == inks[0][1]
    assert inks[1][0] == inks[1][1]
    assert inks[0] != inks[1]


def test_print_shows_what_is_folded_away(browser: Browser) -> None:
    page = opened(browser, content(4))
    how = (
        "getComputedStyle(document.querySelector('details'), '::details-content').contentVisibility"
    )
    height = "document.querySelector('details p').getBoundingClientRect().height"
    assert page.evaluate(how) == "hidden"
    page.emulate_media(media="print")
    assert page.evaluate(how) == "visible"
    assert page.evaluate(height) > 0
    page.close()


def test_a_heading_sorts_the_table_by_keyboard(browser: Browser) -> None:
    page = opened(browser, content(4, odd="n"), viewport={"width": 390, "height": 800})
    rows = page.locator("table.sides").first.locator("tbody th")
    before = rows.all_inner_texts()
    page.get_by_role("button", name="mean or share").first.press("Enter")
    assert rows.all_inner_texts() == sorted(before, reverse=True)
    page.get_by_role("button", name="mean or share").first.press("Enter")
    assert rows.all_inner_texts() == sorted(before)
    page.close()


def test_the_first_column_stays_and_scrollers_take_the_keyboard(browser: Browser) -> None:
    page = opened(browser, content(12), viewport={"width": 390, "height": 800})
    area = page.get_by_role("region", name="Segments side by side")
    area.focus()
    area.evaluate("(each) => { each.scrollLeft = 300; }")
    assert area.evaluate("(each) => each.scrollLeft") == 300
    left, inside = area.evaluate(
        "(each) => [each.getBoundingClientRect().left,"
        " each.querySelector('tbody th').getBoundingClientRect().left]"
    )
    assert abs(inside - left) < 2
    page.close()
