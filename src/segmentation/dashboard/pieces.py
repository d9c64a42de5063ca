"""Pieces of the report on the pages of the dashboard; all text from the data is escaped."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from segmentation import paths
from segmentation.artifacts.lifetime import LifetimeValue
from segmentation.artifacts.segments import Segments
from segmentation.insight.results import Results
from segmentation.views.report import environment

if TYPE_CHECKING:
    from segmentation.dashboard.what_if import Found

_FILE = re.compile(r'<a href="\.\./[^"]*">(.*?)</a>')  # a page of the dashboard has none beside it
_PAGES = environment(html=True, also="segmentation.dashboard")
NO_PICTURES = defaultdict[str, Markup](Markup)


def style() -> str:
    """Return the look of the report, inside its pieces only."""
    return _render("style.html.j2")


def verdict(facts: Segments, results: Results, *, synthetic: bool) -> str:
    """Return what was found and whether to trust it."""
    return _render(
        "verdict.html.j2",
        facts=facts,
        kind=results.kind,
        short=nothing_to_act_on(facts, results),
        clustering=results.clustering,
        choice=results.choice,
        synthetic=synthetic,
    )


def monday(facts: Segments) -> str:
    """Return what to do with each segment."""
    page = _render("monday.html.j2", facts=facts, export=paths.CUSTOMERS.as_posix())
    return _FILE.sub(r"\1", page)


def cards(facts: Segments, shown: Iterable[int]) -> str:
    """Return a card for each of the segments that are shown."""
    wanted = {*shown}
    some = [each for each in facts.segments if each.id in wanted]
    outside = facts.outside if len(some) == len(facts.segments) else None
    part = facts.model_copy(update={"segments": tuple(some), "outside": outside})
    return _render("cards.html.j2", facts=part, pictures=NO_PICTURES)


def pair(facts: Segments, ids: Sequence[int], *, kind: str) -> str:
    """Return two segments side by side."""
    return _render("pair.html.j2", facts=_only(facts, ids), kind=kind)


def key(facts: Segments, ids: Sequence[int]) -> str:
    """Return which colour is which segment's."""
    return _render("key.html.j2", facts=_only(facts, ids))


def _only(facts: Segments, ids: Sequence[int]) -> Segments:
    these = tuple(each for i in ids for each in facts.segments if each.id == i)
    return facts.model_copy(update={"segments": these})


def nothing_to_act_on(facts: Segments, results: Results) -> bool:
    """Whether there are no segments that anybody should plan with."""
    return results.kind == "group" or len(facts.segments) < 2


def table(names: Sequence[str], rows: Iterable[Sequence[Any]], *, label: str, at_once: int) -> str:
    """Return a table that a screen reader can read, as a canvas cannot.

    One of more columns than a phone shows at once is there as rows that unfold.
    """
    return _render("table.html.j2", names=names, rows=list(rows), label=label, at_once=at_once)


def text(
    *, heading: str = "", level: int = 1, sentences: Sequence[str] = (), note: str = ""
) -> str:
    """Return a heading, a list of sentences, or a note under something."""
    return _render("text.html.j2", heading=heading, level=level, sentences=sentences, note=note)


def customer(found: "Found", *, by: str) -> str:
    """Return what is said of one customer."""
    return _render("customer.html.j2", found=found, by=by)


def lifetime(found: LifetimeValue, *, kind: str) -> str:
    """Return what customers are expected to buy and be worth."""
    return _render("lifetime_page.html.j2", lifetime=found, kind=kind, pictures=NO_PICTURES)


def _render(template: str, **facts: Any) -> str:
    return _PAGES.get_template(template).render(**facts)
