"""What each column became when customers became points."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Known, Part


class Transformed(Part):
    """The columns that were transformed, and how."""

    method: str
    columns: tuple[str, ...]


class Features(Artifact):
    """The matrix of features.

    Attributes
    ----------
    features : tuple of str
        Its columns.
    skewness : dict of str to float or None
        Of each number before it was transformed.
    category_scale : float or None
        What a yes or no of a category is multiplied by; None without any.
    """

    path: ClassVar = paths.FEATURES
    schema_version: Literal[1] = 1
    rows: int
    features: tuple[str, ...]
    transformed: Transformed
    skewness: dict[str, Known]
    category_scale: Known
