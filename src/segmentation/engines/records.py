"""Cut the lines of a CSV into rows, and keep what is no row, with its line and the reason.

A CSV says nowhere how many rows it has. One quote too many makes a cell of everything up to the
next quote; a cell too many moves the ones after it into other columns. So every row is counted
against the header, and every line of the file is accounted for.
"""

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

BLOCK = 50_000  # rows handed on at a time

TOO_MANY = "too many cells"
TOO_FEW = "too few cells"
QUOTES = "broken quotes"


@dataclass(frozen=True)
class Damaged:
    """What is no row: its (first) line in the file, why, and the text as it stands there."""

    line: int
    reason: str
    text: str


class Records:
    """The rows under a header.

    Parameters
    ----------
    lines : iterator of str
        The lines of the file with their ends, opened with ``newline=""``.
    delimiter : str

    Attributes
    ----------
    damaged : list of Damaged
        What was found so far that is no row.
    above, blank, breaks, rows : int
        Lines of the header, lines without content, line breaks inside cells, and rows (damaged
        ones too). Together they are all lines read so far.
    widths : Counter
        How many rows of each wrong width there are.
    """

    def __init__(self, lines: Iterator[str], *, delimiter: str) -> None:
        self._feed = _Feed(lines)
        self._reader = csv.reader(self._feed, delimiter=delimiter, strict=True)
        self._delimiter = delimiter
        self._line = 1
        self._opened = 0  # the line of a broken quote, while what follows may still be of it
        self._recover_to = 0  # the last line that the broken quote ran over
        self.damaged: list[Damaged] = []
        self.above = self.blank = self.breaks = self.rows = 0
        self.widths: Counter[int] = Counter()

    @property
    def lines(self) -> int:
        """Lines read so far."""
        return self.above + self.blank + self.breaks + self.rows

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

    def blocks(
        self, header: list[str], is_row: Callable[[list[str]], bool]
    ) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Give rows with their lines, some at a time.

        Parameters
        ----------
        header : list of str
        is_row
            Whether cells, one for each column, may be a row. Asked of lines in a cell only, to
            tell text of several lines from rows that a quote has swallowed.
        """
        width = len(header)
        record, reader = self._feed.record, self._reader
        lines: list[int] = []
        rows: list[list[str]] = []
        while True:
            record.clear()
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                self._broken(str(error))
                continue
            # Nearly every row of nearly every file is a good one: no call of a function for those.
            if (
                len(row) != width
                or len(record) != 1
                or "\0" in record[0]
                or self._opened
                or not any(row)
                or row == header
            ):
                row = self._odd(row, header, is_row)
                if not row:
                    continue
            lines.append(self._line)
            rows.append(row)
            self.rows += 1
            self.breaks += len(record) - 1
            self._line += len(record)
            if len(rows) == BLOCK:
                yield lines, rows
                lines, rows = [], []
        if rows:
            yield lines, rows

    def _odd(
        self, row: list[str], header: list[str], is_row: Callable[[list[str]], bool]
    ) -> list[str]:
        """Return a row that is good on a second look; file away any other, and return none."""
        record, width = self._feed.record, len(header)
        if not "".join(row).strip():
            self.blank += len(record)
            self._line += len(record)
            return []
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
            what = TOO_MANY if len(row) > width else TOO_FEW
            return self._file(f"{what}: {len(row)}, where the header names {width}")
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

    def _file(self, reason: str) -> list[str]:
        record = self._feed.record
        self.damaged.append(Damaged(self._line, reason, "".join(record).rstrip("\r\n")))
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
