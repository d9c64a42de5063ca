"""Lifetime value for people: totals of segments, how good forecasts were, what to keep in mind."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts import privacy
from segmentation.artifacts.lifetime import (
    Comparison,
    LifetimeValue,
    LikeForecasts,
    SegmentForecast,
    SegmentTried,
    Sum,
    Tried,
)
from segmentation.lifetime import forecast, purchasing, spending, study
from segmentation.lifetime.forecast import Forecast, Total
from segmentation.lifetime.holdout import Group
from segmentation.lifetime.ledger import Ledger
from segmentation.lifetime.study import Compared, Fitted, Holdout
from segmentation.settings.clv import Clv

_START = dt.date(1970, 1, 1)
Integers = NDArray[np.int64]


def ledger_of(days: pd.DataFrame) -> tuple[Ledger, pd.Index]:
    """Return the days of purchases as arrays, and who the customers are in their order.

    Customers who only ever gave back are none.
    """
    days = days[days["customer"].isin(days.loc[days["bought"], "customer"])]
    codes, names = pd.factorize(days["customer"], sort=True)
    since = pd.to_datetime(days["day"]) - pd.Timestamp(_START)
    ledger = Ledger(
        customers=len(names),
        who=codes.astype(np.int64),
        day=np.asarray(since.dt.days, dtype=np.int64),
        bought=days["bought"].to_numpy(dtype=bool),
        value=days["value"].to_numpy(dtype=np.float64),
    )
    return ledger, pd.Index(names)


def number_of(day: str) -> int:
    """Return the number that a ledger has for a day."""
    return (dt.date.fromisoformat(day) - _START).days


def holdout_days(ledger: Ledger, as_of: int, settings: Clv) -> int:
    """Return how many of the last days forecasts are tried on."""
    if settings.holdout != "auto":
        return settings.holdout
    return max(min(settings.horizon, (as_of - int(ledger.first.min())) // 3), 1)


def value(
    fitted: Fitted,
    tried: Holdout | str,
    told: Forecast | None,
    segment: Integers,
    *,
    as_of: str,
    settings: Clv,
    grid_agreement: float | None,
) -> LifetimeValue:
    """Put together what is told of lifetime value.

    Parameters
    ----------
    fitted : Fitted
    tried : Holdout or str
        The trial, or why there is none.
    told : Forecast or None
        Of the customers of `fitted`.
    segment : ndarray of int
        The segment of every customer of the ledger; below 1 for none.
    as_of : str
    settings : Clv
    grid_agreement : float or None
    """
    h = fitted.customers.histories
    ids = np.array(sorted(set(segment[segment > 0].tolist())), dtype=np.int64)
    shown = privacy.described(segment)
    purchases, worth = _totals(fitted, segment, ids, settings)
    segments = [
        SegmentForecast(
            segment=int(each),
            customers=int((segment[fitted.who] == each).sum()),
            active=_mean(told.active, segment[fitted.who] == each),
            purchases=_sum(purchases[place + 1]),
            value=None if worth is None else _sum(worth[place + 1]),
            discounted=_total(told.discounted, segment[fitted.who] == each),
        )
        if told is not None and purchases is not None and int(each) in shown
        else SegmentForecast(
            segment=int(each),
            customers=int((segment[fitted.who] == each).sum()),
            active=None,
            purchases=None,
            value=None,
            discounted=None,
        )
        for place, each in enumerate(ids)
    ]
    return LifetimeValue(
        as_of=as_of,
        horizon_days=settings.horizon,
        interest=settings.interest,
        model=settings.model,
        customers=len(fitted.who),
        repeaters=h.repeaters,
        why_not=fitted.why_not,
        why_no_value=fitted.why_no_value,
        why_not_tried=tried if isinstance(tried, str) else "",
        notes=_notes(fitted, tried),
        parameters=_parameters(fitted),
        tied=fitted.tied,
        active=None if told is None else float(told.active.mean()),
        purchases=None if purchases is None else _sum(purchases[0]),
        value=None if worth is None else _sum(worth[0]),
        discounted=None if told is None else _total(told.discounted),
        segments=segments,
        tried=None if isinstance(tried, str) else _tried(tried, segment, shown),
        grid_agreement=grid_agreement,
    )


def _totals(
    fitted: Fitted, segment: Integers, ids: Integers, settings: Clv
) -> tuple[list[Total] | None, list[Total] | None]:
    """Return totals of everyone, then of each segment."""
    if fitted.lifetime is None:
        return None, None
    everyone = np.zeros(len(fitted.who), dtype=np.intp)
    places = np.searchsorted(ids, segment[fitted.who])
    inside = np.isin(segment[fitted.who], ids)
    groups = np.where(inside, places, len(ids)).astype(np.intp)
    args = fitted.lifetime, fitted.customers, settings.horizon
    all_purchases, all_value = forecast.totals(*args, everyone, 1)
    purchases, worth = forecast.totals(*args, groups, len(ids) + 1)
    return [*all_purchases, *purchases], (
        None if worth is None or all_value is None else [*all_value, *worth]
    )


def _tried(tried: Holdout, segment: Integers, shown: set[int]) -> Tried:
    inside = segment[tried.who]
    ids, sizes = np.unique(inside, return_counts=True)
    # Who is new since is not in it: a segment can be of too few then that is of enough today.
    then = ids[privacy.told(sizes, ~np.isin(ids, [each for each in shown if each > 0]))]
    segments = [
        SegmentTried(
            segment=each,
            customers=int((inside == each).sum()),
            predicted=float(tried.predicted[inside == each].sum()),
            actual=float(tried.actual[inside == each].sum()),
        )
        for each in then.tolist()
    ]
    return Tried(
        since=(_START + dt.timedelta(days=tried.day + 1)).isoformat(),
        days=tried.days,
        customers=len(tried.who),
        purchases=_comparison(tried.purchases),
        value=None if tried.value is None else _comparison(tried.value),
        segments=segments,
    )


def _comparison(it: Compared) -> Comparison:
    return Comparison(
        predicted=_sum(it.predicted),
        actual=it.actual,
        naive=it.naive,
        gini=it.gini,
        naive_gini=it.naive_gini,
        error=it.error,
        naive_error=it.naive_error,
        groups=[
            LikeForecasts(customers=g.customers, predicted=g.predicted, actual=g.actual)
            for g in of_enough(it.groups)
        ],
    )


def of_enough(groups: Sequence[Group]) -> list[Group]:
    """Take groups of fewer than ten together with those after them, the last with those before.

    Left out, they would be everyone less the others.

    Examples
    --------
    >>> of_enough([Group(4, 9.0, 6.0), Group(12, 1.0, 2.0), Group(20, 0.5, 0.5), Group(5, 0.5, 3)])
    [Group(customers=16, predicted=3.0, actual=3.0), Group(customers=25, predicted=0.5, actual=1.0)]
    """
    found: list[Group] = []
    for each in groups:
        if found and found[-1].customers < privacy.FEWEST:
            found[-1] = _both(found[-1], each)
        else:
            found.append(each)
    if len(found) > 1 and found[-1].customers < privacy.FEWEST:
        found[-2:] = [_both(found[-2], found[-1])]
    return [each for each in found if each.customers >= privacy.FEWEST]


def _both(one: Group, other: Group) -> Group:
    n = one.customers + other.customers
    return Group(
        n,
        (one.customers * one.predicted + other.customers * other.predicted) / n,
        (one.customers * one.actual + other.customers * other.actual) / n,
    )


def _sum(total: Total) -> Sum:
    return Sum(mean=total.mean, low=total.low, high=total.high)


def _total(
    values: NDArray[np.float64] | None, inside: NDArray[np.bool_] | None = None
) -> float | None:
    if values is None:
        return None
    return float((values if inside is None else values[inside]).sum())


def _mean(values: NDArray[np.float64], inside: NDArray[np.bool_]) -> float | None:
    return float(values[inside].mean()) if inside.any() else None


def _parameters(fitted: Fitted) -> dict[str, float]:
    if fitted.lifetime is None:
        return {}
    it, paying = fitted.lifetime.buying, fitted.lifetime.paying
    found = {name: getattr(it, name) for name in purchasing.PARAMETERS}
    if paying is not None:
        found |= {f"value_{name}": getattr(paying, name) for name in spending.PARAMETERS}
    return found


def _notes(fitted: Fitted, tried: Holdout | str) -> list[str]:
    """Return what speaks against a forecast, in sentences."""
    notes = []
    if fitted.tied is not None and abs(fitted.tied) >= study.TIED:
        more = "more" if fitted.tied > 0 else "less"
        notes.append(
            f"Whoever buys more often spends {more} at a purchase (correlation {fitted.tied:.2f}), "
            "which the model of spending takes for unrelated: do not rely on values of single "
            "customers."
        )
    if not isinstance(tried, str):
        for what, it in (("purchases", tried.purchases), ("value", tried.value)):
            if it is None:
                continue
            low, high = it.predicted.low, it.predicted.high
            if low is not None and high is not None and not low <= it.actual <= high:
                notes.append(
                    f"Of the last {tried.days} days the forecast of all {what} failed: "
                    f"{it.actual:,.0f} happened, outside {low:,.0f} to {high:,.0f}."
                )
            if it.gini is not None and it.naive_gini is not None and it.gini < it.naive_gini:
                notes.append(
                    f"Of the last {tried.days} days the period before once more told who is best "
                    f"by {what} as well as the model or better."
                )
    if fitted.lifetime is not None and fitted.lifetime.model == "bg_nbd":
        once = float((fitted.customers.purchases == 1).mean())
        if once > 0.5:
            notes.append(
                f"{once:.0%} of customers bought on one day only. By this model they are all still "
                "active; clv.model: mbg_nbd lets them have left."
            )
    return notes
