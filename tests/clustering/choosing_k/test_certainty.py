"""How sure a choice is, and which k it falls on where the data leave it open."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segmentation.clustering import select_k
from segmentation.clustering.choosing_k.certainty import Certainty, certainty
from segmentation.clustering.choosing_k.criteria import Fits
from segmentation.clustering.choosing_k.criteria.evidence import evidence
from segmentation.clustering.choosing_k.curve import Judged
from segmentation.clustering.choosing_k.explain import explain
from segmentation.clustering.choosing_k.rules import Rule, load_rules
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.clustering.structure import homogeneity
from segmentation.clustering.structure.homogeneity import (
    PValue,
    compare,
    possible_answers,
    structure_test,
)
from segmentation.clustering.structure.mixture import mixture_evidence

QUICK = {"draws": 10, "resamples": 3}
RULE = Rule(
    "score",
    lambda c: int(c.ks[c.curve.score.to_numpy().argmax()]),
    "It chose {k}.",
    score=lambda curve: curve.score.to_numpy(dtype=np.float64),
)


def judged(*scores: float) -> Judged:
    return Judged(pd.DataFrame({"k": range(2, 2 + len(scores)), "score": scores}), {})


def sure(whole: Judged, halves: list[Judged], *, convenience: bool = False) -> Certainty:
    return certainty(RULE, whole, halves, asked=None, known=set(), convenience=convenience)


def test_what_all_halves_choose_is_sure() -> None:
    found = sure(judged(0.1, 0.9, 0.2), [judged(0.1, 0.8, 0.3), judged(0.2, 0.9, 0.1)] * 4)
    assert (found.k, found.share, found.open) == (3, 1.0, False)


def test_of_two_that_halves_choose_alike_the_smaller_one_is_taken() -> None:
    halves = [judged(0.1, 0.9, 0.5), judged(0.1, 0.5, 0.9)] * 4
    found = sure(judged(0.1, 0.70, 0.72), halves)
    assert found.k == 3
    assert found.simplest
    assert found.alternatives == ((3, 0.5), (4, 0.5))


def test_what_halves_seldom_choose_is_open_but_not_taken() -> None:
    halves = [judged(0.1, 0.9, 0.5)] * 2 + [judged(0.1, 0.5, 0.9)] * 6
    found = sure(judged(0.1, 0.70, 0.72), halves)
    assert (found.k, found.share, found.open) == (4, 0.75, True)


def test_in_one_population_nothing_speaks_for_more_than_the_smallest() -> None:
    halves = [judged(0.1, 0.9, 0.5)] * 2 + [judged(0.1, 0.5, 0.9)] * 6
    found = sure(judged(0.1, 0.70, 0.72), halves, convenience=True)
    assert (found.k, found.alternatives) == (2, ((2, 0.0), (3, 0.25), (4, 0.75)))


@pytest.mark.slow
def test_a_fixed_k_has_no_share() -> None:
    X = np.random.default_rng(0).normal(size=(60, 2))
    choice = select_k(X, k_range=[2, 3], rule="fixed", k=3, **QUICK)
    assert choice.certainty == Certainty(3, None, ((3, 1.0),))


@pytest.mark.slow
def test_overlapping_groups_leave_it_open_and_say_so() -> None:
    rng = np.random.default_rng(4)
    X = np.vstack([c + rng.normal(size=(40, 2)) for c in ((0, 0), (3, 0), (1.5, 3), (4.5, 3))])
    choice = select_k(X, k_range=range(2, 7), draws=10, resamples=8)
    assert choice.certainty.open
    assert choice.k in dict(choice.certainty.alternatives)
    assert any(s.startswith("The data leave it open between") for s in choice.why)


@pytest.mark.slow
def test_scattered_votes_are_called_unclear() -> None:
    X = np.random.default_rng(0).random((80, 2))
    choice = select_k(X, k_range=range(2, 7), **QUICK)
    votes = dict(zip("abcdefghi", [2, 3, 4, 5, 6, 2, 3, 4, 5], strict=True))
    why = explain(
        Certainty(6, 0.2, ((6, 0.2),)), load_rules()["consensus"], choice.curve, votes,
        choice.test, choice.criteria, used=80, given=80,
    )  # fmt: skip
    assert any(s == "No criterion is clear: what they prefer ranges from k = 2 to 6." for s in why)
    assert not any("0 of 9" in s for s in why)


@pytest.mark.slow
def test_an_answer_that_hangs_on_the_draws_says_so_first() -> None:
    near, far = PValue(0.012, 0.004, 0.03), PValue(0.2, 0.1, 0.3)
    assert possible_answers(near, near, 0.01) == ("one", "graded", "separate")
    assert possible_answers(near, PValue(0.0, 0.0, 0.001), 0.01) == ("graded", "separate")
    assert possible_answers(far, far, 0.01) == ("one",)
    assert possible_answers(PValue(0.0, 0.0, 0.001), near, 0.01) == ("separate",)
    X = np.random.default_rng(0).random((60, 2))
    choice = select_k(X, k_range=[2, 3], **QUICK)
    ranges = {"p_value_range": (0.004, 0.03), "p_separate_range": (0.1, 0.3)}
    test = replace(choice.test, possible=("one", "graded"), **ranges)
    why = explain(
        Certainty(2, 0.2, ((2, 0.2),)), load_rules()["consensus"], choice.curve, choice.votes,
        test, choice.criteria, used=60, given=60,
    )  # fmt: skip
    assert why[0] == (
        "The data leave it open between one population and a continuum without gaps: whether there "
        "is more than one heap (p from 0.004 to 0.030) hangs on what is drawn to tell it, so "
        "on the seed. The simplest is taken, one population."
    )


@pytest.mark.slow
def test_the_simplest_answer_that_is_possible_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(60, 2)), 9 + rng.normal(size=(60, 2))])
    assert structure_test(X, k_range=[2, 3]).structure == "separate"
    monkeypatch.setattr(homogeneity, "possible_answers", lambda *_: ("graded", "separate"))
    found = structure_test(X, k_range=[2, 3])
    assert found.structure == "graded"
    assert not found.structured
    assert found.small_group is None


@pytest.mark.slow
def test_the_order_of_the_rows_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    X = np.vstack([c + rng.normal(size=(60, 3)) for c in (0, 3, 5)])
    one, other = (
        select_k(rows, k_range=range(2, 6), max_rows=100, **QUICK)
        for rows in (X, X[rng.permutation(len(X))])
    )
    pd.testing.assert_frame_equal(one.curve, other.curve, check_exact=True)
    assert one.why == other.why


@pytest.mark.slow
def test_a_sample_grows_while_the_choice_is_open_and_no_longer() -> None:
    rng = np.random.default_rng(0)
    pairs = [(0, 0), (2.8, 0), (12, 0), (14.8, 0)]  # two groups, or two times two
    open_ = np.vstack([c + rng.normal(size=(200, 2)) for c in pairs])
    clear = np.vstack([c + rng.normal(size=(200, 2)) for c in ((0, 0), (9, 0), (0, 9))])
    options = {"k_range": range(2, 6), "max_rows": 80, "draws": 10, "resamples": 4}
    assert select_k(clear, **options).n_rows == 80
    assert select_k(open_, **options).n_rows == 320


def test_the_mixture_of_a_sample_goes_on_with_all_rows() -> None:
    rng = np.random.default_rng(0)
    X = np.vstack([c + rng.normal(size=(3000, 2)) for c in ((0, 0), (4, 0), (0, 4))])
    sample = X[::30]
    grown = mixture_evidence(sample, kmeans_path(sample, k_range=[3]), everything=X)[0]
    fitted = mixture_evidence(X, kmeans_path(X, k_range=[3]))[0]
    assert grown.bic == pytest.approx(fitted.bic, abs=1.0)
    assert grown.closest == pytest.approx(4, abs=0.1)


def test_a_complete_mixture_outweighs_the_overlap_of_its_components() -> None:
    n, columns = 20_000, 8
    bic = np.array([-10.758, -10.696, -10.626, -10.552, -10.554]) * n
    icl = np.array([-10.853, -10.934, -10.939, -10.881, -11.004]) * n
    apart = np.full(5, 3.0)
    assert evidence(bic, icl, apart, n=n, columns=columns).argmax() == 3
    assert evidence(bic, icl, apart / 2, n=n, columns=columns).argmax() == 0
    rising = np.append(bic[:4], bic[3] + 1)  # one component more improves it: it does not fit
    assert evidence(rising, icl, apart, n=n, columns=columns).argmax() == 0


def test_looks_at_the_data_that_differ_leave_an_answer_open() -> None:
    draws = np.random.default_rng(0).normal(2.2, 0.3, size=(10, 2))
    floor = np.full(2, 0.45)
    alike = compare(np.array([[7.0, 2.0], [7.1, 2.1]]), draws, floor)
    apart = compare(np.array([[12.1, 2.0], [2.0, 2.1]]), draws, floor)
    assert alike.p_value == pytest.approx(apart.p_value)
    assert alike.high < 0.01
    assert apart.low < 0.01 < apart.high


def test_what_a_seed_decides_is_repeated_while_the_rows_are_few() -> None:
    X = np.random.default_rng(0).integers(0, 4, (60, 2)).astype(float)
    fits = Fits(X, [], structure_test(X, k_range=[2]), seed=5, draws=10, resamples=8)
    assert fits.seeds[0] == 5
    assert len(set(fits.seeds)) == 4
    assert len({rows.tobytes() for rows in fits.jittered}) == 4
    assert len(replace(fits, resamples=2).seeds) == 2
    assert replace(fits, everything=np.zeros((50_000, 2))).seeds == [5]
