"""What each column became when customers became points."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Part


class Transformed(Part):
    """The columns that were transformed, and how."""

    method: str
    columns: tuple[str, ...]


class Flag(Part):
    """A yes or no beside a number: who has any of it.

    Attributes
    ----------
    of : {"zero", "never"}
        What a no is: a zero, or what stands for never or not known.
    share : float
        Of the customers with a no.
    """

    of: Literal["zero", "never"]
    share: Figure


def having(column: str) -> str:
    """Name the yes or no that stands beside a number: ``has balance``."""
    return f"has {column}"


class Features(Artifact):
    """The matrix of features.

    Attributes
    ----------
    features : tuple of str
        Its columns.
    skewness : dict of str to float or None
        Of each number before it was transformed.
    weights : dict of str to float
        Of the numbers that count for more or less than others: by the settings, or as they say what
        others say.
    alike : tuple of tuple of str
        Numbers that say the same, and share the weight of one.
    bounded : tuple of str
        Numbers in which a few customers are so far out that they are taken for nearer ones.
    flags : dict of str to Flag
        Of the numbers that a yes or no stands beside, with which they share their weight.
    category_scale : float or None
        What a yes or no of a category is multiplied by; None without any.
    """

    path: ClassVar = paths.FEATURES
    schema_version: Literal[3] = 3
    rows: int
    features: tuple[str, ...]
    transformed: Transformed
    skewness: dict[str, Known]
    weights: dict[str, Figure]
    alike: tuple[tuple[str, ...], ...]
    bounded: tuple[str, ...]
    flags: dict[str, Flag]
    category_scale: Known
