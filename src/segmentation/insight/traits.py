"""What marks a segment, strongest first, and what does not."""

from dataclasses import dataclass

from segmentation.artifacts.base import Pair
from segmentation.artifacts.segments import LevelProfile, NumberProfile, Profile

NOTABLE = 0.5  # standard deviations; Cohen (1988) calls this a medium effect
# Standard deviations. The What Works Clearinghouse (Procedures and Standards Handbook 5.0, 2022)
# takes groups that differ by more than this for not comparable.
NEGLIGIBLE = 0.25
# Points of an index. A body height of index 96 is nobody's idea of low, however much it differs.
NEAR = 10.0


@dataclass(frozen=True)
class Trait:
    """One way in which a segment differs from everyone else.

    Attributes
    ----------
    column : str
    level : str or None
        The category that is more frequent than usual; None for a number.
    difference : float
        From everyone else, in standard deviations.
    index : float or None
        100 for the average customer: the mean of a number, the share of a category; None for a
        number that can be below zero.
    index_interval : pair of float or None
    typical : float
        Mean of the number, or share of the category (0 to 1), in the segment.
    typical_interval : pair of float or None
    """

    column: str
    level: str | None
    difference: float
    index: float | None
    typical: float
    index_interval: Pair | None = None
    typical_interval: Pair | None = None

    @property
    def near_average(self) -> bool:
        """Whether the index is so near to 100 that neither high nor low would be true."""
        return self.index is not None and abs(self.index - 100) < NEAR


def traits_of(profile: Profile, *, at_least: float = NOTABLE) -> list[Trait]:
    """List the numbers that differ and the categories that are more frequent, strongest first.

    A trait is at least `at_least` standard deviations from everyone else, and confirmed.
    """
    traits = []
    for column, number in profile.numeric.items():
        if number.confirmed and _at_least(number, at_least):
            traits.append(
                Trait(
                    column,
                    None,
                    number.difference or 0.0,
                    number.index,
                    number.mean or 0.0,
                    number.index_interval,
                    number.mean_interval,
                )
            )
    for column, levels in profile.categorical.items():
        for name, level in levels.items():
            if level.confirmed and _at_least(level, at_least) and (level.difference or 0) > 0:
                traits.append(
                    Trait(
                        column,
                        name,
                        level.difference or 0.0,
                        None if level.lift is None else 100 * level.lift,
                        level.share or 0.0,
                        level.lift_interval
                        and (100 * level.lift_interval[0], 100 * level.lift_interval[1]),
                        level.share_interval,
                    )
                )
    return sorted(traits, key=lambda t: (-abs(t.difference), t.column, t.level or ""))


def unremarkable(profile: Profile, *, negligible: float = NEGLIGIBLE) -> list[str]:
    """List the columns in which the segment is like everyone else.

    Not those where no difference was found, which small segments have many of, but those where
    the interval of the difference leaves room for a negligible one only (an equivalence test:
    Schuirmann, 1987). A category counts if that holds for each of its levels.
    """

    def alike(figures: NumberProfile | LevelProfile) -> bool:
        limits = figures.difference_interval
        return limits is not None and -negligible < limits[0] and limits[1] < negligible

    numbers = [column for column, number in profile.numeric.items() if alike(number)]
    return numbers + [
        column
        for column, levels in profile.categorical.items()
        if levels and all(alike(level) for level in levels.values())
    ]


def _at_least(figures: NumberProfile | LevelProfile, least: float) -> bool:
    return figures.difference is not None and abs(figures.difference) >= least
