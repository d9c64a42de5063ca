"""The flat map of all customers: what its two axes are, and where the segments lie."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Pair, Part


class Place(Part):
    """A place on the map, or the weight of a feature in both axes."""

    pc1: Figure
    pc2: Figure


class Map(Artifact):
    """The first two principal components.

    Attributes
    ----------
    explained_variance : pair of float
        Share of the variance along each.
    loadings : dict of str to Place
        By feature.
    centroids : dict of int to Place
        By segment id.
    """

    path: ClassVar = paths.PCA
    schema_version: Literal[1] = 1
    explained_variance: Pair
    loadings: dict[str, Place]
    centroids: dict[int, Place]
