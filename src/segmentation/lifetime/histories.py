"""Purchase histories as the models see them, equal ones once."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """The distinct histories of customers: all that the models of purchasing need to know.

    Attributes
    ----------
    frequency : ndarray of shape (n,)
        Purchases after the first one.
    recency : ndarray of shape (n,)
        Time from the first purchase to the last one; 0 where there is one only.
    age : ndarray of shape (n,)
        Time from the first purchase to the day that the history is told on.
    customers : ndarray of shape (n,)
        How many customers have this history.
    which : ndarray of shape (customers.sum(),)
        The history of each customer, in the order that they were given in.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    customers: Floats
    which: NDArray[np.intp]

    @classmethod
    def of(cls, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Self:
        """Take equal histories together.

        Parameters
        ----------
        frequency, recency, age : array-like of shape (customers,)
            See the attributes; one unit of time for both times, whichever it is.

        Raises
        ------
        InputError
            A number is missing, a time is negative or out of order, or a purchase repeats at once.

        Examples
        --------
        >>> Histories.of([2, 0, 2], [30.4, 0, 30.4], [38.9, 38.9, 38.9]).customers
        array([1., 2.])
        """
        x, tx, age_ = (np.asarray(each, dtype=np.float64) for each in (frequency, recency, age))
        if not len(x) == len(tx) == len(age_):
            raise InputError("frequency, recency and age have a different number of customers")
        if not all(np.isfinite(each).all() for each in (x, tx, age_)):
            raise InputError("a purchase history holds missing or infinite numbers")
        if (x < 0).any() or (x != np.floor(x)).any():
            raise InputError("a purchase history holds a frequency that is no whole number")
        if (tx < 0).any() or (tx > age_).any():
            raise InputError("a last purchase lies before the first one, or after the last day")
        if ((x == 0) != (tx == 0)).any():
            raise InputError(
                "a purchase history has purchases after the first one but no time between them, or "
                "the other way round; count the purchases of one day once"
            )
        order = np.lexsort((age_, tx, x))
        columns = np.stack([x, tx, age_])[:, order]
        new = np.ones(len(x), dtype=bool)
        new[1:] = (columns[:, 1:] != columns[:, :-1]).any(axis=0)
        which = np.empty(len(x), dtype=np.intp)
        which[order] = np.cumsum(new) - 1
        starts = np.flatnonzero(new)
        customers = np.diff(np.append(starts, len(x))).astype(np.float64)
        x, tx, age_ = columns[:, starts]
        return cls(x, tx, age_, customers, which)

    @property
    def repeaters(self) -> int:
        """How many customers bought again."""
        return int(self.customers[self.frequency > 0].sum())
