"""Gamma-Gamma against published figures, slopes, and made customers."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

from segmentation.lifetime import spending
from segmentation.lifetime.fitting import Prior
from segmentation.lifetime.spending import Spending

# Fader and Hardie (2013), of the CDNOW sample.
PUBLISHED = Spending(p=6.25, q=3.74, gamma=15.44)


def made(n: int, it: Spending, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    purchases = np.asarray(1.0 + rng.geometric(0.4, n), dtype=np.float64)
    scale = rng.gamma(it.q, 1 / it.gamma, n)
    return purchases, rng.gamma(it.p * purchases, 1 / scale) / purchases


def test_published_values_of_customers() -> None:
    purchases, mean = np.array([2.0, 1.0, 0.0]), np.array([22.35, 11.77, 0.0])
    value, _ = spending.expected(PUBLISHED, purchases, mean)
    assert value == pytest.approx([24.66, 18.91, 35.17], rel=0.003)


def test_the_density_of_a_mean_integrates_to_one() -> None:
    logs = np.log([PUBLISHED.p, PUBLISHED.q - 1, PUBLISHED.gamma])

    def density(z: float) -> float:
        x = 3.0
        sums = (np.log(z), x * (np.log(z) + np.log(x)))
        one = np.array([1.0])
        args = (np.array([x]), np.array([x * z]), x * one, one, sums)
        return float(np.exp(spending._log_likelihood(logs, *args)[0]))

    assert integrate.quad(density, 1e-9, np.inf)[0] == pytest.approx(1, abs=1e-6)


def test_the_gradient_is_the_slope() -> None:
    purchases, mean = made(40, PUBLISHED, seed=1)
    distinct, which = np.unique(purchases, return_inverse=True)
    with_x, logs = np.bincount(which).astype(float), np.log([5.0, 2.0, 20.0])
    sums = (float(np.log(mean).sum()), float(purchases @ np.log(mean * purchases)))

    def at(z: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        return spending._log_likelihood(z, purchases, purchases * mean, distinct, with_x, sums)

    slope = optimize.approx_fprime(logs, lambda z: at(z)[0], 1e-7)
    assert at(logs)[1] == pytest.approx(slope, rel=1e-4)


def test_what_was_planted_is_found() -> None:
    purchases, mean = made(20_000, PUBLISHED, seed=4)
    fit = spending.fit(purchases, mean)
    assert fit is not None
    planted = np.log([PUBLISHED.p, PUBLISHED.q - 1, PUBLISHED.gamma])
    assert (np.abs(fit.logs - planted) / np.sqrt(np.diag(fit.covariance))).max() < 3.5


def test_gifts_are_no_part_of_the_fit() -> None:
    purchases, mean = made(500, PUBLISHED, seed=4)
    fit = spending.fit(purchases, mean)
    with_gifts = spending.fit(np.append(purchases, [1, 2]), np.append(mean, [0, -3]))
    assert fit is not None
    assert with_gifts is not None
    assert fit.logs == pytest.approx(with_gifts.logs)
    assert spending.fit(np.ones(3), np.zeros(3)) is None


def test_the_currency_changes_nothing_but_gamma() -> None:
    purchases, mean = made(500, PUBLISHED, seed=4)
    one, other = (spending.fit(purchases, mean * rate) for rate in (1, 100))
    assert one is not None
    assert other is not None
    assert other.logs - one.logs == pytest.approx([0, 0, np.log(100)], abs=1e-6)


def test_the_square_is_that_of_the_customers_own_mean() -> None:
    """Given the history, the scale is gamma-distributed, and the mean p over it."""
    _, square = spending.expected(PUBLISHED, np.array([2.0]), np.array([30.0]))
    scale = stats.gamma(PUBLISHED.q + 2 * PUBLISHED.p, scale=1 / (PUBLISHED.gamma + 60))
    assert square[0] == pytest.approx(scale.expect(lambda s: (PUBLISHED.p / s) ** 2), rel=1e-6)
    heavy = Spending(p=1.0, q=1.5, gamma=10.0)
    assert np.isinf(spending.expected(heavy, np.array([0.0]), np.array([0.0]))[1][0])


def test_a_tie_of_frequency_and_value_is_seen_and_none_is_not() -> None:
    purchases, mean = made(5_000, PUBLISHED, seed=9)
    assert abs(spending.tied(purchases, mean)) < 0.05
    assert spending.tied(purchases, mean * purchases) > 0.3
    assert spending.tied(np.ones(9), mean[:9]) == 0


def test_without_a_prior_three_alike_settle_nothing() -> None:
    prior = Prior(np.log([4.0, 2.5, 10.0]), sd=np.inf)
    assert spending.fit(np.ones(3), np.full(3, 20.0), prior=prior) is None
