"""How the segments were found, whether they come back, and which of them were known before."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Part
from segmentation.artifacts.grades import Grade


class SegmentStability(Part):
    """How one segment fared when customers were drawn again."""

    jaccard: Figure
    se: Known
    dissolved: Figure
    grade: Grade
    sentence: str


class Stability(Part):
    """Whether the segments come back when customers are drawn again.

    Attributes
    ----------
    mean, se, minimum : float or None
        Over the segments' Jaccard similarities; None without segments.
    adjusted_rand, adjusted_rand_se : float or None
        Agreement of the draws with each other.
    rows, of_rows : int
        Customers that were drawn from, out of how many.
    segments : dict of int to SegmentStability
        By segment id.
    """

    mean: Known
    se: Known
    minimum: Known
    adjusted_rand: Known
    adjusted_rand_se: Known
    resamples: int
    rows: int
    of_rows: int
    segments: dict[int, SegmentStability]


class Tree(Part):
    """The last merges of a hierarchy, in SciPy's format of four numbers, and where it was cut."""

    kind: Literal["dendrogram"] = "dendrogram"
    dendrogram: tuple[tuple[Figure, Figure, Figure, Figure], ...]
    height: Figure


class DistanceCurve(Part):
    """Distances to a near neighbour, ascending, and where they were cut, if a method does so."""

    kind: Literal["k_distances"] = "k_distances"
    k_distances: tuple[Figure, ...]
    neighbours: int
    eps: Known


Picture = Annotated[Tree | DistanceCurve, Field(discriminator="kind")]
"""What decided on an algorithm's main parameter."""


class KeptSegment(Part):
    """How a segment of the reference was recognised, and how similar it is."""

    similarity: Figure
    by: str


class ReferenceMatch(Part):
    """The segments beside those of the reference.

    Attributes
    ----------
    kept : dict of int to KeptSegment
        By segment id.
    new, retired : tuple of int
        Segment ids.
    common_customers : int
    moved_customers : int or None
        Those of them in another segment than before; None without common customers.
    adjusted_rand : float or None
    """

    kept: dict[int, KeptSegment]
    new: tuple[int, ...]
    retired: tuple[int, ...]
    common_customers: int
    moved_customers: int | None
    adjusted_rand: Known


class Clustering(Artifact):
    """What `train` found.

    Attributes
    ----------
    finds_k : bool
        Whether the algorithm finds the number of segments by itself.
    group : str
        What the algorithm looks for, in the singular.
    taste : str
        Which segments it prefers whatever the data, as the rest of a sentence that its name
        starts, with `{kind}` for what segments are called; empty if it has no such taste.
    notes : tuple of str
        What it decided by itself, in sentences.
    next_id : int
        Never given to a segment yet.
    """

    path: ClassVar = paths.CLUSTERING
    schema_version: Literal[3] = 3
    algorithm: str
    finds_k: bool
    group: str
    taste: str
    k: int
    noise_share: Figure
    notes: tuple[str, ...]
    stability: Stability
    picture: Picture | None
    reference: ReferenceMatch | None
    next_id: int
