"""Clouds of one population keep what they should of the data."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import kstest, spearmanr

from segmentation.clustering.structure.dip import dip
from segmentation.clustering.structure.discrete import indicator_blocks, jittered
from segmentation.clustering.structure.elliptical import EllipticalCloud
from segmentation.clustering.structure.unimodal import UnimodalCopula, _category, unimodal_masses


def test_unimodal_masses_are_the_maximum_likelihood() -> None:
    counts = np.array([3.0, 9.0, 5.0, 8.0, 2.0])
    widths = np.array([1.0, 1.0, 2.0, 1.0, 1.0])
    found = unimodal_masses(counts, widths)
    best = -np.inf
    for mode in range(5):  # a general optimiser, one mode at a time
        order = [(j, j + 1) if j < mode else (j + 1, j) for j in range(4)]
        rules = [
            {"type": "ineq", "fun": lambda p, a=a, b=b: p[b] / widths[b] - p[a] / widths[a]}
            for a, b in order
        ]
        rules.append({"type": "eq", "fun": lambda p: p.sum() - 1})
        fit = minimize(
            lambda p: -(counts * np.log(p)).sum(),
            np.full(5, 0.2),
            method="SLSQP",
            bounds=[(1e-6, 1)] * 5,
            constraints=rules,
        )
        best = max(best, -fit.fun)
    assert (counts * np.log(found)).sum() == pytest.approx(best, abs=1e-4)
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("shape", ["normal", "lognormal", "uniform"])
def test_a_unimodal_margin_is_kept(shape: str) -> None:
    rng = np.random.default_rng(0)
    x = getattr(rng, shape)(size=(3000, 1))
    fresh = getattr(rng, shape)(size=3000)
    draw = UnimodalCopula(x).draw(3000, rng)[:, 0]
    assert kstest(draw, fresh).statistic < 0.05


def test_two_modes_become_one() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate((rng.normal(-4, 1, 500), rng.normal(4, 1, 500)))[:, None]
    draw = UnimodalCopula(x).draw(1000, rng)[:, 0]
    assert dip(x[:, 0]) > 0.08
    assert dip(draw) < 0.02


def test_levels_have_an_order_that_is_not_the_processor_s(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    level = rng.integers(0, 4, 300)
    X = np.column_stack((np.eye(4)[level], rng.normal(level, 1), rng.normal(size=300)))
    orders = []
    for sign in (1, -1):  # of an axis, which is anyone's
        monkeypatch.setattr(
            np.linalg, "eigh", lambda A, sign=sign: (None, sign * np.linalg.svd(A)[0][:, ::-1])
        )
        orders.append(_category(X, np.arange(4)).levels.tolist())
    assert orders[0] == orders[1]


def test_the_ends_of_axes_are_not_the_processor_s(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(6).normal(size=(200, 4)) * [1, 2, 3, 4]
    one = EllipticalCloud(X).draw(20, np.random.default_rng(0))
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False, ddof=0))
    monkeypatch.setattr(np.linalg, "eigh", lambda A: (values, vectors * [1, -1, 1, -1]))
    other = EllipticalCloud(X).draw(20, np.random.default_rng(0))
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_rank_correlations_are_kept_also_those_of_discrete_columns() -> None:
    rng = np.random.default_rng(2)
    z = rng.multivariate_normal([0, 0, 0], [[1, 0.8, 0.6], [0.8, 1, 0.5], [0.6, 0.5, 1]], 4000)
    X = np.column_stack((np.exp(z[:, 0]), np.round(2 * z[:, 1]), z[:, 2] > 0.5))
    draw = UnimodalCopula(X).draw(4000, rng)
    np.testing.assert_allclose(spearmanr(draw).statistic, spearmanr(X).statistic, atol=0.06)
    assert set(np.unique(draw[:, 1])) <= set(np.unique(X[:, 1]))
    assert draw[:, 2].mean() == pytest.approx(X[:, 2].mean(), abs=0.03)


def test_a_spike_at_zero_is_kept() -> None:
    rng = np.random.default_rng(3)
    x = np.where(rng.random(2000) < 0.4, 0.0, rng.exponential(size=2000))[:, None]
    draw = UnimodalCopula(x).draw(2000, rng)[:, 0]
    assert (np.abs(draw) < 1e-3).mean() == pytest.approx(0.4, abs=0.05)


def test_indicators_stay_one_category_with_its_shares() -> None:
    rng = np.random.default_rng(4)
    codes = rng.choice(3, 1000, p=[0.6, 0.3, 0.1])
    X = np.column_stack((rng.normal(size=1000), np.eye(3)[codes] / np.sqrt(2)))
    assert indicator_blocks(X) == [[1, 2, 3]]
    draw = UnimodalCopula(X).draw(1000, rng)[:, 1:]
    assert ((draw > 0).sum(axis=1) == 1).all()
    np.testing.assert_allclose((draw > 0).mean(axis=0), [0.6, 0.3, 0.1], atol=0.06)


def test_two_categories_side_by_side_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    X = np.column_stack((np.eye(2)[rng.integers(0, 2, 200)], np.eye(4)[rng.integers(0, 4, 200)]))
    assert indicator_blocks(X) == [[0, 1], [2, 3, 4, 5]]


def test_a_ball_stays_a_ball() -> None:
    rng = np.random.default_rng(6)
    u = rng.normal(size=(3000, 4))
    ball = u / np.linalg.norm(u, axis=1)[:, None] * rng.random(3000)[:, None] ** 0.25
    X = ball @ np.diag([1.0, 2.0, 3.0, 4.0])
    draw = EllipticalCloud(X).draw(3000, rng)
    np.testing.assert_allclose(np.cov(draw.T), np.cov(X.T), atol=0.2)
    radius = np.linalg.norm(draw / [1.0, 2.0, 3.0, 4.0], axis=1)
    assert kstest(radius**4, "uniform").statistic < 0.06


def test_constant_and_dependent_columns_are_no_obstacle() -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(size=300)
    X = np.column_stack((x, 2 * x, np.ones(300)))
    for cloud in (UnimodalCopula(X), EllipticalCloud(X)):
        draw = cloud.draw(300, rng)
        assert np.isfinite(draw).all()
        np.testing.assert_allclose(draw[:, 2], 1)
        assert spearmanr(draw[:, 0], draw[:, 1]).statistic > 0.95


def test_jitter_fills_the_cells_and_leaves_the_rest() -> None:
    rng = np.random.default_rng(8)
    X = np.column_stack((rng.normal(size=500), rng.integers(0, 4, 500).astype(float)))
    out = jittered(X, seed=0)
    np.testing.assert_array_equal(out[:, 0], X[:, 0])
    np.testing.assert_array_equal(np.round(out[:, 1]), X[:, 1])
