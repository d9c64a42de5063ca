"""The watch over drift: quiet where nothing changed, loud where something did."""

import re
from collections.abc import Callable
from pathlib import Path

import made
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from segmentation.artifacts.baseline import Baseline, LevelCounts, NumberBins
from segmentation.artifacts.drift import Drift
from segmentation.artifacts.privacy import OTHER
from segmentation.artifacts.transformer import feature_names
from segmentation.commands import drift as command
from segmentation.engines.tables.baseline import binned
from segmentation.errors import InputError
from segmentation.monitoring.watch import ALPHA, Tally, holm, homogeneous, watch
from segmentation.scoring.rule import Rule
from segmentation.views.drift import html


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    return made.of_training(tmp_path_factory.mktemp("base"), made.model(), made.customers())


def of(base: Baseline, customers: pd.DataFrame, *, parts: int = 1, **changed: object) -> Drift:
    rule, tally = Rule(made.model(), base), Tally(base)
    for rows in np.array_split(np.arange(len(customers)), parts):
        part = customers.iloc[rows]
        scores = rule.score(part)
        assert scores.unlike is not None
        tally.add(part, scores.segment, np.full(len(part), 0.5), scores.unlike)
    told: dict[str, object] = {
        "names": {i: f"Segment {i}" for i in rule.segments}, "model": "it", "data": "new.csv",
        "md5": "0", "rows": len(customers), "not_scored": {},
    }  # fmt: skip
    return watch(tally, **told | changed)  # type: ignore[arg-type]


def test_a_fresh_sample_is_steady_and_batches_add_up(base: Baseline) -> None:
    customers = made.customers(rows=1000, seed=21)
    found = of(base, customers)
    assert (found.verdict, found.scored) == ("steady", 1000)
    assert sum(each.p_value == 1.0 for each in found.features) >= 4  # corrected for their number
    assert found == of(base, customers, parts=7)
    assert sum(each.customers for each in found.segments) == 1000
    assert all(
        low <= each.share <= high for each in found.segments for low, high in [each.interval]
    )


def richer(customers: pd.DataFrame) -> pd.DataFrame:
    return customers.assign(income=customers["income"] + customers["income"].std() / 2)


def poorer_in_cells(customers: pd.DataFrame) -> pd.DataFrame:
    return customers.assign(age=customers["age"].where(np.arange(len(customers)) % 3 > 0))


def of_a_new_kind(customers: pd.DataFrame) -> pd.DataFrame:
    some = np.arange(len(customers)) % 4 == 0
    kind = customers["preferred_category"].mask(some, "Yachts")
    return customers.assign(preferred_category=kind)


def far_away(customers: pd.DataFrame) -> pd.DataFrame:
    some = np.arange(len(customers)) % 12 == 0
    return customers.assign(membership_years=customers["membership_years"].mask(some, 60.0))


def of_one_segment(customers: pd.DataFrame) -> pd.DataFrame:
    kept = (made.model().predict(customers) > 1) | (np.arange(len(customers)) % 4 == 0)
    return customers.loc[np.flatnonzero(kept)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (richer, "income has drifted"),
        (poorer_in_cells, "age has drifted .*33% of its cells are missing instead of"),
        (of_a_new_kind, "preferred_category has drifted .*new: Yachts"),
        (far_away, "% of the customers are unlike any in training"),
        (of_one_segment, "the segments have other shares .*'Segment 1' has"),
    ],
)
def test_what_changed_is_told(
    base: Baseline, change: Callable[[pd.DataFrame], pd.DataFrame], reason: str
) -> None:
    found = of(base, change(made.customers(rows=1000, seed=21)))
    assert found.verdict in ("watch", "retrain")
    assert any(re.search(reason, each) for each in found.reasons), found.reasons


def test_what_is_more_than_chance_and_small_is_told_and_no_alarm(base: Baseline) -> None:
    customers = made.customers(rows=6000, seed=21)
    older = customers.assign(age=customers["age"] + 0.15 * customers["age"].std())
    found = of(base, older)
    (age,) = (each for each in found.features if each.column == "age")
    assert age.strength == "small"
    assert age.p_value < ALPHA
    assert found.verdict == "steady"
    assert "what drifted is small: age" in found.reasons[0]


def test_rare_categories_of_the_training_are_none_of_a_new_kind(base: Baseline) -> None:
    name = "preferred_category"
    of_all = base.columns[name]
    assert isinstance(of_all, LevelCounts)
    counts = dict(of_all.counts)
    level = min(counts, key=lambda each: counts[each])
    counts[OTHER] = counts.pop(level)  # as where no ten customers had the same one
    column = LevelCounts(counts=counts, missing=of_all.missing)
    rare = base.model_copy(update={"columns": {**base.columns, name: column}})
    customers = made.customers(rows=6000, seed=21)
    many = [f"{level} {number % 40}" for number in range(6000)]
    found = of(
        rare, customers.assign(**{name: customers[name].mask(customers[name] == level, many)})
    )
    (drifted,) = (each for each in found.features if each.column == name)
    assert (drifted.strength, drifted.new_levels) == ("within noise", ())
    found = of(rare, of_a_new_kind(customers))
    (drifted,) = (each for each in found.features if each.column == name)
    assert (drifted.strength, drifted.new_levels[0]) == ("strong", "Yachts")


def test_rows_that_cannot_be_scored_are_a_reason(base: Baseline) -> None:
    found = of(base, made.customers(seed=21), rows=1000, not_scored={"outside limits: age": 400})
    assert found.verdict == "watch"
    assert "40% of the rows cannot be scored" in found.reasons[0]


def test_the_test_is_pearson_s() -> None:
    one, other = np.array([30.0, 50.0, 20.0]), np.array([20.0, 60.0, 40.0])
    expected = chi2_contingency(np.array([one, other]), correction=False).pvalue
    assert homogeneous(one, other) == pytest.approx(expected)
    assert homogeneous(one, np.append(other[:2], 40.0)) == homogeneous(one, other)
    assert homogeneous(np.array([5.0]), np.array([7.0])) == 1.0
    sparse = np.array([500.0, 500.0, 1.0]), np.array([500.0, 500.0, 0.0])
    assert homogeneous(*sparse) > 0.9


def test_all_tests_together_are_quiet_when_nothing_changed() -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(300):
        draws = [rng.multinomial(1000, np.full(10, 0.1), size=2).astype(float) for _ in range(8)]
        alarms += min(holm([homogeneous(*each) for each in draws])) < ALPHA
    assert alarms <= 9  # 3 are expected


def test_the_baseline_tells_of_no_fewer_than_ten(base: Baseline, tmp_path: Path) -> None:
    for column in base.columns.values():
        if isinstance(column, NumberBins):
            assert min(column.counts) >= 10
            assert len(column.counts) == len(column.edges) + 1
            assert sum(column.counts) + column.missing == base.customers
        else:
            assert isinstance(column, LevelCounts)
            assert sum(column.counts.values()) + column.missing == base.customers
    few = made.customers(rows=25)
    small = made.of_training(tmp_path, made.pipeline(few, k=4), few)
    for segment in small.segments.values():
        assert (segment.centre is None) or segment.customers >= 10
    ages = small.columns["age"]
    assert isinstance(ages, NumberBins)
    assert min(ages.counts) >= 10


def test_a_centre_tells_of_categories_to_tens_of_customers(base: Baseline) -> None:
    customers, found = made.customers(), made.model()
    segments = found.predict(customers)
    place = feature_names(found.steps[0][1]).index("gender_Female")
    for each, segment in base.segments.items():
        assert segment.centre
        count = segment.centre[place] * 2**0.5 * segment.customers  # 1 is weighed by that
        exact = (customers["gender"] == "Female")[segments == each].sum()
        assert count == pytest.approx(round(count / 10) * 10, abs=1e-6)
        assert abs(count - exact) <= 5


def test_a_segment_has_no_centre_where_few_of_it_have_a_number(tmp_path: Path) -> None:
    customers = made.customers()
    customers.loc[5:, "income"] = np.nan
    segments = made.model().predict(customers)
    found = made.of_training(tmp_path, made.model(), customers)
    few = set(segments[:5].tolist())
    assert {each for each, of in found.segments.items() if of.centre is None} == few


def test_bins_of_few_are_joined_to_their_neighbours() -> None:
    ties = pd.DataFrame({"x": [0.0] * 40 + [1.0] * 15 + [2.0] * 4 + [3.0] * 41})
    found = binned(ties, "x")
    assert sum(found.counts) == 100
    assert min(found.counts) >= 10
    few = pd.DataFrame({"x": [0.0] * 95 + [1.0] * 2 + [2.0] * 3})
    assert min(binned(few, "x").counts) >= 10


def test_a_file_is_compared(tmp_path: Path) -> None:
    chosen = made.chosen(tmp_path)
    file = tmp_path / "new.csv"
    made.customers(rows=400, seed=5).to_csv(file, index=False)
    found = command.compare(file, chosen)
    assert (found.verdict, found.rows, found.data) == ("steady", 400, "new.csv")
    page = html(found)
    assert "<h1>Steady" in page
    assert all(each.column in page for each in found.features)
    made.customers(rows=40, seed=5).to_csv(file, index=False)
    with pytest.raises(InputError, match=r"40 customers .*drift needs 100"):
        command.compare(file, chosen)
