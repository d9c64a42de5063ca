"""How segments are found: the algorithm, with the options that its own module declares."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

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
    stability: Stability = Stability()

    @property
    def options(self) -> AlgorithmOptions:
        """The options of the chosen algorithm."""
        chosen: AlgorithmOptions = getattr(self, self.algorithm)
        return chosen


def train_settings(algorithms: Mapping[str, Algorithm]) -> type[TrainBase]:
    """Return the settings in which one of `algorithms` is chosen, each with its options."""
    chosen = TrainBase.model_fields["algorithm"].default
    fields: dict[str, Any] = {"algorithm": (Literal[tuple(algorithms)], chosen)}
    for name, algorithm in algorithms.items():
        # As strict about what YAML holds as every other group of settings.
        options = create_model(algorithm.options.__name__, __base__=(Settings, algorithm.options))
        fields[name] = (options, options())
    return create_model("Train", __base__=TrainBase, **fields)


if TYPE_CHECKING:  # fields that only the registry knows are none to a type checker
    Train = TrainBase
else:
    Train = train_settings(ALGORITHMS)
