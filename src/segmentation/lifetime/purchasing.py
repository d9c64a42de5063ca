"""How often customers buy, and whether they still do: BG/NBD and MBG/NBD.

While a customer is active, purchases come at random at a rate of their own (gamma-distributed over
customers: `r`, `alpha`); after a purchase the customer leaves for good with a probability of their
own (beta-distributed: `a`, `b`). In the BG/NBD model that happens from the second purchase on, so
whoever bought once is active for certain; in the MBG/NBD model the first purchase may be the last.

References
----------
Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24.
Batislam, Denizel and Filiztekin (2007), Empirical validation and comparison of models for customer
base analysis, Int. J. of Research in Marketing 24.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from segmentation.lifetime.fitting import Fit, Prior, maximum
from segmentation.lifetime.histories import Histories
from segmentation.lifetime.quadrature import of_beta

Floats = NDArray[np.float64]
Model = Literal["bg_nbd", "mbg_nbd"]
PARAMETERS = ("r", "alpha", "a", "b")

_NODES = 24
_ROWS = 20_000  # histories at a time, so that nodes take little memory


@dataclass(frozen=True)
class Purchasing:
    """A model of purchasing with its parameters, in the histories' unit of time."""

    model: Model
    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def at(cls, model: Model, logs: Floats) -> "Purchasing":
        """Take the parameters from their logs."""
        return cls(model, *(float(each) for each in np.exp(logs)))

    @property
    def first_may_be_last(self) -> int:
        """1 in the MBG/NBD model, 0 in the BG/NBD model: what makes all the difference."""
        return int(self.model == "mbg_nbd")


def fit(histories: Histories, model: Model, *, prior: Prior | None = None) -> Fit | None:
    """Fit a model; None where the data do not settle its parameters.

    Parameters
    ----------
    histories : Histories
    model : {"bg_nbd", "mbg_nbd"}
    prior : Prior, optional
        Of the logs of r, alpha, a and b. `Prior(centre, sd=inf)` gives maximum likelihood.

    Returns
    -------
    Fit or None
        `Purchasing.at(model, fit.logs)` is the fitted model.
    """
    distinct, which = np.unique(histories.frequency, return_inverse=True)
    with_x = np.bincount(which, weights=histories.customers).astype(np.float64)

    def log_likelihood(logs: Floats) -> tuple[float, Floats]:
        return _log_likelihood(logs, histories, model, distinct, with_x)

    return maximum(log_likelihood, prior or default_prior(histories))


def default_prior(histories: Histories) -> Prior:
    """One that knows the unit of time and little else."""
    age = np.average(histories.age, weights=histories.customers)
    return Prior(np.log([0.5, max(age, 1e-9) / 3, 1.0, 2.5]))


def _log_likelihood(
    logs: Floats, h: Histories, model: Model, distinct: Floats, with_x: Floats
) -> tuple[float, Floats]:
    """The sum over customers and its gradient by the logs of the parameters.

    What depends on the frequency alone is worked out once a frequency.
    """
    from scipy.special import digamma, expit, gammaln

    it = Purchasing.at(model, logs)
    r, alpha, a, b = it.r, it.alpha, it.a, it.b
    y = b + distinct + it.first_may_be_last
    by_x = gammaln(r + distinct) - gammaln(r) + r * np.log(alpha)
    by_x += gammaln(a + b) + gammaln(y) - gammaln(b) - gammaln(a + y)

    k, n = r + h.frequency, h.customers
    log_now, log_then = np.log(alpha + h.age), np.log(alpha + h.recency)
    odds = _log_odds_of_gone(it, h, log_now - log_then)
    gone = expit(odds)  # the probability of having left
    # log(exp(active) + exp(left)), where active = -k log_now
    value = with_x @ by_x + n @ (-k * log_now + np.logaddexp(0.0, odds))

    log_time = n @ (log_now + gone * (log_then - log_now))
    rate = n @ (k * ((1 - gone) / (alpha + h.age) + gone / (alpha + h.recency)))
    left = n * gone
    before = np.maximum(b + h.frequency + it.first_may_be_last - 1, 1e-300)
    by_b = digamma(a + b) + digamma(y) - digamma(b) - digamma(a + y)
    gradient = [
        with_x @ (digamma(r + distinct) - digamma(r) + np.log(alpha)) - log_time,
        with_x.sum() * r / alpha - rate,
        with_x @ (digamma(a + b) - digamma(a + y)) + left.sum() / a,
        with_x @ by_b - (left / before).sum(),
    ]
    return float(value), np.array(gradient) * (r, alpha, a, b)


def _log_odds_of_gone(it: Purchasing, h: Histories, log_ratio: Floats) -> Floats:
    """Log of the odds of having left: -inf where that is impossible."""
    times = h.frequency + it.first_may_be_last
    possible = times > 0
    odds = np.log(it.a) - np.log(np.where(possible, it.b + times - 1, 1.0))
    return np.where(possible, odds + (it.r + h.frequency) * log_ratio, -np.inf)


def active(it: Purchasing, h: Histories) -> Floats:
    """Return the probability that a customer with each history is still active."""
    from scipy.special import expit

    log_ratio = np.log(it.alpha + h.age) - np.log(it.alpha + h.recency)
    return np.asarray(expit(-_log_odds_of_gone(it, h, log_ratio)))


def mean(it: Purchasing, h: Histories, horizon: float, *, discount: float = 0.0) -> Floats:
    """Return the purchases to come that each history lets expect, discounted if there is a rate.

    Whoever is active leaves with probability p after each purchase, and p is beta-distributed given
    the history; the mean over the rate is known in closed form, and quadrature takes that over p.
    Unlike the closed form with a hypergeometric function, it has no trouble where a is 1 or where
    purchases are many.

    Parameters
    ----------
    it : Purchasing
    h : Histories
    horizon : float
        How far ahead.
    discount : float
        Continuous rate in a unit of time.
    """
    at, weights = np.polynomial.legendre.leggauss(6)
    times = (1 + at) / 2 * horizon
    weights = weights / 2 * horizon * discount * np.exp(-discount * times)
    result = np.zeros_like(h.age)
    for rows, p, w, k, pace in _over_p(it, h):
        result[rows] = np.exp(-discount * horizon) * _until(horizon, p, w, k, pace)
        if discount:  # by parts: the rate's integral with interest
            for time, weight in zip(times, weights, strict=True):
                result[rows] += weight * _until(time, p, w, k, pace)
    return active(it, h) * result


def expected(it: Purchasing, h: Histories, horizon: float) -> tuple[Floats, Floats]:
    """Return the mean and the variance of the purchases to come within the horizon."""
    first, factorial = np.zeros_like(h.age), np.zeros_like(h.age)
    for rows, p, w, k, pace in _over_p(it, h):
        u = pace * horizon
        some = -np.expm1(-k * np.log1p(u))
        first[rows] = (w * some / p).sum(axis=1)
        # The chance of two purchases at least, were none to leave; near 0 its digits cancel out.
        two = np.where(k * u < 1e-6, k * (k + 1) / 2 * u * u, some - (1 - some) * k * u / (1 + u))
        factorial[rows] = (w * 2 * (1 - p) / p**2 * two).sum(axis=1)
    alive = active(it, h)
    first, factorial = alive * first, alive * factorial
    return first, np.maximum(factorial + first - first**2, 0.0)


def _over_p(it: Purchasing, h: Histories) -> Iterator[tuple[slice, Floats, Floats, Floats, Floats]]:
    """Give rows of histories with the nodes and weights of p, the rate's shape, and p's pace."""
    distinct, which = np.unique(h.frequency, return_inverse=True)
    rules = [of_beta(it.a, it.b + x + it.first_may_be_last, _NODES) for x in distinct]
    nodes, weights = (np.array(each) for each in zip(*rules, strict=True))
    for start in range(0, len(which), _ROWS):
        rows = slice(start, start + _ROWS)
        p = nodes[which[rows]]
        k = (it.r + h.frequency[rows])[:, None]
        yield rows, p, weights[which[rows]], k, p / (it.alpha + h.age[rows])[:, None]


def _until(t: float, p: Floats, weights: Floats, k: Floats, pace: Floats) -> Floats:
    """Purchases of whoever is active, up to a time."""
    return np.asarray((weights * -np.expm1(-k * np.log1p(pace * t)) / p).sum(axis=1))


def since_first(it: Purchasing, ages: Floats) -> Floats:
    """Return the purchases after the first one that a customer of each age is expected to make."""
    p, weights = of_beta(it.a, it.b + it.first_may_be_last, _NODES)
    stays = it.b / (it.a + it.b) if it.first_may_be_last else 1.0
    pace = p / it.alpha * np.asarray(ages, dtype=np.float64)[:, None]
    return np.asarray(stays * (weights * -np.expm1(-it.r * np.log1p(pace)) / p).sum(axis=1))


def at_least(it: Purchasing, h: Histories, horizon: float, purchases: int) -> Floats:
    """Return the probability of so many purchases (one or more) within the horizon."""
    from scipy.special import betainc, betaln

    y = it.b + h.frequency + it.first_may_be_last
    stays = np.exp(betaln(it.a, y + purchases - 1) - betaln(it.a, y))
    z = horizon / (it.alpha + h.age + horizon)
    return np.asarray(active(it, h) * stays * betainc(purchases, it.r + h.frequency, z))


def interval(
    it: Purchasing, h: Histories, horizon: float, *, level: float
) -> tuple[Floats, Floats]:
    """Return the least and the most purchases that a customer makes, each exceeded that seldom."""
    low, high = np.zeros_like(h.age), np.zeros_like(h.age)
    tail = (1 - level) / 2
    open_ = np.arange(len(h.age))
    n = 1
    while len(open_):
        part = Histories(h.frequency[open_], h.recency[open_], h.age[open_], h.customers, h.which)
        chance = at_least(it, part, horizon, n)
        low[open_[chance >= 1 - tail]] = n
        open_ = open_[chance > tail]
        high[open_] = n
        n += 1
    return low, high
