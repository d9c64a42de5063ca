"""What the stages before found, and what the facts of a run are drawn from."""

from dataclasses import dataclass
from typing import Literal

from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.structure import Structure, structure_at


@dataclass(frozen=True)
class Results:
    """The artifacts of `select_k`, `train` and `evaluate`."""

    choice: Choice
    clustering: Clustering
    metrics: Metrics
    details: Details
    flat: Map

    @property
    def structure(self) -> Structure:
        """What the data hold."""
        return structure_at(self.metrics.structure_level)

    @property
    def has_segments(self) -> bool:
        """Whether the parts are more than a cut through one population."""
        return self.structure != "one"

    @property
    def kind(self) -> Literal["segment", "group"]:
        """What the parts are called: nothing that no structure stands behind is a segment."""
        return "segment" if self.has_segments else "group"
