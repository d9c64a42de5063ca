"""How customers become points."""

from typing import Annotated, Literal

from pydantic import Field

from segmentation.settings.shared.base import Settings, Share

Scaler = Literal["standard", "robust", "minmax", "none"]


class Featurize(Settings):
    """How customers become points with distances."""

    transform: Literal["none", "log", "yeo-johnson"] = "yeo-johnson"
    skew_above: Annotated[float, Field(ge=0)] = 1.0
    scaler: Scaler = "standard"
    encoding: Literal["onehot", "none"] = "onehot"
    category_weight: Annotated[float, Field(gt=0)] = 1.0
    min_category_share: Annotated[float, Field(ge=0, lt=1)] = 0.01
    alike_above: Annotated[float, Field(gt=0, le=1)] = 0.95
    zeros_above: Share = 0.2
    weights: dict[str, Annotated[float, Field(gt=0)]] = {}
