"""The table of segments beside each other: a row for each number and category."""

from dataclasses import dataclass

from segmentation.artifacts.segments import NumberColumn, Profile, Segments
from segmentation.insight.numbers import number, percent, whole
from segmentation.insight.traits import NEGLIGIBLE

MOST = 40  # rows in sight
MOST_FOLDED = 160
_NAMED = 4  # rows that are not told
UNTOLD = "–"
FULL = 2.0  # standard deviations from which a shade gets no stronger


@dataclass(frozen=True)
class Cell:
    """A figure of one segment, its measure beside the average, and how far it is from the others.

    `difference` is in standard deviations; None where it cannot be told.
    """

    text: str
    beside: str = ""
    difference: float | None = None
    limits: str = ""

    @property
    def shade(self) -> float:
        """How strong the shade is, from 0 to 1."""
        return round(min(abs(self.difference or 0.0) / FULL, 1.0), 2)


@dataclass(frozen=True)
class Row:
    """One number, or one category of a column."""

    label: str
    cells: tuple[Cell, ...]
    everyone: str

    @property
    def spread(self) -> float:
        """The largest difference in it."""
        return max((abs(cell.difference or 0.0) for cell in self.cells), default=0.0)


@dataclass(frozen=True)
class Table:
    """Rows that differ, those that hardly do, and how many more there are; largest first."""

    rows: tuple[Row, ...]
    folded: tuple[Row, ...]
    left_out: int

    @property
    def untold(self) -> str:
        """Which rows have no figure, as each would tell of fewer than ten customers."""
        names = [
            row.label
            for row in (*self.rows, *self.folded)
            if row.cells and all(cell.text == UNTOLD for cell in row.cells)
        ]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return ", ".join(names[:_NAMED]) + more

    @property
    def has_gaps(self) -> bool:
        """Whether a figure is left out in a row that has others."""
        return any(cell.text == UNTOLD for row in self.rows for cell in row.cells)

    @property
    def withheld(self) -> bool:
        """Whether a row was folded though its figures, which would tell of few, may differ much."""
        return any(all(cell.difference is None for cell in row.cells) for row in self.folded)


def side_by_side(facts: Segments) -> Table:
    """Put the segments beside each other, rounded as on their cards."""
    rows = []
    for name, column in facts.columns.items():
        if isinstance(column, NumberColumn):
            cells = tuple(_number(segment, name) for segment in facts.segments)
            rows.append(Row(column.label, cells, number(column.mean)))
            continue
        for level, share in column.levels.items():
            cells = tuple(_level(segment, name, level) for segment in facts.segments)
            rows.append(Row(f"{column.label}: {level}", cells, percent(share)))
    rows.sort(key=lambda row: -row.spread)  # stable: as declared where they differ alike
    differing = [row for row in rows if row.spread >= NEGLIGIBLE]
    shown = differing[:MOST] or rows[:MOST]
    rest = rows[len(shown) :]
    return Table(tuple(shown), tuple(rest[:MOST_FOLDED]), max(0, len(rest) - MOST_FOLDED))


def _number(segment: Profile, name: str) -> Cell:
    figures = segment.numeric[name]
    if figures.mean is None:
        return Cell(UNTOLD)
    return Cell(
        number(figures.mean),
        "" if figures.index is None else whole(figures.index),
        figures.difference,
        "" if figures.mean_interval is None else " to ".join(map(number, figures.mean_interval)),
    )


def _level(segment: Profile, column: str, level: str) -> Cell:
    figures = segment.categorical[column].get(level)
    if figures is None or figures.share is None:
        return Cell(UNTOLD)
    return Cell(
        percent(figures.share),
        "" if figures.lift is None else f"{figures.lift:.1f}×",
        figures.difference,
        "" if figures.share_interval is None else " to ".join(map(percent, figures.share_interval)),
    )
