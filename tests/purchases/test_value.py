"""What is told of lifetime value, and that it is never made up."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from segmentation.artifacts.lifetime import LifetimeValue
from segmentation.lifetime import study
from segmentation.lifetime.ledger import Ledger
from segmentation.purchases import value
from segmentation.settings.clv import Clv
from segmentation.synthetic.purchases import make_purchase_days

START = date(2023, 1, 1)
AS_OF = START + timedelta(days=730)


def days(customers: int, seed: int = 1) -> pd.DataFrame:
    bought = make_purchase_days(customers, seed=seed)
    rng = np.random.default_rng(seed)
    scale = rng.gamma(4, 1 / 15, customers)[bought["customer"]]
    return pd.DataFrame(
        {
            "customer": bought["customer"].astype(str).str.zfill(5),
            "day": [START + timedelta(days=int(day)) for day in bought["day"]],
            "bought": True,
            "value": rng.gamma(6, 1 / scale),
        }
    )


def told(table: pd.DataFrame, segment: np.ndarray | None = None, **clv: object) -> LifetimeValue:
    ledger, names = value.ledger_of(table)
    settings, today = Clv.model_validate(clv), value.number_of(AS_OF.isoformat())
    fitted = study.fit(ledger, today, settings.horizon, settings.model)
    tried = study.try_out(
        ledger, today, value.holdout_days(ledger, today, settings), settings.model
    )
    forecast = None if fitted.why_not else study.tell(fitted, settings.horizon, settings.interest)
    placed = np.ones(len(names), dtype=np.int64) if segment is None else segment
    return value.value(
        fitted, tried, forecast, placed, as_of=AS_OF.isoformat(), settings=settings,
        grid_agreement=None,
    )  # fmt: skip


def test_a_ledger_knows_nothing_of_later_days() -> None:
    table = days(200)
    ledger, _ = value.ledger_of(table)
    cut = value.number_of((START + timedelta(days=400)).isoformat())
    who, before = ledger.known(cut)
    later = pd.to_datetime(table["day"]) > pd.Timestamp(START + timedelta(days=400))
    table.loc[later, "value"] *= 9
    table.loc[later, "day"] = AS_OF
    again, after = value.ledger_of(table)[0].known(cut)
    assert (who == again).all()
    assert (before.mean == after.mean).all()
    assert (before.histories.recency == after.histories.recency).all()


def test_what_was_given_back_is_no_purchase_and_takes_off_value() -> None:
    ledger = Ledger(
        customers=2,
        who=np.array([0, 0, 1, 0]),
        day=np.array([0, 5, 7, 9]),
        bought=np.array([True, False, True, True]),
        value=np.array([10.0, -4.0, 3.0, 6.0]),
    )
    who, customers = ledger.known(9)
    assert who.tolist() == [0, 1]
    assert customers.purchases.tolist() == [2, 1]
    assert customers.mean.tolist() == [6, 3]
    count, worth = ledger.between(0, 9)
    assert count.tolist() == [1, 1]
    assert worth.tolist() == [2, 3]
    again, values, uneven = ledger.again(np.array([-1, 8, 9]))
    assert again.tolist() == [0, 1]
    assert values.tolist() == [0, 6]
    assert uneven == 6


def test_segments_add_up_to_everyone() -> None:
    table = days(1500)
    names = value.ledger_of(table)[1]
    found = told(table, np.arange(len(names)) % 3 + 1)
    assert found.why_not == found.why_no_value == found.why_not_tried == ""
    assert found.purchases is not None
    assert found.tried is not None
    parts = [s.purchases.mean for s in found.segments if s.purchases]
    assert sum(parts) == pytest.approx(found.purchases.mean, rel=1e-4)
    assert sum(s.customers for s in found.segments) == found.customers
    assert found.tried.days == 243
    assert found.tried.purchases.gini is not None
    assert found.tried.purchases.naive_gini is not None
    assert found.tried.purchases.gini > found.tried.purchases.naive_gini
    low, high = found.tried.purchases.predicted.low, found.tried.purchases.predicted.high
    assert low is not None
    assert high is not None
    assert low < found.tried.purchases.actual < high
    figures = found.figures()  # what runs are compared by
    assert figures["lifetime/purchases"] == found.purchases.mean
    assert figures["lifetime/purchases_naive_gini"] == found.tried.purchases.naive_gini
    assert "lifetime/value_error" in figures
    assert "lifetime/grid_agreement" not in figures  # of segments that are none


def test_nothing_is_told_of_fewer_than_ten_customers() -> None:
    table = days(400)
    segment = np.ones(400, dtype=np.int64)
    segment[:5], segment[5:100] = 2, 3
    found = {s.segment: s for s in told(table, segment).segments}
    assert (found[2].purchases, found[2].active, found[2].discounted) == (None, None, None)
    assert found[3].purchases is None  # or the five would be everyone less the others
    assert found[1].purchases is not None


def test_what_is_left_out_of_a_trial_is_of_ten_or_none() -> None:
    table = days(400)
    late = table["day"] > AS_OF - timedelta(days=243)
    again = table["customer"].isin(table.loc[late, "customer"].unique()[:30])
    table = table[late | ~again]  # 30 are new in the days that are held out
    names = value.ledger_of(table)[1]
    segment = np.where(np.arange(len(names)) % 4, 1, 3)
    segment[names.isin(table.loc[again, "customer"])] = 2
    segment[np.flatnonzero(segment != 2)[:4]] = 2  # of enough customers today, of four then
    found = told(table, segment)
    assert next(s for s in found.segments if s.segment == 2).purchases is not None
    assert found.tried is not None
    assert [s.segment for s in found.tried.segments] == [1]  # nor 3: everyone less 1 and 3 is 2
    for it in (found.tried.purchases, found.tried.value):
        assert it is not None
        assert sum(g.customers for g in it.groups) == found.tried.customers
        assert all(g.customers >= 10 for g in it.groups)
        total = sum(g.customers * g.actual for g in it.groups)
        assert total == pytest.approx(it.actual, rel=1e-4)


def test_too_few_who_buy_again_are_told_and_no_value_is_made_up() -> None:
    found = told(days(60).groupby("customer").head(1))
    assert "only 0 customers bought on more than one day" in found.why_not
    assert (found.purchases, found.value, found.discounted, found.active) == (None,) * 4
    assert "only 0 customers bought" in found.why_not_tried
    assert found.tried is None


def test_a_tie_of_frequency_and_value_is_told() -> None:
    table = days(1500)
    often = table.groupby("customer")["day"].transform("size")
    found = told(table.assign(value=table["value"] * often**2))
    assert any("spends more at a purchase" in note for note in found.notes)
    assert not any("at a purchase" in note for note in told(table).notes)


def test_a_short_history_is_not_tried_out() -> None:
    found = told(days(800), holdout=700)
    assert "reach back far enough" in found.why_not_tried
    assert found.purchases is not None
