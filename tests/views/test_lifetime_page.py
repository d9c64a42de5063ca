"""The part of the report on purchases and lifetime value."""

import pytest
from markupsafe import Markup
from test_report import content

from segmentation.artifacts.lifetime import (
    Comparison,
    LifetimeValue,
    LikeForecasts,
    SegmentForecast,
    SegmentTried,
    Sum,
    Tried,
)
from segmentation.artifacts.purchases import Grid, PurchaseLines
from segmentation.views import findings
from segmentation.views.lifetime import calibration
from segmentation.views.report import render

COMPARED = Comparison(
    predicted=Sum(mean=90, low=70, high=110), actual=95, naive=140, gini=0.6, naive_gini=0.5,
    error=0.4, naive_error=0.9,
    groups=[LikeForecasts(customers=20, predicted=2 - i / 3, actual=1.9) for i in range(5)],
)  # fmt: skip
TRIED = Tried(
    since="2024-03-01", days=90, customers=100, purchases=COMPARED, value=None,
    segments=[SegmentTried(segment=1, customers=60, predicted=80, actual=70)],
)  # fmt: skip


def lifetime(**other: object) -> LifetimeValue:
    told = {
        "as_of": "2024-05-31", "horizon_days": 365, "interest": 0.1, "model": "bg_nbd",
        "customers": 123, "repeaters": 60, "why_not": "", "why_no_value": "", "why_not_tried": "",
        "notes": ["Mind the <b>gap</b>."], "parameters": {}, "tied": 0.1, "active": 0.7,
        "purchases": Sum(mean=400, low=300, high=500), "value": Sum(mean=9000, low=1, high=2),
        "discounted": 8500, "tried": TRIED, "grid_agreement": 0.3,
        "segments": [
            SegmentForecast(
                segment=1, customers=90, active=0.5, purchases=Sum(mean=7, low=None, high=None),
                value=None, discounted=None,
            ),
            SegmentForecast(
                segment=2, customers=3, active=None, purchases=None, value=None, discounted=None
            ),
        ],
    }  # fmt: skip
    return LifetimeValue.model_validate({**told, **other})


LINES = PurchaseLines(
    as_of="2024-05-31", date_format="%Y-%m-%d", lines_in=1234, lines_used=1200, lines_left_out=34,
    left_out={"no customer": 34}, customers=123,
    grid=Grid(cuts={"spend": [1.0, None, 3.0, 4.0]}, customers={"Champions": 12}),
)  # fmt: skip


def page(told: LifetimeValue) -> str:
    facts = content()
    facts["pictures"] = {**facts["pictures"], "purchases/calibration": Markup("<svg></svg>")}
    return render("report.html.j2", **{**facts, "lines": LINES, "lifetime": told})


def test_the_page_tells_of_lines_value_and_the_trial() -> None:
    text = page(lifetime())
    assert (
        "1,234 lines of purchases were read, 1,200 used and 34 left out (no customer: 34)" in text
    )
    assert "Mind the &lt;b&gt;gap&lt;/b&gt;." in text
    assert "The 90 days since 2024-03-01 were forecast" in text
    assert "Champions 12" in text


@pytest.mark.parametrize("why", ["only 3 customers bought on more than one day"])
def test_what_cannot_be_forecast_is_said_and_no_figure_made_up(why: str) -> None:
    nothing = {"purchases": None, "value": None, "discounted": None, "active": None, "tried": None}
    text = page(lifetime(why_not=why, why_not_tried=why, notes=[], **nothing))
    assert f"Nothing is forecast: {why}." in text
    assert f"That could not be tried: {why}." in text
    assert "90% interval" not in text.split('id="lifetime"')[1].split('id="data"')[0]


def test_the_picture_shows_every_group() -> None:
    figure = calibration(TRIED)
    assert len(figure.axes[0].patches) == 5
    assert findings.calibration(TRIED).startswith("In 90 days ")
