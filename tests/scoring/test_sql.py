"""The SELECT says of every row what the model says."""

import sqlite3
from pathlib import Path

import duckdb
import made
import numpy as np
import pandas as pd
import pytest
import sqlglot

from segmentation.algorithms.assigners import confidence_of
from segmentation.errors import InputError, SettingsError
from segmentation.scoring.rule import Rule
from segmentation.scoring.sql import DIALECTS, select

NAMES = {i: f"Segment {i}'s" for i in range(1, 5)}
ROWS = {"duckdb": 4000, "sqlite": 500}  # SQLite takes a millisecond a customer


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


@pytest.mark.parametrize("scaler", ["standard", "none"])
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_what_stands_beside_a_number_is_told_by_the_number(dialect: str, scaler: str) -> None:
    rule, table = made.flagged(scaler)
    found = answers(table, query(rule, dialect), dialect)
    scores = rule.score(table)
    assert (found["segment"].to_numpy() == scores.segment).all()
    never, gap = table["seen"].isna(), table["spend"].isna()
    assert (scores.pulls[never, rule.columns.index("seen")] != 0).any()  # to be known so is telling
    assert (scores.pulls[gap, rule.columns.index("spend")] == 0).all()


@pytest.mark.parametrize("variant", made.VARIANTS)
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_the_select_says_what_the_model_says(variant: str, dialect: str) -> None:
    model = made.variant(variant)
    rule, table = Rule(model), made.holes(ROWS[dialect])
    found = answers(table, query(rule, dialect), dialect)
    assert (found["segment"].to_numpy() != model.predict(table)).sum() == 0
    scores = rule.score(table)
    assert found["runner_up"].tolist() == scores.runner_up.tolist()
    assert found["name"].tolist() == [NAMES[i] for i in scores.segment]
    expected = confidence_of(rule.assigner, model.steps[0][1].transform(table))
    np.testing.assert_allclose(found["confidence"].to_numpy(float), expected, atol=1e-9)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_scales_weights_and_numbers_that_are_cut_off_are_in_it(dialect: str) -> None:
    model = made.with_scales()
    rule, table = Rule(model), made.holes(ROWS[dialect])
    found = answers(table, query(rule, dialect), dialect)
    assert (found["segment"].to_numpy() != model.predict(table)).sum() == 0
    np.testing.assert_allclose(
        found["confidence"].to_numpy(float),
        confidence_of(rule.assigner, np.asarray(model.steps[0][1].transform(table))),
        atol=1e-9,
    )


def test_of_two_that_are_as_near_the_first_is_taken() -> None:
    model, table = made.ties()
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
    with pytest.raises(InputError, match=r"no form in SQL: .*segmentation typing"):
        query(Rule(made.mixture()), "duckdb")
    with pytest.raises(SettingsError, match="did you mean 'duckdb'"):
        query(Rule(made.model()), "duckdbb")


def test_the_select_is_readable(tmp_path: Path) -> None:
    text = select(Rule(made.model()), dialect="duckdb", names=NAMES, key="id", about="A model")
    assert text.startswith("-- A model\nWITH\n")
    assert max(map(len, text.splitlines())) < 400
