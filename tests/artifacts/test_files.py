from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.artifacts import files
from segmentation.errors import InputError


def test_json_is_sorted_rounded_and_free_of_nan(tmp_path: Path) -> None:
    content = {
        "b": np.float64(1 / 3),
        "a": [float("nan"), -0.0, np.int64(3), 123456789.0],
        "c": "ü",
    }
    files.write_json(tmp_path / "x.json", content)
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert files.read_json(tmp_path / "x.json") == {
        "a": [None, 0.0, 3, 123457000.0],
        "b": 0.333333,
        "c": "ü",
    }
    assert text.index('"a"') < text.index('"b"')
    assert "-0" not in text


def test_lists_of_numbers_stand_on_one_line_and_texts_stay_as_they_are(tmp_path: Path) -> None:
    content = {"interval": [1.5, -2e-9], "text": "[\n1,\n2]", "texts": ["[1", "2]"], "none": []}
    files.write_json(tmp_path / "x.json", content)
    assert files.read_json(tmp_path / "x.json") == content
    assert '"interval": [1.5, -2e-09]' in (tmp_path / "x.json").read_text(encoding="utf-8")


def test_formulas_are_disarmed_for_spreadsheets() -> None:
    table = pd.DataFrame({"town": ["=1+1", "@x", "-a", "+b", "Bonn", None], "spend": [-1.0] * 6})
    safe = files.for_spreadsheets(table)
    assert safe["town"].tolist()[:5] == ["'=1+1", "'@x", "'-a", "'+b", "Bonn"]
    assert safe["spend"].tolist() == [-1.0] * 6


DISGUISED = [
    "＝1+1",
    "\u200b=1",
    "\u2066=1",
    "\u061c\u2800\u3164@SUM(A1)",
    "\ufeff@x",
    "  =1",
    "\x01=1",
    "＋1",
    "－1",
    "＠x",
    "\tx",
    "\u2060-2",
]


@pytest.mark.parametrize("text", DISGUISED)
def test_formulas_in_disguise_are_disarmed(text: str) -> None:
    safe = files.for_spreadsheets(pd.DataFrame({text: [text, "fine"]}))
    assert safe.columns.tolist() == [f"'{text}"]
    assert safe.iloc[:, 0].tolist() == [f"'{text}", "fine"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\xff\xfe\x00", b"<<<<<<< ours\n"])
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.parquet cannot be read .* `dvc repro`"):
        files.read_parquet(tmp_path / "a.parquet")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a\n1,2\n3,4,5\n"])
def test_a_small_table_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.csv cannot be read (?s:.*) `dvc repro`"):
        files.read_csv(tmp_path / "a.csv")
