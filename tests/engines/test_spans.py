"""Wherever a CSV is cut, its rows, their lines and the account of them are those of one go."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from segmentation.engines import spans
from segmentation.engines.source import Source
from segmentation.engines.spans import Found, Span
from segmentation.errors import InputError
from segmentation.settings.shared.data import Data

DATA = Data.model_validate(
    {
        "path": "shop.csv",
        "id": "id",
        "value": "age",
        "numeric": {"age": None},
        "categorical": {"town": None},
    }
)
PLAIN = ("{i},{i},Bonn", '{i},{i},"Bonn"', '"{i}","{i}","Köln"', '{i},{i},"a, b"', '{i},{i},""')
ODD = (
    '{i},{i},"two\nlines"',
    '{i},{i},"two\n9,9,""lines"""',
    '{i},{i},"never closed',
    '{i},{i},closed"',
    '{i},{i},"said ""so"""',
    '{i},{i},"a""',
    "",
    ",,",
    "{i},{i}",
    "id,age,town",
    '{i},{i},"x\n1,",2\n3,4,"',
)


def text(seed: int) -> bytes:
    draw = np.random.default_rng(seed)
    rows = [str(draw.choice(ODD if draw.random() < 0.1 else PLAIN)).format(i=i) for i in range(600)]
    rows[300] = "300,300,M\udcfcnchen"
    return "\n".join(["id,age,town", *rows, ""]).encode("utf-8", "surrogateescape")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def whole() -> tuple[pa.Table, dict[str, int]]:
    source = Source(DATA)
    table = pa.Table.from_batches(source.batches(), source.schema)
    return table, source.lines.model_dump()


def cut_up(size: int) -> tuple[list[Span], pa.Table, dict[str, int]]:
    found = spans.spans(DATA, size=size)
    found = spans.numbered(found, [spans.count(span, DATA) if span.end else 0 for span in found])
    batches, ends = [], []
    for span in found:
        for each in spans.read(span, DATA):
            if isinstance(each, Found):
                ends.append(Found.loads(each.dumps()))
            else:
                batches.append(each)
    (lines,) = spans.accounts(found, ends, DATA)
    return found, pa.Table.from_batches(batches, Source(DATA).schema), lines.model_dump()


@pytest.mark.parametrize("seed", range(12))
def test_spans_of_a_nasty_file_are_its_rows(seed: int) -> None:
    Path("shop.csv").write_bytes(text(seed))
    found, table, lines = cut_up(700)
    assert len(found) > 4
    assert (table, lines) == whole()


def test_a_file_that_is_one_open_quote_is_cut_where_none_can_be_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = ['0,0,"never closed', *(f"{i},{i},Bonn" for i in range(100_000))]
    Path("shop.csv").write_text("\n".join(["id,age,town", *rows, ""]), encoding="utf-8")
    found, table, lines = cut_up(100_000)
    assert len(found) == 2
    assert (table, lines) == whole()


def test_a_quote_in_doubt_is_no_place_to_cut() -> None:
    rows = ['0,0,"open', *(f'{i},{i},""' for i in range(1, 400)), '400,400,"closed"']
    Path("shop.csv").write_text("\n".join(["id,age,town", *rows, ""]), encoding="utf-8")
    assert spans.spans(DATA, size=1000) == [Span(Path("shop.csv"), Path("shop.csv").resolve())]


def test_what_is_wrong_with_a_span_or_the_file_is_told_of_the_file() -> None:
    rows = "\n".join(f'{i},{i},"Bonn",x' for i in range(400))
    Path("shop.csv").write_text(f"id,age,town\n{rows}", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"^the header of shop.csv names 3 columns, but 400 of 400"
    ):
        cut_up(500)
    Path("shop.csv").unlink()
    with pytest.raises(InputError, match=r"^shop.csv does not exist; put a CSV"):
        cut_up(500)
