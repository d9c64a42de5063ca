"""The SELECT says of every row what the model says."""

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import made
import numpy as np
import pandas as pd
import pytest
import sqlglot
from sklearn.cluster import KMeans
from sklearn.pipeline import Pipeline

from segmentation.algorithms.assigners import (
    bayes_rule,
    confidence_of,
    nearest_centroid,
    with_ids,
)
from segmentation.engines.features import build_features, within
from segmentation.errors import InputError, SettingsError
from segmentation.scoring.rule import Rule
from segmentation.scoring.sql import DIALECTS, select
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.data import Data
from segmentation.synthetic.customers import make_customers

NAMES = {i: f"Segment {i}'s" for i in range(1, 5)}


def holes(rows: int = 4000) -> pd.DataFrame:
    """Customers of all kinds: cells missing, categories unseen, numbers beyond the training."""
    table = made.customers(rows=rows, seed=11)
    rng = np.random.default_rng(0)
    for name in made.DATA.features:
        table.loc[rng.random(rows) < 0.1, name] = None
    table.loc[rng.random(rows) < 0.1, "preferred_category"] = "Never 'seen'"
    table.loc[rng.random(rows) < 0.1, "income"] *= 30
    table["id"] = table["id"].astype(str)
    return table


def query(rule: Rule, dialect: str) -> str:
    return (
        select(rule, dialect=dialect, names=NAMES, key="id", about="a\ntest").rstrip().rstrip(";")
    )


def answers(table: pd.DataFrame, sql: str, dialect: str) -> pd.DataFrame:
    if dialect == "sqlite":
        database = sqlite3.connect(":memory:")
        table.to_sql("customers", database, index=False)
        found = pd.read_sql(sql, database)
        database.close()
    else:
        con = duckdb.connect()
        con.register("customers", table)
        found = con.execute(sql).df()
    return found.set_index("id").loc[table["id"]]


VARIANTS: dict[str, tuple[Featurize, bool]] = {
    "as it comes": (Featurize(), False),
    "all transformed": (Featurize(skew_above=0.0), False),
    "log, robust": (Featurize(transform="log", skew_above=0.0, scaler="robust"), False),
    "minmax, no categories": (Featurize(scaler="minmax", encoding="none"), False),
    "as they are": (Featurize(transform="none", scaler="none"), False),
    "rare categories": (Featurize(min_category_share=0.12), False),
    "sizes bounded": (Featurize(), True),
    "a category weighted": (Featurize(weights={"gender": 3.0, "age": 0.5}), False),
}


@pytest.mark.parametrize("scaler", ["standard", "none"])
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_what_stands_beside_a_number_is_told_by_the_number(dialect: str, scaler: str) -> None:
    rng = np.random.default_rng(4)
    spend = np.where(rng.random(500) < 0.5, 0.0, rng.lognormal(3, 1, 500))
    seen = np.where(rng.random(500) < 0.6, np.nan, rng.integers(1, 300, 500))
    table = pd.DataFrame({"id": [f"C{i}" for i in range(500)], "spend": spend, "seen": seen})
    numbers = {"spend": None, "seen": {"never": [-1]}}
    data = Data.model_validate({"path": "a.csv", "id": "id", "value": None, "numeric": numbers})
    settings = Featurize.model_validate({"scaler": scaler})
    features = build_features(table, data=data, settings=settings).fit(table)
    X = np.asarray(features.transform(table), dtype=np.float64)
    centres = KMeans(4, n_init=1, random_state=0).fit(X).cluster_centers_
    assigner = with_ids(nearest_centroid(centres), range(1, 5))
    rule = Rule(Pipeline([("features", features), ("segments", assigner)]))
    table.loc[:40, "spend"] = np.nan
    found = answers(table, query(rule, dialect), dialect)
    scores = rule.score(table)
    assert (found["segment"].to_numpy() == scores.segment).all()
    never, gap = table["seen"].isna(), table["spend"].isna()
    assert (scores.pulls[never, rule.columns.index("seen")] != 0).any()  # to be known so is telling
    assert (scores.pulls[gap, rule.columns.index("spend")] == 0).all()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_the_select_says_what_the_model_says(variant: str, dialect: str) -> None:
    settings, offsets = VARIANTS[variant]
    model = made.pipeline(made.customers(), settings=settings, offsets=offsets)
    rule, table = Rule(model), holes()
    found = answers(table, query(rule, dialect), dialect)
    assert (found["segment"].to_numpy() != model.predict(table)).sum() == 0
    scores = rule.score(table)
    assert found["runner_up"].tolist() == scores.runner_up.tolist()
    assert found["name"].tolist() == [NAMES[i] for i in scores.segment]
    expected = confidence_of(rule.assigner, model.steps[0][1].transform(table))
    np.testing.assert_allclose(found["confidence"].to_numpy(float), expected, atol=1e-9)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_scales_weights_and_numbers_that_are_cut_off_are_in_it(dialect: str) -> None:
    wares = make_customers(rows=300, seed=3, structure="segments", dirty=False)[0]
    order = tuple(sorted(wares["preferred_category"].unique()))
    data = made.DATA.model_copy(
        update={"categorical": {"gender": None}, "scale": {"preferred_category": order}}
    )
    settings = Featurize.model_validate({"weights": {"age": 2}, "skew_above": 0.0})
    training, limits = made.customers(), {"income": (30_000.0, 80_000.0)}
    layout = build_features(training, data=data, settings=settings, limits=limits)
    transformer = layout.fit(within(training, limits))
    X = np.asarray(transformer.transform(training))
    centres = KMeans(4, n_init=1, random_state=0).fit(X).cluster_centers_
    assigner = with_ids(nearest_centroid(centres), range(1, 5))
    model = Pipeline([("features", transformer), ("segments", assigner)])
    rule, table = Rule(model), holes()
    assert rule.levels["preferred_category"] == list(order)
    found = answers(table, query(rule, dialect), dialect)
    assert (found["segment"].to_numpy() != model.predict(table)).sum() == 0
    np.testing.assert_allclose(
        found["confidence"].to_numpy(float),
        confidence_of(rule.assigner, np.asarray(transformer.transform(table))),
        atol=1e-9,
    )


def test_of_two_that_are_as_near_the_first_is_taken() -> None:
    settings = Featurize(transform="none", scaler="none", encoding="none")
    model = made.pipeline(made.customers(), settings=settings)
    centres = model.steps[1][1].centroids_
    centres[:] = 0.0
    centres[:, 0] = [0.0, 64.0, 32.0, 32.0]  # of age: exact, and two are the same
    table = made.customers(rows=64).assign(age=np.arange(64.0) + 16)
    table[made.DATA.numeric_features[1:]] = 0.0
    table["id"] = table["id"].astype(str)
    expected = model.predict(table)
    assert set(expected) == {1, 2, 3}
    for dialect in ("duckdb", "sqlite"):
        found = answers(table, query(Rule(model), dialect), dialect)
        assert found["segment"].tolist() == expected.tolist()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_database_can_parse_it(dialect: str) -> None:
    (parsed,) = sqlglot.parse(query(Rule(made.model()), dialect), read=dialect)
    assert parsed is not None
    assert [each.alias_or_name for each in parsed.selects] == [  # type: ignore[attr-defined]
        "id", "segment", "name", "confidence", "runner_up",
    ]  # fmt: skip
    literals = {each.this for each in parsed.find_all(sqlglot.exp.Literal) if each.is_string}
    assert "Segment 1's" in literals


def test_a_model_without_centres_is_sent_to_the_typing_rules() -> None:
    model: Any = made.pipeline(made.customers())
    p = model.steps[1][1].centroids_.shape[1]
    mixture = bayes_rule(np.ones(2) / 2, np.eye(2, p), np.stack([np.eye(p)] * 2))
    model.steps[1] = ("segments", mixture)
    with pytest.raises(InputError, match="segmentation typing"):
        query(Rule(model), "duckdb")
    with pytest.raises(SettingsError, match="did you mean 'duckdb'"):
        query(Rule(made.model()), "duckdbb")


def test_the_select_is_readable(tmp_path: Path) -> None:
    text = select(Rule(made.model()), dialect="duckdb", names=NAMES, key="id", about="A model")
    assert text.startswith("-- A model\nWITH\n")
    assert max(map(len, text.splitlines())) < 400
