"""What the Jaccard similarity of a segment between draws is called, wherever a run tells it.

References
----------
Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data
Analysis 52(1), 258-271; thresholds as in the documentation of ``clusterboot`` (R package fpc).
"""

from typing import Literal

Grade = Literal["not to be trusted", "doubtful", "valid", "highly stable"]

DOUBTFUL, VALID, HIGHLY_STABLE = 0.60, 0.75, 0.85

BANDS: tuple[tuple[float, Grade], ...] = (
    (DOUBTFUL, "doubtful"),
    (VALID, "valid"),
    (HIGHLY_STABLE, "highly stable"),
)
"""Where each grade begins; below the first a segment is not to be trusted."""

NOT_TRUSTED: Grade = "not to be trusted"
RELIABLE: tuple[Grade, ...] = ("valid", "highly stable")
"""The grades of segments that come back."""


def grade(jaccard: float) -> Grade:
    """Return the grade of a mean Jaccard similarity, in the three digits in which it is told.

    Examples
    --------
    >>> [grade(j) for j in (0.9, 0.8, 0.7, 0.5)]
    ['highly stable', 'valid', 'doubtful', 'not to be trusted']
    """
    told = float(f"{jaccard:.3f}")
    reached = [words for least, words in BANDS if told >= least]
    return reached[-1] if reached else NOT_TRUSTED


def sentence(jaccard: float, *, dissolved: float) -> str:
    """Return what to say beside a segment.

    Parameters
    ----------
    jaccard : float
        Mean similarity over the draws.
    dissolved : float
        Share of the draws in which the segment dissolved.
    """
    overlap = "more than 99%" if 0.995 <= jaccard < 1 else f"{jaccard:.0%}"
    dissolves = (
        f"dissolves in {dissolved:.0%} of the draws" if dissolved >= 0.005 else "never dissolves"
    )
    return (
        f"{grade(jaccard).capitalize()}: when customers are drawn again it overlaps with itself by "
        f"{overlap}, and {dissolves}."
    )
