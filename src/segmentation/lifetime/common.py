"""The ups and downs of trade that all customers share: seasons, offers, an empty warehouse.

The models take customers for independent of one another and of the calendar. What a period held
beyond or below what the model says of it shows how far that is from true, and how long it lasts.
"""

import numpy as np
from numpy.typing import NDArray

from segmentation.lifetime.purchasing import Purchasing, since_first

Floats = NDArray[np.float64]

_FEWEST = 6  # periods that tell anything
_LASTING = 0.5  # how alike neighbours are taken to be before there are data, and
_WORTH = 4.0  # the periods that this belief is worth


def expected_by_period(it: Purchasing, starts: Floats, customers: Floats, edges: Floats) -> Floats:
    """Return the purchases after the first one that the model expects in each period.

    Parameters
    ----------
    it : Purchasing
    starts : ndarray
        Times of first purchases.
    customers : ndarray
        How many customers started then.
    edges : ndarray of shape (periods + 1,)
        Times between the periods.
    """
    until = [customers @ since_first(it, np.maximum(edge - starts, 0.0)) for edge in edges]
    return np.diff(until)


def unsettled(expected: Floats, actual: Floats, ahead: float, *, apiece: float = 1.0) -> float:
    """Return the relative standard deviation of a total that lies so many periods ahead.

    Of each period's departure from what was expected, what chance alone would make is taken off;
    the rest is taken to fade from one period to the next at a constant rate, so it averages out
    slowly where neighbouring periods are alike. It counts twice: in the time to come, and in the
    time that the model was fitted to and whose average it takes for normal.

    Parameters
    ----------
    expected, actual : ndarray of shape (periods,)
        Purchases after the first one, or their value.
    ahead : float
        Length of the horizon in periods.
    apiece : float
        The variance that chance gives to a total of 1: of purchases 1; of value the mean square of
        a purchase's over its mean.

    References
    ----------
    Kendall (1954), Note on bias in the estimation of autocorrelation, Biometrika 41.

    Examples
    --------
    >>> unsettled(np.full(12, 100.0), np.full(12, 100.0), 12)
    0.0
    """
    known = expected >= 5 * apiece
    if known.sum() < _FEWEST:
        return 0.0
    e, a = expected[known], actual[known]
    off = a - e
    variance = float((off**2 - apiece * e).sum() / (e**2).sum())
    if variance <= 0:
        return 0.0
    relative = off / e
    pairs = len(relative) - 1
    alike = float(relative[1:] @ relative[:-1]) / float(relative @ relative) * len(relative) / pairs
    alike += (1 + 3 * alike) / len(relative)  # few periods look less alike than they are
    lasting = float(np.clip((pairs * alike + _WORTH * _LASTING) / (pairs + _WORTH), 0.0, 0.9))
    both = _averaged(lasting, max(round(ahead), 1)) + _averaged(lasting, len(relative))
    return float(np.sqrt(variance * both))


def _averaged(lasting: float, periods: int) -> float:
    """What is left of a variance in the mean of so many periods."""
    apart = np.arange(1, periods)
    return float((1 + 2 * ((1 - apart / periods) * lasting**apart).sum()) / periods)
