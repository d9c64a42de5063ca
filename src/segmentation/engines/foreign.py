"""Recognise files that are no CSV by how they begin, and say how to make one of them.

Parquet is read as it is, unless it would fill the memory.
"""

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from segmentation.errors import InputError

HEAD = 4096  # bytes that are enough to tell

ROWS = 1 << 16
"""Rows of Parquet read at a time."""

_TEXT = 1 << 28  # bytes of a column in so many rows: 4 kB a cell
_MEMORY = "1GB"  # to look at the cells in; what takes more is no table of customers

_UNPACK = "unpack it and set data.path to the CSV inside"
_EXPORT = "export the table as CSV and set data.path to that file"
_SAVE_AS = "save the sheet as 'CSV UTF-8' and set data.path to that file"

# How files begin that people take for a CSV, or that lie where one was expected.
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", _SAVE_AS),
    (b"\x1f\x8b", "compressed (gzip)", _UNPACK),
    (b"BZh", "compressed (bzip2)", _UNPACK),
    (b"\xfd7zXZ\x00", "compressed (xz)", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed (Zstandard)", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)", _UNPACK),
    (b"Rar!", "an archive (rar)", _UNPACK),
    (b"ARROW1", "an Arrow file", _EXPORT),
    (b"SQLite format 3\x00", "an SQLite database", _EXPORT),
    (b"%PDF-", "a PDF", _EXPORT),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "run `git lfs pull`"),
    (b"<<<<<<< ", "in the middle of a merge", "solve the conflict that git marked in it"),
)
_ZIP = b"PK\x03\x04"
_WIDE = (  # four bytes before two: the longer mark begins with the shorter one
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<\?xml\b")
_JSON = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*(?:\"|\})")
_DVC = re.compile(rb"(?:md5: \w+\s+)?(?:frozen: \w+\s+)?outs:\s+- md5:")


def recognise(head: bytes, path: Path, encoding: str) -> str | None:
    """Say what a file is if it is no CSV in the declared encoding, and how to mend that.

    Parameters
    ----------
    head : bytes
        How the file begins, `HEAD` bytes of it.
    path : Path
        The file. It is opened again only to see what a zip archive holds.
    encoding : str
        The encoding that is declared.

    Returns
    -------
    str or None
        ``"an Excel workbook (.xlsx); save …"``. None for what may well be a CSV.

    Examples
    --------
    >>> recognise(b"%PDF-1.7", Path("customers.csv"), "utf-8").split(";")[0]
    'a PDF'
    >>> recognise(b"id,age", Path("customers.csv"), "utf-8")
    """
    for beginning, what, mend in _BEGINNINGS:
        if head.startswith(beginning):
            return f"{what}; {mend}"
    if head.startswith(_ZIP):
        return _zip(path)
    if head[257:262] == b"ustar":
        return f"an archive (tar); {_UNPACK}"
    if _PAGE.match(head):
        return (
            "a web page (HTML), perhaps one that asks to log in; download the file itself, or "
            + _EXPORT
        )
    if _XML.match(head):
        return f"XML; {_EXPORT}"
    if _JSON.match(head):
        return f"JSON; {_EXPORT}"
    if _DVC.match(head):
        return (
            "a pointer of DVC, not the file itself; run `dvc pull` and leave .dvc out of data.path"
        )
    if not encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32")):
        return _wide(head)
    return None


def _wide(head: bytes) -> str | None:
    """Text of two or four bytes a character, or no text at all."""
    for mark, name in _WIDE:
        if head.startswith(mark):
            return f"{name.upper()} text; set data.encoding to {name}"
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros and zeros.count(0) > 0.8 * len(zeros) and head.count(0) < 0.6 * len(head):
            return f"UTF-16 text; set data.encoding to {name}"
    odd = sum(byte < 32 and byte not in b"\t\n\r\x00\x1a" for byte in head)
    if head.count(0) > 0.3 * len(head) or odd > 0.05 * len(head):
        return f"no text; {_EXPORT}"
    return None


def _zip(path: Path) -> str:
    """A workbook is a zip archive too; what it holds tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return "a damaged zip archive; get the whole file"
    if any(name.startswith("xl/") for name in names):
        return f"an Excel workbook (.xlsx); {_SAVE_AS}"
    if "content.xml" in names:
        return f"an OpenDocument sheet (.ods); {_SAVE_AS}"
    return f"a zip archive with {', '.join(names[:3]) or 'nothing'} in it; {_UNPACK}"


def check_parquet(path: Path, columns: Iterable[str] | None = None) -> None:
    """Raise `InputError` if the texts of a Parquet file would fill the memory.

    A text is written once for all cells that hold it, so a few kilobytes may stand for as many
    gigabytes as somebody likes. DuckDB measures them without laying them out.

    Parameters
    ----------
    path : Path
    columns : iterable of str, optional
        Those that are read; by default all.
    """
    import duckdb

    most: tuple[int | None, ...] = ()
    file = "read_parquet(?, file_row_number = true)"
    # Nothing is put on the disk, of which a file may want more than there is.
    with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": ""}) as con:
        try:
            described = con.execute(f"DESCRIBE FROM {file}", [str(path)]).fetchall()
            kinds = {row[0]: row[1] for row in described}
            read = kinds if columns is None else columns
            sizes = [f"sum({size})" for name in read if (size := _size(name, kinds.get(name, "")))]
            if sizes:
                each = f"SELECT {', '.join(sizes)} FROM {file} GROUP BY file_row_number // {ROWS}"
                found = con.execute(f"SELECT max(COLUMNS(*)) FROM ({each})", [str(path)])
                most = found.fetchone() or ()
        except duckdb.OutOfMemoryException:
            most = (_TEXT + 1,)
        except duckdb.Error:
            return  # whoever reads it says what is wrong
    if any(size is not None and size > _TEXT for size in most):
        raise InputError(
            f"{path} would fill the memory: a column of it has more than {_TEXT >> 20} MB of text "
            f"in {ROWS:,} rows; it is damaged, or no table of customers"
        )


def _size(name: str, kind: str) -> str:
    """Return SQL for the bytes of a cell, if cells of this kind may have any number of them."""
    column = '"' + name.replace('"', '""') + '"'
    if kind == "BLOB":
        return f"octet_length({column})"
    if kind == "VARCHAR":
        return f"strlen({column})"
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))
    return f"strlen({column}::VARCHAR)" if nested else ""
