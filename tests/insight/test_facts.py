"""The facts as a whole: on planted segments, on none, and on tables at their limits."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.cluster import KMeans

import factories
from segmentation.artifacts.choice import Alternative
from segmentation.artifacts.files import rounded
from segmentation.artifacts.segments import Segments
from segmentation.artifacts.structure import Structure
from segmentation.insight.facts import describe, headline
from segmentation.insight.playbook import Playbook
from segmentation.insight.trust import notice, trust
from segmentation.settings.params import load_params
from segmentation.settings.shared.base import validate
from segmentation.settings.shared.yaml_reader import read_yaml
from segmentation.synthetic.customers import make_customers

ROOT = Path(__file__).parents[2]
DATA = load_params(ROOT / "params.yaml").data
SHIPPED = validate(Playbook, read_yaml(ROOT / "playbook.yaml"), "playbook.yaml")
PLANTED = ("premium", "young electronics", "home and garden", "older grocery")
EMPTY = Playbook()


def sample(structure: str, rows: int = 1000) -> tuple[pd.DataFrame, pd.Series]:
    customers, planted = make_customers(rows=rows, seed=3, structure=structure, dirty=False)
    return customers.astype(dict.fromkeys(DATA.numeric, "float64")), planted["segment"]


def facts_of(
    customers: pd.DataFrame,
    segment: NDArray[np.intp],
    *,
    structure: Structure = "separate",
    jaccard: Mapping[int, float] | None = None,
    **changed: Any,
) -> Segments:
    numeric = [name for name in customers if customers[name].dtype == np.float64]
    categorical = [name for name in customers if name not in (*numeric, "id")]
    settings: dict[str, Any] = {
        "numeric": numeric,
        "categorical": categorical,
        "value": "last_purchase_amount" if "last_purchase_amount" in numeric else numeric[0],
        "labels": {name: str(name).replace("_", " ") for name in customers},
        "units": {"income": "$ a year", "age": "years"},
        "playbook": EMPTY,
        "scaling": "Scaled.",
        "seed": 0,
    }
    ids = sorted(set(segment.tolist()) - {-1})
    found = factories.results(ids, structure=structure, jaccard=jaccard)
    facts = describe(customers, segment, found, **(settings | changed))
    written = json.dumps(rounded(facts.content()), allow_nan=False)
    assert Segments.parse(written) == facts  # nothing is lost in the file
    return facts


def test_planted_segments_get_their_names_and_plays() -> None:
    customers, planted = sample("segments")
    facts = facts_of(customers, planted.map(PLANTED.index).to_numpy(np.intp) + 1, playbook=SHIPPED)
    names = [s.name for s in facts.segments]
    assert names == [
        "High-income big-spending customers",
        "Young Electronics buyers",
        "Frequent Home & Garden buyers",
        "Older Groceries buyers",
    ]
    plays = [[play.name for play in s.plays] for s in facts.segments]
    assert plays == [
        ["Premium offers and VIP membership", "Loyalty rewards", "Upselling and cross-selling"],
        ["Accessories and targeted digital ads"],
        ["Seasonal promotions and bundles", "Loyalty rewards"],
        ["Retention and loyalty discounts", "Discounts for the cost-conscious"],
    ]
    assert {play.name for s in facts.segments for play in s.plays} == {
        play.name for play in SHIPPED.plays
    }
    for s in facts.segments:
        assert s.plays_note is None
        assert all(len(p.because) == len(p.evidence) for p in s.plays)
        assert s.rule.precision > 0.85
        assert s.rule.coverage > 0.8
    assert facts.playbook_notes == ()


def test_on_data_without_segments_no_group_is_praised() -> None:
    customers, _ = sample("none")
    points = customers[list(DATA.numeric)]
    labels = KMeans(4, n_init=2, random_state=0).fit_predict(
        (points - points.mean()) / points.std()
    )
    book = SHIPPED.model_copy(update={"names": {1: "Champions"}})
    facts = facts_of(
        customers, labels + 1, playbook=book, structure="one", reference={2: "Best friends"}
    )
    for i, s in enumerate(facts.segments, 1):
        assert s.name.startswith(f"Group {i} of 4")
        assert s.plays == ()
        assert "hold no segments" in s.plays_note
        assert s.marks  # what tells the groups apart is still told
        assert s.rule is None or "in this group" in s.rule.text
    told = str(facts.segments)
    assert not any(word in told for word in ("Champions", "friends", "high-income", "buyers"))
    assert facts.headline.startswith("No structure: 1,000 customers look like one population; the")


def test_what_draws_do_not_settle_is_said_in_the_first_line() -> None:
    choice = factories.choice(k=2, possible=("graded", "separate"))
    found = factories.results([1, 2], structure="graded", choice=choice)
    line = headline(found, customers=100, unassigned=0)
    assert line.startswith("100 customers differ by degrees")
    assert line.endswith("; the data leave open whether there are gaps")
    shares = (Alternative(k=k, share=0.5) for k in (2, 3))
    choice = factories.choice(
        k=2, possible=("one", "graded"), open=True, alternatives=tuple(shares)
    )
    found = factories.results([1, 2], structure="graded", choice=choice)
    assert headline(found, customers=100, unassigned=0) == (
        "100 customers differ by degrees; the 2 segments are slices of a continuum; the data leave "
        "open how many (2 or 3) and whether they are more than one population"
    )
    first = trust(100, found)[0]
    assert (first.answer, first.level) == ("The data leave it open", "doubtful")
    assert "takes them for the simplest, a continuum" in first.why


@pytest.mark.parametrize(("customers", "level"), [(199, "doubtful"), (200, "plain")])
def test_few_customers_are_marked_and_told_why(customers: int, level: str) -> None:
    last = trust(customers, factories.results([1, 2]))[-1]
    assert last.level == level
    assert ("Below 200 customers" in last.why) == (level == "doubtful")


def test_where_nobody_stands_near_a_border_no_two_sides_are_said_to_be_alike() -> None:
    told = {}
    for share in (0.0, 0.23):
        figures = factories.metrics(k=2, structure="graded", border_share=share)
        told[share] = notice(factories.results([1, 2], structure="graded", metrics=figures)) or ""
    assert "No customers stand near a border" in told[0.0]
    assert "two sides" not in told[0.0]
    assert "two sides" in told[0.23]


def test_a_segment_that_nothing_fits_is_told_so() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"last_purchase_amount": rng.normal(50, 5, 200)})
    labels = np.repeat([1, 2], 100)
    assert facts_of(table, labels).segments[0].plays_note == (
        "No specific play: playbook.yaml lists none."
    )
    common = {"action": "a", "channel": "c", "measure": "m"}
    plays = [
        {"name": "Treat", "when": [{"value_index": {"min": 200}}], **common},
        {"name": "Thank", "when": [{"value_index": {"min": 120}}], **common},
    ]
    book = validate(Playbook, {"plays": plays}, "playbook.yaml")
    first = facts_of(table, labels, playbook=book).segments[0]
    assert first.plays == ()
    assert re.fullmatch(
        r"No specific play\. “Thank” comes nearest, but for last purchase amount: index \d+ "
        r"\(\d+ to \d+; the play asks for at least 120\)\.",
        first.plays_note or "",
    )


def test_names_of_a_reference_are_kept() -> None:
    customers, planted = sample("segments")
    segment = planted.map(PLANTED.index).to_numpy(np.intp) + 1
    facts = facts_of(customers, segment, playbook=SHIPPED, reference={3: "Gardeners"})
    assert facts.segments[2].name == "Gardeners"


def test_customers_in_no_segment_count_among_everyone_else() -> None:
    customers, planted = sample("segments")
    segment = planted.map(PLANTED.index).to_numpy(np.intp) + 1
    segment[segment == 4] = -1
    facts = facts_of(customers, segment)
    assert facts.unassigned == (segment == -1).sum()
    assert [s.id for s in facts.segments] == [1, 2, 3]
    assert facts.segments[0].share == pytest.approx((segment == 1).mean())
    assert facts.segments[0].numeric["income"].index == pytest.approx(
        100 * customers["income"][segment == 1].mean() / customers["income"].mean(), rel=1e-5
    )


def test_no_customer_in_any_segment() -> None:
    customers, _ = sample("none", rows=50)
    facts = facts_of(customers, np.full(50, -1))
    assert facts.segments == ()
    assert facts.columns["income"].kind == "number"
    assert facts.headline == "No segments: all 50 customers are in none"


@pytest.mark.slow
@pytest.mark.parametrize("segments", [2, 20])
@pytest.mark.parametrize("columns", [1, 60])
def test_facts_of_any_table_are_plain_and_complete(segments: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    segment = rng.integers(1, segments + 1, 400)
    segment[:12], segment[12] = -1, segments + 1
    table = pd.DataFrame(rng.lognormal(size=(400, columns))).rename(columns="n{}".format)
    if columns > 1:
        table["n1"], table["n2"] = 1.5, np.nan
        odd = ["Ämter \"und\" 'Büros'", "<script>alert(1)</script>", "a|b", "{level}", "=1+1"]
        for name in ("straße <b>", "c|d"):
            table[name] = pd.Series(
                [odd[i % 5] if i % 2 else f"level {i}" for i in range(400)], dtype="str"
            )
            table.loc[segment == 1, name] = odd[1]
        table.loc[::7, "c|d"] = None
        table["500 levels"] = pd.Series([f"l{i}" for i in rng.integers(0, 500, 400)], dtype="str")
    facts = facts_of(table, segment)
    assert facts.scope.columns == len(facts.columns) == table.shape[1]
    names = [s.name.casefold() for s in facts.segments]
    assert len(set(names)) == len(names) == segments + 1
    for s in facts.segments:
        assert (s.rule is None) == (s.rule_note is not None)
        assert set(s.numeric) | set(s.categorical) == set(table.columns)
    alone = facts.segments[-1]
    assert (alone.size, alone.marks) == (1, ())
    assert alone.name.startswith("Other customers")
    if columns > 1:
        assert len(facts.segments[0].categorical["500 levels"]) == 30
        assert "<script>" in facts.segments[0].name  # pages escape it, facts do not


def test_rules_and_marks_read_as_sentences() -> None:
    rng = np.random.default_rng(0)
    income, age = rng.uniform(20_000, 120_000, 2000), rng.uniform(18, 80, 2000).round()
    table = pd.DataFrame({"income": income, "age": age, "n": -rng.random(2000)})
    facts = facts_of(table, np.where((income > 84_000) & (age <= 40), 1, 2), value="income")
    first = facts.segments[0]
    assert {c.column for c in first.rule.conditions} == {"income", "age"}
    text = first.rule.text
    assert re.search(r"income over \$8[345],\d{3} a year", text, re.IGNORECASE)
    assert re.search(r"age at most (39|40|41) years", text, re.IGNORECASE)
    assert ": of such customers 96% (" in text
    assert "are in this segment, and" in text
    assert first.marks[0].startswith("income: 10")
    assert "on average, index 1" in first.marks[0]


def test_a_kept_name_that_has_aged_is_noted() -> None:
    rng = np.random.default_rng(0)
    segment = np.repeat([1, 2], 200)
    table = pd.DataFrame({"income": rng.normal(100, 10, 400) + 50 * (segment == 2)})
    first, second = facts_of(
        table, segment, reference={1: "Customers with high income", 2: "Old friends"}
    ).segments
    assert first.name == "Customers with high income"
    assert first.name_note == (
        "The name is the reference's; today these would be called: Customers with low income."
    )
    assert "Customers with high income" in second.name_note
    fresh = facts_of(table, segment).segments
    assert [s.name_note for s in fresh] == [None, None]


def test_a_segment_that_does_not_come_back_gets_no_play() -> None:
    rng = np.random.default_rng(0)
    segment = np.repeat([1, 2], 200)
    table = pd.DataFrame({"income": rng.normal(100, 10, 400) + 50 * (segment == 2)})
    play = {
        "name": "Treat", "when": [{"column": "income", "index": {"min": 110}}],
        "action": "a", "channel": "c", "measure": "m",
    }  # fmt: skip
    book = Playbook.model_validate({"plays": [play]})
    assert facts_of(table, segment, playbook=book).segments[1].plays
    shaky = facts_of(table, segment, playbook=book, jaccard={2: 0.4}).segments[1]
    assert shaky.plays == ()
    assert "does not come back" in shaky.plays_note


def test_rules_and_names_are_made_of_features_and_what_only_describes_is_told() -> None:
    rng = np.random.default_rng(1)
    segment = np.repeat([1, 2], 200)
    table = pd.DataFrame(
        {
            "visits": rng.normal(10, 2, 400) + 3 * (segment == 1),
            "response": np.where(segment == 1, 100.0, 0.0) + rng.normal(0, 1, 400),
            "churn": np.where(segment == 1, "yes", "no"),
        }
    )
    both = facts_of(table, segment, descriptive={"response", "churn"})
    for each in both.segments:
        assert {condition.column for condition in each.rule.conditions} == {"visits"}
        assert "visits" in each.name
        assert "response" not in each.name
        assert any(mark.startswith("response: ") for mark in each.marks)
        assert any(mark.startswith("churn ") for mark in each.marks)
    assert {name for name, column in both.columns.items() if column.feature} == {"visits"}
    assert both.method["descriptive"].startswith("response, churn: described, but no feature.")
    assert "churn" in facts_of(table, segment).segments[0].name

    unmarked = facts_of(table.assign(visits=rng.normal(10, 2, 400)), segment, descriptive=["churn"])
    assert "response" in unmarked.segments[0].name


def test_a_playbook_for_other_columns_is_left_out_and_told_in_one_line() -> None:
    table = pd.DataFrame({"rent": np.repeat([1.0, 9.0], 100), "Age": np.tile([20.0, 30.0], 100)})
    facts = facts_of(table, np.repeat([2, 1], 100), playbook=SHIPPED)
    (note,) = facts.playbook_notes
    assert note.startswith("playbook.yaml: left out 6 plays and 8 words, as data in params.yaml")
    assert "'age' (did you mean 'Age'?)" in note
    assert "'income'," in note
    none = validate(Playbook, {"plays": [SHIPPED.plays[0].model_dump()]}, "playbook.yaml")
    (first, _) = facts_of(table, np.repeat([2, 1], 100), playbook=none).segments
    assert first.plays_note == (
        "No specific play: those in playbook.yaml are about columns that are not there."
    )


def test_a_name_for_a_segment_that_is_not_there_is_told() -> None:
    table = pd.DataFrame({"rent": np.repeat([1.0, 9.0], 100)})
    named = validate(Playbook, {"names": {"7": "VIPs", "1": "Best"}}, "playbook.yaml")
    facts = facts_of(table, np.repeat([2, 1], 100), playbook=named)
    assert facts.playbook_notes == (
        "playbook.yaml: names: no segment 7 is there to be called 'VIPs'; segments: 1, 2",
    )


def test_those_in_no_segment_are_described_and_no_handful_among_them() -> None:
    customers, planted = sample("segments", rows=400)
    segment = planted.map(PLANTED.index).to_numpy(np.intp) + 1
    segment[:60] = -1
    facts = facts_of(customers, segment)
    assert facts.outside
    assert (facts.outside.size, facts.unassigned) == (60, 60)
    assert facts.outside.value_mean == pytest.approx(
        customers["last_purchase_amount"][:60].mean(), rel=1e-4
    )
    assert facts.outside.marks or facts.outside.marks_note
    segment[:55] = 1
    few = facts_of(customers, segment).outside
    assert few
    assert few.value_mean is None
    assert (
        few.marks_note
        == "Fewer than 10 customers are not described: figures would give people away."
    )


def test_where_there_is_nothing_to_act_on_there_is_something_to_try() -> None:
    customers, planted = sample("segments", rows=200)
    segment = planted.map(PLANTED.index).to_numpy(np.intp) + 1
    assert facts_of(customers, segment).advice == ()
    advice = facts_of(customers, segment, structure="one").advice
    assert any("quarters by last purchase amount" in each for each in advice)
    assert "segment" not in " ".join(advice)
