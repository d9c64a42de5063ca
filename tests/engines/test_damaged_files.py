"""Files as they come: read right with every line accounted for, or refused in one clear line."""

import bz2
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation import artifacts, paths
from segmentation.__main__ import run_stage
from segmentation.artifacts import files
from segmentation.artifacts.quality import Quality
from segmentation.engines import source, spans
from segmentation.errors import InputError, SegmentationError
from segmentation.settings.params import Params

HEADER = "id,age,spend,town"
TOWNS = ("Bonn", "Köln", "Ulm")
N = 40
CUSTOMERS = {
    f"{i:03d}": (20.0 + i, round(10.5 + 3.25 * i, 2), TOWNS[i % 3]) for i in range(1, N + 1)
}
PERCENTS = {"003": "20.25", "005": "x"}
ROWS = [f"{i},{age:g},{spend:g},{town}" for i, (age, spend, town) in CUSTOMERS.items()]
DATA: dict[str, Any] = {
    "path": "shop.csv",
    "id": "id",
    "value": "spend",
    "numeric": {"age": {"min": 0, "max": 120}, "spend": None},
    "categorical": {"town": None},
}


def table(header: str = HEADER, rows: list[str] | None = None, end: str = "\n") -> str:
    return end.join([header, *(ROWS if rows is None else rows), ""])


def changed(**lines: str) -> str:
    """The table with some of its lines written otherwise: ``_5="…"`` is line 5 of the file."""
    rows = [HEADER, *ROWS]
    for name, text in lines.items():
        rows[int(name[1:]) - 1] = text
    return "\n".join([*rows, ""])


def inserted(line: int, *texts: str) -> str:
    rows = [HEADER, *ROWS]
    rows[line - 1 : line - 1] = texts
    return "\n".join([*rows, ""])


def each(edit: Callable[[list[str]], list[str]], delimiter: str = ",") -> str:
    """The table with the cells of every row edited."""
    rows = [delimiter.join(edit(row.split(","))) for row in ROWS]
    return table(HEADER.replace(",", delimiter), rows)


def workbook(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


def tarball(content: str) -> bytes:
    packed, text = io.BytesIO(), content.encode()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("shop.csv")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return packed.getvalue()


def prepared(content: str | bytes, **data: object) -> pd.DataFrame:
    """Prepare a file and return its customers. Every line and row of it must be accounted for."""
    raw = content if isinstance(content, bytes) else content.encode()
    Path("shop.csv").write_bytes(raw)
    params = Params.model_validate({"data": DATA | data})
    run_stage("prepare", params)
    customers, rejected = files.read_parquet(paths.PREPARED), files.read_parquet(paths.REJECTED)
    quality = artifacts.read(Quality)
    lines = quality.lines
    text = raw.decode(params.data.encoding, "replace")
    in_file = len(io.StringIO(text, newline=None).readlines())
    parts = lines.header + lines.rows + lines.blank + lines.breaks_in_cells
    assert lines.in_file == in_file == parts
    assert len(customers) + len(rejected) == quality.rows_in == lines.rows
    assert rejected["reason"].notna().all()
    assert rejected["line"].is_unique
    return customers


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("playbook.yaml").write_text("plays: []\n", encoding="utf-8")


@dataclass(frozen=True)
class Read:
    """A file that can be used: which customers are not in it, and why lines were rejected."""

    content: str | bytes
    without: tuple[int, ...] = ()
    reasons: dict[int, str] | None = None  # by line
    data: dict[str, Any] | None = None


READ = {
    "as it should be": Read(table()),
    "byte order mark": Read(b"\xef\xbb\xbf" + table().encode()),
    "Windows line ends": Read(table(end="\r\n")),
    "old Mac line ends": Read(table(end="\r")),
    "mixed line ends": Read(table().replace("\n", "\r\n", 7).replace("Bonn\n", "Bonn\r", 3)),
    "doubled carriage returns": Read(table(end="\r\r\n")),
    "no line end at the end": Read(table().rstrip()),
    "blank lines at the end": Read(table() + "\n\n\n"),
    "blank lines in the middle": Read(inserted(9, "", "   ", "")),
    "blank line before the header": Read("\n" + table()),
    "many blank lines before the header": Read("\n" * 5000 + table()),
    "empty rows of a spreadsheet": Read(table() + ",,,\n" * 30),
    "semicolons": Read(table().replace(",", ";"), data={"delimiter": ";"}),
    "Excel's note of the delimiter": Read(
        "sep=;\r\n" + table(end="\r\n").replace(",", ";"), data={"delimiter": ";"}
    ),
    "tabs": Read(table().replace(",", "\t"), data={"delimiter": "\t"}),
    "spaces around names": Read(table(" id , age,spend ,\ttown")),
    "spaces around cells": Read(each(lambda row: [f"  {cell} " for cell in row])),
    "quoted header": Read(table('"id","age","spend","town"')),
    "quotes around everything": Read(each(lambda row: [f'"{cell}"' for cell in row])),
    "delimiter at the end of every line": Read(table(HEADER + ",", [f"{r}," for r in ROWS])),
    "delimiter at the end of every row": Read(table(rows=[f"{r}," for r in ROWS])),
    "row numbers without a name": Read(
        table("," + HEADER, [f"{i},{row}" for i, row in enumerate(ROWS)])
    ),
    "latin-1": Read(table().encode("latin-1"), data={"encoding": "latin-1"}),
    "UTF-16, as declared": Read(table().encode("utf-16"), data={"encoding": "utf-16"}),
    "text of several lines": Read(
        table(HEADER + ",note", [f'{r},"one, two\nthree ""four""\n\nfive"' for r in ROWS])
    ),
    "one delimiter in every line of a text": Read(
        table("id,town,spend,age", [f'{i},"{t}\n",{s},{a}' for i, (a, s, t) in CUSTOMERS.items()])
    ),
    "a quote inside a cell": Read(table(HEADER + ",size", [f"{r},5'10\"" for r in ROWS])),
    "decimal commas": Read(
        each(lambda row: [c.replace(".", ",") for c in row], ";"),
        data={"delimiter": ";", "decimal": ","},
    ),
    "currency": Read(each(lambda row: [row[0], row[1], f"€ {row[2]}", row[3]])),
    "currency by its code": Read(each(lambda row: [row[0], row[1], f"{row[2]} EUR", row[3]])),
    "percent signs": Read(each(lambda row: [row[0], row[1], f"{row[2]} %", row[3]])),
    "percent signs on all numbers but two": Read(
        each(lambda row: [row[0], row[1], PERCENTS.get(row[0], f"{row[2]} %"), row[3]]),
        without=(3, 5),
        reasons={
            4: "not a number: spend is '20.25', where most have a percent sign",
            6: "not a number: spend is 'x'",
        },
    ),
    "a percent sign on one number": Read(
        changed(_4="003,23,20.25%,Bonn"),
        without=(3,),
        reasons={4: "not a number: spend is '20.25%'"},
    ),
    "columns that nobody declared": Read(
        table("x,line," + HEADER + ",reason,x ", [f"1,2,{r},3,4" for r in ROWS]).replace("x ", "z")
    ),
    "a line too long": Read(
        changed(_5=ROWS[3] + ",1"), without=(4,), reasons={5: "too many cells: 5, where"}
    ),
    "a line too short": Read(
        changed(_5="004,24"), without=(4,), reasons={5: "too few cells: 2, where"}
    ),
    "cut off at the end": Read(
        table().rstrip()[:-14], without=(40,), reasons={41: "too few cells"}
    ),
    "comment in the middle": Read(inserted(9, "# exported"), reasons={9: "too few cells: 1"}),
    "units under the header": Read(inserted(2, "-,years,$,-"), reasons={2: "id is missing"}),
    "totals at the end": Read(
        table() + "Total,1620,3085,\n", reasons={42: "totals: the line sums up others"}
    ),
    "totals in the middle": Read(
        inserted(21, "Total,600,720,"), reasons={21: "totals: the line sums up others"}
    ),
    "files joined, each with its mark": Read(
        "\ufeff" + table(rows=ROWS[:20]) + "\ufeff" + table(rows=ROWS[20:]),
        reasons={22: "header again"},
    ),
    "a table appended to itself": Read(
        table(rows=[*ROWS, *ROWS]),
        reasons={len(ROWS) + 2 + i: "exact copy" for i in range(len(ROWS))},
    ),
    "a mark before a row": Read(inserted(9, "\ufeff" + ROWS[0]), reasons={9: "exact copy"}),
    "marks without width": Read(
        table("id,\u200bage,spend,town", [f"\u200b{r}\u200b" for r in ROWS])
    ),
    "header again in the middle": Read(inserted(21, HEADER), reasons={21: "header again"}),
    "a byte that is no text": Read(
        table().encode().replace("Köln\n".encode(), b"K\xf6ln\n", 1),
        without=(1,),
        reasons={2: "no text: byte 0xf6 is not utf-8; in cp1252 it reads"},
    ),
    "NUL bytes in an id": Read(
        changed(_5="0\x004,24,23.5,Köln"), without=(4,), reasons={5: "NUL bytes"}
    ),
    "NUL bytes at the end": Read(table() + "\0" * 50, reasons={42: "NUL bytes"}),
    "DOS end of file": Read(table() + "\x1a", reasons={42: "too few cells"}),
    "a quote opened in one line": Read(
        changed(_5='004,24,23.5,"Köln'), without=(4,), reasons={5: "broken quotes"}
    ),
    "a quote opened in the last line": Read(
        changed(_41='040,60,140.5,"Köln'), without=(40,), reasons={41: "broken quotes"}
    ),
    "two quotes opened": Read(
        changed(_5='004,24,23.5,"Köln', _35='034,54,121,"Köln'),
        without=(4, 34),
        reasons={5: "broken quotes", 35: "broken quotes"},
    ),
    "a quote opened and one closed": Read(
        changed(_5='004,24,23.5,"Köln', _35='034,54,121,Köln"'),
        without=(4, 34),
        reasons={5: "broken quotes", 35: "broken quotes: the line holds the other end"},
    ),
    "text behind a closed quote": Read(
        changed(_5='004,24,23.5,"Kö"ln'), without=(4,), reasons={5: "broken quotes"}
    ),
    "a cell that never ends": Read(
        changed(_5="004,24,23.5," + "x" * 200_000), without=(4,), reasons={5: "cell too long"}
    ),
    "infinity": Read(
        changed(_5="004,inf,23.5,Köln", _6="005,25,Infinity,Ulm"),
        without=(4, 5),
        reasons={5: "not a number: age is 'inf'", 6: "not a number: spend is 'Infinity'"},
    ),
    "numbers beyond reason": Read(
        changed(_5="004,24,1e308,Köln", _6="005,25,1e15,Ulm"),
        without=(4, 5),
        reasons={5: "no plausible number: spend is '1e308'", 6: "no plausible number: spend is"},
    ),
    "an id in scientific notation": Read(
        changed(_5="4.90001E+12,24,23.5,Köln"), without=(4,), reasons={5: "id has lost its digits"}
    ),
    "a formula's error": Read(inserted(9, "#N/A,1,1,Bonn"), reasons={9: "id is missing"}),
}


@pytest.mark.parametrize("kind", READ)
def test_a_file_is_read_right(kind: str) -> None:
    case = READ[kind]
    customers = prepared(case.content, **(case.data or {})).set_index("id")
    expected = {i: c for i, c in CUSTOMERS.items() if int(i) not in case.without}
    found = dict(zip(customers.index, customers.itertuples(index=False, name=None), strict=True))
    assert found == expected
    rejected = files.read_parquet(paths.REJECTED)
    told = dict(zip(rejected["line"], rejected["reason"], strict=True))
    reasons = case.reasons or {}
    assert told.keys() == reasons.keys()
    for line, reason in reasons.items():
        assert told[line].startswith(reason)


def test_a_line_without_an_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_BLOCK", 100)
    monkeypatch.setattr(source, "_LINE", 1000)
    with pytest.raises(InputError, match="has a line of more than 0 MB"):
        prepared(gzip.compress((table() + "x" * 10_000).encode()))


def test_a_customer_may_be_called_total() -> None:
    customers = prepared(inserted(9, "Total,30,12,Ulm"))
    assert "Total" in customers["id"].tolist()
    assert len(customers) == N + 1


def test_a_rejected_line_is_kept_as_it_stands() -> None:
    prepared(changed(_5="004,24,23.5,Köln,1", _6="005,inf,26.75,Ulm"))
    rejected = files.read_parquet(paths.REJECTED).set_index("line")
    assert rejected.loc[5, "text"] == "004,24,23.5,Köln,1"
    assert list(rejected.loc[6, ["id", "age", "spend", "town"]]) == [
        "005",
        "inf",
        "26.75",
        "Ulm",
    ]


def test_damage_is_told_even_where_the_rest_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    prepared(changed(_5="004,24,1e308,Köln", _7="006,26,30,Bonn,1", _8="007,27,33,Köln,1"))
    assert sorted(capsys.readouterr().err.splitlines()) == [
        "warning: 1 row was rejected, line 5: no plausible number: spend is '1e308'",
        "warning: 2 rows were rejected, line 7: too many cells: 5, where the header names 4",
    ]


def test_columns_hardly_as_they_are_meant_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    prepared(changed(_5="004,24,20210304,Köln"))
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(
        "warning: column 'spend' holds 20210304 in line 5, 143,846 times the next largest value"
    )
    prepared(each(lambda row: [*row[:2], row[2] if row[0] < "010" else "", row[3]]))
    assert "column 'spend' is missing for 31 of 40 customers" in capsys.readouterr().err
    prepared(each(lambda row: [*row[:2], "999" if row[0] == "004" else row[0][-1], row[3]]))
    assert "holds 999 in line 5, 111 times the next" in capsys.readouterr().err
    prepared(each(lambda row: [*row[:2], "999" if row[0] < "020" else "1", row[3]]))
    assert capsys.readouterr().err == ""


def test_columns_may_be_called_as_what_is_said_of_rejected_rows() -> None:
    content = changed(_5="004,inf,23.5,Köln").replace("town", "reason")
    prepared(content, categorical={"reason": None})
    assert files.read_parquet(paths.REJECTED)["reason (cell)"].tolist() == ["Köln"]


def test_all_numbers_as_accountants_write_them() -> None:
    spends = {5: "(1,234.50)", 6: "−5", 7: "7-", 8: '"1,000"', 9: "$ -3", 10: "(€2)", 11: "1'000"}
    lines = {f"_{i}": f"{i - 1:03d},{19 + i},{spend},Ulm" for i, spend in spends.items()}
    customers = prepared(changed(**lines).replace("(1,234.50)", '"(1,234.50)"')).set_index("id")
    found = [customers.loc[f"{i - 1:03d}", "spend"] for i in spends]
    assert found == [-1234.5, -5, -7, 1000, -3, -2, 1000]


@pytest.mark.parametrize("sentinel", ["99999", "20210304", "900000000000000"])
def test_a_first_look_is_taken_whatever_the_sentinel(sentinel: str) -> None:
    content = each(lambda row: [row[0], str(int(row[0]) % 5), *row[2:]])
    content = content.replace("004,4,", f"004,{sentinel},")
    prepared(content, numeric={"age": None, "spend": None})
    run_stage("explore", Params.model_validate({"data": DATA}))
    summary = files.read_json(paths.SUMMARY)
    assert max(summary["numeric"]["age"]["histogram"]["edges"]) < 10  # it is somebody's


PURCHASES = [f"{i % 7:03d},{20 + i},{i * 2.5},{TOWNS[i % 3]}" for i in range(N)]
THOUSANDS = each(
    lambda row: [row[0], row[1], f"1.{int(row[0]):03d}" if int(row[0]) % 3 else "407", row[3]]
)

# Kind: the file, settings beside the usual ones, and what the one line must say.
DAMAGED = ("compressed, and damaged or not whole", "get the whole file")
REFUSED: dict[str, tuple[str | bytes, dict[str, Any], tuple[str, ...]]] = {
    "empty": ("", {}, ("is empty",)),
    "blank": ("\n \n\n", {}, ("is empty",)),
    "many blank lines": ("\n" * 5000, {}, ("is empty",)),
    "a quote as delimiter": (table(), {"delimiter": '"'}, ("data.delimiter cannot be a quote",)),
    "title above a header in semicolons": (
        "Customers\n" + table().replace(",", ";"),
        {},
        ("its header in line 2", "delete the lines above it, and set data.delimiter"),
    ),
    "header only": (HEADER + "\n", {}, ("has a header but no rows",)),
    "Excel": (workbook("xl/workbook.xml"), {}, ("an Excel workbook (.xlsx)", "CSV UTF-8")),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, {}, ("(.xls)",)),
    "OpenDocument": (workbook("content.xml"), {}, (".ods",)),
    "zip": (workbook("shop.csv"), {}, ("a zip archive with shop.csv in it", "unpack")),
    "half a zip": (workbook("shop.csv")[:30], {}, ("a damaged zip archive",)),
    "tar": (tarball(table()), {}, ("an archive (tar)", "unpack")),
    "damaged bzip2": (bz2.compress(table().encode())[:60] + b"x" * 60, {}, DAMAGED),
    "damaged Zstandard": (b"\x28\xb5\x2f\xfd" + b"x" * 60, {}, DAMAGED),
    "half a gzip": (gzip.compress(table().encode())[:-20], {}, ("compressed, and damaged",)),
    "damaged Parquet": (b"PAR1" + b"\0" * 50, {}, ("a damaged Parquet file", "the whole file")),
    "SQLite": (b"SQLite format 3\0", {}, ("an SQLite database",)),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(32)) * 3, {}, ("no text",)),
    "web page": (
        "\n<!DOCTYPE html>\n<html><body>Log in</body></html>",
        {},
        ("a web page (HTML)",),
    ),
    "JSON": ('[{"id": 1}]', {}, ("is JSON",)),
    "XML": ('<?xml version="1.0"?><a/>', {}, ("is XML",)),
    "pointer of DVC": ("outs:\n- md5: abc\n  path: shop.csv\n", {}, ("pointer of DVC",)),
    "pointer of Git LFS": ("version https://git-lfs.github.com/spec/v1\n", {}, ("git lfs pull",)),
    "merge conflict in the middle": (
        inserted(9, "<<<<<<< HEAD", ROWS[0], "=======", ROWS[0], ">>>>>>> other"),
        {},
        ("in the middle of a merge", "line 9"),
    ),
    "merge conflict": ("<<<<<<< HEAD\n" + table(), {}, ("conflict",)),
    "UTF-16": (table().encode("utf-16"), {}, ("UTF-16 text", "data.encoding to utf-16")),
    "UTF-16 without its mark": (table().encode("utf-16-le"), {}, ("data.encoding to utf-16-le",)),
    "UTF-8 declared as UTF-16": (table(), {"encoding": "utf-16"}, ("is not utf-16 text", "utf-8")),
    "UTF-8 declared as latin-1": (table(), {"encoding": "latin-1"}, ("is UTF-8, not latin-1",)),
    "Windows letters": (
        table().encode("cp1252"),
        {},
        ("is not utf-8 text: line 2 holds byte 0xf6", "Köln", "data.encoding to cp1252"),
    ),
    "cut off in a letter": (
        table().encode()[: table().encode().rindex("ö".encode()) + 1],
        {},
        ("ends in the middle of a letter in line 41",),
    ),
    "unknown encoding": (table(), {"encoding": "utf-9"}, ("data.encoding 'utf-9'", "cp1252")),
    "no encoding of files": (table(), {"encoding": "hex"}, ("data.encoding 'hex'",)),
    "the undefined encoding": (table(), {"encoding": "undefined"}, ("data.encoding 'undefined'",)),
    "an encoding that is no name": (table(), {"encoding": "a\0b"}, ("data.encoding 'a",)),
    "a path that is no name": (table(), {"path": "a\0b"}, ("data.path", "NUL")),
    "one long line": ("<td>" * 900, {}, ("a single column, '<td>", "…';")),
    "semicolons read with commas": (
        table().replace(",", ";"),
        {},
        ('separated by ";"; set data.delimiter to ";"',),
    ),
    "semicolons and decimal commas": (
        each(lambda row: [c.replace(".", ",") for c in row], ";"),
        {},
        ('set data.delimiter to ";"',),
    ),
    "tabs read with commas": (table().replace(",", "\t"), {}, ('data.delimiter to "\\t"',)),
    "commas read with semicolons": (table(), {"delimiter": ";"}, ('data.delimiter to ","',)),
    "another delimiter in Excel's note": ("sep=;\n" + table(), {}, ("line 1", '";"')),
    "title above the header": (
        "Customers of 2024\n\n" + table(),
        {},
        ("its header in line 3", "delete the lines above it"),
    ),
    "comments above the header": ("# one\n# two\n" + table(), {}, ("its header in line 3",)),
    "no header": ("\n".join(ROWS), {}, ("none of the 4 columns that params.yaml declares",)),
    "one name too few, as R writes it": (
        table(rows=[f"{i},{row}" for i, row in enumerate(ROWS, 1)]),
        {},
        ("names 4 columns, but 40 of 40 rows have 5 cells", "line 2", "write.table"),
    ),
    "one name too many": (
        table(HEADER + ",note"),
        {},
        ("names 5 columns, but 40 of 40 rows have 4 cells",),
    ),
    "decimal commas between commas": (
        each(lambda row: [row[0], row[1], row[2].replace(".", ",") + ",5", row[3]]),
        {},
        ("rows have",),
    ),
    "a name twice": (
        table("id,age,spend,town,age", [f"{r},1" for r in ROWS]),
        {},
        ("more than one column 'age'",),
    ),
    "a name twice but for a space": (
        table("id,age,spend,town, age", [f"{r},1" for r in ROWS]),
        {},
        ("more than one column 'age'",),
    ),
    "quote open in the header": ('id,age,spend,"town\n' + "\n".join(ROWS), {}, ("header", "quote")),
    "a misspelt name": (
        table("id,age,spnd,town"),
        {},
        ("no column 'spend' (data.numeric); did you mean 'spnd'?",),
    ),
    "one customer": (table(rows=ROWS[:1]), {}, ("has one customer, '001'",)),
    "one id": (
        each(lambda row: ["7", *row[1:]]),
        {},
        ("39 of 40 rows", "97.5%", "every row has the same id, '7'", "data.id"),
    ),
    "purchases": (
        table(rows=PURCHASES),
        {},
        (
            "33 of 40 rows of shop.csv were rejected (82.5%; prepare.max_rejected allows 20%)",
            "for 'conflicting id'",
            "7 different values of id in 40 rows look like purchases",
            "a row per customer",
        ),
    ),
    "ids out of a spreadsheet": (
        each(lambda row: [f"4.9{row[0]}E+12", *row[1:]]),
        {},
        ("all 40 rows", "id has lost its digits (40)"),
    ),
    "decimal commas in quotes": (
        each(lambda row: [row[0], row[1], f'"{row[2].replace(".", ",")}"', row[3]]),
        {},
        ("column 'spend'", 'set data.decimal to ","'),
    ),
    "decimal points where commas are declared": (
        table(),
        {"decimal": ","},
        ("column 'spend'", 'set data.decimal to "."'),
    ),
    "German thousands": (
        THOUSANDS,
        {},
        ("column 'spend'", "'1.001' beside '407'", 'set data.decimal to ","'),
    ),
    "English thousands where commas are declared": (
        THOUSANDS.replace(",", ";").replace(".", ","),
        {"decimal": ",", "delimiter": ";"},
        ("'1,001' beside '407'", 'set data.decimal to "."'),
    ),
    "dates as numbers": (
        each(lambda row: [row[0], "2021-03-04", *row[2:]]),
        {},
        ("column 'age' is not numeric: line 2 holds '2021-03-04'", "dates are no numbers"),
    ),
    "dates without dashes": (
        each(lambda row: [row[0], row[1], f"202103{int(row[1]) % 28 + 1:02d}", row[3]]),
        {},
        ("column 'spend'", "dates written as numbers (20210322)"),
    ),
    "truth values as numbers": (
        each(lambda row: [row[0], "True", *row[2:]]),
        {},
        ("line 2 holds 'True'", "data.categorical"),
    ),
    "percent signs on half the numbers": (
        each(lambda row: [row[0], row[1], row[2] + "%" * (int(row[1]) % 2), row[3]]),
        {},
        ("column 'spend'", "percent sign"),
    ),
    "percent signs on most numbers": (
        each(lambda row: [row[0], row[1], row[2] + "%" * (int(row[1]) % 3 > 0), row[3]]),
        {},
        ("column 'spend' is not numeric", "percent sign"),
    ),
    "numbers of twenty digits": (
        each(lambda row: [row[0], row[1], "9" * 20, row[3]]),
        {},
        ("column 'spend' holds no plausible numbers: line 2 holds '999",),
    ),
    "an empty column": (each(lambda row: [*row[:2], "", row[3]]), {}, ("'spend'", "every row")),
    "a constant column": (each(lambda row: [*row[:2], "5", row[3]]), {}, ("'5.0' in every row",)),
    "many lines too long": (
        changed(**{f"_{i}": ROWS[i - 2] + ",1" for i in range(2, 18)}),
        {},
        ("16 of 40 rows", "40.0%", "'too many cells'", "the first is line 2", "rejected.parquet"),
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_is_refused_in_one_clear_line(kind: str) -> None:
    content, data, told = REFUSED[kind]
    with pytest.raises(SegmentationError) as error:
        prepared(content, **data)
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 450
    for part in told:
        assert part in message


def test_what_was_rejected_is_kept_when_too_much_was() -> None:
    with pytest.raises(SegmentationError):
        prepared(table(rows=PURCHASES))
    assert len(files.read_parquet(paths.REJECTED)) == 33
    assert files.read_json(paths.QUALITY)["rejected"] == {"conflicting id": 33}


def test_how_much_may_be_rejected_is_a_setting() -> None:
    Path("shop.csv").write_text(table(rows=PURCHASES), encoding="utf-8")
    run_stage("prepare", Params.model_validate({"data": DATA, "prepare": {"max_rejected": 0.9}}))
    assert len(files.read_parquet(paths.PREPARED)) == 7


def test_rows_that_a_quote_swallowed_are_found_again() -> None:
    """Two stray quotes 250 lines apart make one well-formed cell of all that is between them."""
    rows = [f"{i:04d},{20 + i % 60},{i + 0.5},{TOWNS[i % 3]}" for i in range(1000)]
    rows[100] = rows[100].replace(",Köln", ',"Köln')
    rows[350] = rows[350] + '"'
    customers = prepared(table(rows=rows))
    assert len(customers) == 998
    assert files.read_parquet(paths.REJECTED)["line"].tolist() == [102, 352]


# Quirks of public tables, in a few rows like theirs.
def test_bank_marketing() -> None:
    rows = [f'{30 + i};"{("admin.", "unknown")[i % 2]}";"no";{100 * i}' for i in range(N)]
    content = table('"age";"job";"default";"balance"', rows)
    with pytest.raises(SegmentationError, match=r"no column 'id' \(data.id\).*add a column that"):
        prepared(content, delimiter=";", value="balance", numeric={"age": None, "balance": None})


def test_telco_churn_with_blank_charges() -> None:
    rows = [f"{i:04d}-ABC,{i},{' ' if i == 0 else 20.5 * i},{'YN'[i % 2]}" for i in range(N)]
    customers = prepared(
        table("customerID,tenure,TotalCharges,Churn", rows),
        id="customerID",
        value="TotalCharges",
        numeric={"tenure": None, "TotalCharges": None},
        categorical={"Churn": None},
    )
    assert len(customers) == N
    assert customers["TotalCharges"].isna().sum() == 1


def test_online_retail_is_seen_to_be_purchases() -> None:
    rows = [f"{536365 + i // 3},{i % 12},12/1/2010 8:26,{2.55 + i},1785{i % 5}" for i in range(N)]
    with pytest.raises(SegmentationError, match="5 different values of CustomerID in 40 rows look"):
        prepared(
            table("InvoiceNo,Quantity,InvoiceDate,UnitPrice,CustomerID", rows),
            id="CustomerID",
            value="UnitPrice",
            numeric={"Quantity": None, "UnitPrice": None},
            categorical={},
        )


def test_a_part_without_rows_is_one_that_a_cluster_writes() -> None:
    """Spark writes the first part even if it is empty; all of them empty are no customers."""
    Path("shop").mkdir()
    empty = pa.schema([("id", pa.string()), ("age", pa.int64()), ("spend", pa.float64())])
    pq.write_table(empty.append(pa.field("town", pa.string())).empty_table(), "shop/part-0.parquet")
    Path("shop/part-1.csv").write_text(HEADER + "\n", encoding="utf-8")
    params = Params.model_validate({"data": DATA | {"path": "shop"}})
    with pytest.raises(InputError, match="shop has a header but no rows"):
        run_stage("prepare", params)
    for span in spans.spans(params.data):  # of which a task of Spark makes nothing
        *batches, found = spans.read(span, params.data)
        assert isinstance(found, spans.Found)
        assert not found.mistake
        assert not any(batch.num_rows for batch in batches if isinstance(batch, pa.RecordBatch))
    Path("shop/part-2.csv").write_text(table(), encoding="utf-8")
    run_stage("prepare", params)
    assert len(files.read_parquet(paths.PREPARED)) == N
