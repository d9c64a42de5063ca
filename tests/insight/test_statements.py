"""No sentence about the segments may contradict another one, whatever the table."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import factories
from segmentation.artifacts.segments import Segments
from segmentation.artifacts.structure import LEVELS, Structure
from segmentation.clustering.dominance import ALONE, REST, Dominance, dominance
from segmentation.insight.facts import describe
from segmentation.insight.playbook import Playbook
from segmentation.insight.traits import NEAR
from segmentation.settings.shared.data import Data
from segmentation.views.report import render

N = 300
LONG = "Eine sehr lange Bezeichnung, die niemand ganz lesen mag – Größe XL/„weiß“"


def near(rng: np.random.Generator, means: list[float], segment: Any, spread: float) -> Any:
    return rng.normal(np.array(means)[segment], spread)


def table(kind: str) -> tuple[pd.DataFrame, Any, dict[str, str]]:
    """Customers of one kind, the segment of each (0, 1, ...), and units."""
    rng = np.random.default_rng(sum(map(ord, kind)))
    two, three = rng.integers(0, 2, N), rng.integers(0, 3, N)
    flag = np.where(two == 1, "yes", "no")
    noise = {"age": rng.integers(18, 80, N) * 1.0, "town": rng.choice(["Bonn", "Trier"], N)}
    match kind:
        case "signed":
            balance = near(rng, [-400, 0, 420], three, 60)
            return pd.DataFrame({"balance": balance, **noise}), three, {"balance": "€"}
        case "centred":
            return pd.DataFrame({"score": near(rng, [-2, 2], two, 0.5), **noise}), two, {}
        case "yes and no":
            churn = np.where(rng.random(N) < np.array([0.1, 0.9])[two], "Yes", "No")
            tenure = near(rng, [60, 5], two, 1) ** 2
            return pd.DataFrame({"tenure": tenure, "churn": churn, "1": flag}), two, {}
        case "repeats":
            days = np.where(two == 1, rng.integers(30, 300, N), -1) * 1.0
            outcome = np.where(two == 1, rng.choice(["won", "lost"], N), "never")
            more = {"days": days, "outcome": outcome, "times": two * rng.integers(1, 6, N) * 1.0}
            return pd.DataFrame({"contacted": flag, **more, **noise}), two, {}
        case "units in names":
            income = near(rng, [20, 90], two, 3)
            columns = {"Annual Income (k$)": income, "height_cm": near(rng, [165, 180], two, 4)}
            units = {"Annual Income (k$)": "k$", "height_cm": "cm", "Umsatz in €": "€"}
            return pd.DataFrame({**columns, "Umsatz in €": income * 2, **noise}), two, units
        case "narrow":
            year = near(rng, [1990, 1960], two, 5).round()
            return pd.DataFrame({"birth year": year, **noise}), two, {}
        case "years":
            year = near(rng, [2004, 2008], two, 1).round()
            spend = near(rng, [9, 50], two, 5)
            return pd.DataFrame({"spend": spend, "year": year, **noise}), two, {}
        case "middle":
            income = rng.uniform(0, 100, N)
            return pd.DataFrame({"income": income, **noise}), np.digitize(income, [35, 65]), {}
        case "crossed":
            one, other = rng.integers(0, 2, N), rng.integers(0, 2, N)
            crossed = {"x": 20 + 10.0 * one, "y": 20 + 10.0 * other}
            numbers = {name: values + rng.normal(size=N) for name, values in crossed.items()}
            return pd.DataFrame({**numbers, **noise}), one ^ other, {}
        case "zeros":
            spend = np.where(two == 1, rng.lognormal(3, 1, N), 0)
            return pd.DataFrame({"spend": spend, "visits": two + rng.poisson(3, N) * 1.0}), two, {}
        case "many":
            where = rng.integers(0, 10, N)
            centres = rng.uniform(0, 99, (10, 3))
            points = centres[where] + rng.normal(size=(N, 3))
            return pd.DataFrame(points, columns=["a", "b c", "d"]), where, {}
        case "noise":
            return pd.DataFrame(noise), two, {}
        case "categories":
            plan, town = np.array(["A", LONG, "是"])[three], np.array(["", "Yes", "1"])[three]
            mixed = np.where(rng.random(N) < 0.9, town, "Yes")
            spend = rng.gamma(3, 20, N)
            return pd.DataFrame({"spend": spend, "plan": plan, "町": mixed}), three, {}
        case "handful":
            few = np.where(np.arange(N) < 3, 0, 1 + two)
            return pd.DataFrame({"spend": near(rng, [9, 50, 90], few, 5), **noise}), few, {}
        case "tiny":
            ends = np.arange(24) % 2
            return pd.DataFrame({"spend": near(rng, [10, 60], ends, 2)}), ends, {}
    raise AssertionError(kind)


KINDS = (
    "signed", "centred", "yes and no", "repeats", "units in names", "narrow", "years", "middle",
    "crossed", "zeros", "many", "noise", "categories", "handful", "tiny",
)  # fmt: skip


def told(
    kind: str, *, structure: Structure = "separate", jaccard: tuple[float, ...] = (0.9,)
) -> tuple[Segments, str, Dominance]:
    """The facts of a table as the pages have them, and the page in Markdown."""
    customers, segment, units = table(kind)
    alone = dominance(customers, segment, seed=0)
    ids = range(1, segment.max() + 2)
    numeric = [str(name) for name in customers if customers[name].dtype == np.float64]
    data = Data.model_validate(
        {
            "path": "x.csv", "id": "id", "value": numeric[0],
            "numeric": {name: {"unit": units.get(name)} for name in numeric},
            "categorical": {name: None for name in customers if name not in numeric},
        }
    )  # fmt: skip
    conditions = [{"column": name, "index": {"min": 101}} for name in numeric] + [
        {"column": name, "level": str(customers[name].iloc[0]), "lift": {"min": 1.01}}
        for name in data.categorical
    ]
    plays = [
        {"name": "P", "when": [each], "action": "a", "channel": "c", "measure": "m"}
        for each in conditions
    ]
    words = {"birth year": {"high": "Junge", "low": "Alte"}}
    similarity = {i: jaccard[i % len(jaccard)] for i in ids}
    dominant = {
        "feature": alone.feature, "score": alone.score,
        "score_of_the_others": alone.rest, "repeats": alone.repeats,
        "answer": alone.answer, "sentence": alone.sentence,
    }  # fmt: skip
    choice = factories.choice(k=len(ids), rule="fixed", votes={"gap": 2, "elbow": 3})
    found = factories.results(
        ids,
        structure=structure,
        jaccard=similarity,
        choice=choice,
        details=factories.details(ids, dominance=dominant),
    )
    facts = describe(
        customers, segment + 1, found, numeric=numeric, categorical=list(data.categorical),
        value=numeric[0], labels={name: data.label(name) for name in data.columns}, units=units,
        playbook=Playbook.model_validate({"plays": plays, "words": words}), scaling="Scaled.",
        seed=0,
    )  # fmt: skip
    page = render(
        "segments.md.j2", facts=facts, choice=choice, quality=factories.quality(N), kind=found.kind
    )
    return facts, page, alone


def contradictions(facts: Segments, page: str, found: Dominance) -> list[str]:
    """Every pair of statements that cannot both be true."""
    wrong = []
    tiles = {item.question: item for item in facts.trust}
    one = tiles["Is it just one column?"]
    others_see_them = found.rest is not None and found.rest > REST
    alone = found.score >= ALONE and not others_see_them
    if (one.answer == "Yes") != alone or ("still explain" in one.why) != others_see_them:
        wrong.append(f"{one.answer} beside: {one.why}")
    back = tiles["Would they come back?"]
    if back.answer.startswith(("All", "Both")) and "be cut elsewhere" in page:
        wrong.append(f"cut elsewhere beside: {back.answer}")
    if back.answer == "None does reliably":
        if facts.structure != "one" and "no segment reliably comes back" not in facts.headline:
            wrong.append(f"none comes back beside: {facts.headline}")
        if "much the same place" in page:
            wrong.append("in the same place, yet none comes back")
    if facts.structure == "one":
        wrong += [
            f"no structure beside a good {question}"
            for question in ("Would they come back?",)
            if tiles[question].level == "good"
        ]
        if re.search(r"\bsegments? \d|these segments", page, re.IGNORECASE):
            wrong.append("groups are called segments")
    for segment in facts.segments:
        marks, rule = segment.marks, segment.rule
        if bool(marks) == bool(segment.marks_note):
            wrong.append(f"marks {marks} beside the note {segment.marks_note}")
        if not marks and rule and "rule of thumb says" not in segment.marks_note:
            wrong.append(f"{segment.marks_note} beside {rule.text}")
        if rule and segment.name.startswith("Average"):
            wrong.append(f"{segment.name} beside {rule.text}")
        ruled = {each.column for each in rule.conditions} if rule else set()
        labels = {facts.columns[column].label for column in ruled}
        if labels & set(segment.unremarkable):
            wrong.append(f"like everyone else in what its rule speaks of: {labels}")
        for column, figures in segment.numeric.items():
            index, everyone = figures.index, facts.columns[column]
            if index is not None and index < 0:
                wrong.append(f"index {index} of {column}")
            words = rf"\b(high|low) {re.escape(column.replace('_', ' '))}"
            if index is not None and abs(index - 100) < NEAR:
                if re.search(words, segment.name, re.IGNORECASE):
                    wrong.append(f"{segment.name} at index {index} of {column}")
                if any(m.startswith(everyone.label + ":") and "index" in m for m in marks):
                    wrong.append(f"marked by an index of {index}: {marks}")
        for play in segment.plays:
            for because, evidence in zip(play.because, play.evidence, strict=True):
                if evidence.column.replace("_", " ") not in because:
                    wrong.append(f"no column in: {because}")
    wrong += re.findall(r"\(([^()]+)\) \(\1\)|index −\d+", page)
    wrong += re.findall(r"on average \(([−\d.,]+) to \1\)|.*– on average", page)
    for unit in ("k$", "cm", "€"):
        wrong += re.findall(rf"\S*{re.escape(unit)}\)? [^.;,|]*?[\d,]+ ?{re.escape(unit)}", page)
    return wrong


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("structure", LEVELS)
@pytest.mark.parametrize(
    "jaccard", [pytest.param((0.3,), marks=pytest.mark.thorough), (0.9, 0.7)], ids=str
)
def test_no_statement_contradicts_another(
    kind: str, structure: Structure, jaccard: tuple[float, ...]
) -> None:
    assert contradictions(*told(kind, structure=structure, jaccard=jaccard)) == []


def test_groups_that_come_back_are_not_said_to_be_cut_elsewhere() -> None:
    facts, _, _ = told("middle", structure="one")
    assert "much the same place" in facts.notice
    assert "does not make them real" in facts.notice
    tiles = {item.question: item for item in facts.trust}
    assert tiles["Would they come back?"].level == "plain"
    assert "elsewhere" in told("middle", structure="one", jaccard=(0.3,))[0].notice
    assert told("middle")[0].notice is None


def test_slices_of_a_continuum_are_segments_that_say_so() -> None:
    facts, page, _ = told("middle", structure="graded")
    assert facts.headline.endswith("segments are slices of a continuum")
    assert "23% of the customers stand near a border" in facts.notice
    assert "These segments are slices of a continuum." in page
    assert any(segment.plays for segment in facts.segments)
    tiles = {item.question: item for item in facts.trust}
    assert tiles["Are there segments at all?"].answer == "By degrees"
    assert tiles["Would they come back?"].level == "good"


def test_a_segment_that_only_a_rule_finds_is_not_said_to_be_like_the_others() -> None:
    facts, page, _ = told("middle")
    middle = facts.segments[1]
    assert middle.rule.precision > 0.9
    assert middle.marks == ()
    assert middle.marks_note.startswith("No average or share alone sets this segment")
    assert "income" not in middle.unremarkable
    assert middle.name == "Other customers"
    assert middle.marks_note in page


def test_columns_that_can_be_negative_have_no_index_and_no_share_of_a_total() -> None:
    facts, _, _ = told("signed")
    low, _, high = facts.segments
    assert low.numeric["balance"].index is None
    assert low.share_of_value is None
    assert high.numeric["age"].index is not None
    assert re.fullmatch(
        r"balance \(€\): −4\d\d on average \(.* to .*\), \d\.\d standard deviations below everyone "
        "else",
        low.marks[0],
    )
    assert any("the index of balance, which has none" in n for n in facts.playbook_notes)


def test_high_and_low_need_an_index_far_from_100() -> None:
    facts, _, _ = told("narrow")
    first, second = (segment.name for segment in facts.segments)
    assert (first, second) == (
        "Customers with higher birth year",
        "Customers with lower birth year",
    )


def test_reasons_name_the_column() -> None:
    facts, _, _ = told("yes and no")
    because = [b for s in facts.segments for play in s.plays for b in play.because]
    assert any(re.match(r"churn (Yes|No): 1\.\d times as frequent as usual", b) for b in because)


def test_a_unit_is_said_once() -> None:
    facts, page, _ = told("units in names")
    assert facts.columns["Annual Income (k$)"].label == "Annual Income (k$)"
    assert "(k$) (k$)" not in page
    assert not re.search(r"k\$\) (over|at most) \S+ k\$", page)


@pytest.mark.parametrize(("jaccard", "word"), [(0.5996, "doubtful"), (0.5994, "not to be")])
def test_the_word_for_stability_fits_the_digits_that_are_shown(jaccard: float, word: str) -> None:
    facts, page, _ = told("crossed", jaccard=(jaccard,))
    assert f"by {100 * jaccard:.1f}% only" in page
    assert facts.segments[0].stability.grade.startswith(word)
