"""What a customer spends at a purchase: Gamma-Gamma.

Purchases of a customer scatter around a mean of their own, which differs over customers and has
nothing to do with how often they buy.

References
----------
Fader and Hardie (2013), The Gamma-Gamma model of monetary value.
Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer base analysis,
Journal of Marketing Research 42.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.lifetime.fitting import Fit, Prior, maximum

Floats = NDArray[np.float64]
PARAMETERS = ("p", "q", "gamma")


@dataclass(frozen=True)
class Spending:
    """The Gamma-Gamma model with its parameters; q is above 1, so that there is a mean."""

    p: float
    q: float
    gamma: float

    @classmethod
    def at(cls, logs: Floats) -> "Spending":
        """Take the parameters from the logs of p, q - 1 and gamma."""
        p, above, gamma = (float(each) for each in np.exp(logs))
        return cls(p, 1 + above, gamma)


def fit(purchases: Floats, mean: Floats, *, prior: Prior | None = None) -> Fit | None:
    """Fit the model; None where the data do not settle its parameters.

    Parameters
    ----------
    purchases : ndarray of shape (customers,)
        How many purchases each mean is of, one or more.
    mean : ndarray of shape (customers,)
        What a customer spent a purchase. Where it is not above 0, the customer got things for
        nothing, of which the model knows nothing; such customers are left out of the fit.
    prior : Prior, optional
        Of the logs of p, q - 1 and gamma. `Prior(centre, sd=inf)` gives maximum likelihood.

    Returns
    -------
    Fit or None
        `Spending.at(fit.logs)` is the fitted model.
    """
    paid = mean > 0
    purchases, mean = purchases[paid], mean[paid]
    if not len(mean):
        return None
    distinct, which = np.unique(purchases, return_inverse=True)
    with_x = np.bincount(which).astype(np.float64)
    total, log_mean = purchases * mean, np.log(mean)
    sum_log = (float(log_mean.sum()), float(purchases @ (log_mean + np.log(purchases))))

    def log_likelihood(logs: Floats) -> tuple[float, Floats]:
        return _log_likelihood(logs, purchases, total, distinct, with_x, sum_log)

    return maximum(log_likelihood, prior or default_prior(mean))


def default_prior(mean: Floats) -> Prior:
    """One that knows the currency and little else."""
    return Prior(np.log([4.0, 2.5, max(float(np.median(mean)), 1e-9) * 2.5 / 4]))


def _log_likelihood(
    logs: Floats,
    purchases: Floats,
    total: Floats,
    distinct: Floats,
    with_x: Floats,
    sum_log: tuple[float, float],
) -> tuple[float, Floats]:
    """The sum over customers and its gradient; one logarithm a customer, the rest a frequency."""
    from scipy.special import digamma, gammaln

    it = Spending.at(logs)
    p, q, gamma = it.p, it.q, it.gamma
    px = p * distinct
    log_total = np.log(gamma + total)
    n, log_all, log_weighted = with_x.sum(), log_total.sum(), purchases @ log_total
    by_x = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(gamma)
    value = with_x @ by_x - sum_log[0] + p * sum_log[1] - p * log_weighted - q * log_all
    psi = digamma(px + q)
    gradient = np.array(
        [
            with_x @ (distinct * (psi - digamma(px))) + sum_log[1] - log_weighted,
            with_x @ (psi - digamma(q)) + n * np.log(gamma) - log_all,
            n * q / gamma - ((p * purchases + q) / (gamma + total)).sum(),
        ]
    )
    return float(value), gradient * (p, q - 1, gamma)


def expected(it: Spending, purchases: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Return what a customer's purchase will be worth, and the mean of the square of a mean.

    Parameters
    ----------
    it : Spending
    purchases, mean : ndarray of shape (customers,)
        As for `fit`; with 0 purchases a customer gets the mean of all.

    Returns
    -------
    value : ndarray of shape (customers,)
        A purchase's expected value.
    square : ndarray of shape (customers,)
        The expected square of the customer's own mean; infinite where the model has none.
    """
    shape = it.q + it.p * purchases
    scale = it.gamma + purchases * np.maximum(mean, 0.0)
    value = it.p * scale / (shape - 1)
    with np.errstate(divide="ignore"):
        square = np.where(shape > 2, value**2 * (shape - 1) / np.maximum(shape - 2, 0), np.inf)
    return value, square


def tied(purchases: Floats, mean: Floats) -> float:
    """Return the correlation of how often customers buy and what they spend, which should be none.

    Of the log of the purchases, with the largest means capped at the 99th percentile: one customer
    must not decide. Ranks would see a correlation where there is none, since means of few purchases
    are skewed.
    """
    x, z = np.log(purchases), np.minimum(mean, np.quantile(mean, 0.99))
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(z) == 0:
        return 0.0
    return float(np.corrcoef(x, z)[0, 1])
