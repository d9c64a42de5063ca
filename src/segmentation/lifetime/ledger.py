"""The days that customers bought on, and what is known of them on any day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.lifetime.forecast import Customers
from segmentation.lifetime.histories import Histories

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Ledger:
    """A row for each day on which a customer bought or gave back.

    Attributes
    ----------
    customers : int
        How many there are.
    who : ndarray of int
        From 0 to `customers - 1`.
    day : ndarray of int
    bought : ndarray of bool
        Whether the customer bought something that day, or only gave back.
    value : ndarray of float
        What was bought less what was given back.
    """

    customers: int
    who: Integers
    day: Integers
    bought: NDArray[np.bool_]
    value: Floats

    @property
    def first(self) -> Integers:
        """The first day of purchases of each customer; beyond all days if there is none."""
        first = np.full(self.customers, np.iinfo(np.int64).max)
        np.minimum.at(first, self.who[self.bought], self.day[self.bought])
        return first

    def known(self, day: int) -> tuple[Integers, Customers]:
        """Return who had bought by a day, and what is known of them then."""
        until = self.day <= day
        bought = until & self.bought
        count = np.bincount(self.who[bought], minlength=self.customers)
        last = np.full(self.customers, -1)
        np.maximum.at(last, self.who[bought], self.day[bought])
        spent = np.bincount(self.who[until], self.value[until], minlength=self.customers)
        there, first = np.flatnonzero(count), self.first
        histories = Histories.of(count[there] - 1, (last - first)[there], (day - first)[there])
        return there, Customers(histories, np.maximum(spent[there] / count[there], 0.0))

    def between(self, after: int, until: int) -> tuple[Floats, Floats]:
        """Return the purchases of each customer after a day and up to another, and their value."""
        inside = (self.day > after) & (self.day <= until)
        bought = inside & self.bought
        count = np.bincount(self.who[bought], minlength=self.customers).astype(np.float64)
        value = np.bincount(self.who[inside], self.value[inside], minlength=self.customers)
        return count, value.astype(np.float64)

    def again(self, edges: Integers) -> tuple[Floats, Floats, float]:
        """Return purchases after the first in each period, their value, and a value's unevenness.

        A period starts after one edge and ends with the next. The unevenness is the mean square of
        a purchase's value over its mean.
        """
        later = self.bought & (self.day > self.first[self.who])
        period = np.searchsorted(edges, self.day[later], side="left") - 1
        inside = (period >= 0) & (period < len(edges) - 1)
        value = self.value[later][inside]
        counts = np.bincount(period[inside], minlength=len(edges) - 1).astype(np.float64)
        values = np.bincount(period[inside], value, minlength=len(edges) - 1).astype(np.float64)
        mean = float(value.mean()) if len(value) else 0.0
        return counts, values, float((value**2).mean() / mean) if mean > 0 else 0.0
