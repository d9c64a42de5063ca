"""What goes wrong with many rows, on several threads, or in other files than one CSV."""

import gzip
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from segmentation.artifacts.quality import Lines
from segmentation.engines import blocks, source
from segmentation.engines.cleaning import clean
from segmentation.engines.customers import Customers
from segmentation.engines.local import Local
from segmentation.engines.records import Records
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data
from segmentation.synthetic.customers import make_customers

DATA = Data.model_validate(
    {
        "path": "shop.csv",
        "id": "id",
        "value": "income",
        "numeric": {"age": {"min": 16, "max": 110}, "income": {"min": 0}},
        "categorical": {"gender": None, "preferred_category": None},
    }
)
ROWS = 130_000  # of fewer, DuckDB loses the order only by chance


def prepared(
    folder: Path, path: Path, threads: int = 2, **changed: object
) -> tuple[pd.DataFrame, pd.DataFrame]:
    data = DATA.model_copy(update={"path": path, **changed})
    with Local(data, threads=threads) as engine:
        cleaned = clean(engine, data, Prepare())
        cleaned.write_rejected(folder / "rejected.parquet")
        Customers(cleaned, data).write(folder / "customers.parquet")
    customers, rejected = folder / "customers.parquet", folder / "rejected.parquet"
    return pd.read_parquet(customers), pd.read_parquet(rejected)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "shop.csv"
    make_customers(rows=ROWS, seed=3)[0].to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_rows_stay_in_order_and_bytes_the_same_on_any_number_of_threads(
    large: Path, tmp_path: Path
) -> None:
    hashes = set()
    for threads in (1, 2, 4):
        customers, rejected = prepared(tmp_path, large, threads)
        hashes.add(
            tuple(
                hashlib.sha256((tmp_path / f"{name}.parquet").read_bytes()).hexdigest()
                for name in ("customers", "rejected")
            )
        )
    assert len(hashes) == 1
    assert rejected["line"].is_monotonic_increasing
    raw = pd.read_csv(large, dtype="str", keep_default_na=False)
    gone = rejected["line"].to_numpy() - 2
    assert customers["id"].tolist() == raw["id"].drop(gone).tolist()
    assert rejected["id"].tolist() == raw["id"].iloc[gone].tolist()


def test_blank_lines_and_lines_in_cells_move_no_line(tmp_path: Path) -> None:
    rows = [f"{i},{20 + i % 50},{i % 997}.5,F,a" for i in range(1000)]
    rows[10] = '10,30,5,F,"a\nb"'
    rows[20:20] = ["", "  ", ",,,,"]
    rows[500] += ",x"
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(["id,age,income,gender,preferred_category", *rows]))
    _, rejected = prepared(tmp_path, path)
    assert rejected["line"].tolist() == [503]


@pytest.mark.slow
@pytest.mark.parametrize("block", [64, 1000])
def test_where_blocks_end_changes_nothing(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.csv"
    rows = [f'{i},"{20 + i % 50}",{i % 97},F,"ä, {i % 3}"' for i in range(300)]
    rows[100] = '100,30,5,F,"never closed'
    rows[200] = '200,30,5,F,"two\nlines, ""quoted"""'
    path.write_text("\r\n".join(["id,age,income,gender,preferred_category", *rows]), newline="")
    whole = prepared(tmp_path, path)
    monkeypatch.setattr(source, "_BLOCK", block)
    for table, again in zip(whole, prepared(tmp_path, path), strict=True):
        pd.testing.assert_frame_equal(table, again)
    assert whole[1]["line"].tolist() == [102]


ODD = (
    "id,age,income,gender,preferred_category", "C1,30,100,f,shoes", "C2,31", "C3,32,100,f,shoes,x",
    "C4,33,100,f,shoes,,", "", " , ,,,", "Ü5,34", "C6", "<<<< main", ",35,100,f,shoes",
    ",,,,shoes", "C7,36,100,f, ", "C8,\t", "C9,37,100,f,shoes,,x ", "\x00,1", "\ufeffC10,1",
    "id,age,income,gender,preferred_category", "C11,38,100,m,shoes",
)  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_of_another_width_are_told_by_the_block_as_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(end.join(ODD), encoding="utf-8", newline="")

    stretch, seen = Records.stretch, blocks.seen_lines
    asked: set[int] = set()

    def noted(self: Records, header: list[str], is_row: Any, *, line: int) -> Any:
        asked.add(line)
        return stretch(self, header, is_row, line=line)

    def none_of_another(lines: blocks.Blocks, layout: blocks.Layout) -> blocks.Seen:
        found = seen(lines, layout)
        return found._replace(widths=found.widths * 0)

    def rows() -> tuple[list[dict[str, object]], Lines]:
        opened = source.Source(DATA.model_copy(update={"path": path}))
        batches = [batch.drop_columns(["loose"]) for batch in opened.batches()]
        return [row for batch in batches for row in batch.to_pylist()], opened.lines

    monkeypatch.setattr(Records, "stretch", noted)
    by_block = rows()
    by_itself, asked = asked, set()
    monkeypatch.setattr(blocks, "seen_lines", none_of_another)
    assert rows() == by_block
    assert asked - by_itself == {3, 4, 9}


@pytest.mark.parametrize("kind", ["gz", "zst", "parquet", "folder"])
def test_other_files_hold_the_same_customers(kind: str, tmp_path: Path) -> None:
    table = make_customers(rows=500, seed=3)[0]
    text = table.to_csv(index=False)
    path = tmp_path / "shop.csv"
    path.write_text(text, encoding="utf-8")
    expected, rejected = prepared(tmp_path, path)
    other = tmp_path / f"other.{kind}"
    if kind == "gz":
        other.write_bytes(gzip.compress(text.encode()))
    elif kind == "zst":
        with pa.CompressedOutputStream(str(other), "zstd") as file:
            file.write(text.encode())
    elif kind == "parquet":
        table.to_parquet(other)
    else:
        other.mkdir()
        table.head(200).to_csv(other / "1.csv", index=False)
        table.iloc[200:].to_csv(other / "2.csv", index=False)
    customers, out = prepared(tmp_path, other)
    pd.testing.assert_frame_equal(customers, expected)
    assert len(out) == len(rejected)
    if kind == "folder":
        second = out[out["file"] == "2.csv"]
        in_one = rejected["line"][rejected["line"] > 201] - 200
        assert second["line"].tolist() == in_one.tolist()


def test_numbers_of_parquet_keep_all_their_digits(tmp_path: Path) -> None:
    income = np.random.default_rng(0).gamma(2, 1e4, size=200)
    table = pd.DataFrame({"id": np.arange(200), "age": 20.0 + np.arange(200) % 50})
    table = table.assign(income=income, gender="F", preferred_category="a")
    table.to_parquet(tmp_path / "shop.parquet")
    for decimal in (".", ","):
        customers, _ = prepared(tmp_path, tmp_path / "shop.parquet", decimal=decimal)
        np.testing.assert_array_equal(customers["income"], income)
