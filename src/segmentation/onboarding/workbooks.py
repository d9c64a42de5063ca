"""Refuse workbooks that are small files and become huge in memory."""

import re
import zipfile
from pathlib import Path

from segmentation.errors import InputError

_BYTES = 1 << 31  # unpacked, of all parts
_CELLS = 50_000_000  # of a sheet: it is laid out whole, its empty cells too
_PIECE = 1 << 20
_LONGEST = 32  # bytes of a place such as r="AB12345"
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,7})["']""")


def check(path: Path) -> None:
    """Raise `InputError` if unpacking a workbook, or laying out a sheet of it, would take too much.

    A sheet with a cell in its first corner and one in its last is a few hundred bytes.
    """
    if not zipfile.is_zipfile(path):
        return  # .xls, which is not packed and has 65,536 rows of 256 columns at most
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > _BYTES:
            raise InputError(
                f"{path} unpacks to more than {_BYTES >> 30} GB; save the sheet as CSV"
            )
        for part in parts:
            rows, columns = _extent(archive, part)  # a sheet may have any name
            if rows * columns > _CELLS:
                raise InputError(
                    f"{path} has a sheet with cells as far as row {rows:,} and column "
                    f"{columns:,}; delete what is empty between them, or save it as CSV"
                )


def _extent(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int]:
    """Return the last row and the last column that a sheet names."""
    rows = columns = 1
    with archive.open(part) as file:
        tail = b""
        while piece := file.read(_PIECE):
            places = _PLACE.findall(tail + piece)
            rows = max([rows, *(int(row) for _, row in places)])
            columns = max([columns, *map(_number, {column for column, _ in places})])
            tail = piece[-_LONGEST:]
    return rows, columns


def _number(column: bytes) -> int:
    """Return the number of a column by its letters, such as 28 for AB."""
    number = 0
    for letter in column.upper():
        number = number * 26 + letter - 64
    return number
