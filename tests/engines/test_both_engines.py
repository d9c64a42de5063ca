"""Spark cleans as DuckDB does, to the byte; no rows but a few come to its driver."""

import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import SPARK
from segmentation.engines import spans
from segmentation.engines.base import Engine
from segmentation.engines.cleaning import clean
from segmentation.engines.customers import Customers
from segmentation.engines.local import Local
from segmentation.engines.session import scratch
from segmentation.engines.spark import Spark
from segmentation.engines.tables import table
from segmentation.engines.tables.lloyd import finish
from segmentation.engines.tables.on_spark import OnSpark
from segmentation.engines.tables.table import Table, matrix
from segmentation.errors import InputError
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data
from segmentation.synthetic.customers import make_customers

DATA = Data.model_validate(
    {
        "path": "shop.csv",
        "id": "id",
        "value": ["income", "spent.2025"],  # Spark takes a dot for a way into a column
        "numeric": {
            "age": {"min": 16, "max": 110},
            "income": {"min": 0, "unit": "minutes"},
            "spent.2025": None,
            "share": None,
        },
        "categorical": {
            "gender": {"aliases": {"f": "Female", "m": "Male"}},
            "town": {"aliases": {"None": "None"}},
        },
    }
)
NASTY = [
    'A1,40,"1,234.5",(5),3%,F,Orle\u0301ans',
    "A1,41,1 234.5,5-,3 %,F,Orléans",
    "A2,40,$5,\u22125,+3%, f ,orléans",
    "A3,40,5 EUR,1e3,.5%,M,n/a",
    "A3,40,5 EUR,1e3,.5%,M,n/a",
    "A4,old,5,5,5%,M,Bonn",
    "A5,999,5,5,5%,M,Bonn",
    "A6,40,1e400,5,5%,M,Bonn",
    ",40,5,5,5%,M,Bonn",
    "1.2E+15,40,5,5,5%,M,Bonn",
    "A7,,,,,,Bonn",
    "A8,40,5,5,5%,M",
    "A9,40,5,5,5%,M,Bonn,x",
    'A10,40,5,5,5%,M,"never closed',
    'A11,40,5,5,5%,M,"two\nlines"',
    "A12,40,0x1p3,1d,5%,M,Bonn",
    "A13,40,1_000,+-1,5%,M,Bonn",
    "A14,40,5.,.5,5%,M,M\udcfcnchen",
    "A15,40,2 days 01:30:20.5,5,5%,M,NONE",
    "A16,40,1h 30,5,5%,M,Bonn",
    "",
    "Total,9999,9999999,1,5%,,",
]


def nasty(rows: int = 4000) -> bytes:
    made = make_customers(rows=rows, seed=3)[0]
    lines = [
        f'{id_},{age},"{income}",{score},{i % 7}%,{gender},"{town}"'
        for i, (id_, age, income, score, gender, town) in enumerate(
            made[
                ["id", "age", "income", "spending_score", "gender", "preferred_category"]
            ].itertuples(index=False)
        )
    ]
    places = range(1, len(lines), len(lines) // len(NASTY))
    for place, row in zip(places, NASTY, strict=False):
        lines.insert(place, row)
    header = "id,age,income,spent.2025,share,gender,town"
    text = "\n".join([header, *lines, NASTY[-1], ""]).replace("nan", "")
    return text.encode("utf-8", "surrogateescape")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


Start = Callable[[Data], AbstractContextManager[Engine]]


@pytest.fixture
def on_spark(spark: Any) -> Start:
    return lambda data: Spark(data, spark, scratch(SPARK))


def prepared(start: Start, name: str, data: Data, **rules: object) -> tuple[Any, ...]:
    with start(data) as engine:
        found = clean(engine, data, Prepare(max_unreadable=1.0).model_copy(update=rules))
        found.write_rejected(Path(name) / "rejected.parquet")
        customers = Customers(found, data)
        customers.check_usable()
        customers.write(Path(name) / "customers.parquet")
        return found.quality(), found.rules, customers.rare(), customers.levels()


def test_spark_keeps_and_rejects_the_same_rows_in_the_same_bytes(
    on_spark: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("shop.csv").write_bytes(nasty())
    monkeypatch.setattr(spans, "SPAN", 60_000)
    assert len(spans.spans(DATA)) > 2
    expected = prepared(Local, "local", DATA)
    assert len(expected[1]) > 10  # rules that were broken
    assert prepared(on_spark, "spark", DATA) == expected
    for name in ("customers", "rejected"):
        ours, theirs = (Path(f"{who}/{name}.parquet").read_bytes() for who in ("local", "spark"))
        assert ours == theirs, name


OF_ALL_ROLES = Data.model_validate(
    {
        "path": "shop.csv",
        "delimiter": ";",
        "encoding": "latin-1",
        "decimal": ",",
        "id": None,
        "value": None,
        "as_of": "2014-06-29",
        "numeric": {"spent": {"never": 999}},
        "date": {
            "since": {"from": "joined", "format": "%d-%b-%y"},
            "hours": {"from": "seen", "format": "%Y-%m-%d %H:%M"},
            "age": {"from": "born", "format": "%Y", "unit": "years", "min": 0, "max": 120},
        },
        "flag": {"partner": None},
        "scale": {"school": ["primary", "secondary", "tertiary"]},
    }
)
ROLES = [
    "1.234,5;29-Feb-12;2012-02-29 07:30;1974;yes;primary",
    "999;31-dec-69;2014-06-30 00:00;1893;NO;Secondary ",
    "5;1-Jan-00;1999-12-31 23:59;2014;1;TERTIARY",
    "5 €;31-Jun-12;2012-01-01 00:00;1980;0;none",
    ";;;;;",
    ";;;1990;;",
    "5;01-Mar-13;2013-03-01 12:00;1980;perhaps;lower",
    "5;01-Mar-13;2013-03-01 12:00;1980;ja",
    '5;01-Mar-13;"2013-03-01 12:00\n";1980;ja;tertiary',
    '5;01-Mar-13;2013-03-01 12:00;1980;"never closed',
    "5;01-Mär-13;2013-03-01 12:00;1980;nein;primary",
]


@pytest.mark.thorough
def test_dates_scales_flags_and_customers_without_an_id(on_spark: Start) -> None:
    plain = [f"{i},5;{i % 28 + 1:02}-Oct-{i % 14:02};2013-0{i % 9 + 1}-1{i % 10} 0{i % 10}:00;"
             f"{1940 + i % 70};{'yn'[i % 2]};{'primary' if i % 3 else 'tertiary'}"
             for i in range(300)]  # fmt: skip
    lines = ["spent;joined;seen;born;partner;school", *plain[:150], *ROLES, *plain[150:], ""]
    Path("shop.csv").write_text("\n".join(lines), encoding="cp1252", newline="")
    expected = prepared(Local, "local", OF_ALL_ROLES)
    assert expected[0].rows_rejected > 4
    assert prepared(on_spark, "spark", OF_ALL_ROLES) == expected
    for name in ("customers", "rejected"):
        ours, theirs = (Path(f"{who}/{name}.parquet").read_bytes() for who in ("local", "spark"))
        assert ours == theirs, name


@pytest.mark.thorough
def test_parts_of_a_table_are_counted_through(on_spark: Start) -> None:
    content = nasty(300)
    header, rest = content.split(b"\n", 1)
    cut = rest.index(b"\n", len(rest) // 2) + 1
    Path("shop").mkdir()
    Path("shop/1.csv.gz").write_bytes(gzip.compress(header + b"\n" + rest[:cut]))
    Path("shop/2.csv").write_bytes(header + b"\n" + rest[cut:])
    data = DATA.model_copy(update={"path": Path("shop"), "value": ("income",)})
    rules = {"outside_limits": "blank", "duplicate_ids": "last"}
    assert prepared(on_spark, "spark", data, **rules) == prepared(Local, "local", data, **rules)
    for name in ("customers", "rejected"):
        ours, theirs = (pq.read_table(f"{who}/{name}.parquet") for who in ("local", "spark"))
        assert ours == theirs, name
    assert set(pq.read_table("spark/rejected.parquet")["file"].to_pylist()) == {"1.csv.gz", "2.csv"}


def test_a_file_that_cannot_be_used_is_told_of_in_the_same_line(on_spark: Start) -> None:
    Path("shop.csv").write_text("id,age\n1,2\n", encoding="utf-8")
    told = []
    for start in (Local, on_spark):
        with start(DATA) as engine, pytest.raises(InputError) as error:
            clean(engine, DATA, Prepare())
        told.append(str(error.value))
    assert told[0] == told[1]


CELLS = [
    *("1", "-1.5", "+.5", "5.", ".5", "1e3", "1E-3", " 7 ", "\t7", "1e400", "00", "-0"),
    *("1d", "1f", "0x10", "0x1p3", "NaN", "inf", "-Infinity", "1_000", "+-1", "--1", "1e", "."),
    *("", " ", "1 2", "1,5", "٣", "1e+3", "1.2.3", "e3", "+", "\x0b7"),
]


def test_the_same_texts_are_numbers(on_spark: Start) -> None:
    texts = pa.table({"line": range(len(CELLS)), "cell": CELLS})
    Path("cells").mkdir()
    pq.write_table(texts, "cells/cells.parquet")
    found = []
    for start in (Local, on_spark):
        with start(DATA) as engine:
            frame: Any
            if start is Local:
                frame = nw.from_native(engine._con.read_parquet("cells/cells.parquet"))  # type: ignore[attr-defined]
            else:
                frame = nw.from_native(
                    engine._spark.read.parquet(Path("cells").resolve().as_uri())  # type: ignore[attr-defined]
                )
            read = engine.numbers(frame, {"number": "cell"}).select("cell", "number")
            number: dict[str, float | None] = dict(engine.rows(read, tuple))
        # What is no finite number is looked at closely, whatever an engine calls it.
        found.append({cell: n for cell, n in number.items() if n is not None and abs(n) < 1e300})
    assert found[0] == found[1]
    assert len(found[0]) > 12


def test_parts_of_a_table_are_worked_on_by_executors(
    spark: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "GROUP", 400)
    X = np.random.default_rng(0).normal(size=(1000, 2)) + np.arange(1000)[:, None] % 3 * 4
    pq.write_table(pa.table({"a": X[:, 0], "b": X[:, 1]}), "points.parquet")
    here, there = Table(Path("points.parquet")), OnSpark(spark, SPARK, Path("points.parquet"))
    assert list(
        there.each(lambda part, cells: (part, cells.column_names, matrix(cells).sum()))
    ) == [(part, ["a", "b"], X[part.start : part.stop].sum()) for part in here.parts]
    assert list(there[["b"]].each(lambda _, cells: cells.column_names)) == [["b"]] * 3
    ours, theirs = (finish(points, X[:3], max_iter=50) for points in (here, there))
    assert theirs.iterations == ours.iterations
    assert theirs.moved == ours.moved == 0
    np.testing.assert_allclose(theirs.centres, ours.centres, atol=1e-12)
