"""Cut a CSV into rows by the block: what is plain goes through Arrow, the rest through `records`.

A line is plain if its quotes are closed and it has as many cells as the header: nearly every line
of nearly every file. These are found with a few passes over the bytes, and Arrow reads them. So
are lines that have another number of cells beyond doubt. Whatever else there is (`records` says
what) is read line by line, with the same answers for these lines.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from segmentation.engines import arrow
from segmentation.engines.header import BLANK
from segmentation.engines.records import LONGEST, Damaged, Records
from segmentation.engines.rows import unpacked

Places = NDArray[np.int64]
_Part = tuple[list[int], list[list[str]], list[Damaged]]  # lines, their rows, and lines without

_QUOTE, _LINE_FEED, _RETURN = 0x22, 0x0A, 0x0D
_MARK = b"\xef\xbb\xbf"
_BLANK = b"\x09\x0b\x0c\x1c\x1d\x1e\x1f\x20"  # bytes that are blank and no line break
# Blank beyond ASCII, by how it begins; a line that may hold any is loose.
_WIDE_BLANKS = (
    b"\xc2\x85",
    b"\xc2\xa0",
    b"\xe1\x9a\x80",
    b"\xe2\x80",
    b"\xe2\x81",
    b"\xe3\x80\x80",
)


def schema(cells: int) -> pa.Schema:
    """What a reader gives: cells ``c0``, ``c1`` and so on, and what is said of the row.

    ``damage`` is the reason why a line is no row, which has no cells but its ``text``. A row is
    ``loose`` where a cell may begin or end with what is blank.
    """
    return pa.schema(
        [
            ("line", pa.int64()),
            ("damage", pa.string()),
            ("text", pa.string()),
            ("loose", pa.bool_()),
            *((f"c{i}", pa.string()) for i in range(cells)),
        ]
    )


@dataclass(frozen=True)
class About:
    """What is said of rows beside their cells, as in `schema`."""

    line: pa.Array
    damage: pa.Array
    text: pa.Array
    loose: pa.Array


def batch(about: About, cells: Sequence[pa.Array]) -> pa.RecordBatch:
    """Return rows in a batch of `schema`."""
    front = [about.line, about.damage, about.text, about.loose]
    return pa.RecordBatch.from_arrays([*front, *cells], schema=schema(len(cells)))


@dataclass(frozen=True)
class Layout:
    """The header of a file, the places of the cells that are wanted, and what no line can be."""

    header: list[str]
    places: list[int]
    delimiter: str
    is_row: Callable[[list[str]], bool]


class Blocks:
    """The lines of a file, block by block.

    Parameters
    ----------
    blocks : iterator of bytes
        The file in UTF-8, cut between lines.

    Notes
    -----
    `lines` hands them on one by one to `Records`, and remembers how far it came; the lines after
    are cut by the block again.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.block = b""
        self.starts: Places = np.empty(0, dtype=np.int64)
        self.ends: Places = self.starts
        self.next = 0  # the line of the block that was not handed on yet

    def load(self, *, inside: bool = False) -> bool:
        """Go to the next block, maybe `inside` a row; tell whether there is one."""
        self.block = next(self._blocks, b"")
        if b"\r" in self.block and (
            b'"' not in self.block
            and not inside  # so no cell can hold a line break
            and self.block.count(b"\r") != self.block.count(b"\r\n")
        ):
            self.block = self.block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        content = np.frombuffer(self.block, dtype=np.uint8)
        ends = np.flatnonzero(content == _LINE_FEED) + 1
        if self.lone_returns():
            lone = np.flatnonzero(content == _RETURN) + 1
            followed = content[np.minimum(lone, len(content) - 1)] == _LINE_FEED
            ends = np.union1d(ends, lone[~followed | (lone == len(content))])
        if len(content) and (not len(ends) or ends[-1] != len(content)):
            ends = np.append(ends, len(content))
        self.ends = ends
        self.starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
        self.next = 0
        return bool(self.block)

    def lone_returns(self) -> bool:
        """Whether a carriage return may be a line break, or stand in a cell."""
        return b"\r" in self.block and self.block.count(b"\r") != self.block.count(b"\r\n")

    def line(self, number: int) -> bytes:
        """A line of the block as it stands there, with its end."""
        return self.block[self.starts[number] : self.ends[number]]

    def lines(self) -> Iterator[str]:
        """Give the lines after the last that was handed on."""
        while self.next < len(self.starts) or self.load(inside=len(self.starts) > 0):
            line = self.line(self.next)
            self.next += 1
            yield line.decode("utf-8", "surrogateescape")


def batches(
    source: Blocks, records: Records, layout: Layout, wanted: Places | None = None
) -> Iterator[pa.RecordBatch]:
    """Give the rows under the header, and the lines that are none, in batches of `schema`.

    Parameters
    ----------
    source : Blocks
    records : Records
        Reads from `source`, and has read the header.
    layout : Layout
    wanted : array of int, optional
        Lines, in order, of rows that were given before. Only these are read again.
    """
    while source.next < len(source.starts) or source.load():
        first_line = records.lines + 1 - source.next  # of the block
        plain, loose, letters, widths = seen_lines(source, layout)
        records.letters += letters
        asked = plain
        if wanted is not None:
            asked = plain & among(wanted, np.arange(len(plain)) + first_line)
        cells, blank = _read(source, layout, asked)
        plain, asked = plain & ~blank, asked & ~blank
        odd, taken = _odd(source, records, layout, plain, widths, first_line)
        if taken[asked].any():
            cells = cells.filter(arrow.flags(~taken[asked]))
        rows = np.flatnonzero(asked & ~taken)
        records.rows += int(np.count_nonzero(plain & ~taken))
        none = pa.nulls(len(rows), pa.string())
        about = About(arrow.integers(rows + first_line), none, none, arrow.flags(loose[rows]))
        found = batch(about, cells.columns)
        if odd is not None and wanted is not None:
            there = arrow.as_integers(unpacked(odd, About)[0].line)
            odd = odd.filter(arrow.flags(among(wanted, there)))
        if odd is not None and odd.num_rows:
            both = pa.Table.from_batches([found, odd]).combine_chunks()
            order = pc.sort_indices(unpacked(both, About)[0].line)
            found = both.take(order).combine_chunks().to_batches()[0]
        if found.num_rows:
            yield found


def among(wanted: Places, lines: Places) -> NDArray[np.bool_]:
    """Which lines, in order, are wanted."""
    found = np.searchsorted(wanted, lines)
    same: NDArray[np.bool_] = wanted[np.minimum(found, len(wanted) - 1)] == lines
    return same & (found < len(wanted))


class Seen(NamedTuple):
    """What passes over the bytes of a block tell of its lines.

    Attributes
    ----------
    plain, loose : NDArray[np.bool_] of shape (n,)
        Which lines are plain, and which may be loose.
    letters : int
        Letters beyond ASCII in all.
    widths : NDArray[np.int64] of shape (n,)
        How many cells a line has that has another number than the header and is nothing else; 0
        for all others.
    """

    plain: NDArray[np.bool_]
    loose: NDArray[np.bool_]
    letters: int
    widths: NDArray[np.int64]


def seen_lines(source: Blocks, layout: Layout) -> Seen:
    """Look through the bytes of a block."""
    content = np.frombuffer(source.block, dtype=np.uint8)
    starts, ends = source.starts, source.ends
    fine = ends - starts <= LONGEST
    fine[: source.next] = False
    loose = np.zeros(len(starts), dtype=bool)
    letters, widths = 0, np.zeros(len(starts), dtype=np.int64)
    if source.lone_returns() or not layout.delimiter.isascii():
        return Seen(fine & False, loose, letters, widths)

    def line_of(places: Places) -> Places:
        return np.searchsorted(ends, places, side="right")

    delimiters = np.flatnonzero(content == ord(layout.delimiter))
    cells = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    border = _bytes(layout.delimiter.encode() + b'\n\r"')
    if b'"' in source.block:
        quotes = np.flatnonzero(content == _QUOTE)
        line = line_of(quotes)
        opens = (np.arange(len(quotes)) - np.searchsorted(quotes, starts)[line]) % 2 == 0
        left = np.where(quotes == starts[line], _LINE_FEED, content[quotes - 1])
        right = content[np.minimum(quotes + 1, len(content) - 1)]
        right = np.where(quotes + 1 == len(content), _LINE_FEED, right)
        # A quote beside a quote is one of a pair, which stands for one, or ends an empty cell.
        wrong = np.where(opens, ~border[left] | (left == _RETURN), ~border[right])
        fine[line[wrong]] = False
        fine &= np.bincount(line, minlength=len(starts)) % 2 == 0
        opening = np.flatnonzero(opens[:-1] & ~opens[1:])
        between = np.searchsorted(delimiters, quotes[[opening, opening + 1]])
        np.subtract.at(cells, line[opening], between[1] - between[0])
    other = fine & (cells != len(layout.header))
    fine &= cells == len(layout.header)
    if b"\0" in source.block:
        fine[line_of(np.flatnonzero(content == 0))] = False
    if _MARK in source.block:
        marks = np.flatnonzero(content[starts] == _MARK[0])
        fine[marks] = False  # no letter that a plain line begins with is worth a closer look
    if not source.block.isascii():
        bad = _undecodable(source)
        fine[bad] = False
        of = line_of(np.flatnonzero(content >= 0xC0))
        letters = len(of) - int(np.isin(of, bad).sum() if bad else 0)
        if any(blank in source.block for blank in (*_WIDE_BLANKS, _MARK)):
            loose[line_of(np.flatnonzero(content >= 0x80))] = True
    blank = _bytes(_BLANK.replace(layout.delimiter.encode(), b""))
    blanks = np.flatnonzero(np.frombuffer(source.block.translate(blank.tobytes()), dtype=bool))
    if len(blanks):
        around, last = border | blank, len(content) - 1
        edge = around[content[np.maximum(blanks - 1, 0)]] | (blanks == 0)
        edge |= around[content[np.minimum(blanks + 1, last)]] | (blanks == last)
        loose[line_of(blanks[edge])] = True
    if b'"' not in source.block and other.any():
        other[line_of(np.flatnonzero((content >= 0x80) | (content == 0)))] = False
        # Nor is it blank, or has delimiters at its end, or is a mark of git's.
        tail = ends - 1
        for sign in (_LINE_FEED, _RETURN):
            tail = tail - ((tail >= starts) & (content[tail] == sign))
        other &= (tail >= starts) & ~(border | blank)[content[tail]]
        other &= ~np.isin(content[starts], np.frombuffer(b"<>", dtype=np.uint8))
        widths = np.where(other, cells, 0)
    return Seen(fine, loose, letters, widths)


def _bytes(members: bytes) -> NDArray[np.bool_]:
    """For each byte, whether it is a member."""
    found = np.zeros(256, dtype=bool)
    found[list(members)] = True
    return found


def _undecodable(source: Blocks) -> list[int]:
    """Lines that are no text."""
    try:
        source.block.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return []
    found = []
    for i in range(len(source.starts)):
        try:
            source.line(i).decode("utf-8")
        except UnicodeDecodeError:
            found.append(i)
    return found


def _read(
    source: Blocks, layout: Layout, plain: NDArray[np.bool_]
) -> tuple[pa.RecordBatch, NDArray[np.bool_]]:
    """Read plain lines but those, which are told, that may be blank or the header again."""
    names = [f"c{i}" for i in range(len(layout.places))]
    blank = np.zeros(len(plain), dtype=bool)
    if not plain.any():
        return pa.record_batch([pa.nulls(0, pa.string())] * len(names), names=names), blank
    content = source.block
    if not plain.all():
        edges = np.flatnonzero(np.diff(np.concatenate([[False], plain, [False]]).astype(np.int8)))
        content = b"".join(
            content[source.starts[i] : source.ends[j - 1]]
            for i, j in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        )
    columns = [str(i) for i in range(len(layout.header))]
    wanted = [columns[i] for i in layout.places]
    table = pyarrow.csv.read_csv(
        pa.py_buffer(content),
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, block_size=len(content) + 1, column_names=columns
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char='"' if b'"' in content else False,
            ignore_empty_lines=len(columns) > 1,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            strings_can_be_null=False,
        ),
    ).combine_chunks()
    cells = table.rename_columns(names).to_batches()[0]
    first = _trimmed(cells, 0)
    odd = arrow.as_flags(pc.equal(first, layout.header[layout.places[0]]))
    empty = arrow.as_flags(pc.equal(first, ""))
    if empty.any():
        some = cells.filter(arrow.flags(empty))
        for i in range(1, some.num_columns):
            some_blank = pc.equal(_trimmed(some, i), "")
            empty[empty] = arrow.as_flags(some_blank)
            some = some.filter(some_blank)
        odd |= empty
    if odd.any():
        blank[np.flatnonzero(plain)[odd]] = True
        cells = cells.filter(arrow.flags(~odd))
    return cells, blank


def _trimmed(cells: pa.RecordBatch, column: int) -> pa.Array:
    return pc.utf8_trim(cells.column(column), characters=BLANK)


def _odd(
    source: Blocks,
    records: Records,
    layout: Layout,
    plain: NDArray[np.bool_],
    widths: NDArray[np.int64],
    first_line: int,
) -> tuple[pa.RecordBatch | None, NDArray[np.bool_]]:
    """Read the other lines one by one, and tell which lines that took."""
    block, starts, ends = source.block, source.starts, source.ends
    taken = widths > 0
    of_other = np.flatnonzero(taken)
    parts: list[_Part] = []
    for i in np.flatnonzero(~plain & ~taken).tolist():
        if i < source.next or taken[i]:
            continue
        source.next = i
        lines, rows = records.stretch(layout.header, layout.is_row, line=first_line + i)
        parts.append((lines, rows, records.damaged))
        records.damaged = []
        if source.block is not block:  # a quote ran on into the next one
            taken[i:] = True
            break
        taken[i : source.next] = True
    else:
        source.next = len(plain)
    damaged = records.of_other_widths(
        (of_other + first_line).tolist(),
        widths[of_other].tolist(),
        [_text(block, *where) for where in zip(starts[of_other], ends[of_other], strict=True)],
        width=len(layout.header),
    )
    return _batch([([], [], damaged), *parts], layout), taken


def _text(block: bytes, start: int, end: int) -> str:
    return block[start:end].decode("ascii").rstrip("\r\n")


def _batch(parts: list[_Part], layout: Layout) -> pa.RecordBatch | None:
    lines = [line for part in parts for line in part[0]]
    rows = [row for part in parts for row in part[1]]
    damaged = [row for part in parts for row in part[2]]
    if not lines and not damaged:
        return None
    none = [None] * len(damaged)
    good = [None] * len(lines)
    about = About(
        arrow.integers([*lines, *(row.line for row in damaged)]),
        arrow.texts([*good, *(row.reason for row in damaged)]),
        arrow.texts([*good, *(row.text for row in damaged)]),
        arrow.flags(np.ones(len(lines) + len(damaged), dtype=bool)),
    )
    return batch(about, [arrow.texts([*(row[i] for row in rows), *none]) for i in layout.places])
