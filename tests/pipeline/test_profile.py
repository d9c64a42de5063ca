"""The stage `profile`: what it says of the sample, and that all its files say the same."""

import json
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from conftest import Project
from segmentation.artifacts.privacy import FEWEST

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
            few = pd.crosstab(table["segment"], table[name].fillna("")).isin(range(1, FEWEST))
            for level, figures in levels.items():
                if figures["share"] is not None:
                    assert figures["share"] == pytest.approx(shares.get(level, 0.0), rel=1e-5)
                    assert not few.loc[s["id"], level]
                else:  # of few customers, or what would tell of them by subtraction
                    assert few[level].any() or few.loc[s["id"]].any()


class Text(HTMLParser):
    """The text of a page, a line for each element."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def handle_data(self, data: str) -> None:
        self.lines.append(" ".join(data.split()))


def test_json_report_markdown_and_mlflow_agree_with_pandas_to_the_digit(finished: Project) -> None:
    reports = finished.path / "reports"
    facts = json.loads((reports / "profile/segments.json").read_text("utf-8"))
    markdown = (reports / "profile/segments.md").read_text("utf-8")
    parser = Text()
    parser.feed((reports / "report.html").read_text("utf-8"))
    page = " ".join(line for line in parser.lines if line)
    logged = run_of(finished)
    table = pd.read_csv(finished.path / "data/segments/customers_with_segments.csv")
    assert facts["headline"] == f"{len(table)} customers fall into 4 segments"
    quality = json.loads((reports / "prepare/quality.json").read_text("utf-8"))
    assert quality["source"]["md5"] in page
    assert quality["source"]["md5"] in (finished.path / "dvc.lock").read_text("utf-8")
    assert parser.lines.count(facts["headline"]) == 1
    assert logged["headline"] == facts["headline"]
    assert markdown.startswith(f"# {facts['headline']}\n")
    for number, here in table.groupby("segment"):
        name = here["segment_name"].iloc[0]
        share, value = len(here) / len(table), here["last_purchase_amount"].sum()
        of_value = value / table["last_purchase_amount"].sum()
        mean = here["last_purchase_amount"].mean()
        shown = f"{mean:,.0f}" if mean >= 100 else f"{mean:.3g}"
        assert (
            f"{number} {name} {len(here)} customers ({share:.0%}) {of_value:.0%} of value" in page
        )
        assert f"${shown} last purchase amount on average" in page
        assert f"| {number} | {name} | {len(here)} | {share:.0%} | {of_value:.0%} |" in markdown
        assert (
            f"{len(here)} customers ({share:.0%}); last purchase amount (\\$) {shown}" in markdown
        )
        told = logged["segments"].loc[number]
        assert (told["name"], told["customers"]) == (name, len(here))
        assert told["share"] == pytest.approx(share, rel=1e-5)
        assert told["share_of_value"] == pytest.approx(of_value, rel=1e-5)
        play = facts["segments"][int(str(number)) - 1]["plays"][0]
        assert set(here["play"]) == {play["name"]}
        assert set(here["channel"]) == {play["channel"]}
        income, everyone = here["income"].mean(), table["income"].mean()
        row = f"{income:,.0f} ({100 * income / everyone:.0f})"
        assert row in page
        assert row in markdown
    silhouette = json.loads((reports / "evaluate/metrics.json").read_text("utf-8"))["silhouette"]
    assert f"silhouette {silhouette:.3g}" in page
    assert logged["silhouette"] == silhouette


def run_of(project: Project) -> dict[str, Any]:
    """Metrics, tags and the table of segments of the one run."""
    code = (
        "import json, mlflow; client = mlflow.MlflowClient(); "
        "e = client.get_experiment_by_name('customer-segmentation'); "
        "(run,) = client.search_runs([e.experiment_id]); "
        "print(json.dumps({**run.data.metrics, **run.data.tags}))"
    )
    uri = f"sqlite:///{project.path}/mlflow.db"
    done = project.run("python", "-W", "ignore", "-c", code, MLFLOW_TRACKING_URI=uri)
    found: dict[str, Any] = json.loads(done.stdout)
    shown = [each["path"] for each in json.loads(found["mlflow.loggedArtifacts"])]
    assert shown == ["segments.json", "rows.json"]
    (table,) = (project.path / "mlartifacts").glob("*/artifacts/segments.json")
    segments = pd.read_json(table, orient="split").set_index("segment")
    return {**found, "segments": segments}
