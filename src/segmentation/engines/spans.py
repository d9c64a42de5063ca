"""Cut files into spans that are read side by side, with the same rows and lines as in one go.

A CSV may be cut only where no quote is open, and nowhere does it say where that is. It is certain
after a line that could not be read from within an open quote: what is read line by line
(`records`) then begins anew with that line at the latest. It is certain as well after more letters
than a cell may have, without a quote among them.
"""

import base64
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from segmentation.artifacts.quality import Lines
from segmentation.engines import blocks, foreign
from segmentation.engines.blocks import Blocks
from segmentation.engines.records import LONGEST, Records, Tally
from segmentation.engines.source import (
    Source,
    account,
    check_kind,
    codec,
    cut,
    files_of,
    is_plain,
    judge,
    layout,
    lines_as_ids,
    opened,
    pieces_of,
)
from segmentation.errors import InputError, SegmentationError
from segmentation.settings.shared.data import Data

SPAN = 1 << 26  # bytes of a file that are read at a time
_LOOK = 1 << 23  # bytes in which a place to cut is looked for
_ENDLESS = 8 * LONGEST  # bytes without a quote, of which a cell can be no more than half


@dataclass(frozen=True)
class Span:
    """A file, or of a large CSV the bytes between two lines.

    Attributes
    ----------
    path : Path
        As it is called.
    file : Path
        From the root of the disk, wherever it is read.
    start, end : int
    header : tuple of str
        The names of its columns, above all but the first span of a file; empty for a whole file.
    before : int
        Lines above the span.
    """

    path: Path
    file: Path
    start: int = 0
    end: int = 0
    header: tuple[str, ...] = ()
    before: int = 0


@dataclass(frozen=True)
class Found:
    """What there was in a span: lines of a whole file, a tally of others, or a mistake; columns."""

    lines: Lines | None = None
    tally: Tally | None = None
    mistake: str = ""
    names: tuple[str, ...] = ()

    def dumps(self) -> str:
        """Write it as text, which goes between processes like any cell."""
        return base64.b64encode(pickle.dumps(self)).decode("ascii")

    @classmethod
    def loads(cls, text: str) -> "Found":
        """Read what `dumps` wrote."""
        found = pickle.loads(base64.b64decode(text))  # noqa: S301 - our own task wrote it just now
        if not isinstance(found, cls):
            raise TypeError(f"a span told {type(found).__name__}, not {cls.__name__}")
        return found


def spans(data: Data, *, size: int | None = None) -> list[Span]:
    """Cut what `data.path` names. A file that is compressed, Parquet or no UTF-8 stays whole."""
    size, found = size or SPAN, []
    try:
        for path in files_of(data.path):
            file = path.resolve()
            with file.open("rb") as raw:
                head = raw.read(foreign.HEAD)
            of = data.model_copy(update={"path": path})
            if not is_plain(head) or codec(data) != "utf-8" or file.stat().st_size < 2 * size:
                found.append(Span(path, file))
            else:
                check_kind(head, of)
                found += _cut_up(path, file, of, size)
    except OSError:
        # It is told by whoever reads it.
        return [Span(data.path, data.path.resolve())]
    return found


def _cut_up(path: Path, file: Path, data: Data, size: int) -> Iterator[Span]:
    total = file.stat().st_size
    with file.open("rb") as raw:
        _, _, names = opened(pieces_of(raw), data)
    cuts = [0]
    for start in range(size, total - size // 2, size):
        if start < cuts[-1]:
            continue
        place = _place(file, start, names, data)
        if place:
            cuts.append(place)
    if len(cuts) == 1:
        yield Span(path, file)
        return
    for start, end in zip(cuts, [*cuts[1:], total], strict=True):
        yield Span(path, file, start, end, tuple(names))


def _place(file: Path, start: int, names: list[str], data: Data) -> int:
    """Return the first place from there on where no quote can be open, 0 without any near."""
    with file.open("rb") as raw:
        raw.seek(start)
        content = raw.read(_LOOK)
    first = content.find(b"\n") + 1
    if not first:
        return 0
    source = Blocks(iter([content[first : content.rfind(b"\n") + 1]]))
    if not source.load():
        return 0
    plain = blocks.seen_lines(source, layout(names, data)).plain
    border = {*data.delimiter.encode(), *b'\r\n"'}
    blank, header = data.delimiter.encode() + b" \t\r\n", names[0].encode()
    certain, last_quote, seen = False, 0, 0
    for i in np.flatnonzero(plain).tolist():
        begin, end = int(source.starts[i]), int(source.ends[i])
        last_quote = max(last_quote, source.block.rfind(b'"', seen, begin))
        seen = begin
        if begin - last_quote > _ENDLESS:
            return start + first + begin
        line = source.block[begin:end]
        clear = b'""' not in line
        # Two such lines: what is left of a quote that ran into the first is over with the second.
        if certain and plain[i - 1] and clear and line.strip(blank) and header not in line:
            return start + first + end
        quote = line.find(b'"')
        certain = clear and quote >= 0 and line[quote + 1] not in border
    return 0


def count(span: Span, data: Data) -> int:
    """Count the lines of a span."""
    source = Blocks(cut(_bytes_of(span), data))
    lines = 0
    while source.load():
        lines += len(source.starts)
    return lines


def numbered(found: list[Span], counts: list[int]) -> list[Span]:
    """Return spans of which each knows how many lines of its file are above it."""
    told, above = [], 0
    for span, lines in zip(found, counts, strict=True):
        above = above if span.start else 0
        told.append(replace(span, before=above))
        above += lines
    return told


def read(span: Span, data: Data) -> Iterator[pa.RecordBatch | Found]:
    """Give the rows of a span and, last, what there was in it. Nothing is raised."""
    of = data.model_copy(update={"path": span.file})
    try:
        if not span.end:
            source = Source(of, part=True)
            yield from source.batches()
            yield Found(lines=source.lines, names=tuple(source.names))
        else:
            yield from _some(span, of)
    except SegmentationError as error:
        yield Found(mistake=str(error).replace(str(span.file), str(span.path)))
    except OSError as error:
        yield Found(mistake=f"{span.path} cannot be read: {error.strerror or error}")


def _some(span: Span, data: Data) -> Iterator[pa.RecordBatch | Found]:
    pieces = _bytes_of(span)
    if span.start:
        source = Blocks(cut(pieces, data))
        records = Records(
            source.lines(), delimiter=data.delimiter, encoding=data.encoding, before=span.before
        )
    else:
        source, records, _ = opened(pieces, data)
    for batch in blocks.batches(source, records, layout(list(span.header), data)):
        yield batch if data.id is not None else lines_as_ids(batch)
    tally = Tally(**{each.name: getattr(records, each.name) for each in fields(Tally)})
    yield Found(tally=replace(tally, above=tally.above - span.before), names=span.header)


def _bytes_of(span: Span) -> Iterator[bytes]:
    with span.file.open("rb") as raw:
        raw.seek(span.start)
        left = span.end - span.start
        first = span.start == 0
        for piece in pieces_of(raw):
            some = piece[:left]
            yield some.removeprefix(b"\xef\xbb\xbf") if first else some
            first, left = False, left - len(some)
            if not left:
                return


def accounts(read_spans: list[Span], found: list[Found], data: Data) -> list[Lines]:
    """Account for the lines of each file, in their order.

    Raises
    ------
    InputError
        Something is wrong with a span, or with a file as a whole.
    """
    told: list[Lines] = []
    whole: dict[Path, Tally] = {}
    for span, of in zip(read_spans, found, strict=True):
        if of.mistake:
            raise InputError(of.mistake)
        if of.lines:
            told.append(of.lines)
            continue
        tally = of.tally or Tally()
        whole[span.path] = whole[span.path].and_then(tally) if span.start else tally
        if span.end == span.file.stat().st_size:
            names = list(span.header)
            judge(whole[span.path], names, data.model_copy(update={"path": span.path}))
            told.append(account(whole[span.path]))
    return told
