"""Read a sheet of a workbook, unless it is a small file that becomes huge in memory."""

import faulthandler
import os
import re
import sys
import zipfile
import zlib
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from segmentation.engines.header import BLANK
from segmentation.errors import InputError

_BYTES = 1 << 31  # unpacked, of all parts
_CELLS = 50_000_000  # of a sheet: it is laid out whole, its empty cells too
_MEMORY = 1 << 32  # bytes in which a workbook is read
_PIECE = 1 << 20
_LONGEST = 32  # bytes of a place such as r="AB12345"
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,7})["']""")


@dataclass(frozen=True)
class Sheet:
    """A sheet with a table.

    Attributes
    ----------
    name : str
    others : tuple of str
        The other sheets with something in them.
    above : int
        Lines above the header.
    names : list of str
        Of the columns.
    cells : pyarrow.Table
        The rows as texts, in columns ``c0`` to ``cN`` after their numbers in ``row``.
    """

    name: str
    others: tuple[str, ...]
    above: int
    names: list[str]
    cells: pa.Table


def read(path: Path, sheet: str | None) -> Sheet:
    """Return a sheet, by default the largest.

    What a file becomes cannot be told by looking at it: a text is written once for all cells that
    hold it, and a cell for all that repeat it. So another process lays it out, in limited memory,
    where there are such limits; without enough of it, that one ends and this one goes on.

    Raises
    ------
    InputError
        It is no workbook, has no such sheet or no table in it, or becomes too large.
    """
    if sys.platform != "linux":
        return _read(path, sheet)
    try:
        with ProcessPoolExecutor(1, get_context("fork"), _limit) as apart:
            return apart.submit(_read, path, sheet).result()
    except (BrokenProcessPool, MemoryError):
        raise _beyond(path) from None


def _limit() -> None:
    """Give this process so much memory more, and let it end without a word."""
    import resource

    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = used * resource.getpagesize() + _MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _read(path: Path, sheet: str | None) -> Sheet:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        check(path)
        book = CalamineWorkbook.from_path(str(path))
        if sheet is not None and sheet not in book.sheet_names:
            raise InputError(
                f"{path} has no sheet '{sheet}'; it has: {', '.join(book.sheet_names)}"
            )
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InputError(f"{path} cannot be read as a workbook: {error}") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust, for want of memory or by a mistake
            raise
        raise _beyond(path) from None
    sizes = {name: len(rows) * max(map(len, rows), default=0) for name, rows in sheets.items()}
    name = sheet or max(sizes, key=lambda each: sizes[each], default="")
    rows = [
        [_cell(cell) for cell in row] for row in sheets.get(name, []) if any(c != "" for c in row)
    ]
    if len(rows) < 2:
        raise InputError(f"{path} has no table of customers in the sheet '{name}'")
    width = max(sum(cell != "" for cell in row) for row in rows)
    top = next(i for i, row in enumerate(rows) if sum(c != "" for c in row) >= 0.8 * width)
    header, body = rows[top], rows[top + 1 :]
    keep = [i for i, cell in enumerate(header) if cell or any(row[i] for row in body)]
    cells = {
        f"c{place}": pa.array([row[i] or None for row in body], pa.string())
        for place, i in enumerate(keep)
    }
    return Sheet(
        name=name,
        others=tuple(each for each, size in sizes.items() if size and each != name),
        above=top,
        names=[header[i] for i in keep],
        cells=pa.table({"row": pa.array(range(1, len(body) + 1), pa.int64()), **cells}),
    )


def _beyond(path: Path) -> InputError:
    return InputError(
        f"{path} takes more than {_MEMORY >> 30} GB of memory, or is damaged; save the sheet as CSV"
    )


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip(BLANK)


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
