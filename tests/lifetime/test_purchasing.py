"""The models of purchasing against published figures, other ways to reckon, and made histories."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, special

from segmentation.errors import InputError
from segmentation.lifetime import purchasing
from segmentation.lifetime.fitting import Prior
from segmentation.lifetime.histories import Histories
from segmentation.lifetime.purchasing import Model, Purchasing
from segmentation.synthetic.purchases import make_purchase_days

# Fader, Hardie and Lee (2005), of the CDNOW sample.
PUBLISHED = Purchasing("bg_nbd", r=0.243, alpha=4.414, a=0.793, b=2.426)
SOME = Histories.of(
    [0, 0, 1, 5, 40, 200, 3], [0, 0, 20, 38, 39, 39, 2], [39, 10, 39, 39, 40, 39, 39]
)
MODELS: tuple[Model, Model] = ("bg_nbd", "mbg_nbd")
SETTINGS = ((0.243, 4.414, 0.793, 2.426), (2.0, 3.0, 5.0, 20.0), (0.5, 6.0, 1.3, 0.4))


def made(customers: int, seed: int, *, first_may_be_last: bool = False) -> Histories:
    days = 730
    bought = make_purchase_days(
        customers, seed=seed, days=days, first_may_be_last=first_may_be_last
    ).groupby("customer")["day"]
    return Histories.of(
        bought.size() - 1, bought.max() - bought.min(), days - bought.min().to_numpy()
    )


def maximum_likelihood() -> Prior:
    return Prior(np.log([0.5, 200.0, 1.0, 2.5]), sd=np.inf)


def test_equal_histories_are_taken_together_and_found_again() -> None:
    x, tx, age = [2, 0, 2, 0, 2], [5, 0, 5, 0, 4], [9, 9, 9, 8, 9]
    h = Histories.of(x, tx, age)
    assert h.customers.sum() == 5
    assert len(h.customers) == 4
    assert h.repeaters == 3
    for given, kept in ((x, h.frequency), (tx, h.recency), (age, h.age)):
        assert kept[h.which].tolist() == given


@pytest.mark.parametrize(
    ("x", "tx", "age", "says"),
    [
        ([1.5], [1], [2], "no whole number"),
        ([-1], [0], [2], "no whole number"),
        ([1], [3], [2], "before the first one, or after the last day"),
        ([1], [0], [2], "count the purchases of one day once"),
        ([0], [1], [2], "count the purchases of one day once"),
        ([np.nan], [1], [2], "missing or infinite"),
        ([1, 2], [1], [2], "different number of customers"),
    ],
)
def test_impossible_histories_are_told(
    x: list[float], tx: list[float], age: list[float], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        Histories.of(x, tx, age)


def test_the_published_forecast_of_a_customer() -> None:
    """The authors' note on the model in a spreadsheet: 1.226 purchases within 39 weeks."""
    h = Histories.of([2], [30.43], [38.86])
    assert purchasing.mean(PUBLISHED, h, 39)[0] == pytest.approx(1.226, abs=0.001)
    assert purchasing.active(PUBLISHED, h)[0] == pytest.approx(0.7266, abs=0.001)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("parameters", SETTINGS)
def test_the_mean_is_the_closed_form(
    model: Model, parameters: tuple[float, float, float, float]
) -> None:
    r, alpha, a, b = parameters
    it = Purchasing(model, *parameters)
    x, t = SOME.frequency, 26.0
    y = x + it.first_may_be_last
    then, now = alpha + SOME.recency, alpha + SOME.age
    odds = np.where(y > 0, a / (b + np.maximum(y, 1) - 1) * (now / then) ** (r + x), 0)
    few = x <= 40  # beyond them the hypergeometric function loses its digits
    hyper = special.hyp2f1(r + x, b + y, a + b + y - 1, t / (now + t))
    closed = (a + b + y - 1) / (a - 1) * (1 - (now / (now + t)) ** (r + x) * hyper) / (1 + odds)
    assert purchasing.active(it, SOME) == pytest.approx(1 / (1 + odds))
    assert purchasing.mean(it, SOME, t)[few] == pytest.approx(closed[few], rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("parameters", SETTINGS[:2])
def test_mean_and_variance_are_those_of_the_distribution(
    model: Model, parameters: tuple[float, float, float, float]
) -> None:
    it = Purchasing(model, *parameters)
    counts = np.arange(1, 700)
    chances = np.array([purchasing.at_least(it, SOME, 13.0, int(n)) for n in counts])
    mean, variance = purchasing.expected(it, SOME, 13.0)
    assert mean == pytest.approx(chances.sum(axis=0), rel=1e-6)
    assert mean == pytest.approx(purchasing.mean(it, SOME, 13.0))
    second = ((2 * counts - 1)[:, None] * chances).sum(axis=0)
    assert variance == pytest.approx(second - mean**2, rel=1e-5)


def test_interest_is_that_of_purchases_in_small_steps() -> None:
    edges = np.linspace(0, 52, 1041)
    until = np.array([purchasing.mean(PUBLISHED, SOME, edge) for edge in edges[1:]])
    steps = np.diff(until, axis=0, prepend=0)
    middle = np.exp(-0.01 * (edges[1:] + edges[:-1]) / 2)
    found = purchasing.mean(PUBLISHED, SOME, 52, discount=0.01)
    assert found == pytest.approx(middle @ steps, rel=1e-5)


def test_nobody_is_told_to_buy_at_once_nor_less_over_a_longer_time() -> None:
    short, long = (purchasing.mean(PUBLISHED, SOME, t) for t in (1e-9, 1e4))
    assert (short < 1e-6).all()
    assert (long >= purchasing.mean(PUBLISHED, SOME, 39)).all()
    assert np.isfinite(long).all()


@pytest.mark.parametrize("model", MODELS)
def test_the_likelihoods_gradient_is_its_slope(model: Model) -> None:
    distinct, which = np.unique(SOME.frequency, return_inverse=True)
    with_x = np.bincount(which, weights=SOME.customers).astype(np.float64)

    def at(logs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        return purchasing._log_likelihood(logs, SOME, model, distinct, with_x)

    for parameters in SETTINGS:
        logs = np.log(parameters)
        slope = optimize.approx_fprime(logs, lambda z: at(z)[0], 1e-7)
        assert at(logs)[1] == pytest.approx(slope, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_likelihoods_are_densities(model: Model) -> None:
    """Of no purchase, and of one at any time, against draws of the model itself."""
    it = Purchasing(model, r=0.6, alpha=8.0, a=1.2, b=3.0)
    rng = np.random.default_rng(2)
    n, end = 200_000, 20.0
    rate, leaves = rng.gamma(it.r, 1 / it.alpha, n), rng.beta(it.a, it.b, n)
    stays = rng.random(n) >= leaves if it.first_may_be_last else np.ones(n, dtype=bool)
    first = np.where(stays, rng.exponential(1 / np.maximum(rate, 1e-12)), np.inf)
    second = first + np.where(
        rng.random(n) >= leaves, rng.exponential(1 / np.maximum(rate, 1e-12)), np.inf
    )

    def density(x: float, tx: float) -> float:
        h = Histories.of([x], [tx], [end])
        parts = np.log([it.r, it.alpha, it.a, it.b]), h, model, h.frequency, h.customers
        return float(np.exp(purchasing._log_likelihood(*parts)[0]))

    assert density(0, 0) == pytest.approx((first > end).mean(), abs=0.004)
    times = (np.arange(400) + 0.5) / 400 * end
    one = sum(density(1, t) for t in times) * end / 400
    assert one == pytest.approx(((first <= end) & (second > end)).mean(), abs=0.004)


@pytest.mark.parametrize("model", MODELS)
def test_what_was_planted_is_found(model: Model) -> None:
    h = made(20_000, seed=5, first_may_be_last=model == "mbg_nbd")
    fit = purchasing.fit(h, model)
    assert fit is not None
    errors = np.abs(fit.logs - np.log([0.5, 60.0, 0.8, 2.5])) / np.sqrt(np.diag(fit.covariance))
    assert errors.max() < 4  # days are whole ones, which the model does not know
    other = purchasing.fit(h, "bg_nbd" if model == "mbg_nbd" else "mbg_nbd")
    assert other is not None
    assert fit.log_likelihood > other.log_likelihood + 5


def test_the_unit_of_time_changes_nothing_but_alpha() -> None:
    h = made(3_000, seed=8)
    weeks = Histories.of(*(each[h.which] for each in (h.frequency, h.recency / 7, h.age / 7)))
    in_days, in_weeks = (purchasing.fit(each, "bg_nbd") for each in (h, weeks))
    assert in_days is not None
    assert in_weeks is not None
    assert in_days.logs - in_weeks.logs == pytest.approx([0, np.log(7), 0, 0], abs=1e-6)


def test_the_prior_is_nothing_beside_many_customers_and_all_beside_none() -> None:
    h = made(20_000, seed=5)
    by_prior, without = (purchasing.fit(h, "bg_nbd", prior=p) for p in (None, maximum_likelihood()))
    assert by_prior is not None
    assert without is not None
    assert by_prior.logs == pytest.approx(without.logs, abs=0.02)

    nobody_again = Histories.of(np.zeros(50), np.zeros(50), np.arange(1.0, 51))
    assert purchasing.fit(nobody_again, "bg_nbd", prior=maximum_likelihood()) is None
    settled = purchasing.fit(nobody_again, "bg_nbd")
    assert settled is not None
    assert np.isfinite(settled.logs).all()


def test_order_and_copies_of_customers_change_nothing() -> None:
    h = made(2_000, seed=3)
    columns = [each[h.which] for each in (h.frequency, h.recency, h.age)]
    other = np.random.default_rng(0).permutation(len(h.which))
    shuffled = Histories.of(*(each[other] for each in columns))
    fits = [purchasing.fit(each, "mbg_nbd") for each in (h, shuffled)]
    assert fits[0] is not None
    assert fits[1] is not None
    assert fits[0].logs == pytest.approx(fits[1].logs, abs=1e-9)


def test_an_interval_of_a_customer_holds_nine_of_ten() -> None:
    low, high = purchasing.interval(PUBLISHED, SOME, 39.0, level=0.9)
    for side, n in ((low, 0), (high, 1)):
        for i, limit in enumerate(side):
            one = Histories.of([SOME.frequency[i]], [SOME.recency[i]], [SOME.age[i]])
            at_least = (purchasing.at_least(PUBLISHED, one, 39.0, int(limit) + n)[0], limit)
            if n:  # more than `high` are rare, `high` or more are not
                assert at_least[0] <= 0.05
            elif limit:
                assert at_least[0] >= 0.95
    assert (low <= high).all()


def test_whoever_bought_once_is_active_for_certain_in_one_model_only() -> None:
    once = Histories.of([0], [0], [1000])
    assert purchasing.active(PUBLISHED, once)[0] == 1
    other = Purchasing("mbg_nbd", r=0.5, alpha=6.0, a=0.9, b=1.6)
    assert purchasing.active(other, once)[0] < 0.3


def test_purchases_since_the_first_are_those_of_a_new_customer() -> None:
    new = Histories.of([0], [0], [0])
    for model, parameters in zip(MODELS, SETTINGS, strict=False):
        it = Purchasing(model, *parameters)
        found = purchasing.since_first(it, np.array([0.0, 39.0]))
        assert found == pytest.approx([0, purchasing.mean(it, new, 39)[0]])
