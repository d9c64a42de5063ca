"""Rows that are here are placed as a file's rows are."""

import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import made
import numpy as np
import onnxruntime
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from segmentation.algorithms.assigners import nearest_centroid, with_ids
from segmentation.commands import score as command
from segmentation.engines.features import build_features
from segmentation.errors import InputError
from segmentation.scoring.answers import ANSWER, Answers
from segmentation.scoring.onnx import graph
from segmentation.scoring.rule import Rule
from segmentation.scoring.sql import select
from segmentation.settings.featurize import Featurize
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

NAMES = {1: "One", 2: "Two", 3: "Three", 4: "Four"}
ROW = {str(k): v for k, v in made.customers(rows=4).iloc[0].drop("id").items()}


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers(made.model(), made.DATA, Prepare(), NAMES)


def test_plain_rows_take_a_short_way_to_the_same_answers(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = made.customers(rows=300, seed=5)
    rng = np.random.default_rng(1)
    for name in made.DATA.features:
        table.loc[rng.random(300) < 0.1, name] = None
    with monkeypatch.context() as patched:
        patched.setattr(answers, "_as_a_file", None)
        short = answers.of(table)
    monkeypatch.setattr(answers, "_plain", lambda _: None)
    pd.testing.assert_frame_equal(answers.of(table), short)
    assert short["segment"].tolist() == made.model().predict(table).tolist()
    assert short["name"].tolist() == [NAMES[i] for i in short["segment"]]


def test_odd_cells_are_read_as_those_of_a_file(
    answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = made.customers(rows=40, seed=6).astype("object")
    table.loc[0, "preferred_category"] = f" {str(table.loc[0, 'preferred_category']).upper()}"
    table.loc[1, "preferred_category"] = "Yachts"
    table.loc[2, "income"] = "50,000"
    table.loc[3, "age"] = 999
    table.loc[4, "gender"] = "n/a"
    table.loc[5, "age"] = "many"
    table.loc[6, made.DATA.features] = None
    table["more"] = 1
    found = answers.of(table)
    chosen = made.chosen(tmp_path)
    monkeypatch.setattr(command, "choose", lambda _: chosen)
    table.to_csv(tmp_path / "new.csv", index=False)
    told = pd.read_csv(command.score(tmp_path / "new.csv").out)
    assert told["not_scored"].notna().sum() == 3
    for name in ("segment", "confidence", "not_scored"):
        here, there = (
            each[name].astype("object").where(each[name].notna(), None) for each in (found, told)
        )
        assert here.tolist() == there.tolist()
    assert list(found.columns) == list(ANSWER)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"age": "many"}, "column 'age' is not numeric: row 1 holds 'many'"),
        ({"age": {"a": 1}}, "a cell of the column 'age' is neither a text nor a number"),
        ({"age": float("inf")}, "column 'age' is not numeric"),
        ({"age": 1e300}, "column 'age' holds no plausible numbers"),
    ],
)
def test_what_no_file_could_hold_is_refused(
    answers: Answers, change: dict[str, Any], why: str
) -> None:
    with pytest.raises(InputError, match=why) as refused:
        answers.of(pd.DataFrame([{**ROW, **change}]))
    assert "/proc" not in str(refused.value)


def test_columns_are_asked_for_by_name(answers: Answers) -> None:
    row = pd.DataFrame([ROW])
    with pytest.raises(InputError, match="no column 'age'; did you mean 'Age'"):
        answers.of(row.rename(columns={"age": "Age"}))
    with pytest.raises(InputError, match=r"no columns 'age', 'gender' \(did you mean 'Gender'"):
        answers.of(row.rename(columns={"gender": "Gender"}).drop(columns="age"))
    with pytest.raises(InputError, match="more than one column 'age'"):
        answers.of(pd.concat([row, row[["age"]]], axis=1))
    with pytest.raises(InputError, match="no rows"):
        answers.of(row.head(0))


AS_OTHERS_WRITE: dict[str, tuple[list[Any], list[Any]]] = {
    "whole numbers": ([1, 2, 3], [True, False, True]),
    "numbers with decimals": ([1.0, 2.0, 3.0], [1, 0, 1]),
    "texts": (["1", "2.0", "3"], ["Yes", "false", "True"]),
}


@pytest.mark.parametrize("how", AS_OTHERS_WRITE)
def test_categories_that_are_numbers_or_yes_and_no_mean_the_same_everywhere(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Data.model_validate(
        {"path": "a.csv", "id": "id", "value": None, "numeric": {"age": None},
         "categorical": {"rooms": None, "member": None}}
    )  # fmt: skip
    table = pd.DataFrame({
        "age": np.arange(20.0, 80), "rooms": ["1", "2", "3"] * 20, "member": ["Yes", "No"] * 30,
    })  # fmt: skip
    found = made.pipeline(table, data=data, k=4)
    plain = pd.DataFrame({
        "id": [7, 8, 9], "age": [30.0, 45, 60], "rooms": ["1", "2", "3"],
        "member": ["Yes", "No", "Yes"],
    })  # fmt: skip
    rooms, member = AS_OTHERS_WRITE[how]
    rows = plain.assign(rooms=rooms, member=member)
    names = {i: f"Segment {i}" for i in range(1, 5)}
    expected = Answers(found, data, Prepare(), names).of(plain.drop(columns="id"))
    told = {"rows": Answers(found, data, Prepare(), names).of(rows.drop(columns="id"))}

    chosen = made.chosen(tmp_path)
    chosen = dataclasses.replace(chosen, model=found, data=data, baseline=None)
    monkeypatch.setattr(command, "choose", lambda _: chosen)
    rows.to_csv(tmp_path / "new.csv", index=False)
    rows.to_parquet(tmp_path / "new.parquet", index=False)
    for ending in ("csv", "parquet"):
        done = command.score(tmp_path / f"new.{ending}")
        assert not +done.counts.unseen
        read = pd.read_csv if ending == "csv" else pd.read_parquet
        told[ending] = read(done.out)

    con = duckdb.connect()
    con.register("customers", rows)
    for_duckdb, for_sqlite = (
        select(Rule(found), dialect=dialect, names=names, key="id")
        for dialect in ("duckdb", "sqlite")
    )
    told["duckdb"] = con.execute(for_duckdb).df().sort_values("id")
    with closing(sqlite3.connect(":memory:")) as database:
        rows.to_sql("customers", database, index=False)
        told["sqlite"] = pd.read_sql(for_sqlite, database).sort_values("id")
    session = onnxruntime.InferenceSession(graph(Rule(found), names=names).SerializeToString())
    cells = {"age": rows[["age"]].to_numpy("float64")} | {
        name: rows[[name]].astype("str").to_numpy("object") for name in data.categorical
    }
    segment, _, confidence, _ = session.run(None, cells)
    told["onnx"] = pd.DataFrame({"segment": segment, "confidence": confidence})
    for where, answers in told.items():
        assert answers["segment"].tolist() == expected["segment"].tolist(), where
        firm = answers["confidence"].to_numpy(float)
        np.testing.assert_allclose(firm, expected["confidence"], atol=1e-6, err_msg=where)


def test_dates_flags_and_decimal_commas_are_read_as_declared() -> None:
    data = Data.model_validate(
        {"path": "a.csv", "id": "id", "value": None, "as_of": "2024-06-30", "decimal": ",",
         "numeric": {"age": None}, "flag": {"club": None},
         "date": {"since": {"from": "joined", "format": "%d-%m-%Y", "unit": "years"}}}
    )  # fmt: skip
    table = pd.DataFrame(
        {"age": [20.0, 21, 60, 61], "since": [1.0, 1.2, 9, 9.5], "club": ["Yes", "No", "Yes", "No"]}
    )
    layout = build_features(table, data=data, settings=Featurize()).fit(table)
    X = np.asarray(layout.transform(table))
    assigner = with_ids(nearest_centroid(X[[0, 2]]), [1, 2])
    asked = Answers(
        Pipeline([("features", layout), ("segments", assigner)]), data, Prepare(), NAMES
    )
    rows = {"age": [20, "60,5", 61.5], "club": [True, "ja", None],
            "joined": ["01-05-2023", "01-05-2015", None]}  # fmt: skip
    assert asked.of(pd.DataFrame(rows))["segment"].tolist() == [1, 2, None]
    days = pd.to_datetime(pd.Series(rows["joined"]), format="%d-%m-%Y")
    for joined in (days, days.dt.date):
        told = asked.of(pd.DataFrame({**rows, "joined": joined}))
        assert told["segment"].tolist() == [1, 2, None]
    with pytest.raises(InputError, match="no column 'joined'"):
        asked.of(pd.DataFrame(rows).rename(columns={"joined": "since"}))
    with pytest.raises(InputError, match=r"holds no dates as declared: row 1 holds '2023-01-01'"):
        asked.of(pd.DataFrame({"age": [20], "club": ["No"], "joined": ["2023-01-01"]}))
