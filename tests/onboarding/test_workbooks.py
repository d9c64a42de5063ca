"""Small workbooks that would become huge are refused before anything is laid out."""

import zipfile
from pathlib import Path

import pytest

from segmentation.errors import InputError
from segmentation.onboarding import workbooks


def book(path: Path, *cells: str, name: str = "xl/worksheets/sheet1.xml") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "<sheetData>" + "".join(cells) + "</sheetData>")
    return path


@pytest.mark.parametrize(
    ("corner", "name"),
    [
        ('<c r="XFD1048576"/>', "xl/worksheets/sheet1.xml"),
        ("<c r = 'xfd99999'/>", "xl/any/name.xml"),
        ('<row r="1048576"/>' + " " * (1 << 20) + '<c r="BA1"/>', "xl/worksheets/sheet1.xml"),
    ],
)
def test_a_cell_in_the_last_corner(tmp_path: Path, corner: str, name: str) -> None:
    with pytest.raises(InputError, match="has a sheet with cells as far as row"):
        workbooks.check(book(tmp_path / "a.xlsx", '<c r="A1"/>', corner, name=name))


def test_what_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "a.xlsx", '<c r="A1"/>' * 1000, '<row r="1048576"/>')
    workbooks.check(path)
    monkeypatch.setattr(workbooks, "_BYTES", 10_000)
    with pytest.raises(InputError, match="unpacks to more than"):
        workbooks.check(path)
