"""The engine for one machine: pandas and scikit-learn."""

import codecs
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

import pandas as pd

from segmentation.artifacts.quality import Lines
from segmentation.engines import foreign, header
from segmentation.engines.records import Records
from segmentation.errors import InputError, SettingsError
from segmentation.settings.shared.data import Data

_TOP = 20  # lines in which the header is looked for


@dataclass(frozen=True)
class Table:
    """A file as text.

    Attributes
    ----------
    cells : DataFrame of str
        The declared columns as they stand in the file, a row per customer, indexed by line.
    damaged : DataFrame
        What is no row: ``line``, ``reason`` and the ``text`` of the line.
    lines : Lines
    """

    cells: pd.DataFrame
    damaged: pd.DataFrame
    lines: Lines


def read(data: Data) -> Table:
    """Read the customers' file with every cell as text, and account for every line.

    Raises
    ------
    InputError
        The file is missing, empty, no CSV, has a header only, or its header does not fit.
    """
    path = data.path
    _check_encoding(data)
    try:
        if "\0" in str(path):
            raise SettingsError("data.path holds a NUL byte; name a CSV file")
        with path.open("rb") as file:
            head = file.read(foreign.HEAD)
        if len(head) < foreign.HEAD and not head.strip(b"\xef\xbb\xbf \t\r\n"):
            raise InputError(_empty(data))
        kind = foreign.recognise(head, path, data.encoding)
        if kind:
            raise InputError(f"{path} is {kind}")
        _not_utf8_after_all(data)
        with path.open(encoding=_codec(data), newline="") as text:
            return _table(text, data)
    except FileNotFoundError:
        raise InputError(
            f"{path} does not exist; put a CSV of customers there or set data.path in params.yaml"
        ) from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; data.path must name a CSV file") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise InputError(_wrong_encoding(data)) from None


def _table(text: TextIO, data: Data) -> Table:
    if data.delimiter in '"\r\n':
        raise SettingsError("data.delimiter cannot be a quote or a line break")
    top = list(itertools.islice(text, _TOP))
    records = Records(itertools.chain(top, text), delimiter=data.delimiter)
    if top and top[0].lower().startswith("sep="):  # Excel's note to itself
        _excel_delimiter(top[0], data)
        records.skip()
    names = _header(records, data, top)
    wanted = [data.id, *data.columns]
    places = [names.index(name) for name in wanted]
    numeric = [names.index(name) for name in data.numeric]

    def is_row(cells: list[str]) -> bool:
        return not any(character.isalpha() for i in numeric for character in cells[i])

    blocks = [
        pd.DataFrame(
            {name: [row[i] for row in rows] for name, i in zip(wanted, places, strict=True)},
            index=pd.Index(lines, name="line"),
            dtype="str",
        )
        for lines, rows in records.blocks(names, is_row)
    ]
    if not records.rows:
        raise InputError(f"{data.path} has a header but no rows; it needs a row per customer")
    _header_of_these_rows(records, names, data)
    _no_merge(records, data)
    return Table(
        cells=pd.concat(blocks) if blocks else pd.DataFrame(columns=wanted, dtype="str"),
        damaged=pd.DataFrame(
            {
                "line": pd.Series([row.line for row in records.damaged], dtype="int64"),
                "reason": pd.Series([row.reason for row in records.damaged], dtype="str"),
                "text": pd.Series([row.text for row in records.damaged], dtype="str"),
            }
        ),
        lines=Lines(
            in_file=records.lines,
            header=records.above,
            rows=records.rows,
            blank=records.blank,
            breaks_in_cells=records.breaks,
        ),
    )


def _header(records: Records, data: Data, top: list[str]) -> list[str]:
    try:
        names = records.header()
    except csv.Error:
        raise InputError(
            f"{data.path} has a header with a quote that is not closed; mend its first line"
        ) from None
    if not names:
        raise InputError(_empty(data))
    if "\0" in "".join(names):
        raise InputError(f"{data.path} has a header with NUL bytes; mend its first line")
    return header.check(names, data, top=top, line=records.lines)


def _empty(data: Data) -> str:
    return f"{data.path} is empty; it needs a header and a row per customer"


def _excel_delimiter(line: str, data: Data) -> None:
    named = line.rstrip("\r\n")[len("sep=") :].strip('"') or "\t"
    if named[0] != data.delimiter:
        raise InputError(
            f"{data.path} says in line 1 that '{named[0]}' separates its columns; set "
            f'data.delimiter to "{named[0]}"'
        )


def _header_of_these_rows(records: Records, names: list[str], data: Data) -> None:
    """Refuse a header that most rows do not fit: every one of them would be in other columns."""
    if not records.widths:
        return
    width, count = records.widths.most_common(1)[0]
    if count <= records.rows / 2:
        return
    if width > len(names):
        mend = (
            "add the name that is missing to the header (R's write.table leaves out that of the "
            f"row names), or quote the cells that hold a '{data.delimiter}'"
        )
    else:
        mend = "mend the header, or the rows"
    raise InputError(
        f"the header of {data.path} names {len(names)} columns, but {count:,} of {records.rows:,} "
        f"rows have {width} cells (line {records.damaged[0].line} is the first that does not fit); "
        f"{mend}"
    )


def _no_merge(records: Records, data: Data) -> None:
    """Refuse a file that git has marked: it holds two versions of the same customers."""
    for row in records.damaged:
        if row.text.startswith(("<<<<<<< ", ">>>>>>> ")):
            raise InputError(
                f"{data.path} is in the middle of a merge; solve the conflict that git marked in "
                f"line {row.line}"
            )


def _check_encoding(data: Data) -> None:
    """Python has codecs that are no encodings of files: ``hex``, ``idna``, ``undefined``."""
    try:
        name = codecs.lookup(data.encoding).name
        b"a".decode(name)
    except UnicodeDecodeError:
        pass  # half a letter of UTF-16
    except (LookupError, ValueError):
        name = ""
    if not name or name in ("idna", "punycode") or "escape" in name:
        raise SettingsError(
            f"data.encoding '{data.encoding}' is no encoding of text files that Python knows; such "
            "are utf-8, utf-16, cp1252 and latin-1"
        )


def _codec(data: Data) -> str:
    """UTF-8 with or without the mark that spreadsheets put first."""
    same = codecs.lookup(data.encoding).name
    return "utf-8-sig" if same == "utf-8" else same


def _pieces(data: Data) -> Iterator[bytes]:
    with data.path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _not_utf8_after_all(data: Data) -> None:
    """Raise where a file that is declared otherwise is UTF-8: Müller would be read as MÃ¼ller."""
    if codecs.lookup(data.encoding).name.startswith(("utf", "ascii")):
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain = True
    try:
        for piece in _pieces(data):
            decoder.decode(piece)
            plain = plain and piece.isascii()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return
    if not plain:
        raise InputError(f"{data.path} is UTF-8, not {data.encoding}; set data.encoding to utf-8")


def _wrong_encoding(data: Data) -> str:
    """Say where a file is not in its encoding, and which other one may be meant."""
    path, declared = data.path, data.encoding
    codec = _codec(data)
    if codec.startswith(("utf-16", "utf-32")):
        return f"{path} is not {declared} text; set data.encoding, for example to utf-8"
    content = path.read_bytes()
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            line.decode(codec)
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and content.endswith(line):
                return f"{path} ends in the middle of a letter in line {number}; get the whole file"
            word = line[max(error.start - 12, 0) : error.end + 12]
            other = _reads(word)
            return (
                f"{path} is not {declared} text: line {number} holds byte "
                f"0x{line[error.start]:02x}; if that is to be '{word.decode(other).strip()}', set "
                f"data.encoding to {other}"
            )
    return f"{path} is not {declared} text; set data.encoding"


def _reads(word: bytes) -> str:
    try:
        word.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
