"""The number of segments, and what speaks for it."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Part
from segmentation.artifacts.structure import Structure


class CriterionLabel(Part):
    """What pages call a criterion: its `column` in the curve, its label, how it is read."""

    name: str
    column: str
    label: str
    reading: str


class SmallGroup(Part):
    """A small group with a gap all around that no segment is.

    Attributes
    ----------
    size : int
        Customers of it among those that were tested.
    share : float
        The same as a share of them.
    z : float
        By how many standard errors the density in the gap is lower than on both sides.
    algorithm : str
        The algorithm that shows it.
    """

    size: int
    share: Figure
    z: Figure
    algorithm: str


class Alternative(Part):
    """A number that the data leave open: how often half of the customers alone speak for it."""

    k: int
    share: Figure


class Choice(Artifact):
    """The number that `select_k` chose.

    Attributes
    ----------
    structure : {"separate", "graded", "one"}
        Groups with gaps between them, a continuum without any, or one population.
    possible : tuple of {"separate", "graded", "one"}
        The answers between which the data leave it open, the simplest first; `structure` alone
        where they do not.
    structure_p_value : float
        How often one population shows silhouettes as good: "graded" or "one".
    separate_p_value : float
        How often one population shows a gap as wide: "separate" or not.
    gap, gap_expected : float
        By how many standard errors the density in the widest gap is lower than on both sides, and
        the same in one population on average.
    valley : float
        Share of the density that is missing in it, from 0 to 1.
    draws : int
        Clouds of one population that were drawn.
    small_group : SmallGroup or None
    votes : dict of str to int
        The number that each criterion prefers.
    criteria : tuple of CriterionLabel
        In the order of their panels.
    agree : bool
        Whether more than half of them prefer `k`.
    confidence : float or None
        Share of random halves of the customers from which the same number is chosen; None for a
        rule that does not look at halves.
    open : bool
        Whether the data leave open which number it is.
    alternatives : tuple of Alternative
        The numbers between which they do, `k` among them; `k` alone where they do not.
    rows : int
        Customers that were clustered.
    why : tuple of str
        The reasons in sentences.
    """

    path: ClassVar = paths.CHOICE
    schema_version: Literal[5] = 5
    k: int
    structure: Structure
    possible: tuple[Structure, ...]
    structure_p_value: Figure
    separate_p_value: Figure
    gap: Figure
    gap_expected: Figure
    valley: Figure
    draws: int
    small_group: SmallGroup | None
    rule: str
    votes: dict[str, int]
    criteria: tuple[CriterionLabel, ...]
    agree: bool
    confidence: Known
    open: bool
    alternatives: tuple[Alternative, ...]
    rows: int
    why: tuple[str, ...]
