"""The stage `profile`: what it says of the sample, and that all its files say the same."""

import json

import pandas as pd
import pytest

from conftest import Project

pytestmark = pytest.mark.pipeline

PLANTED = {  # words of the name, and the main play, for what was planted
    ("High-income", "Premium offers and VIP membership"),
    ("Young Electronics", "Accessories and targeted digital ads"),
    ("Home & Garden", "Seasonal promotions and bundles"),
    ("Older Groceries", "Retention and loyalty discounts"),
}


def test_names_and_plays_match_what_was_planted(finished: Project) -> None:
    facts = json.loads((finished.path / "reports/profile/segments.json").read_text("utf-8"))
    found = {s["name"]: s["plays"][0]["name"] for s in facts["segments"]}
    assert len(found) == len(PLANTED)
    for words, play in PLANTED:
        assert [p for name, p in found.items() if words in name] == [play]


def test_facts_equal_those_of_the_exported_customers(finished: Project) -> None:
    facts = json.loads((finished.path / "reports/profile/segments.json").read_text("utf-8"))
    table = pd.read_csv(finished.path / "data/segments/customers_with_segments.csv")
    for s in facts["segments"]:
        here = table[table["segment"] == s["id"]]
        assert (here["segment_name"] == s["name"]).all()
        assert s["size"] == len(here)
        for name, figures in s["numeric"].items():
            assert figures["mean"] == pytest.approx(here[name].mean(), rel=1e-5)
            assert figures["median"] == pytest.approx(here[name].median(), rel=1e-5)
            assert figures["index"] == pytest.approx(
                100 * here[name].mean() / table[name].mean(), rel=1e-5
            )
        for name, levels in s["categorical"].items():
            shares = here[name].value_counts(normalize=True)
            for level, figures in levels.items():
                assert figures["share"] == pytest.approx(shares.get(level, 0.0), rel=1e-5)
