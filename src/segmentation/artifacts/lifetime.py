"""What customers are expected to buy and be worth, and how good such forecasts were."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Part


class Sum(Part):
    """A total with the 90% interval of what will be seen; None where it cannot be told."""

    mean: Figure
    low: Known
    high: Known


class LikeForecasts(Part):
    """Customers of like forecasts: how many, and their means."""

    customers: int
    predicted: Figure
    actual: Figure


class Comparison(Part):
    """A forecast, what happened, and the naive rule: the period before once more."""

    predicted: Sum
    actual: Figure
    naive: Figure
    gini: Known
    naive_gini: Known
    error: Figure
    naive_error: Figure
    groups: list[LikeForecasts]


class SegmentTried(Part):
    """Purchases of a segment in the time held out: forecast, and what happened."""

    segment: int
    customers: int
    predicted: Figure
    actual: Figure


class Tried(Part):
    """The forecast of a time that is known already.

    Segments are those of today, which know that time.
    """

    since: str
    days: int
    customers: int
    purchases: Comparison
    value: Comparison | None
    segments: list[SegmentTried]


class SegmentForecast(Part):
    """A segment's forecast; figures of fewer than ten customers are not told."""

    segment: int
    customers: int
    active: Known
    purchases: Sum | None
    value: Sum | None
    discounted: Known


class LifetimeValue(Artifact):
    """Forecasts of customers' purchases and value.

    Attributes
    ----------
    why_not, why_no_value, why_not_tried : str
        Why nothing, no value, or no trial on a time held out is told; empty where it is.
    notes : list of str
        What to keep in mind.
    parameters : dict of str to float
        Of the models, in days and in the currency.
    tied : float or None
        Correlation of how often customers buy and what they spend, which should be near 0.
    grid_agreement : float or None
        Adjusted Rand index of the segments and the named grid of scores.
    """

    path: ClassVar = paths.LIFETIME
    schema_version: Literal[1] = 1
    as_of: str
    horizon_days: int
    interest: Figure
    model: str
    customers: int
    repeaters: int
    why_not: str
    why_no_value: str
    why_not_tried: str
    notes: list[str]
    parameters: dict[str, Figure]
    tied: Known
    active: Known
    purchases: Sum | None
    value: Sum | None
    discounted: Known
    segments: list[SegmentForecast]
    tried: Tried | None
    grid_agreement: Known

    def figures(self) -> dict[str, float]:
        """Return what runs are compared by, as metrics of MLflow; what cannot be told is left out.

        Errors and Gini coefficients are those of the time held out, with the naive rule's beside
        them.
        """
        told: dict[str, float | None] = {
            "active": self.active,
            "purchases": None if self.purchases is None else self.purchases.mean,
            "value": None if self.value is None else self.value.mean,
            "discounted": self.discounted,
            "grid_agreement": self.grid_agreement,
        }
        for what in ("purchases", "value"):
            tried: Comparison | None = getattr(self.tried, what, None)
            if tried is not None:
                told |= {
                    f"{what}_error": tried.error,
                    f"{what}_naive_error": tried.naive_error,
                    f"{what}_gini": tried.gini,
                    f"{what}_naive_gini": tried.naive_gini,
                }
        return {f"lifetime/{name}": value for name, value in told.items() if value is not None}
