"""Open a file of customers as it comes: CSV, TSV, Parquet or Excel, whatever its marks.

A CSV may be compressed, and a folder may hold parts of it, or of Parquet.
"""

import codecs
import csv
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from segmentation import sql
from segmentation.engines import foreign
from segmentation.engines.foreign import check_parquet
from segmentation.engines.header import BLANK
from segmentation.engines.packed import CUT_OFF, cut_off, unpacked
from segmentation.engines.source import Source as Reader
from segmentation.engines.source import files_of, is_plain
from segmentation.errors import InputError
from segmentation.onboarding import workbooks
from segmentation.settings.shared.data import Data

_HEAD = 1 << 16
_BREAKS = 10  # lines in a cell, above which it is looked at what a quote does
_FEW = 12  # lines that tell groups of columns from columns
_LOOK = 100  # lines that are looked at for the sign between cells
_PARQUET = b"PAR1"
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)
UNNAMED = "unnamed"
"""What a column without a name is called in a copy."""
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Source:
    """A table of text in DuckDB, and how its file is to be read.

    Attributes
    ----------
    path : Path
    con : DuckDBPyConnection
        Holds the table ``cells``: a ``row`` from 1 and the columns ``c0``, ``c1``, ….
    names : tuple of str
        The columns' names, in the order of the file, each different.
    rows : int
    delimiter, encoding : str
        Of the file that is to be read.
    notes : tuple of str
        What was assumed or mended.
    mended : bool
        Whether the pipeline cannot read the file as it is, so that `write_mended` must copy it.
    """

    path: Path
    con: duckdb.DuckDBPyConnection
    names: tuple[str, ...]
    rows: int
    delimiter: str = ","
    encoding: str = "utf-8"
    notes: tuple[str, ...] = ()
    mended: bool = False


@contextmanager
def opened(path: Path, *, sheet: str | None = None) -> Iterator[Source]:
    """Open a file of customers for as long as the context lasts.

    Raises
    ------
    InputError
        There is no such file, or no table in it.
    """
    try:
        parts = files_of(path)
        with parts[0].open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise InputError(
            f"{path} does not exist; name the file that holds your customers"
        ) from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    with tempfile.TemporaryDirectory(prefix="segmentation-") as folder:
        con = duckdb.connect(config={"temp_directory": folder, "threads": 2})
        con.execute("SET enable_progress_bar = false")
        try:
            if head.startswith(_PARQUET):
                yield _parquet(path, parts, con)
            elif len(parts) == 1 and head.startswith(_EXCEL) and path.suffix.lower() in _WORKBOOKS:
                yield _workbook(path, con, sheet)
            else:
                plain, notes = _plain(parts, head, Path(folder))
                yield _text(path, plain, con, Path(folder), notes)
        except duckdb.Error as error:
            why = str(error).splitlines()[0]
            if "at least a single column" in why:
                raise InputError(
                    f"{path} has no header above its rows: blank lines come first"
                ) from None
            raise InputError(f"{path} cannot be read as a table: {why}") from None
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path} is {error.encoding} at first, but not to its end (it is damaged, or cut "
                "off); save it as UTF-8"
            ) from None
        finally:
            con.close()


def without_row(source: Source, row: int) -> Source:
    """Return the table without a row of sums, which no id gives away: a copy is to be read."""
    source.con.execute(f"DELETE FROM cells WHERE row = {row}")
    note = "the last row holds totals: a copy without it is read"
    return replace(source, rows=source.rows - 1, mended=True, notes=(*source.notes, note))


def write_mended(source: Source, target: Path) -> None:
    """Write the table as a CSV that the pipeline reads."""
    named = [f"c{i} AS {sql.name(name or UNNAMED)}" for i, name in enumerate(source.names)]
    columns = ", ".join(named)
    target.parent.mkdir(parents=True, exist_ok=True)
    table = f"(SELECT {columns} FROM cells ORDER BY row)"
    source.con.execute(f"COPY {table} TO {sql.text(str(target))} (HEADER, DELIMITER ',')")


def _plain(parts: list[Path], head: bytes, folder: Path) -> tuple[Path, list[str]]:
    """Return one file of text: unpacked, and parts after each other under one header."""
    if len(parts) == 1 and is_plain(head):
        return parts[0], []
    whole = folder / "whole.csv"
    first: bytes | None = None
    with whole.open("wb") as target:
        for part in parts:
            try:
                with unpacked(part) as file:
                    header = file.readline(_HEAD)
                    known = header.removeprefix(codecs.BOM_UTF8).strip()
                    if first is None:
                        first = known
                        target.write(header)
                    elif known != first:
                        raise InputError(
                            f"{part} has another header than {parts[0]}; parts of one table have "
                            "the same columns in the same order"
                        )
                    last = header
                    while piece := file.read(1 << 20):
                        target.write(piece)
                        last = piece
                    if not last.endswith((b"\n", b"\r")):
                        target.write(b"\n")
            except CUT_OFF as error:
                raise cut_off(part, error) from None
    return whole, [f"{len(parts)} parts of one table"] if len(parts) > 1 else []


def _parquet(path: Path, parts: list[Path], con: duckdb.DuckDBPyConnection) -> Source:
    for part in parts:
        check_parquet(part)
    listed = ", ".join(sql.text(str(part)) for part in parts)
    con.execute(f"CREATE VIEW raw AS SELECT * FROM read_parquet([{listed}])")
    names = [row[0] for row in con.execute("DESCRIBE raw").fetchall()]
    nested = [
        row[0]
        for row in con.execute("DESCRIBE raw").fetchall()
        if row[1].endswith("]") or row[1].startswith(("STRUCT", "MAP", "BLOB"))
    ]
    names = [name for name in names if name not in nested]
    chosen = ", ".join(f"CAST({sql.name(name)} AS VARCHAR) AS c{i}" for i, name in enumerate(names))
    con.execute(f"CREATE TABLE cells AS SELECT row_number() OVER () AS row, {chosen} FROM raw")
    notes = ["a Parquet file: it is copied as CSV"]
    if nested:
        notes.append(f"left out as no table of cells: {', '.join(nested)}")
    return _source(path, con, names, notes, mended=True)


def _workbook(path: Path, con: duckdb.DuckDBPyConnection, sheet: str | None) -> Source:
    found = workbooks.read(path, sheet)
    con.register("sheet", found.cells)
    con.execute("CREATE TABLE cells AS SELECT * FROM sheet")
    con.unregister("sheet")
    notes = [f"a workbook: its sheet '{found.name}' is copied as CSV"]
    if found.others and sheet is None:
        others = ", ".join(found.others)
        notes.append(f"the largest sheet was taken; others: {others} (--sheet NAME)")
    if found.above:
        notes.append(_left_out(found.above))
    return _source(path, con, found.names, notes, mended=True)


def _left_out(lines: int) -> str:
    few = "1 line above the header was" if lines == 1 else f"{lines} lines above the header were"
    return f"{few} left out"


def _text(
    path: Path, plain: Path, con: duckdb.DuckDBPyConnection, folder: Path, notes: list[str]
) -> Source:
    with plain.open("rb") as opened_:
        head = opened_.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError(f"{path} is empty; it needs a header and a row per customer")
    encoding, told = _encoding(plain, head)
    notes = [*notes, *told]
    kind = foreign.recognise(head[: foreign.HEAD], plain, encoding)
    if kind:
        raise InputError(f"{path} is {kind}")
    readable = plain
    old_ends = b"\r" in head and b"\n" not in head  # of old Macs, which DuckDB does not look for
    if encoding != "utf-8" or old_ends:
        readable = folder / "as-utf-8.csv"
        with (
            plain.open(encoding=encoding, newline="") as old,
            readable.open("w", encoding="utf-8", newline="") as new,
        ):
            while piece := old.read(1 << 20):
                new.write(piece.replace("\r", "\n") if old_ends else piece)
    file = sql.text(str(readable))
    delimiter, skip, has_header = _sniffed(con, file)
    first = _first_lines(readable, skip + _LOOK)
    if len(first) <= skip:
        raise InputError(f"{path} has no header")
    above = _lines_above(first)
    if above:
        skip, has_header = above, True
    delimiter = _in_most_lines(first[skip:], than=delimiter) or delimiter
    if delimiter in _DELIMITERS and _is_of_groups(first[skip:], delimiter):
        skip, has_header = skip + 1, True
    try:
        header = [
            name.strip(BLANK) for name in next(csv.reader([first[skip]], delimiter=delimiter))
        ]
    except csv.Error as error:
        raise InputError(
            f"{path} has no header in line {skip + 1} ({error}); put the names of its columns there"
        ) from None
    if delimiter not in _DELIMITERS:
        if len(header) > 1 and delimiter == " ":
            raise InputError(
                f"{path} is separated by spaces, which stand in texts too; save it with commas"
            )
        delimiter = ","
        header = [first[skip].strip(BLANK)]
    has_header = has_header or _looks_like_names(header)
    excel_note = first[0].lower().startswith("sep=")
    mended = False
    if skip and not (excel_note and skip == 1):
        notes.append(f"{_left_out(skip)}: a copy without is read")
        mended = True
    if not has_header:
        header = [f"column {i + 1}" for i in range(len(header))]
        notes.append("the first line is a customer, not a header: a copy with a header is read")
        mended = True
    if not header:
        raise InputError(f"{path} has no header above its rows: blank lines come first")
    columns = ", ".join(f"'{each}': 'VARCHAR'" for each in (*_cells(header), "more"))
    con.execute(
        f"CREATE TABLE cells AS SELECT row_number() OVER () AS row, * FROM read_csv({file}, "
        f"auto_detect = false, delim = {sql.text(delimiter)}, quote = '\"', escape = '\"', "
        f"header = {str(bool(has_header)).lower()}, skip = {skip}, columns = {{{columns}}}, "
        "null_padding = true, strict_mode = false, ignore_errors = true, max_line_size = 16777216, "
        "parallel = false)"
    )
    wider = _leave_out_wider(con)
    if wider:
        many = "1 row has" if wider == 1 else f"{wider:,} rows have"
        notes.append(f"{many} more cells than the header names: left out")
    if not skip and has_header and _swallows(con, len(header)):
        _by_the_line(con, readable, header, delimiter)
    return _source(path, con, header, notes, mended=mended, delimiter=delimiter, encoding=encoding)


def _cells(header: list[str]) -> list[str]:
    return [f"c{i}" for i in range(len(header))]


def _leave_out_wider(con: duckdb.DuckDBPyConnection) -> int:
    """Take no cells of lines that have more than the header names: they stand in other columns.

    `prepare` rejects these lines, too; where most are so, it says what is wrong with the header.
    """
    found = con.execute("SELECT count(more), count(*) FROM cells").fetchone()
    wider, rows = found or (0, 0)
    few = 0 < wider < rows / 2
    if few:
        con.execute("DELETE FROM cells WHERE more IS NOT NULL")
    con.execute("ALTER TABLE cells DROP more")
    return wider if few else 0


def _swallows(con: duckdb.DuckDBPyConnection, columns: int) -> bool:
    """Whether a cell holds so many lines that a quote may have been opened and never closed."""
    breaks = (f"max(length(c{i}) - length(replace(c{i}, chr(10), '')))" for i in range(columns))
    found = con.execute(f"SELECT greatest({', '.join(breaks)}) FROM cells").fetchone()
    return bool(found and (found[0] or 0) > _BREAKS)


def _by_the_line(
    con: duckdb.DuckDBPyConnection, path: Path, header: list[str], delimiter: str
) -> None:
    """Take the cells as the pipeline reads them, which gives up a quote that is never closed."""
    if len(set(header)) < len(header):
        return
    names = [name for name in header if name]
    data = Data.model_validate(
        {"path": path, "delimiter": delimiter, "id": None, "value": None,
         "categorical": dict.fromkeys(names)}
    )  # fmt: skip
    columns = ", ".join(f"c{i} VARCHAR" for i in range(len(header)))
    con.execute(f"CREATE OR REPLACE TABLE cells (row BIGINT, {columns})")
    row = 0
    for batch in Reader(data, doing="look at").originals():
        numbers = pa.array(range(row + 1, row + 1 + batch.num_rows), pa.int64())
        row += batch.num_rows
        con.register("batch", pa.Table.from_arrays(
            [numbers, *batch.columns], names=["row", *(f"c{i}" for i in range(len(header)))]
        ))  # fmt: skip
        con.execute("INSERT INTO cells SELECT * FROM batch")
        con.unregister("batch")


def _sniffed(con: duckdb.DuckDBPyConnection, file: str) -> tuple[str, int, bool]:
    """Delimiter, lines above the header, and whether there is one: strictly, else as may be."""
    query = (
        f"SELECT Delimiter, SkipRows, HasHeader FROM sniff_csv({file}, sample_size = 20480, "
        "null_padding = true"
    )
    try:
        found = con.execute(f"{query})").fetchone()
    except duckdb.InvalidInputException:
        found = con.execute(f"{query}, strict_mode = false, ignore_errors = true)").fetchone()
    assert found is not None  # noqa: S101 - it fails or finds
    return str(found[0]), int(found[1]), bool(found[2])


def _lines_above(lines: list[str]) -> int:
    """How many lines, such as a title, stand above a header: those that fill hardly any cell.

    A spreadsheet ends them with as many delimiters as the lines below have.
    """
    found = cells_then = 0
    for sign in _DELIMITERS:
        often = [line.count(sign) for line in lines]
        usual, alike = Counter(often[1:]).most_common(1)[0] if often[1:] else (0, 0)
        if not usual or alike <= len(lines) / 2:
            continue
        filled = [sum(bool(cell.strip(BLANK)) for cell in line.split(sign)) for line in lines]
        cells = usual + 1
        if often[0] == usual and filled[0] > cells / 2:
            return 0  # it is the header, whatever 12,50 looks like below it
        place = next((i for i, many in enumerate(filled) if many > cells / 2), 0)
        named = sum(any(letter.isalpha() for letter in cell) for cell in lines[place].split(sign))
        titles = all(many <= (2 if cells > 3 else 1) for many in filled[:place])
        # 12,50 is no header.
        if cells > cells_then and titles and often[place] == usual and named > cells / 2:
            found, cells_then = place, cells
    return found


def _is_of_groups(lines: list[str], delimiter: str) -> bool:
    """Whether a first line names groups of columns, and the second one the columns.

    Some groups span several columns, so cells are empty; below, each has a name and none a digit
    alone, and there are numbers in the lines after it.
    """
    try:
        groups, names, *rows = csv.reader(lines[:_FEW], delimiter=delimiter)
    except (csv.Error, ValueError):
        return False
    named = [name.strip() for name in names]
    if (
        sum(not cell.strip() for cell in groups[1:]) < 2
        or len(groups) != len(named)
        or not all(named)
        or len(set(named)) < len(named)
        or any(not any(sign.isalpha() for sign in name) for name in named)
    ):
        return False
    below = [cell.strip() for row in rows for cell in row]
    return any(cell.isdigit() for cell in below) and not any(name in below for name in named)


def _in_most_lines(lines: list[str], *, than: str) -> str | None:
    """The delimiter that stands in a header more often `than`, and in most lines below as there.

    DuckDB takes the comma of 12,50 for one where it fits some lines that are damaged, or one at the
    end of all lines.
    """
    header, *rows = lines
    found = {
        sign: header.count(sign)
        for sign in _DELIMITERS
        if header.count(sign) > header.count(than)
        and sum(row.count(sign) == header.count(sign) for row in rows) > len(rows) / 2
    }
    return max(found, key=lambda sign: found[sign]) if found else None


def _looks_like_names(header: list[str]) -> bool:
    """Whether a first line is names where every cell is text, as in a table of categories."""
    words = [name for name in header if name]
    if not words or any(character.isdigit() for name in words for character in name[:1]):
        return False
    marks = ("id", "name", "age", "gender", "sex", "type", "date", "amount", "total")
    return all(len(name) <= 60 for name in words) and any(
        "_" in name or name[:1].islower() or name.lower().endswith(marks) or name.isupper()
        for name in words
    )


def _source(
    path: Path,
    con: duckdb.DuckDBPyConnection,
    header: list[str],
    notes: list[str],
    *,
    mended: bool,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Source:
    names, renamed = _distinct(header)
    if renamed:
        notes.append(
            f"the header names a column twice: {', '.join(renamed)}; a copy is read, in which each "
            "has a name of its own"
        )
        mended = True
    if mended:
        delimiter, encoding = ",", "utf-8"
    counted = con.execute("SELECT count(*) FROM cells").fetchone()
    rows = counted[0] if counted else 0
    if not rows:
        raise InputError(f"{path} has a header but no rows; it needs a row per customer")
    return Source(
        path=path,
        con=con,
        names=tuple(names),
        rows=rows,
        delimiter=delimiter,
        encoding=encoding,
        notes=tuple(notes),
        mended=mended,
    )


def _distinct(header: list[str]) -> tuple[list[str], list[str]]:
    """Give each column a name of its own; which were named twice. One may have no name."""
    names: list[str] = []
    taken = set(header)
    seen: Counter[str] = Counter()
    renamed = []
    for name in header:
        seen[name] += 1
        free = name
        if seen[name] > 1:
            number = seen[name]
            while (free := f"{name or 'column'} ({number})") in taken:
                number += 1
            taken.add(free)
            renamed.append(f"'{name}' (now also '{free}')" if name else f"'' (now '{free}')")
        names.append(free)
    return names, [] if set(header) == {""} else renamed


def _encoding(path: Path, head: bytes) -> tuple[str, list[str]]:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, [] if name == "utf-8" else [f"{name} by its byte order mark"]
    decoder = codecs.getincrementaldecoder("utf-8")()
    latin = False
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            latin = latin or bool({0x81, 0x8D, 0x8F, 0x90, 0x9D} & set(piece))
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                break
        else:
            return "utf-8", []
        while piece := file.read(1 << 20):
            latin = latin or bool({0x81, 0x8D, 0x8F, 0x90, 0x9D} & set(piece))
    name = "cp1251" if _is_cyrillic(head) else "latin-1" if latin else "cp1252"
    return name, [f"not UTF-8; taken for {name}, look at the accents in the report"]


def _is_cyrillic(head: bytes) -> bool:
    """Whether words, read as Western ones, are nothing but accents: Êëèåíò for Клиент."""
    words = re.findall(r"[^\W\d_]{3,}", head.decode("cp1252", errors="replace"))
    odd = [sum(ord(letter) > 0xBF for letter in word) / len(word) for word in words]
    return sum(share > 0.5 for share in odd) > 0.5 * sum(share > 0 for share in odd)


def _first_lines(path: Path, many: int) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return [line.rstrip("\r\n") for _, line in zip(range(many), file, strict=False)]
