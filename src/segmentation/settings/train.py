"""How segments are found: the algorithm, with the options that its own module declares."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model, model_validator

from segmentation.algorithms import ALGORITHMS, Algorithm, AlgorithmOptions
from segmentation.settings.shared.base import Settings


class Stability(Settings):
    """How often customers are drawn again to see which segments come back."""

    resamples: Annotated[int, Field(ge=2, le=1000)] = 50
    max_rows: Annotated[int, Field(ge=100)] = 2_000


class TrainBase(Settings):
    """Which algorithm finds the segments, how many, and how their stability is judged."""

    algorithm: str = "kmeans"
    k: Literal["auto"] | Annotated[int, Field(ge=2)] = "auto"
    smallest: Annotated[int, Field(ge=0)] | Annotated[float, Field(ge=0, lt=1)] = 0
    stability: Stability = Stability()

    @property
    def options(self) -> AlgorithmOptions:
        """The options of the chosen algorithm."""
        chosen: AlgorithmOptions = getattr(self, self.algorithm)
        return chosen

    def least(self, customers: int) -> int:
        """Return how many of `customers` every segment has at least: `smallest`, as a number."""
        if isinstance(self.smallest, int):
            return max(1, self.smallest)
        return max(1, math.ceil(round(self.smallest * customers, 9)))


def train_settings(algorithms: Mapping[str, Algorithm]) -> type[TrainBase]:
    """Return the settings in which one of `algorithms` is chosen, each with its options."""
    chosen = TrainBase.model_fields["algorithm"].default
    fields: dict[str, Any] = {"algorithm": (Literal[tuple(algorithms)], chosen)}
    for name, algorithm in algorithms.items():
        # As strict about what YAML holds as every other group of settings.
        options = create_model(algorithm.options.__name__, __base__=(Settings, algorithm.options))
        fields[name] = (options, options())

    def bounded(train: TrainBase) -> TrainBase:
        share, k = train.smallest, train.k
        if share and not algorithms[train.algorithm].bounds_sizes:
            able = ", ".join(name for name, each in algorithms.items() if each.bounds_sizes)
            raise ValueError(
                f"smallest is {share}, but {train.algorithm} cannot keep segments above a size; "
                f"set smallest to 0, or algorithm to one of {able}"
            )
        if share < 1 and k != "auto" and share * k > 1:
            raise ValueError(f"{k} segments cannot each have {share:.1%}; lower smallest or k")
        return train

    checks: dict[str, Any] = {"bounded": model_validator(mode="after")(bounded)}
    return create_model("Train", __base__=TrainBase, __validators__=checks, **fields)


if TYPE_CHECKING:  # fields that only the registry knows are none to a type checker
    Train = TrainBase
else:
    Train = train_settings(ALGORITHMS)
