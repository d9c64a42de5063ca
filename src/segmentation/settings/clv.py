"""How lifetime value is forecast from purchases."""

from typing import Annotated, Literal

from pydantic import Field

from segmentation.settings.shared.base import Settings


class Clv(Settings):
    """How lifetime value is forecast.

    Attributes
    ----------
    model : {"bg_nbd", "mbg_nbd"}
        Whether a customer may be lost from the second purchase on, or right after the first.
    horizon : int
        Days ahead.
    interest : float
        What a year's wait takes off money, as a share.
    holdout : int or "auto"
        The last days that forecasts are tried on; auto: the horizon, but at most a third of all.
    """

    model: Literal["bg_nbd", "mbg_nbd"] = "bg_nbd"
    horizon: Annotated[int, Field(ge=1, le=3650)] = 365
    interest: Annotated[float, Field(ge=0, le=1)] = 0.1
    holdout: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
