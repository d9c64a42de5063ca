"""Where runs go."""

from typing import Annotated

from pydantic import AfterValidator, Field

from segmentation.settings.shared.base import Settings


def _plain(name: str) -> str:
    if sign := next((sign for sign in name if sign in "/:" or not sign.isprintable()), None):
        raise ValueError(f"a name in MLflow cannot hold {sign!r}")
    return name


class Track(Settings):
    """Where runs are tracked. The server itself is named by MLFLOW_TRACKING_URI."""

    # MLflow's limits for a registered model, which has the same name.
    experiment: Annotated[str, Field(min_length=1, max_length=250), AfterValidator(_plain)] = (
        "customer-segmentation"
    )
