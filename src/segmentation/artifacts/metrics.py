"""The figures that runs are compared by. Their names are the same in JSON, DVC and MLflow."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known

MUCH_NOISE = 0.2
"""Above this share of customers in no segment, the segments are not an answer for all of them."""


class Metrics(Artifact):
    """All metrics of a run. What does not apply is None here and is left out of the file.

    The file holds these numbers alone: DVC would show a version as one more metric. What older
    code wrote is told by its fields; where a field changes its meaning only, raise the version of
    `Details`, which the same stage writes.
    """

    path: ClassVar = paths.METRICS
    k: int
    k_confidence: Known = None
    silhouette: Known = None
    silhouette_se: Known = None
    davies_bouldin: Known = None
    calinski_harabasz: Known = None
    inertia: Figure
    stability: Known = None
    stability_se: Known = None
    stability_min: Known = None
    structured: Annotated[int, Field(ge=0, le=1)]
    structure_level: Annotated[int, Field(ge=0, le=2)]
    structure_p_value: Figure
    separate_p_value: Known = None
    dominance: Figure
    smallest_segment_share: Known = None
    noise_share: Figure
    border_share: Known = None
    reference_ari: Known = None
    customers_moved: int | None = None

    def content(self) -> dict[str, Any]:
        """Return what goes into the file: the metrics that apply."""
        return self.model_dump(exclude_none=True)

    def figures(self) -> dict[str, float]:
        """Return the metrics that apply, by name and in their order."""
        return dict(sorted(self.content().items()))
