"""The reference: the segments whose ids and names later runs keep.

`data/reference/segments.json` stands in git and holds aggregates. Which customer was in which
segment is in `data/reference/assignments.parquet` beside it, which DVC keeps; without that file
segments are recognised by their centroids alone.
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from segmentation import paths
from segmentation.artifacts import files
from segmentation.artifacts.base import Artifact, Figure, Part

if TYPE_CHECKING:
    import pandas as pd


class ReferenceSegment(Part):
    """One segment: mean of each number and share of each category, in original units."""

    id: int
    name: str
    centroid: dict[str, Figure]


class Reference(Artifact):
    """All segments of the reference run; none before the first `segmentation promote`.

    `next_id` was never given to a segment yet.
    """

    path: ClassVar = paths.REFERENCE
    unversioned: ClassVar = 1
    mend: ClassVar = "take it from git, or promote a run again"
    schema_version: Literal[1] = 1
    segments: tuple[ReferenceSegment, ...] = ()
    next_id: int = 1

    @property
    def names(self) -> dict[int, str]:
        """The name of each segment."""
        return {segment.id: segment.name for segment in self.segments}


def load_reference_assignments(id_column: str) -> "pd.Series | None":
    """Return the segment of each customer of the reference run, by customer id; None if unknown."""
    if not paths.REFERENCE_ASSIGNMENTS.exists():
        return None
    table = files.read_parquet(paths.REFERENCE_ASSIGNMENTS)
    if id_column not in table:  # the reference was made under another id: nobody can be found again
        return None
    return table.set_index(id_column).segment
