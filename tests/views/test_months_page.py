"""Who moved from month to month, drawn and told."""

import datetime as dt
import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.monitoring.months import Step, Warned, ends, rates, step
from segmentation.views import colours, flows, months, style


def made(k: int, many: int, *, moving: float = 0.1) -> list[Step]:
    """Months in which customers of any segment go to any other, and a few come."""
    rng = np.random.default_rng(k)
    days = ends(dt.date(2024, 12, 31), many)
    where = pd.Series(rng.integers(1, k + 1, 300))
    found = []
    for before, after in itertools.pairwise(days):
        then = pd.concat([where, pd.Series([1] * 5, index=range(len(where), len(where) + 5))])
        moves = rng.random(len(then)) < moving
        then[moves] = rng.integers(1, k + 1, moves.sum())
        found.append(step(where, then, days=(before, after)))
        where = then
    return found


def named(segment: int) -> str:
    return f"<b>Buyers</b> of $ {segment}" if segment > 0 else "in no segment"


def told(steps: list[Step], warned: Warned | None = None) -> tuple[str, str]:
    svg = style.as_svg(months.flows(steps, named))
    return svg, months.page(steps, rates(steps), svg, named, leaving=1, warned=warned)


@pytest.mark.parametrize(("k", "many"), [(1, 1), (3, 2), (10, 12)])
def test_every_segment_has_its_colour_and_name_and_every_day_a_bar(k: int, many: int) -> None:
    svg, page = told(made(k, many))
    for i in range(1, k + 1):
        assert svg.count(f"fill: {colours.colour(i).lower()}") > many
        assert f"{i} &lt;b&gt;Buyers&lt;/b&gt; of $ {i}: " in svg
    assert svg.count("-31<") + svg.count("-30<") + svg.count("-28<") + svg.count("-29<") == many + 1
    assert "<b>Buyers" not in page
    assert page.count("<tr>") == 1 + many + 1 + k + 1 + k


@pytest.mark.parametrize("name", ["", " who live in Übersee and have not been seen for a year"])
def test_texts_are_apart_where_segments_are_small(name: str) -> None:
    where = pd.Series([1] * 5000 + list(range(2, 11)))
    picture = months.flows([step(where, where, days=(dt.date(2024, 1, 31), dt.date(2024, 2, 29)))],
                           lambda i: named(i) + name)  # fmt: skip
    style.as_svg(picture)
    (axes,) = picture.axes
    inches = axes.get_position().height * picture.get_size_inches()[1]
    low, high = axes.get_ylim()
    places = sorted(t.get_position()[1] for t in axes.texts if "Buyers" in t.get_text())
    lines = 2 if name else 1
    assert min(np.diff(places)) * inches / abs(high - low) > 0.15 * lines
    assert all("…" not in t.get_text() for t in axes.texts)


def test_one_who_moves_is_seen(tmp_path: Path) -> None:
    before = pd.Series([1] * 50_000 + [2] * 50_000)
    after = before.copy()
    after[0] = 2
    days = (dt.date(2024, 1, 31), dt.date(2024, 2, 29))
    drawn = [style.as_svg(months.flows([step(before, to, days=days)], named))
             for to in (before, after)]  # fmt: skip
    strong = re.compile(rf"opacity: {flows.MOVES}; stroke: #0072b2; stroke-width: 0.4")
    assert [len(strong.findall(svg)) for svg in drawn] == [0, 1]
    style.save(months.flows([step(before, after, days=days)], named), tmp_path / "flows.png")
    assert (tmp_path / "flows.png").stat().st_size > 1000


def test_ways_of_few_have_no_share() -> None:
    before = pd.Series([1] * 100 + [2] * 100)
    after = before.copy()
    after[:3] = 2
    page = told([step(before, after, days=(dt.date(2024, 1, 31), dt.date(2024, 2, 29)))])[1]
    assert "3 of 200 customers moved, 3 of them down, and 0 were new" in page
    assert "97%" in page
    assert not re.search(r"<td[^>]*>3%", page)


@pytest.mark.parametrize(("leaving", "shown"), [(9, False), (10, True)])
def test_what_became_of_few_who_were_warned_of_is_left_out(leaving: int, shown: bool) -> None:
    here = pd.Series([1] * 100 + [2] * 100)
    steps = [step(here, here, days=(dt.date(2024, 1, 31), dt.date(2024, 2, 29)))]
    page = told(steps, Warned(leaving, 5, 100, 2))[1]
    assert ("went down within a month" in page) == shown
