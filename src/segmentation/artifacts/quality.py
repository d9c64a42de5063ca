"""What cleaning did to the customers' file."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Part


class Lines(Part):
    """What the lines of the file are.

    Attributes
    ----------
    in_file : int
        All of them: those of the header, rows, blank ones, and breaks inside cells.
    """

    in_file: int
    header: int
    rows: int
    blank: int
    breaks_in_cells: int

    def __add__(self, later: "Lines") -> "Lines":
        """Return what the lines of two files are."""
        return Lines(
            in_file=self.in_file + later.in_file,
            header=self.header + later.header,
            rows=self.rows + later.rows,
            blank=self.blank + later.blank,
            breaks_in_cells=self.breaks_in_cells + later.breaks_in_cells,
        )


class Source(Part):
    """Which data they were.

    Attributes
    ----------
    path : str
        As the settings name it; of an absolute path the last part, as the rest is of one machine.
    md5 : str
        Of the content: of a file, what DVC writes for it into `dvc.lock`.
    """

    path: str
    md5: str


class Quality(Artifact):
    """Rows in are rows kept and rows rejected, always.

    Attributes
    ----------
    source : Source or None
        None as long as rows are counted only.
    lines : Lines
    rejected : dict of str to int
        Rows by the rule that they broke.
    repaired : dict of str to int
        Cells by what was mended.
    missing : dict of str to int
        Missing cells of each column, before cleaning.
    never : dict of str to int
        Cells whose number stands for "never" or "not known", where such numbers are declared.
    """

    path: ClassVar = paths.QUALITY
    schema_version: Literal[3] = 3
    source: Source | None = None
    lines: Lines
    rows_in: int
    rows_kept: int
    rows_rejected: int
    rejected: dict[str, int]
    repaired: dict[str, int]
    missing: dict[str, int]
    never: dict[str, int] = {}
