"""Cut the lines of a CSV into rows one by one, and keep what is none, with its line and reason.

A CSV says nowhere how many rows it has. One quote too many makes a cell of everything up to the
next quote; a cell too many moves the ones after it into other columns. So every row is counted
against the header, and every line of the file is accounted for.
"""

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LONGEST = csv.field_size_limit()  # characters of a cell, and of a line that is read by the block

TOO_MANY = "too many cells"
TOO_FEW = "too few cells"
QUOTES = "broken quotes"
NO_TEXT = "no text"


@dataclass(frozen=True)
class Damaged:
    """What is no row: its (first) line in the file, why, and the text as it stands there."""

    line: int
    reason: str
    text: str


@dataclass
class Tally:
    """What was met among lines that were read.

    Attributes
    ----------
    above, blank, breaks, rows : int
        Lines of the header, lines without content, line breaks inside cells, and rows (damaged
        ones too). Together they are all lines read so far.
    letters, undecodable : int
        Letters beyond ASCII that were met (about), and lines that are no text.
    no_text : tuple of int and bytes, or None
        The first of these.
    first : Damaged or None
        The first line that is no row.
    merge : int or None
        A line that git has marked as one of two versions.
    widths : Counter
        How many rows of each wrong width there are.
    """

    above: int = 0
    blank: int = 0
    breaks: int = 0
    rows: int = 0
    letters: int = 0
    undecodable: int = 0
    no_text: tuple[int, bytes] | None = None
    first: Damaged | None = None
    merge: int | None = None
    widths: Counter[int] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        """Lines read so far."""
        return self.above + self.blank + self.breaks + self.rows

    def and_then(self, later: "Tally") -> "Tally":
        """Return what was met in these lines and in those that follow them."""
        return Tally(
            above=self.above + later.above,
            blank=self.blank + later.blank,
            breaks=self.breaks + later.breaks,
            rows=self.rows + later.rows,
            letters=self.letters + later.letters,
            undecodable=self.undecodable + later.undecodable,
            no_text=self.no_text or later.no_text,
            first=self.first or later.first,
            merge=self.merge or later.merge,
            widths=self.widths + later.widths,
        )


class Records(Tally):
    """The rows under a header.

    Parameters
    ----------
    lines : iterator of str
        The lines of the file with their ends, opened with ``newline=""``.
    delimiter : str
    encoding : str
        What lines are said not to be if they hold bytes that are no text.
    before : int
        Lines of the file above these.

    Attributes
    ----------
    damaged : list of Damaged
        What was found that is no row, until somebody takes it.
    """

    def __init__(
        self, lines: Iterator[str], *, delimiter: str, encoding: str, before: int = 0
    ) -> None:
        super().__init__(above=before)
        self._encoding = encoding
        self._feed = _Feed(lines)
        self._reader = csv.reader(self._feed, delimiter=delimiter, strict=True)
        self._delimiter = delimiter
        self._line = 1 + before
        self._opened = 0  # the line of a broken quote, while what follows may still be of it
        self._recover_to = 0  # the last line that the broken quote ran over
        self.damaged: list[Damaged] = []

    def skip(self) -> None:
        """Leave away a line above the header."""
        next(self._feed)
        self._feed.record.clear()
        self._line += 1
        self.above += 1

    def header(self) -> list[str]:
        """Read the header. It is empty where the file is.

        Raises
        ------
        csv.Error
            Its quotes are broken.
        """
        for row in self._reader:
            count = len(self._feed.record)
            self._feed.record.clear()
            self._line += count
            if "".join(row).strip():
                self.above += count
                return row
            self.blank += count
        return []

    def stretch(
        self, header: list[str], is_row: Callable[[list[str]], bool], *, line: int
    ) -> tuple[list[int], list[list[str]]]:
        """Read on until no quote is open and nothing is left to read again.

        Parameters
        ----------
        header : list of str
        is_row
            Whether cells, one for each column, may be a row. Asked of lines in a cell only, to
            tell text of several lines from rows that a quote has swallowed.
        line : int
            Where the next line stands in the file.

        Returns
        -------
        lines : list of int
        rows : list of list of str
        """
        self._line = line
        lines: list[int] = []
        rows: list[list[str]] = []
        while True:
            self._feed.record.clear()
            try:
                row = next(self._reader)
            except StopIteration:
                break
            except csv.Error as error:
                self._broken(str(error))
                continue
            row = self._checked(row, header, is_row)
            if row:
                lines.append(self._line)
                rows.append(row)
                self.rows += 1
                self.breaks += len(self._feed.record) - 1
                self._line += len(self._feed.record)
            if not (self._opened or self._feed.again or self._line <= self._recover_to):
                break
        return lines, rows

    def of_other_widths(
        self, lines: list[int], cells: list[int], texts: list[str], *, width: int
    ) -> list[Damaged]:
        """Count lines that were found to have another number of cells than the header.

        Parameters
        ----------
        lines : list of int
            Where they stand in the file, in order.
        cells : list of int
            How many each has.
        texts : list of str
            What each holds, without its end.
        width : int
            How many the header has.
        """
        found = [
            Damaged(line, _other_width(many, width), text)
            for line, many, text in zip(lines, cells, texts, strict=True)
        ]
        if found and (self.first is None or found[0].line < self.first.line):
            self.first = found[0]
        self.widths.update(cells)
        self.rows += len(found)
        return found

    def _checked(
        self, row: list[str], header: list[str], is_row: Callable[[list[str]], bool]
    ) -> list[str]:
        """Return a good row; file away any other, and return none."""
        record, width = self._feed.record, len(header)
        if not "".join(row).strip():
            self.blank += len(record)
            self._line += len(record)
            return []
        if self._feed.undecodable:
            return self._file(self._no_text())
        if "\0" in "".join(record):
            return self._file("NUL bytes: the line holds bytes that are no text")
        inside = self._line <= self._recover_to
        if len(record) > 1 and (inside or self._swallowed(width, is_row)):
            return self._broken("not closed")
        if self._opened and any('"' in cell for cell in row):
            return self._file(
                f"{QUOTES}: the line holds the other end of one in line {self._opened}"
            )
        if len(row) > width and not "".join(row[width:]).strip():
            row = row[:width]  # a delimiter at the end of the line
        if len(row) != width:
            self.widths[len(row)] += 1
            return self._file(_other_width(len(row), width))
        if [cell.strip() for cell in row] == [name.strip() for name in header]:
            return self._file("header again: the line repeats the header")
        if not inside:
            self._opened = 0
        return row

    def _swallowed(self, width: int, is_row: Callable[[list[str]], bool]) -> bool:
        """Whether most lines of a record would be rows by themselves."""
        lines = [line.strip("\r\n").split(self._delimiter) for line in self._feed.record]
        whole = [len(cells) == width and is_row(cells) for cells in lines]
        return width > 1 and whole[0] and sum(whole) > len(whole) / 2

    def _broken(self, why: str) -> list[str]:
        """File away the line in which a quote opened, and read the lines after it once more."""
        others = self._feed.record[1:]
        if not others and "limit" in why:
            return self._file(f"cell too long: more than {csv.field_size_limit():,} characters")
        self._feed.again.extendleft(reversed(others))
        self._feed.record[1:] = []
        self._opened = self._line
        self._recover_to = max(self._recover_to, self._line + len(others))
        return self._file(f"{QUOTES}: a quote is not closed, or text follows a closed one")

    def _no_text(self) -> str:
        """Name the first byte that is no text, and what it would be in an older encoding."""
        self.undecodable += 1
        line = "".join(self._feed.record).encode("utf-8", "surrogateescape")
        self.no_text = self.no_text or (self._line, line)
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            word = line[max(error.start - 12, 0) : error.end + 12]
            return (
                f"{NO_TEXT}: byte 0x{line[error.start]:02x} is not {self._encoding}; in "
                f"{older(word)} it reads '{word.decode(older(word)).strip()}'"
            )
        return f"{NO_TEXT}: not {self._encoding}"

    def _file(self, reason: str) -> list[str]:
        record = self._feed.record
        text = "".join(record).rstrip("\r\n")
        if self._feed.undecodable:
            text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        found = Damaged(self._line, reason, text)
        self.damaged.append(found)
        self.first = self.first or found
        if text.startswith(("<<<<<<< ", ">>>>>>> ")):
            self.merge = self.merge or found.line
        self.rows += 1
        self.breaks += len(record) - 1
        self._line += len(record)
        return []


class _Feed:
    """Hands lines to the parser, remembers those of the record at hand, and takes lines back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.record: list[str] = []
        self.again: deque[str] = deque()

    @property
    def undecodable(self) -> bool:
        """Whether the record holds bytes that are no text."""
        text = "".join(self.record)
        return not text.isascii() and any("\udc80" <= sign <= "\udcff" for sign in text)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self._lines)
        if line.startswith(
            "\ufeff"
        ):  # where files were joined, the mark of the second is in between
            line = line.lstrip("\ufeff")
        self.record.append(line)
        return line


def _other_width(cells: int, width: int) -> str:
    what = TOO_MANY if cells > width else TOO_FEW
    return f"{what}: {cells}, where the header names {width}"


def older(word: bytes) -> str:
    """Return the encoding, of those before UTF-8, in which bytes may be a word."""
    try:
        word.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
