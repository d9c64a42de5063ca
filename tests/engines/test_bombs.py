"""Small files that would become huge are refused before anything is laid out."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation.engines import foreign, packed
from segmentation.engines.source import Source
from segmentation.errors import InputError
from segmentation.onboarding.source import opened
from segmentation.purchases.source import Source as Purchases
from segmentation.settings.shared.data import Data

LONG = "x" * 200_000


@pytest.fixture(params=["a dictionary", "prefixes", "plain", "a list"])
def bomb(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Texts of 20 MB in a few kilobytes, where 10 MB are too much."""
    monkeypatch.setattr(foreign, "_TEXT", 10_000_000)
    monkeypatch.setattr(foreign, "_MEMORY", "15MB")
    town = pa.array([LONG] * 100)
    if request.param == "a list":
        town = pa.array([[LONG]] * 100)
    table = pa.table({"id": range(100), "age": range(100), "town": town})
    path = tmp_path / "bomb.parquet"
    encoding = {"town": "DELTA_BYTE_ARRAY"} if request.param == "prefixes" else None
    pq.write_table(
        table, path, compression="zstd", column_encoding=encoding,
        use_dictionary=request.param == "a dictionary",
    )  # fmt: skip
    assert path.stat().st_size < 20_000
    return path


def as_customers(path: Path) -> None:
    data = {"path": path, "id": "id", "value": "age", "numeric": {"age": None}}
    list(Source(Data.model_validate(data | {"categorical": {"town": None}})).batches())


def as_written(path: Path) -> None:
    data = {"path": path, "id": "id", "value": "age", "numeric": {"age": None}}
    list(Source(Data.model_validate(data)).originals())


def by_init(path: Path) -> None:
    with opened(path):
        pass


def as_purchases(path: Path) -> None:
    import duckdb

    Purchases(path).columns(duckdb.connect())


@pytest.mark.parametrize("read", [as_customers, as_written, by_init, as_purchases])
def test_texts_that_would_fill_the_memory(bomb: Path, read: Callable[[Path], None]) -> None:
    with pytest.raises(InputError, match=r"bomb\.parquet would fill the memory"):
        read(bomb)


def test_tables_of_customers_are_let_through(tmp_path: Path) -> None:
    path = tmp_path / "shop.parquet"
    texts = pa.array(["Bonn", None]).cast(pa.large_string())
    pq.write_table(pa.table({"a": texts, "b": pa.array([b"", b"x"]), "c": [1.5, 2.5]}), path)
    foreign.check_parquet(path)
    foreign.check_parquet(path, ["a", "not there"])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, pa.Codec("zstd")])
def test_what_would_fill_the_disk(
    pack: Callable[[bytes], bytes] | pa.Codec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content = tmp_path / "shop.csv", b"1,40,Bonn\n" * 200_000
    small = pack.compress(content) if isinstance(pack, pa.Codec) else pack(content)
    path.write_bytes(bytes(small))
    with packed.unpacked(path) as file:
        assert file.readline() == content[:10]
        assert file.read() == content[10:]
    monkeypatch.setattr(packed, "_BYTES", 1_000_000)
    with (
        packed.unpacked(path) as file,
        pytest.raises(InputError, match="more than 200 times"),
    ):
        file.read()
