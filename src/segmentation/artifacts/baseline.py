"""What scoring and the watch over drift have to know of the customers of the training."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Part, Position

FAR = 4.0
"""Standard deviations of the distances to a segment's centre, above their mean, beyond which a
customer is unlike any in training: a mean and a deviation tell of no single customer, which the
largest distance would."""


class SegmentBaseline(Part):
    """A segment of the training; of too few customers (`artifacts.privacy`) only their number.

    Attributes
    ----------
    customers : int
    centre : tuple of float or None
        Mean of its customers in each feature.
    distance, deviation : float or None
        Mean and standard deviation of their distances to it.
    """

    customers: int
    centre: tuple[Position, ...] | None = None
    distance: Known = None
    deviation: Known = None

    @property
    def reach(self) -> float | None:
        """The distance to the centre beyond which nobody is like those of the training."""
        if self.distance is None or self.deviation is None:
            return None
        return self.distance + FAR * self.deviation


class NumberBins(Part):
    """Customers in tenths of a number; no bin is of fewer than ten.

    Attributes
    ----------
    edges : tuple of float
        A value belongs to the first bin whose edge is not below it; the last bin has none.
    counts : tuple of int
    missing : int
    mean, deviation : float or None
    """

    kind: Literal["number"] = "number"
    edges: tuple[Position, ...]
    counts: tuple[int, ...]
    missing: int
    mean: Known
    deviation: Known


class LevelCounts(Part):
    """Customers of each category."""

    kind: Literal["category"] = "category"
    counts: dict[str, int]
    missing: int


Counted = Annotated[NumberBins | LevelCounts, Field(discriminator="kind")]


class Baseline(Artifact):
    """The customers of the training, in aggregates.

    Attributes
    ----------
    customers : int
    unassigned : int
        Those in no segment.
    unlike : int
        Those beyond the reach of their segment: the share of them is what chance alone gives.
    confidence, confidence_deviation : float
        Mean and standard deviation of how firmly they belong.
    segments : dict of int to SegmentBaseline
        By id.
    columns : dict of str to NumberBins or LevelCounts
        The columns that segments were found in.
    """

    path: ClassVar = paths.BASELINE
    schema_version: Literal[1] = 1
    customers: int
    unassigned: int
    unlike: int
    confidence: Figure
    confidence_deviation: Figure
    segments: dict[int, SegmentBaseline]
    columns: dict[str, Counted]
