"""Where runs go."""

from typing import Annotated

from pydantic import Field

from segmentation.settings.shared.base import Settings


class Track(Settings):
    """Where runs are tracked. The server itself is named by MLFLOW_TRACKING_URI."""

    experiment: Annotated[str, Field(min_length=1)] = "customer-segmentation"
