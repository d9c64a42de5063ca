"""What stands behind the metrics."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Part


class Dominance(Part):
    """How much of the segments one column explains by itself.

    Attributes
    ----------
    feature : str
        The strongest column.
    repeats : tuple of str
        Columns that only repeat it.
    score : float
        Out of 1.
    score_of_the_others : float or None
        Of all other columns together, without `repeats`, where that was looked at.
    scores : dict of str to float
        Of every column.
    answer : {"yes", "largely", "no"}
        Whether the segments are just this column.
    sentence : str
        The answer with its figures.
    """

    feature: str
    repeats: tuple[str, ...]
    score: Figure
    score_of_the_others: Known
    scores: dict[str, Figure]
    answer: Literal["yes", "largely", "no"]
    sentence: str


class SilhouetteRows(Part):
    """How many customers silhouettes rest on, and whether they are a sample."""

    rows: int
    sampled: bool


class Shape(Part):
    """The shape of one segment; `clustering.metrics.measures` says what the figures are."""

    radius: Figure
    elongation: Figure
    silhouette: Known


class Details(Artifact):
    """What the metrics rest on.

    Attributes
    ----------
    features : int
        How many the points have.
    segments : dict of int to Shape
        By segment id.
    distances : dict of int to dict of int to float
        Of the segments' means from one another, in mean radii of the segments.
    """

    path: ClassVar = paths.DETAILS
    schema_version: Literal[3] = 3
    dominance: Dominance
    silhouette: SilhouetteRows
    features: int
    segments: dict[int, Shape]
    distances: dict[int, dict[int, Figure]]
