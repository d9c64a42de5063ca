"""What a campaign did, by segment."""

from pathlib import Path
from typing import ClassVar, Literal

from segmentation.artifacts.base import Artifact, Figure, Known, Pair, Part

Verdict = Literal["pays", "does not pay", "unclear", "too few"]


class SegmentEffect(Part):
    """One segment; of fewer than ten treated or left alone only how many they are.

    Attributes
    ----------
    treated, held_out : int
        Customers.
    treated_mean, held_out_mean : float or None
        Of the outcome.
    difference : float or None
        What treating a customer adds.
    interval : pair of float or None
        Of 95%, by Welch; None where all outcomes of those treated are the same, and all of the
        others': nothing says then what chance does.
    gain : float or None
        What treating all those did bring, less its cost.
    verdict : str
        Whether the interval is above the cost, below it, or neither.
    """

    segment: int
    name: str
    treated: int
    held_out: int
    treated_mean: Known = None
    held_out_mean: Known = None
    difference: Known = None
    interval: Pair | None = None
    gain: Known = None
    verdict: Verdict


class Effect(Artifact):
    """All segments, and their customers together.

    Attributes
    ----------
    strangers : int
        Rows of the file whose customers the last export did not name.
    together : SegmentEffect
        Without the segments of too few, where theirs could be worked out by subtracting.
    """

    path: ClassVar = Path("reports/effect/effect.json")
    mend: ClassVar = "run `segmentation effect FILE` again"
    schema_version: Literal[3] = 3
    outcomes: str
    outcome: str
    cost: Figure
    strangers: int
    segments: tuple[SegmentEffect, ...]
    together: SegmentEffect
