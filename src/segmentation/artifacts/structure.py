"""What the data hold: the three answers about structure, wherever a run tells them."""

from typing import Literal

Structure = Literal["separate", "graded", "one"]
"""``separate``: groups with gaps between them. ``graded``: more than noise, but a continuum without
gaps, of which segments are slices. ``one``: one population, nothing to cut."""

LEVELS: dict[Structure, int] = {"one": 0, "graded": 1, "separate": 2}
"""The metric `structure_level` of each answer."""

IN_WORDS: dict[Structure, str] = {
    "separate": "separate groups",
    "graded": "graded",
    "one": "one population",
}

OPEN_WORDS: dict[Structure, str] = {
    "separate": "separate groups",
    "graded": "a continuum without gaps",
    "one": "one population",
}
"""What customers are where the data leave it open."""


def structure_at(level: int) -> Structure:
    """Return the answer that a metric `structure_level` stands for.

    Examples
    --------
    >>> structure_at(1)
    'graded'
    """
    return next(answer for answer, number in LEVELS.items() if number == level)
