"""Open what `data.path` names: a CSV, a compressed one, Parquet, or a folder with parts of them."""

import codecs
import csv
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.artifacts.quality import Lines
from segmentation.engines import arrow, blocks, foreign, header, packed
from segmentation.engines.blocks import About, Blocks, Layout, Places, schema
from segmentation.engines.foreign import ROWS, check_parquet
from segmentation.engines.records import Records, Tally, older
from segmentation.engines.rows import unpacked
from segmentation.errors import InputError, SettingsError
from segmentation.progress import watched
from segmentation.settings.shared.data import Data

_TOP = 20  # lines in which the header is looked for
_BLOCK = 1 << 22  # bytes read at a time
_LINE = 1 << 26  # bytes of a line at most
_WRONG = 0.01  # share of lines that are no text above which the encoding is wrong, not the lines
_PARQUET = b"PAR1"
NO_LINES = Lines(in_file=0, header=0, rows=0, blank=0, breaks_in_cells=0)


@dataclass(frozen=True)
class Part:
    """A file of those in `data.path`, and how many lines the ones before it have."""

    path: Path
    offset: int


class Source:
    """The customers as text, a batch of rows after the other, and an account of every line.

    Attributes
    ----------
    lines : Lines
        Of what was read last.
    parts : list of Part
        The files that were read. Where they are several, lines are counted through all of them.
    names : list of str
        Of the columns of a CSV, known with its first batch.

    Parameters
    ----------
    data : Data
    whole : bool
        Read all cells of a CSV, not only those of the declared columns.
    doing : str
        What it is called where it takes long.
    part : bool
        One of several files, of which some may have no rows: clusters write such.
    """

    def __init__(
        self, data: Data, *, whole: bool = False, doing: str = "read", part: bool = False
    ) -> None:
        self._data, self._whole, self._doing, self._part = data, whole, doing, part
        self.names: list[str] = []
        self.lines = NO_LINES
        self.parts: list[Part] = []
        _check_encoding(data)
        if data.delimiter in '"\r\n':
            raise SettingsError("data.delimiter cannot be a quote or a line break")

    @property
    def schema(self) -> pa.Schema:
        """Of the batches."""
        return schema(1 + len(self._data.cells))

    def where(self, line: int) -> tuple[Path, int]:
        """Return the file in which a line is, and its place there."""
        part = next(part for part in reversed(self.parts) if part.offset < line)
        return part.path, line - part.offset

    def batches(self, wanted: Places | None = None) -> Iterator[pa.RecordBatch]:
        """Read everything, or once more the rows of the lines that are `wanted`.

        Raises
        ------
        InputError
            A file is missing, empty, no table, has a header only, or its header does not fit.
        """
        path = self._data.path
        self.lines, self.parts = NO_LINES, []
        try:
            for file in files_of(path):
                self.parts.append(Part(file, self.lines.in_file))
                data = self._data.model_copy(update={"path": file})
                for batch in self._file(data, self.lines.in_file, wanted):
                    yield batch if data.id is not None else lines_as_ids(batch)
            if wanted is None and not self._part:
                must_have_rows(self.lines, path)
        except FileNotFoundError:
            raise InputError(
                f"{path} does not exist; put a CSV of customers there or set data.path in "
                "params.yaml"
            ) from None
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from None

    def originals(self) -> Iterator[pa.RecordBatch]:
        """Read all columns under their names, without the lines that are no rows.

        Cells of a CSV are text, those of Parquet what they are. In both, rows are those of
        `batches`, in order.
        """
        import pyarrow.parquet as pq

        whole = Source(self._data, whole=True, doing=self._doing)
        first: pa.Schema | None = None
        for path in files_of(self._data.path):
            data = self._data.model_copy(update={"path": path})
            with path.open("rb") as file:
                if file.read(len(_PARQUET)) == _PARQUET:
                    check_parquet(path)
                    with pq.ParquetFile(path) as parts:
                        total = -(-parts.metadata.num_rows // ROWS)
                        read = parts.iter_batches(ROWS)
                        doing = f"{self._doing} {path.name}"
                        for batch in watched(read, total=total, doing=doing):
                            first = _same(batch.schema, first, path)
                            yield batch
                    continue
            for batch in whole._file(data, 0, None):
                rows = batch.filter(pc.is_null(unpacked(batch, About)[0].damage))
                _, cells = unpacked(rows, About)
                found = pa.RecordBatch.from_arrays(cells, names=whole.names)
                first = _same(found.schema, first, path)
                yield found

    def _file(self, data: Data, offset: int, wanted: Places | None) -> Iterator[pa.RecordBatch]:
        path = data.path
        with path.open("rb") as raw:
            head = raw.read(foreign.HEAD)
        wanted = None if wanted is None else wanted - offset
        try:
            if head.startswith(_PARQUET):
                lines = yield from _shifted(_parquet(data, wanted, self.names), offset)
            else:
                lines = yield from _shifted(self._csv(data, head, wanted), offset)
        except packed.CUT_OFF as error:
            raise packed.cut_off(path, error) from None
        except OSError as error:
            # Those of the disk have a number; bz2 and Arrow raise others for what they unpack.
            if error.errno is not None:
                raise
            raise packed.cut_off(path, error) from None
        self.lines += lines

    def _csv(
        self, data: Data, head: bytes, wanted: Places | None
    ) -> Generator[pa.RecordBatch, None, Lines]:
        is_packed = packed.is_packed(head)
        with packed.unpacked(data.path) as file:
            if is_packed:
                head = file.read(foreign.HEAD)
            else:
                file.seek(len(head))
            if len(head) < foreign.HEAD and not head.strip(b"\xef\xbb\xbf \t\r\n"):
                raise InputError(_empty(data))
            check_kind(head, data)
            try:
                pieces = pieces_of(file, head)
                total = data.path.stat().st_size // _BLOCK
                if total > 1 and not is_packed and wanted is None:
                    pieces = watched(pieces, total=total, doing=f"{self._doing} {data.path.name}")
                return (yield from self._rows(_utf8(pieces, data), data, wanted))
            except UnicodeError:
                raise InputError(_not_in(data)) from None

    def _rows(
        self, pieces: Iterator[bytes], data: Data, wanted: Places | None
    ) -> Generator[pa.RecordBatch, None, Lines]:
        source, records, self.names = opened(pieces, data)
        places = range(len(self.names)) if self._whole else None
        yield from blocks.batches(source, records, layout(self.names, data, places), wanted)
        if wanted is None:
            judge(records, self.names, data)
        return account(records)


def files_of(path: Path) -> list[Path]:
    """A file, or the files of a folder by their names."""
    if "\0" in str(path):
        raise SettingsError("data.path holds a NUL byte; name a CSV file")
    if not path.is_dir():
        return [path]
    parts = sorted(
        file
        for file in path.rglob("*")
        if file.is_file()
        and not any(p.startswith((".", "_")) for p in file.parts[len(path.parts) :])
    )
    if not parts:
        raise InputError(
            f"{path} is a folder without a file; data.path must name one, or its parts"
        )
    return parts


def _same(schema: pa.Schema, first: pa.Schema | None, path: Path) -> pa.Schema:
    if first is not None and not schema.equals(first):
        raise InputError(f"{path} has other columns than the files before it")
    return schema


def _shifted(
    batches: Generator[pa.RecordBatch, None, Lines], offset: int
) -> Generator[pa.RecordBatch, None, Lines]:
    """Count lines on from those of the files before."""
    while True:
        try:
            batch = next(batches)
        except StopIteration as end:
            return cast(Lines, end.value)
        if offset:
            about, cells = unpacked(batch, About)
            batch = blocks.batch(replace(about, line=pc.add(about.line, offset)), cells)
        yield batch


def lines_as_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Put in front of the cells of customers without an id what tells them apart: their line."""
    about, cells = unpacked(batch, About)
    number = pc.if_else(pc.is_valid(about.damage), None, about.line.cast(pa.string()))
    return blocks.batch(about, [number, *cells])


def is_plain(head: bytes) -> bool:
    """Whether a file that begins so is neither Parquet nor compressed."""
    return not head.startswith(_PARQUET) and not packed.is_packed(head)


def check_kind(head: bytes, data: Data) -> None:
    """Refuse a file that, by how it begins, is no CSV."""
    kind = foreign.recognise(head, data.path, data.encoding)
    if kind:
        raise InputError(f"{data.path} is {kind}")


def opened(pieces: Iterator[bytes], data: Data) -> tuple[Blocks, Records, list[str]]:
    """Read the header of a CSV in UTF-8: what comes after it, and the names of its columns."""
    source = Blocks(cut(pieces, data))
    source.load()
    top = [source.line(i).decode("utf-8", "replace") for i in range(min(_TOP, len(source.starts)))]
    records = Records(source.lines(), delimiter=data.delimiter, encoding=data.encoding)
    if top and top[0].lower().startswith("sep="):  # Excel's note to itself
        _excel_delimiter(top[0], data)
        records.skip()
    return source, records, _header(records, data, top)


def layout(names: list[str], data: Data, places: Iterable[int] | None = None) -> Layout:
    """Say where the columns are under a header: the declared ones, unless others are asked for."""
    numeric = [names.index(name) for name in data.numeric]

    def is_row(cells: list[str]) -> bool:
        return not any(character.isalpha() for i in numeric for character in cells[i])

    declared = (names.index(name) for name in header.declared(data))
    return Layout(names, list(declared if places is None else places), data.delimiter, is_row)


def judge(found: Tally, names: list[str], data: Data) -> None:
    """Refuse a file that is wrong as a whole, by what was met in all of its lines."""
    _in_this_encoding(found, data)
    _header_of_these_rows(found, names, data)
    if found.merge:
        raise InputError(
            f"{data.path} is in the middle of a merge; solve the conflict that git marked in "
            f"line {found.merge}"
        )


def must_have_rows(lines: Lines, path: Path) -> None:
    """Refuse a table without a customer."""
    if not lines.rows:
        has = "a header but no rows" if lines.header else "no rows"
        raise InputError(f"{path} has {has}; it needs a row per customer")


def account(found: Tally) -> Lines:
    """Say what the lines of a file are."""
    return Lines(
        in_file=found.lines,
        header=found.above,
        rows=found.rows,
        blank=found.blank,
        breaks_in_cells=found.breaks,
    )


def pieces_of(file: BinaryIO, head: bytes = b"") -> Iterator[bytes]:
    """Read a file on, after what was read of it."""
    piece = head + file.read(max(0, _BLOCK - len(head)))
    while piece:
        yield piece
        piece = file.read(_BLOCK)


def _utf8(pieces: Iterator[bytes], data: Data) -> Iterator[bytes]:
    """Write text in UTF-8. Bytes that are no text stay as they are, and are found as such later."""
    name = codec(data)
    if name == "utf-8":
        first = next(pieces)
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from pieces
        return
    if not name.startswith(("utf", "ascii")):
        pieces = _not_utf8_after_all(pieces, data)
    wide = name.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder(name)("strict" if wide else "surrogateescape")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")


def _not_utf8_after_all(pieces: Iterator[bytes], data: Data) -> Iterator[bytes]:
    """Raise where a file that is declared otherwise is UTF-8: Müller would be read as MÃ¼ller."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain = may_be = True
    for piece in pieces:
        if may_be:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                may_be = False
        plain = plain and piece.isascii()
        yield piece
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        may_be = False
    if may_be and not plain:
        raise InputError(f"{data.path} is UTF-8, not {data.encoding}; set data.encoding to utf-8")


def cut(pieces: Iterator[bytes], data: Data) -> Iterator[bytes]:
    """Cut between lines. A line is held whole: one without an end would fill the memory."""
    rest = b""
    for piece in pieces:
        if len(rest) > _LINE:
            raise InputError(
                f"{data.path} has a line of more than {_LINE >> 20} MB; it is damaged, or no table"
            )
        end = piece.rfind(b"\n") + 1
        if not end and b"\r" in piece[:-1]:  # the last one may be half of a line's end
            end = piece.rfind(b"\r", 0, -1) + 1
        if not end:
            rest += piece
            continue
        yield rest + piece[:end]
        rest = piece[end:]
    if rest:
        yield rest


def _parquet(
    data: Data, wanted: Places | None, names: list[str]
) -> Generator[pa.RecordBatch, None, Lines]:
    """Read the cells of a Parquet file as text, which they are judged by. A row is a line."""
    import pyarrow.parquet as pq

    declared = header.declared(data)
    rows = 0
    try:
        with pq.ParquetFile(data.path) as file:
            names[:] = header.check(file.schema_arrow.names, data, top=[], line=1)
            if wanted is None:
                check_parquet(data.path, declared)
            for batch in file.iter_batches(ROWS, columns=declared):
                cells = [_as_text(batch[name], name, data) for name in declared]
                numbers = np.arange(rows + 1, rows + 1 + batch.num_rows)
                rows += batch.num_rows
                none = pa.nulls(batch.num_rows, pa.string())
                loose = arrow.flags(np.ones(batch.num_rows, dtype=bool))
                read = blocks.batch(About(arrow.integers(numbers), none, none, loose), cells)
                if wanted is not None:
                    read = read.filter(arrow.flags(blocks.among(wanted, numbers)))
                yield read
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(
            f"{data.path} is a damaged Parquet file, or one of another kind "
            f"({str(error).splitlines()[0]}); get the whole file"
        ) from None
    return Lines(in_file=rows, header=0, rows=rows, blank=0, breaks_in_cells=0)


def _as_text(cells: pa.Array, name: str, data: Data) -> pa.Array:
    if pa.types.is_nested(cells.type) or pa.types.is_binary(cells.type):
        raise InputError(
            f"column '{name}' of {data.path} is a {cells.type}; a cell must be text or a number"
        )
    days = data.written(name)
    if days and (pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type)):
        return pc.fill_null(pc.strftime(cells, format=days), "")
    text = pc.cast(cells, pa.string())
    if data.decimal == "," and (
        pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type)
    ):
        text = pc.replace_substring(text, ".", ",")
    return pc.fill_null(text, "")


def _in_this_encoding(records: Tally, data: Data) -> None:
    """Refuse a file of which more than a few lines are no text: its encoding is another one."""
    if records.no_text is None:
        return
    number, line = records.no_text
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and not line.endswith((b"\n", b"\r"))
        if cut:
            raise InputError(
                f"{data.path} ends in the middle of a letter in line {number}; get the whole file"
            ) from None
        most = max(1, _WRONG * records.rows)
        if records.undecodable > most and records.undecodable > records.letters:
            word = line[max(error.start - 12, 0) : error.end + 12]
            other = older(word)
            raise InputError(
                f"{data.path} is not {data.encoding} text: line {number} holds byte "
                f"0x{line[error.start]:02x}; if that is to be '{word.decode(other).strip()}', set "
                f"data.encoding to {other}"
            ) from None


def _not_in(data: Data) -> str:
    return f"{data.path} is not {data.encoding} text; set data.encoding, for example to utf-8"


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


def _header_of_these_rows(records: Tally, names: list[str], data: Data) -> None:
    """Refuse a header that most rows do not fit: every one of them would be in other columns."""
    if not records.widths or records.first is None:
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
        f"rows have {width} cells (line {records.first.line} is the first that does not fit); "
        f"{mend}"
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


def codec(data: Data) -> str:
    """The codec by its name; UTF-8 with the mark of spreadsheets is UTF-8."""
    same = codecs.lookup(data.encoding).name
    return "utf-8" if same == "utf-8-sig" else same
