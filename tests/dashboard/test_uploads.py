"""A file that somebody uploads is checked, scored and told of without its name or its rows."""

import io
from pathlib import Path

import made
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation.commands.load import Chosen
from segmentation.dashboard import tables, uploads
from segmentation.errors import InputError
from segmentation.scoring.stream import ADDED

HEADER = b"customer_id,age,gender\n"


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Chosen:
    return made.chosen(tmp_path_factory.mktemp("training"))


def csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def parquet(table: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    table.to_parquet(out, index=False)
    return out.getvalue()


@pytest.mark.slow
def test_it_is_scored_as_the_model_does(chosen: Chosen) -> None:
    table = made.customers(rows=200, seed=9)
    expected = chosen.model.predict(table).tolist()
    of_csv, of_parquet = (uploads.score(each(table), chosen) for each in (csv, parquet))
    assert pd.read_csv(io.BytesIO(of_csv.content))["segment"].tolist() == expected
    assert pd.read_parquet(io.BytesIO(of_parquet.content))["segment"].tolist() == expected
    assert (of_csv.kind, of_parquet.kind) == ("csv", "parquet")
    assert of_csv.drift is not None
    assert of_csv.counts.scored == 200
    shown = tables.preview(ADDED, of_csv.preview)
    assert len(shown.rows) == uploads.PREVIEW
    assert [int(row[1]) for row in shown.rows] == expected[: uploads.PREVIEW]
    assert "customer_id" not in shown.names


def test_nothing_of_it_stays(
    chosen: Chosen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    uploads.score(csv(made.customers(rows=60)), chosen)
    assert sorted(tmp_path.rglob("*")) == before


GOOD = csv(made.customers(rows=60))
BROKEN = {
    **{f"nothing {i}": each for i, each in enumerate((b"", b" ", b"\n", b"\n\n\n"))},
    **{f"archive {i}": each + GOOD for i, each in enumerate(uploads._OTHERS)},
    **{f"cut parquet {n}": parquet(made.customers(rows=60))[:n] for n in range(4, 4000, 250)},
    **{f"garbage {n}": bytes(range(256)) * n for n in (1,)},
    **{f"nul {n}": b"\0" * n for n in (9,)},
    **{f"no columns {i}": each for i, each in enumerate(
        (b"a", b"a\n1\n", b"a,b\n1,2\n", HEADER, HEADER + b"1,2,3\n",
         b",,,\n,,,\n", b"\"\n", b"\"a",
         b"{\"a\": 1}", b"<html><body>x</body></html>", b"\xff\xfea\0,\0b\0\n\0", b"\xef\xbb\xbf",
         b"a;b;c\n1;2;3\n", b"\r\r\r", b"=cmd()|'x'!A1\n1\n"))},
    **{f"header {n}": GOOD[:n] for n in (20,)},
    **{f"no {name}": csv(made.customers(rows=60).drop(columns=name))
       for name in ("age", "gender")},
    "parquet twice begun": b"PAR1" + parquet(made.customers(rows=60)),
    "twice a column": GOOD.replace(b"age", b"income", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_a_line(name: str, chosen: Chosen) -> None:
    with pytest.raises(InputError) as told:
        uploads.score(BROKEN[name], chosen)
    assert "/proc" not in str(told.value)
    assert "\n" not in str(told.value)


def test_there_are_fifty_of_them() -> None:
    assert len(BROKEN) >= 50


def test_what_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="more than 20 MB"):
        uploads.kind_of(b"a" * (20 * (1 << 20) + 1))
    with pytest.raises(InputError, match="more than 200,000 rows"):
        uploads.kind_of(b"a\n" * 200_002)
    packed = io.BytesIO()
    pq.write_table(pa.table({"a": pa.nulls(3_000_000)}), packed)
    assert len(packed.getvalue()) < 100_000
    with pytest.raises(InputError, match="more than 200,000 rows"):
        uploads.kind_of(packed.getvalue())
