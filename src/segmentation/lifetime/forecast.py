"""What is to come: each customer's forecast, totals of groups, and how sure of them one can be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.lifetime import purchasing, spending
from segmentation.lifetime.fitting import Fit
from segmentation.lifetime.histories import Histories
from segmentation.lifetime.purchasing import Model, Purchasing
from segmentation.lifetime.spending import Spending

Floats = NDArray[np.float64]

LEVEL = 0.9
_STEP = 1e-3  # of the logs of parameters, for what they move


@dataclass(frozen=True)
class Customers:
    """What is known of each customer: the histories, and what they spend.

    `mean` is the mean value of all `purchases`, the first one too: it is the only one of most.
    """

    histories: Histories
    mean: Floats

    @property
    def purchases(self) -> Floats:
        """Purchases of each customer."""
        return 1 + self.histories.frequency[self.histories.which]


@dataclass(frozen=True)
class Forecast:
    """A number a customer; the columns of value are None without a model of spending.

    Attributes
    ----------
    active : ndarray
        The probability that the customer still buys.
    purchases, purchases_low, purchases_high : ndarray
        Within the horizon: the mean, and what 90% of such customers are within.
    purchase_value : ndarray or None
        What a purchase will be worth.
    value, value_low, value_high : ndarray or None
        Of the purchases within the horizon, in money of today without interest.
    discounted : ndarray or None
        The same, with interest.
    """

    active: Floats
    purchases: Floats
    purchases_low: Floats
    purchases_high: Floats
    purchase_value: Floats | None = None
    value: Floats | None = None
    value_low: Floats | None = None
    value_high: Floats | None = None
    discounted: Floats | None = None


@dataclass(frozen=True)
class Total:
    """What a group of customers will do together, with a 90% interval of what will be seen."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Lifetime:
    """The fitted models; without `spending`, purchases are told and their value is not.

    Attributes
    ----------
    unsettled, unsettled_value : float
        How far, as a share, the purchases and the value of all customers together depart from the
        models for the common ups and downs of trade: see `common`.
    """

    model: Model
    purchasing: Fit
    spending: Fit | None = None
    unsettled: float = 0.0
    unsettled_value: float = 0.0

    @property
    def buying(self) -> Purchasing:
        """The model of purchasing with its parameters."""
        return Purchasing.at(self.model, self.purchasing.logs)

    @property
    def paying(self) -> Spending | None:
        """The model of spending with its parameters."""
        return None if self.spending is None else Spending.at(self.spending.logs)


def forecast(
    it: Lifetime, customers: Customers, horizon: float, *, discount: float = 0.0
) -> Forecast:
    """Tell what each customer is expected to do within the horizon.

    The interval of a customer's value is that of a gamma distribution with the mean and the
    variance that the models give to the value of whoever buys at all.

    Parameters
    ----------
    it : Lifetime
    customers : Customers
    horizon : float
        In the histories' unit of time.
    discount : float
        Continuous rate of interest in that unit.
    """
    from scipy.special import gammaincinv

    h, who = customers.histories, customers.histories.which
    mean, variance = purchasing.expected(it.buying, h, horizon)
    discounted = purchasing.mean(it.buying, h, horizon, discount=discount)
    low, high = purchasing.interval(it.buying, h, horizon, level=LEVEL)
    counts = Forecast(purchasing.active(it.buying, h)[who], mean[who], low[who], high[who])
    paying = it.paying
    if paying is None:
        return counts
    each, square = spending.expected(paying, customers.purchases, customers.mean)
    value = mean[who] * each
    second = (mean / paying.p + variance + mean**2)[who] * square
    buys = purchasing.at_least(it.buying, h, horizon, 1)[who]
    limits = []
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_if, second_if = value / buys, second / buys
        shape = mean_if**2 / np.maximum(second_if - mean_if**2, 1e-12 * mean_if**2)
        for tail in ((1 - LEVEL) / 2, (1 + LEVEL) / 2):
            inside = (tail - (1 - buys)) / buys
            limit = gammaincinv(shape, np.clip(inside, 0, 1)) * mean_if / shape
            limits.append(np.where(np.isfinite(square), np.where(inside > 0, limit, 0.0), np.nan))
    return Forecast(
        counts.active,
        counts.purchases,
        counts.purchases_low,
        counts.purchases_high,
        purchase_value=each,
        value=value,
        value_low=limits[0],
        value_high=limits[1],
        discounted=discounted[who] * each,
    )


def totals(
    it: Lifetime, customers: Customers, horizon: float, groups: NDArray[np.intp], n: int
) -> tuple[list[Total], list[Total] | None]:
    """Add up groups of customers: purchases, and value where there is a model of it.

    An interval holds three doubts: what each customer will happen to do, what the parameters are,
    and the common ups and downs of trade that no model of single customers knows.

    Parameters
    ----------
    it : Lifetime
    customers : Customers
    horizon : float
    groups : ndarray of int
        The group of each customer, from 0 to `n - 1`.
    n : int

    Returns
    -------
    purchases : list of Total
    value : list of Total or None
    """
    h, who = customers.histories, customers.histories.which
    paying = it.paying
    mean, variance = purchasing.expected(it.buying, h, horizon)
    each = square = np.zeros(len(who))
    if paying is not None:
        each, square = spending.expected(paying, customers.purchases, customers.mean)

    def summed(weights: Floats) -> Floats:
        return np.bincount(groups, weights=weights, minlength=n).astype(np.float64)

    moved = []
    for step in np.eye(4) * _STEP:
        other = Purchasing.at(it.model, it.purchasing.logs + step)
        by_history = (purchasing.mean(other, h, horizon) - mean)[who] / _STEP
        moved.append((summed(by_history), summed(by_history * each)))
    by_count, by_value = (np.array(part) for part in zip(*moved, strict=True))
    count, own = summed(mean[who]), summed(variance[who])
    settled = np.einsum("ig,ij,jg->g", by_count, it.purchasing.covariance, by_count)
    purchases = _with_intervals(count, own + settled + (it.unsettled * count) ** 2)
    if paying is None or it.spending is None:
        return purchases, None

    value = summed(mean[who] * each)
    own = (mean / paying.p + variance + mean**2)[who] * square - (mean[who] * each) ** 2
    settled = np.einsum("ig,ij,jg->g", by_value, it.purchasing.covariance, by_value)
    by_spending = np.array(
        [
            summed(mean[who] * (_each(it.spending.logs + step, customers) - each)) / _STEP
            for step in np.eye(3) * _STEP
        ]
    )
    settled += np.einsum("ig,ij,jg->g", by_spending, it.spending.covariance, by_spending)
    common = (it.unsettled_value * value) ** 2
    return purchases, _with_intervals(value, summed(own) + settled + common)


def _each(logs: Floats, customers: Customers) -> Floats:
    return spending.expected(Spending.at(logs), customers.purchases, customers.mean)[0]


def _with_intervals(means: Floats, variances: Floats) -> list[Total]:
    """Take them for log-normal, which is never below zero and all but normal where it matters."""
    from scipy.special import ndtri

    z = float(ndtri((1 + LEVEL) / 2))
    found = []
    for mean, variance in zip(means.tolist(), variances.tolist(), strict=True):
        if mean <= 0 or not np.isfinite(variance):
            found.append(Total(mean, None, None))
            continue
        spread = np.log1p(variance / mean**2)
        half, centre = z * np.sqrt(spread), np.log(mean) - spread / 2
        found.append(Total(mean, float(np.exp(centre - half)), float(np.exp(centre + half))))
    return found
