"""What is said of a promotion stays on the page, whatever else makes the page anew."""

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from segmentation.commands.promote import Promotion
from segmentation.dashboard.screens import runs
from segmentation.tracking.compared import Tracked


def page() -> None:
    from segmentation.dashboard.screens import runs

    (run,) = runs._finished("it")
    runs._promotion(run)


def test_it_stays_when_the_page_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def finished(*_: object) -> list[Tracked]:
        start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        return [Tracked("a1", "it", "", start, "a1" in done, {}, {})]

    def promote(params: object, run: str, *, force: bool, margin: float) -> Promotion:
        assert not force
        done.append(run)
        return Promotion("it", "customers", "7", with_customers=True)

    monkeypatch.setattr("segmentation.dashboard.screens.runs.compared.finished", finished)
    monkeypatch.setattr(runs, "promote", promote)
    shown = AppTest.from_function(page).run()
    assert shown.button[0].disabled
    shown.checkbox[0].check().run().button[0].click().run()
    for _ in range(2):
        assert done == ["a1"]
        assert shown.success[0].value == "'it' is the champion, version 7. Next:"
        assert not shown.button
        shown.run()
    assert not AppTest.from_function(page).run().success  # of another visitor
