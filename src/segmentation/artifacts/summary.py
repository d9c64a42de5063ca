"""A first look at the customers."""

from typing import ClassVar, Literal

from pydantic import Field

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Part


class NumberSummary(Part):
    """A numeric column among all customers; quartiles stand under their per cent in the file."""

    count: Figure
    mean: Known
    std: Known
    min: Known
    first_quartile: Known = Field(alias="25%")
    median: Known = Field(alias="50%")
    third_quartile: Known = Field(alias="75%")
    max: Known


class Summary(Artifact):
    """The columns of the prepared customers.

    Attributes
    ----------
    rank_correlation : dict of dict
        Spearman's, of each number with each.
    categorical : dict of dict of str to int
        Customers by category.
    """

    path: ClassVar = paths.EXPLORE_SUMMARY
    schema_version: Literal[1] = 1
    customers: int
    numeric: dict[str, NumberSummary]
    rank_correlation: dict[str, dict[str, Known]]
    categorical: dict[str, dict[str, int]]
