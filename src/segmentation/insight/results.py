"""What the stages before found, and what the facts of a run are drawn from."""

from dataclasses import dataclass
from typing import Literal

from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics


@dataclass(frozen=True)
class Results:
    """The artifacts of `select_k`, `train` and `evaluate`."""

    choice: Choice
    clustering: Clustering
    metrics: Metrics
    details: Details
    flat: Map

    @property
    def structured(self) -> bool:
        """Whether the data hold segments beyond one population."""
        return bool(self.metrics.structured)

    @property
    def kind(self) -> Literal["segment", "group"]:
        """What the parts are called: nothing that no structure stands behind is a segment."""
        return "segment" if self.structured else "group"
