"""The intervals against SciPy, against their definitions solved another way, and the bootstrap."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from segmentation.insight import intervals
from segmentation.insight.intervals import Moments

RNG = np.random.default_rng(3)
SKEWED = RNG.lognormal(2, 0.7, 80)
OTHERS = RNG.lognormal(1.5, 1.0, 300)


def moments(values: NDArray[np.float64]) -> Moments:
    return Moments.of_sums([(values**power).sum() for power in range(5)])


def test_moments_are_those_of_numpy_and_scipy() -> None:
    found = moments(SKEWED)
    assert found.n == 80
    assert found.mean == pytest.approx(SKEWED.mean())
    assert found.variance == pytest.approx(SKEWED.var(ddof=1))
    assert found.third == pytest.approx(stats.moment(SKEWED, 3))
    assert found.fourth == pytest.approx(stats.moment(SKEWED, 4))


@pytest.mark.parametrize(("count", "n"), [(0, 1), (1, 1), (0, 40), (3, 40), (40, 40), (77, 5000)])
def test_wilson_is_that_of_scipy(count: int, n: int) -> None:
    expected = stats.binomtest(count, n).proportion_ci(method="wilson")
    assert intervals.wilson(count, n) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("values", [SKEWED, -SKEWED, np.arange(9.0), np.array([1.0, 2.0])])
def test_the_mean_interval_solves_halls_equation(values: NDArray[np.float64]) -> None:
    n, skewness = len(values), stats.skew(values) * (1 - 1 / len(values)) ** 1.5

    def bent(t: float) -> float:
        return float(
            t + skewness * t**2 / (3 * n**0.5) + skewness**2 * t**3 / (27 * n)
            + skewness / (6 * n**0.5)
        )  # fmt: skip

    quantile = stats.t.ppf(0.975, n - 1)
    t_high = optimize.brentq(lambda t: bent(t) - quantile, -500, 500)
    t_low = optimize.brentq(lambda t: bent(t) + quantile, -500, 500)
    error = stats.sem(values)
    low, high = intervals.of_mean(moments(values))
    assert low == pytest.approx(values.mean() - t_high * error, rel=1e-6)
    assert high == pytest.approx(values.mean() - t_low * error, rel=1e-6)


def test_without_skewness_the_mean_interval_is_students() -> None:
    values = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert intervals.of_mean(moments(values)) == pytest.approx(tuple(expected))


@pytest.mark.parametrize("n", [6, 7, 15, 80, 1001])
def test_the_median_interval_lies_between_two_of_order_statistics(n: int) -> None:
    values = np.sort(RNG.normal(size=n))
    low, high = intervals.of_median(values)
    places = np.arange(1, n // 2 + 1)
    held = 1 - 2 * stats.binom.cdf(places - 1, n, 0.5)  # by order statistics k and n + 1 - k
    k = places[held >= 0.95].max()
    assert values[k - 1] <= low <= values[k]
    assert values[n - k - 1] <= high <= values[n - k]
    assert low - values[k - 1] < values[k] - values[k - 1] or n == 6


def test_the_median_of_few_customers_has_no_interval() -> None:
    assert np.isnan(intervals.of_median(np.arange(5.0))).all()
    assert np.isnan(intervals.of_median(np.empty(0))).all()


def test_the_standardised_difference_and_its_error_agree_with_the_bootstrap() -> None:
    def d(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        spread = (a.var(axis=-1, ddof=1) + b.var(axis=-1, ddof=1)) / 2
        return np.asarray((a.mean(axis=-1) - b.mean(axis=-1)) / np.sqrt(spread))

    a, b = RNG.gamma(3, 1, 400), RNG.gamma(2, 2, 900)
    found, (low, high) = intervals.difference(moments(a), moments(b))
    assert found == pytest.approx(d(a, b))
    again = d(RNG.choice(a, (3000, 400)), RNG.choice(b, (3000, 900)))
    assert (high - low) / 2 / 1.96 == pytest.approx(again.std(), rel=0.08)


def test_welch_is_that_of_scipy() -> None:
    expected = stats.ttest_ind(SKEWED, OTHERS, equal_var=False).pvalue
    assert intervals.welch(moments(SKEWED), moments(OTHERS)) == pytest.approx(expected)
    one, two = moments(np.full(9, 1.0)), moments(np.full(9, 2.0))
    assert intervals.welch(one, two) == 0
    assert np.isnan(intervals.welch(one, one))


@pytest.mark.parametrize(
    ("x", "n", "all_x", "all_n"),
    [(1, 1, 10, 999), (0, 5, 9, 999), (8, 30, 50, 999), (60, 100, 300, 999), (90, 700, 300, 999)],
)
def test_the_binomial_test_errs_on_the_safe_side_of_fishers(
    x: int, n: int, all_x: int, all_n: int
) -> None:
    found = float(intervals.binomial(x, n, all_x, all_n))
    urn = stats.hypergeom(all_n, all_x, n)
    exact = min(1.0, 2 * min(urn.cdf(x), urn.sf(x - 1)))
    assert exact * (1 - 1e-9) <= found <= 1
    if n < 0.01 * all_n:  # drawing with and without replacement is then nearly the same
        assert found == pytest.approx(exact, rel=0.25)


def test_differences_of_shares_are_those_of_a_yes_or_no() -> None:
    yes, other = np.repeat([1.0, 0.0], [30, 70]), np.repeat([1.0, 0.0], [50, 450])
    d, (low, high) = intervals.share_difference(30, 100, 50, 500)
    assert d == pytest.approx(
        (0.3 - 0.1) / np.sqrt((yes.var() + other.var()) / 2)
    )  # variances of shares have n below them
    by_moments, limits = intervals.difference(moments(yes), moments(other))
    assert by_moments == pytest.approx(d, rel=0.01)
    assert (low, high) == pytest.approx(limits, abs=0.05)


def test_relative_figures_follow_the_published_formula() -> None:
    a, (l1, u1), b, (l2, u2), w = 0.3, (0.2, 0.42), 0.1, (0.07, 0.14), 0.25
    root = np.sqrt((a * b) ** 2 - l1 * u2 * (2 * a - l1) * (2 * b - u2))
    low = (a * b - root) / (u2 * (2 * b - u2))
    root = np.sqrt((a * b) ** 2 - u1 * l2 * (2 * a - u1) * (2 * b - l2))
    high = (a * b + root) / (l2 * (2 * b - l2))
    found = intervals.relative(a, (np.array(l1), np.array(u1)), b, (np.array(l2), np.array(u2)), w)
    assert found[0] == pytest.approx(low / (w * low + 1 - w))
    assert found[1] == pytest.approx(high / (w * high + 1 - w))


@pytest.mark.parametrize(("x", "other"), [(0, 5), (5, 0), (0, 0), (50, 5), (50, 200)])
def test_lifts_stay_possible_at_counts_of_zero_and_of_all(x: int, other: int) -> None:
    n, other_n = 50, 200
    limits, other_limits = intervals.wilson(x, n), intervals.wilson(other, other_n)
    low, high = intervals.relative(x / n, limits, other / other_n, other_limits, 0.2)
    assert 0 <= low < high <= 1 / 0.2
    if x + other:
        lift = (x / n) / ((x + other) / (n + other_n))
        assert low <= lift + 1e-9
        assert lift <= high + 1e-9


def test_the_share_of_a_total_agrees_with_the_bootstrap() -> None:
    value = RNG.lognormal(0, 0.5, 1000)
    inside = RNG.random(1000) < 0.3
    own, rest = value * inside, value * ~inside
    low, high = intervals.of_share_of_total(own.sum(), (own**2).sum(), rest.sum(), (rest**2).sum())
    rows = RNG.integers(0, 1000, (3000, 1000))
    again = own[rows].sum(axis=1) / value[rows].sum(axis=1)
    assert (low, high) == pytest.approx(np.quantile(again, [0.025, 0.975]), abs=0.004)


def test_holm_gives_the_values_of_r() -> None:
    p = np.array([0.01, np.nan, 0.04, 0.03, 0.005])  # p.adjust(c(...), "holm")
    assert intervals.holm(p) == pytest.approx([0.03, np.nan, 0.06, 0.06, 0.02], nan_ok=True)
    assert intervals.holm(np.empty(0)).size == 0
