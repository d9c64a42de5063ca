"""The number of segments, and what speaks for it."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Part
from segmentation.artifacts.structure import Structure


class CriterionLabel(Part):
    """What pages call a criterion: its `column` in the curve, its label, how it is read."""

    name: str
    column: str
    label: str
    reading: str


class Choice(Artifact):
    """The number that `select_k` chose.

    Attributes
    ----------
    structure : {"separate", "graded", "one"}
        What the data hold.
    structure_p_value : float
    votes : dict of str to int
        The number that each criterion prefers.
    criteria : tuple of CriterionLabel
        In the order of their panels.
    agree : bool
        Whether more than half of them prefer `k`.
    rows : int
        Customers that were looked at.
    why : tuple of str
        The reasons in sentences.
    """

    path: ClassVar = paths.CHOICE
    schema_version: Literal[2] = 2
    k: int
    structure: Structure
    structure_p_value: Figure
    rule: str
    votes: dict[str, int]
    criteria: tuple[CriterionLabel, ...]
    agree: bool
    rows: int
    why: tuple[str, ...]
