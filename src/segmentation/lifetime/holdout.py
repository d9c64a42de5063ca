"""How good forecasts were: what was told of a past period against what happened in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Customers of like forecasts: how many, and their means."""

    customers: int
    predicted: float
    actual: float


def gini(predicted: Floats, actual: Floats) -> float | None:
    """Return how well an order finds who does most: 1 as well as can be, 0 no better than chance.

    Customers are lined up by forecast, best first; the area between the share of customers and the
    share of what they did is compared with that of the perfect order. Equal forecasts count as in
    any order, on average. None where all did the same.

    Examples
    --------
    >>> gini(np.array([3.0, 2.0, 1.0]), np.array([9.0, 5.0, 1.0]))
    1.0
    >>> gini(np.zeros(3), np.array([9.0, 5.0, 1.0]))
    0.0
    """
    best = _area(actual, actual)
    return float(_area(predicted, actual) / best) if best > 0 else None


def _area(order: Floats, actual: Floats) -> float:
    """Twice the area between the curve of an order and the diagonal, times what all did."""
    _, place, size = np.unique(-order, return_inverse=True, return_counts=True)
    done = np.bincount(place, weights=actual)
    # Mean rank in a group of equals, from the best one's (n - 1) / n to the worst's -(n - 1) / n.
    rank = np.cumsum(size) - (size + 1) / 2
    weight = 1 - (2 * rank + 1) / len(order)
    area = float(weight @ done)
    return area if abs(area) > 1e-12 * max(float(np.abs(done).sum()), 1e-300) else 0.0


def mean_error(predicted: Floats, actual: Floats) -> float:
    """Return the mean of how far a customer's forecast was off."""
    return float(np.abs(predicted - actual).mean())


def by_forecast(predicted: Floats, actual: Floats, groups: int = 10) -> list[Group]:
    """Cut customers into groups of about the same size by forecast, best first.

    Equal forecasts are never parted, so there may be fewer groups.

    Examples
    --------
    >>> for group in by_forecast(np.array([2.0, 1.0, 1.0]), np.array([3.0, 0.0, 2.0]), groups=2):
    ...     print(group)
    Group(customers=1, predicted=2.0, actual=3.0)
    Group(customers=2, predicted=1.0, actual=1.0)
    """
    _, place, size = np.unique(-predicted, return_inverse=True, return_counts=True)
    middle = np.cumsum(size) - size / 2
    tenth = np.minimum((middle / len(predicted) * groups).astype(np.intp), groups - 1)[place]
    found = []
    for each in np.unique(tenth):
        inside = tenth == each
        means = (float(part[inside].mean()) for part in (predicted, actual))
        found.append(Group(int(inside.sum()), *means))
    return found
