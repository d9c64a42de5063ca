"""Small workbooks that would become huge are refused before anything is laid out."""

import sys
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


def sheet_of_open_document(path: Path, *, rows: int, columns: int) -> Path:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" '
    cell += 'office:value-type="string"><text:p>x</text:p></table:table-cell>'
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="S"><table:table-row table:number-rows-repeated="{rows}">'
            f"{cell}</table:table-row></table:table></office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return path


def with_a_text_for_all(path: Path, *, length: int, rows: int) -> Path:
    """A workbook in which one text stands once, for all cells."""
    of = "http://schemas.openxmlformats.org"
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}" t="s"><v>0</v></c></row>'
    office = f"{of}/officeDocument/2006/relationships"

    def related(**targets: str) -> str:
        each = "".join(
            f'<Relationship Id="{kind}" Type="{office}/{kind}" Target="{target}"/>'
            for kind, target in targets.items()
        )
        return f'<Relationships xmlns="{of}/package/2006/relationships">{each}</Relationships>'

    parts = {
        "_rels/.rels": related(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{of}/spreadsheetml/2006/main" xmlns:r="{office}">'
        '<sheets><sheet name="S" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": related(
            worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml"
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{of}/spreadsheetml/2006/main"><si><t>'
        f"{'x' * length}</t></si></sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{of}/spreadsheetml/2006/main"><sheetData>'
        + "".join(row.format(i) for i in range(1, rows + 1))
        + "</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
def test_what_becomes_too_large_ends_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ods = sheet_of_open_document(tmp_path / "a.ods", rows=20, columns=3)
    xlsx = with_a_text_for_all(tmp_path / "a.xlsx", length=10, rows=20)
    assert [len(workbooks.read(path, None).cells) for path in (ods, xlsx)] == [19, 19]
    sheet_of_open_document(ods, rows=10_000, columns=100)
    with_a_text_for_all(xlsx, length=2_000_000, rows=50)
    assert max(path.stat().st_size for path in (ods, xlsx)) < 30_000
    monkeypatch.setattr(workbooks, "_MEMORY", 40_000_000)
    for path in (ods, xlsx):
        with pytest.raises(InputError, match="takes more than 0 GB of memory, or is damaged"):
            workbooks.read(path, None)
    assert capfd.readouterr() == ("", "")
