"""What the stage `customers` made of the lines of purchases."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Known, Part


class Grid(Part):
    """The scores of recency, frequency and monetary value.

    Attributes
    ----------
    cuts : dict of str to list of float or None
        Of each measure, the values at which a score of 2, 3, 4 and 5 begins; None where too few
        customers would tell it.
    customers : dict of str to int
        Customers by the name of their cell in the grid.
    """

    cuts: dict[str, list[Known]]
    customers: dict[str, int]


class PurchaseLines(Artifact):
    """Lines in the file are lines used and lines left out, always.

    Attributes
    ----------
    as_of : str
        The day that customers are told of.
    left_out : dict of str to int
        Lines by the reason, in words.
    date_format : str
        How dates were read.
    """

    path: ClassVar = paths.PURCHASE_LINES
    schema_version: Literal[1] = 1
    as_of: str
    date_format: str
    lines_in: int
    lines_used: int
    lines_left_out: int
    left_out: dict[str, int]
    customers: int
    grid: Grid
