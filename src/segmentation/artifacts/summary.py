"""A first look at the customers."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, KnownPosition, Part, Position

Quartiles = tuple[KnownPosition, KnownPosition, KnownPosition]
"""The middle one is the median; None where too few values are known."""


class Histogram(Part):
    """How many customers lie between two edges: none, or ten and more.

    An interval includes its right edge; the first and the last include whoever lies beyond.
    """

    edges: tuple[Position, ...]
    counts: tuple[int, ...]


class Box(Part):
    """A boxplot: quartiles, and whiskers at the quantiles 5% and 95%; of few customers, nearer."""

    whiskers: tuple[Position, Position]
    quartiles: tuple[Position, Position, Position]

    @property
    def places(self) -> NDArray[np.float64]:
        """All of them."""
        return np.array([*self.whiskers, *self.quartiles])


class NumberSummary(Part):
    """A numeric column among all customers; what too few are known of is None."""

    count: Figure
    mean: Known
    std: Known
    histogram: Histogram | None
    box: Box | None


class Summary(Artifact):
    """The columns of the prepared customers.

    Attributes
    ----------
    rank_correlation : dict of dict
        Spearman's, of each number with each; None where fewer than ten customers have both.
    categorical : dict of dict of str to int
        Customers by category.
    by_category : dict of dict of dict
        Quartiles of every number (first) within the commonest categories (last) of every column.
    """

    path: ClassVar = paths.SUMMARY
    schema_version: Literal[4] = 4
    customers: int
    numeric: dict[str, NumberSummary]
    rank_correlation: dict[str, dict[str, Known]]
    categorical: dict[str, dict[str, int]]
    by_category: dict[str, dict[str, dict[str, Quartiles]]]
