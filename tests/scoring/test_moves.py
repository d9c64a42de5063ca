"""Who moved is told once; who is left alone stays so; what it did is told with its interval."""

import errno
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import ttest_ind

from segmentation.artifacts.effect import Effect
from segmentation.commands import changes as command
from segmentation.errors import InputError, SettingsError
from segmentation.scoring.changes import COLUMNS, Wanted, held_out, moved
from segmentation.scoring.effect import effect

NAMES = {1: "Rich", 2: "=Poor"}


def wanted(**changed: object) -> Wanted:
    ordinary: dict[str, object] = {
        "id_column": "id", "value": "worth", "names": NAMES, "plays": {1: "Call"},
        "before_names": {1: "Old rich", 3: "Gone"}, "holdout": 0.2, "seed": 5,
    }  # fmt: skip
    return Wanted(**ordinary | changed)  # type: ignore[arg-type]


@pytest.fixture
def now(tmp_path: Path) -> tuple[Path, Path]:
    frame = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "segment": [1, 2, 2, -1],
            "confidence": 0.5,
            "worth": [1.0, 2.0, None, 4.0],
        }
    )
    frame[["id", "segment", "confidence"]].to_parquet(tmp_path / "assignments.parquet")
    frame[["id", "worth"]].iloc[::-1].to_parquet(tmp_path / "customers.parquet")
    return tmp_path / "assignments.parquet", tmp_path / "customers.parquet"


def table(now: tuple[Path, Path], before: Path | None, wanted: Wanted) -> pd.DataFrame:
    with moved(*now, before, wanted) as batches:
        parts = [batch.to_pandas() for batch in batches]
    return pd.concat(parts) if parts else pd.DataFrame(columns=["id", *COLUMNS])


def test_who_came_moved_and_left(now: tuple[Path, Path], tmp_path: Path) -> None:
    before = tmp_path / "a80e15f8"  # as DVC's cache calls it
    pd.DataFrame({"id": ["a", "b", "c", "x"], "segment": [1, 1, 3, 3]}).to_parquet(before)
    found = table(now, before, wanted()).set_index("id")
    assert found["change"].to_dict() == {"b": "moved", "c": "moved", "d": "new", "x": "gone"}
    assert found["before_name"].to_dict()["c"] == "Gone"
    assert found["after_name"].to_dict()["c"] == "=Poor"
    assert found.loc["d", "after_name"] == "in no segment"
    assert found.loc["b", "value"] == 2.0
    everyone = table(now, None, wanted())
    assert everyone["change"].tolist() == ["new"] * 4
    assert everyone["play"].iloc[0] == "Call"
    assert table(now, now[0], wanted()).empty


def test_whoever_is_left_alone_stays_so(now: tuple[Path, Path], tmp_path: Path) -> None:
    ids = [f"c{i}" for i in range(4000)]
    pd.DataFrame({"id": ids, "segment": np.arange(4000) % 2 + 1}).to_parquet(now[0])
    pd.DataFrame({"id": ids, "worth": 1.0}).to_parquet(now[1])
    first = table(now, None, wanted()).set_index("id")
    shares = first.groupby("after")["holdout"].mean()
    assert shares.between(0.17, 0.23).all()
    pd.DataFrame({"id": ids, "segment": 2}).to_parquet(now[0])
    again = table(now, None, wanted()).set_index("id")
    assert (again["holdout"] == first["holdout"]).all()
    assert (table(now, None, wanted(seed=6)).set_index("id")["holdout"] != first["holdout"]).any()
    more = table(now, None, wanted(holdout=0.3)).set_index("id")["holdout"]
    assert more[first["holdout"]].all()


def test_others_are_not_left_alone_than_were_told(tmp_path: Path) -> None:
    ids = pa.array([f"c{i}" for i in range(200)])
    told = pa.table({"id": ids, "holdout": held_out(ids, 0.2, 5)})
    pq.write_table(told, tmp_path / "told.parquet")
    command.left_alone_as_told(tmp_path / "told.parquet", wanted())
    for other in ({"seed": 6}, {"holdout": 0.3}, {"holdout": 0.0}):
        with pytest.raises(InputError, match=r"customers it was told otherwise .* as the last"):
            command.left_alone_as_told(tmp_path / "told.parquet", wanted(**other))


def test_every_format_holds_the_same(now: tuple[Path, Path], tmp_path: Path) -> None:
    frames = {}
    for ending in ("csv", "parquet", "jsonl", "duckdb", "sqlite"):
        out = tmp_path / f"out.{ending}"
        for _ in range(2):  # in the place of the last one
            with moved(*now, None, wanted()) as batches:
                command._write(batches, str(out))
        if ending == "duckdb":
            with duckdb.connect(str(out)) as con:
                frames[ending] = con.execute(f"FROM {command.TABLE} ORDER BY id").df()
        elif ending == "sqlite":
            database = sqlite3.connect(out)
            frames[ending] = pd.read_sql(f"SELECT * FROM {command.TABLE} ORDER BY id", database)
            database.close()
        elif ending == "jsonl":
            lines = out.read_text(encoding="utf-8").splitlines()
            frames[ending] = pd.DataFrame([json.loads(line) for line in lines])
        else:
            frames[ending] = pd.read_csv(out) if ending == "csv" else pd.read_parquet(out)
    assert frames["csv"]["after_name"].tolist()[1] == "'=Poor"
    for frame in frames.values():
        assert frame["id"].tolist() == ["a", "b", "c", "d"]
        assert frame["after"].tolist() == [1, 2, 2, -1]
        assert frame["holdout"].astype(bool).tolist() == frames["parquet"]["holdout"].tolist()
        assert frame["value"].fillna(-1.0).tolist() == [1.0, 2.0, -1.0, 4.0]
    with pytest.raises(InputError, match=r"known: \.csv"):
        command._write(iter(()), str(tmp_path / "out.xlsx"))


@pytest.mark.parametrize("ending", ["duckdb", "sqlite"])
def test_what_was_cut_short_leaves_no_database_or_the_last_one(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"out.{ending}"

    def rows(*ids: str) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([pa.array(ids)], names=["id"])

    def cut_short() -> Iterator[pa.RecordBatch]:
        yield rows("x")
        raise OSError(errno.ENOSPC, "No space left on device")

    def run(statement: str) -> list[tuple[str]]:
        connect: Any = duckdb.connect if ending == "duckdb" else sqlite3.connect
        with closing(connect(out)) as con:
            return list(con.execute(statement).fetchall())

    def told() -> list[tuple[str]]:
        return run(f"SELECT * FROM {command.TABLE}")

    with pytest.raises(OSError, match="No space"):
        command._write(cut_short(), str(out))
    assert not list(tmp_path.iterdir())
    command._write(iter([rows("a")]), str(out))
    with pytest.raises(OSError, match="No space"):
        command._write(cut_short(), str(out))
    assert [each.name for each in tmp_path.iterdir()] == [out.name]
    assert told() == [("a",)]
    run("CREATE TABLE ours (a INTEGER)")
    command._write(iter([rows("b")]), str(out))
    assert told() == [("b",)]
    assert run("SELECT * FROM ours") == []
    out.write_bytes(b"no database")
    with pytest.raises(InputError, match=r"cannot be written: .*database"):
        command._write(iter([rows("a")]), str(out))


@pytest.fixture
def campaign(tmp_path: Path) -> tuple[Path, pd.DataFrame]:
    rng = np.random.default_rng(3)
    told = pd.DataFrame(
        {
            "id": [f"c{i}" for i in range(2010)],
            "segment": [1] * 1000 + [2] * 1000 + [3] * 10,
            "holdout": rng.random(2010) < 0.3,
        }
    )
    told.to_parquet(tmp_path / "told.parquet")
    lift = np.where(told["segment"] == 1, 5.0, 0.0)
    told["spent"] = rng.normal(20, 6, 2010) + np.where(told["holdout"], 0.0, lift)
    return tmp_path / "told.parquet", told


def asked(told: Path, outcomes: Path, **changed: object) -> Effect:
    ordinary: dict[str, object] = {
        "id_column": "id", "outcome": "spent", "cost": 2.0, "absent": None, "names": NAMES,
    }  # fmt: skip
    return effect(told, outcomes, **ordinary | changed)  # type: ignore[arg-type]


def test_an_effect_is_the_difference_with_welch_s_interval(
    campaign: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    told, outcomes = campaign
    outcomes[["id", "spent"]].sample(frac=1, random_state=0).to_csv(tmp_path / "o.csv", index=False)
    found = asked(told, tmp_path / "o.csv")
    first, second, few = found.segments
    here = outcomes[outcomes["segment"] == 1]
    test = ttest_ind(
        here.loc[~here["holdout"], "spent"], here.loc[here["holdout"], "spent"], equal_var=False
    )
    assert first.interval == pytest.approx(test.confidence_interval(), rel=1e-4)
    assert (first.verdict, second.verdict, few.verdict) == ("pays", "does not pay", "too few")
    assert few.difference is None
    # Of everyone's mean and the others' theirs could be worked out.
    assert found.together.name == "those of enough customers together"
    enough = outcomes[outcomes["segment"] < 3]
    theirs = enough.groupby("holdout")["spent"]
    assert found.together.treated + found.together.held_out == 2000
    assert found.together.held_out_mean == pytest.approx(theirs.mean()[True], rel=1e-5)
    test = ttest_ind(*(each for _, each in theirs), equal_var=False)
    assert found.together.interval == pytest.approx(test.confidence_interval(), rel=1e-4)
    assert first.gain == pytest.approx((first.difference - 2) * first.treated, rel=1e-4)  # type: ignore[operator]


def test_outcomes_that_are_all_the_same_have_no_interval(
    campaign: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    told, outcomes = campaign
    here = outcomes["segment"] == 1
    outcomes["spent"] = np.where(here, 0.1, np.where(outcomes["holdout"], 0.3, 7.1))
    outcomes.to_csv(tmp_path / "o.csv", index=False)
    found = asked(told, tmp_path / "o.csv")
    for each, difference in zip(found.segments, (0.0, 6.8), strict=False):
        assert (each.interval, each.verdict) == (None, "unclear")
        assert each.difference == pytest.approx(difference, abs=1e-6)
    assert found.together.interval is not None
    outcomes.assign(spent=0.1).to_csv(tmp_path / "o.csv", index=False)
    assert asked(told, tmp_path / "o.csv").together.interval is None


def test_outcomes_that_lack_customers_are_refused_or_said(
    campaign: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    told, outcomes = campaign
    buyers = outcomes[outcomes["spent"] > 20]
    buyers[["id", "spent"]].to_csv(tmp_path / "o.csv", index=False)
    with pytest.raises(InputError, match=r"no outcome of .* of 2,010 customers.*--absent"):
        asked(told, tmp_path / "o.csv")
    found = asked(told, tmp_path / "o.csv", absent=0.0)
    assert sum(each.treated + each.held_out for each in found.segments) == 2010
    assert found.strangers == 0
    with pytest.raises(InputError, match="no column 'spend'; did you mean 'spent'"):
        asked(told, tmp_path / "o.csv", outcome="spend")
    others = buyers.assign(id="0" + buyers["id"])
    pd.concat([buyers, others]).to_csv(tmp_path / "o.csv", index=False)
    assert asked(told, tmp_path / "o.csv", absent=0.0).strangers == len(others)
    others.to_csv(tmp_path / "o.csv", index=False)
    with pytest.raises(InputError, match=r"names nobody .* is 'id' written as there"):
        asked(told, tmp_path / "o.csv", absent=0.0)
    pd.concat([buyers, buyers]).to_csv(tmp_path / "o.csv", index=False)
    with pytest.raises(InputError, match="same customer twice"):
        asked(told, tmp_path / "o.csv")


@pytest.mark.parametrize(
    "address", ["postgresql://", "postgres://a@b", "postgresql://b/c", "postgresql://a:p@b:port/c"]
)
def test_what_is_no_address_of_a_database_is_said_without_its_password(address: str) -> None:
    with pytest.raises(SettingsError, match="is no address of a database; give") as refused:
        command._write(iter(()), address)
    assert ":p@" not in str(refused.value)


def test_a_database_that_is_not_there_is_told_in_a_line() -> None:
    with pytest.raises(InputError, match=r"//a@127\.0\.0\.1:1/c cannot be reached") as told:
        command._write(iter(()), "postgresql://a:secret@127.0.0.1:1/c")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b'{"id": 1}', "is JSON; give a CSV or a Parquet file"),
        (b"id,spent\nc1,1e308\n", "is not numeric: it holds '1e308'"),
        (b"id,spent\nc1,inf\n", "is not numeric: it holds 'inf'"),
        (None, "is a folder; give a file"),
    ],
)
def test_what_is_no_table_of_outcomes_is_said(
    campaign: tuple[Path, pd.DataFrame], tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "o.csv"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(InputError, match=why):
        asked(campaign[0], file)
    with pytest.raises(SettingsError, match="--cost is nan"):
        asked(campaign[0], file, cost=float("nan"))
