"""What marks a segment, strongest first."""

from dataclasses import dataclass

from segmentation.insight.profiles import SegmentProfile

NOTABLE = 0.5  # standard deviations; Cohen (1988) calls this a medium effect


@dataclass(frozen=True)
class Trait:
    """One way in which a segment differs from the average customer.

    Attributes
    ----------
    column : str
    level : str or None
        The category that is more frequent than usual; None for a number.
    difference : float
        In standard deviations of everyone.
    index : float or None
        100 for the average customer: the mean of a number, the share of a category.
    typical : float
        Mean of the number, or share of the category (0 to 1), in the segment.
    """

    column: str
    level: str | None
    difference: float
    index: float | None
    typical: float


def traits_of(profile: SegmentProfile, *, at_least: float = NOTABLE) -> list[Trait]:
    """List the numbers that differ and the categories that are more frequent, strongest first."""
    found = [
        Trait(column, None, number.difference, number.index, number.mean)
        for column, number in profile.numeric.items()
        if abs(number.difference) >= at_least
    ]
    found += [
        Trait(column, name, level.difference, 100 * level.lift, level.share)
        for column, levels in profile.categorical.items()
        for name, level in levels.items()
        if level.difference >= at_least
    ]
    return sorted(found, key=lambda t: (-abs(t.difference), t.column, t.level or ""))
