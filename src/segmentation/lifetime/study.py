"""Fit, try on what is known already, and forecast; or say why not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.lifetime import common, forecast, holdout, purchasing, spending
from segmentation.lifetime.forecast import Customers, Forecast, Lifetime, Total
from segmentation.lifetime.holdout import Group
from segmentation.lifetime.ledger import Ledger
from segmentation.lifetime.purchasing import Model

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST_REPEATERS = 30
TIED = 0.3
"""From this correlation of frequency and value on, Gamma-Gamma does not hold."""
_PERIOD = 28  # days: weekdays and beginnings of months weigh alike in each


@dataclass(frozen=True)
class Fitted:
    """The models as of a day, or why there are none.

    Attributes
    ----------
    why_not : str
        Why nothing is forecast; empty if it is.
    why_no_value : str
        Why purchases are forecast and their value is not; empty if it is.
    who : ndarray of int
        The customers that had bought by then.
    tied : float or None
        Correlation of frequency and value.
    """

    why_not: str
    why_no_value: str
    who: Integers
    customers: Customers
    lifetime: Lifetime | None
    tied: float | None


@dataclass(frozen=True)
class Compared:
    """What was forecast, what happened, and what the naive rule says: the last period again.

    Attributes
    ----------
    predicted : Total
    actual, naive : float
    gini, naive_gini : float or None
        How well forecasts, and the rule, rank customers.
    error, naive_error : float
        Mean distance a customer.
    groups : list of Group
        Customers of like forecasts, best first.
    """

    predicted: Total
    actual: float
    naive: float
    gini: float | None
    naive_gini: float | None
    error: float
    naive_error: float
    groups: list[Group]


@dataclass(frozen=True)
class Holdout:
    """A forecast of a time that is known already.

    `predicted` and `actual` are purchases of each of the customers `who`.
    """

    day: int
    days: int
    who: Integers
    predicted: Floats
    actual: Floats
    purchases: Compared
    value: Compared | None


def fit(ledger: Ledger, day: int, horizon: float, model: Model) -> Fitted:
    """Fit the models to what was known on a day.

    Parameters
    ----------
    ledger : Ledger
    day : int
    horizon : float
        The time that forecasts are to be for, in days, which decides how far common ups and downs
        average out.
    model : {"bg_nbd", "mbg_nbd"}
    """
    who, customers = ledger.known(day)
    h = customers.histories
    no = Fitted("", "", who, customers, None, None)
    if h.repeaters < FEWEST_REPEATERS:
        return _because(
            no,
            f"only {h.repeaters} customers bought on more than one day, and at least "
            f"{FEWEST_REPEATERS} are needed to learn from",
        )
    buying = purchasing.fit(h, model)
    if buying is None:
        return _because(no, "the purchases do not settle the parameters of the model")
    paid = customers.mean > 0
    tied = spending.tied(customers.purchases[paid], customers.mean[paid])
    spent = spending.fit(customers.purchases, customers.mean) if paid.sum() > 1 else None
    why_no_value = "" if spent else "the amounts do not settle the parameters of the model"
    unsettled = _unsettled(ledger, day, horizon, purchasing.Purchasing.at(model, buying.logs))
    lifetime = Lifetime(model, buying, spent, *unsettled)
    return Fitted("", why_no_value, who, customers, lifetime, tied)


def _because(fitted: Fitted, why: str) -> Fitted:
    return Fitted(why, why, fitted.who, fitted.customers, None, None)


def _unsettled(
    ledger: Ledger, day: int, horizon: float, it: purchasing.Purchasing
) -> tuple[float, float]:
    """Return how far ups and downs that customers share move totals of purchases and of value."""
    starts, customers = np.unique(ledger.first[ledger.first <= day], return_counts=True)
    periods = int((day - starts[0]) // _PERIOD)
    edges = day - _PERIOD * np.arange(periods, -1, -1)
    count, value, apiece = ledger.again(edges)
    expected = common.expected_by_period(
        it, starts.astype(np.float64), customers.astype(np.float64), edges.astype(np.float64)
    )
    ahead = horizon / _PERIOD
    apart = common.unsettled(expected, count, ahead)
    if not count.sum() or value.sum() <= 0:
        return apart, apart
    worth = expected * value.sum() / count.sum()
    return apart, max(apart, common.unsettled(worth, value, ahead, apiece=apiece))


def try_out(ledger: Ledger, as_of: int, days: int, model: Model) -> Holdout | str:
    """Forecast the last days from what was known before them; a text says why that cannot be."""
    cut = as_of - days
    if ledger.first.min() > cut - days / 2:
        return "the purchases do not reach back far enough to hold some of them out"
    fitted = fit(ledger, cut, days, model)
    if fitted.lifetime is None:
        return f"of the time before the last {days} days, {fitted.why_not}"
    it, known, who = fitted.lifetime, fitted.customers, fitted.who
    told = forecast.forecast(it, known, days)
    count, value = (each[who] for each in ledger.between(cut, as_of))
    naive, naive_value = (each[who] for each in ledger.between(cut - days, cut))
    purchases, worth = forecast.totals(it, known, days, np.zeros(len(who), dtype=np.intp), 1)
    return Holdout(
        day=cut,
        days=days,
        who=who,
        predicted=told.purchases,
        actual=count,
        purchases=_compared(purchases[0], told.purchases, count, naive),
        value=None
        if worth is None or told.value is None
        else _compared(worth[0], told.value, value, naive_value),
    )


def _compared(total: Total, predicted: Floats, actual: Floats, naive: Floats) -> Compared:
    return Compared(
        predicted=total,
        actual=float(actual.sum()),
        naive=float(naive.sum()),
        gini=holdout.gini(predicted, actual),
        naive_gini=holdout.gini(naive, actual),
        error=holdout.mean_error(predicted, actual),
        naive_error=holdout.mean_error(naive, actual),
        groups=holdout.by_forecast(predicted, actual),
    )


def tell(fitted: Fitted, horizon: float, interest: float) -> Forecast:
    """Forecast each customer; `interest` is a share a year."""
    assert fitted.lifetime is not None  # noqa: S101 - whoever asks has looked at `why_not`
    discount = float(np.log1p(interest) / 365.25)
    return forecast.forecast(fitted.lifetime, fitted.customers, horizon, discount=discount)
