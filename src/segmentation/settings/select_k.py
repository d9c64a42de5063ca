"""How the number of segments is chosen."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from segmentation.clustering.choosing_k.registry import mistake_in
from segmentation.settings.shared.base import Settings


def _known_rule(name: str) -> str:
    if mistake := mistake_in(name):
        raise ValueError(mistake)
    return name


class SelectK(Settings):
    """Which numbers of segments are tried, and the rule that picks one."""

    k_min: Annotated[int, Field(ge=2)] = 2
    k_max: Annotated[int, Field(ge=2)] = 10
    rule: Annotated[str, AfterValidator(_known_rule)] = "consensus"
    k: Annotated[int, Field(ge=2)] = 4
    draws: Annotated[int, Field(ge=10, le=1000)] = 10
    resamples: Annotated[int, Field(ge=2, le=1000)] = 8
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.01
    max_rows: Annotated[int, Field(ge=100)] = 5_000

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.k_min > self.k_max:
            raise ValueError(f"k_min {self.k_min} is above k_max {self.k_max}")
        if self.rule == "fixed" and not self.k_min <= self.k <= self.k_max:
            raise ValueError(f"k {self.k} is not from k_min {self.k_min} to k_max {self.k_max}")
        return self
