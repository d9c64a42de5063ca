"""What makes a change red, amber or green when it is reviewed."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from segmentation.settings.shared.base import Settings, Share

Level = Literal["never", "amber", "red"]


class Bounds(Settings):
    """Above which figure a change is amber, and above which it is red."""

    amber: Annotated[float, Field(ge=0)] | Literal["resampling", "never"]
    red: Annotated[float, Field(ge=0)] | Literal["never"]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not isinstance(self.amber, str) and self.red != "never" and self.amber > self.red:
            raise ValueError(f"red {self.red:g} is below amber {self.amber:g}")
        return self


class Shares(Bounds):
    """The same of a share."""

    amber: Share | Literal["never"]
    red: Share | Literal["never"]


class Movers(Bounds):
    """The same, where amber may also begin at as many as move when customers are drawn again."""

    amber: Share | Literal["resampling", "never"]
    red: Share | Literal["never"]


class Drifts(Bounds):
    """The same of the population stability index, which is no share."""

    amber: Annotated[float, Field(ge=0)] | Literal["never"]


class Review(Settings):
    """The rules of a review. Shares are of the base's customers, or of all that they are worth."""

    lost: Shares = Shares(amber=0.01, red=0.1)
    lost_value: Shares = Shares(amber=0.01, red=0.1)
    noise: Shares = Shares(amber=0.02, red=0.1)
    structure: Level = "red"
    moved: Movers = Movers(amber="resampling", red=0.25)
    moved_value: Shares = Shares(amber="never", red=0.25)
    plays: Level = "amber"
    answers: Level = "amber"
    metrics: Level = "amber"
    drift: Drifts = Drifts(amber=0.25, red="never")
