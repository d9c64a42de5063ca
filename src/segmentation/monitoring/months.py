"""Who moved between the segments of one model from month to month."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

NEAR = 0.2
"""Of the confidence in a segment: below it, the next one is less than a quarter farther away."""


@dataclass(frozen=True)
class Step:
    """One month's end and the one before it, by the same model.

    Attributes
    ----------
    before, after : date
    counts : DataFrame
        Customers by segment before (rows) and after (columns), in order, of those there on both.
    arrived : Series
        Customers by segment who bought for the first time in between.
    """

    before: dt.date
    after: dt.date
    counts: pd.DataFrame
    arrived: pd.Series

    @property
    def stayed(self) -> int:
        """How many are where they were."""
        return int(np.trace(self.counts.to_numpy()))

    @property
    def moved(self) -> int:
        """How many are elsewhere."""
        return int(self.counts.to_numpy().sum()) - self.stayed

    @property
    def down(self) -> int:
        """How many are in a segment that is worth less: their number is higher."""
        return int(np.triu(self.counts.to_numpy(), 1).sum())


def ends(as_of: dt.date, last: int) -> list[dt.date]:
    """Return the last days of so many months up to a day, and of the one before them.

    Examples
    --------
    >>> [str(end) for end in ends(dt.date(2024, 3, 15), 2)]
    ['2023-12-31', '2024-01-31', '2024-02-29']
    >>> [str(end) for end in ends(dt.date(2024, 2, 29), 1)]
    ['2024-01-31', '2024-02-29']
    """
    found, end = [], as_of + dt.timedelta(days=1)
    for _ in range(last + 1):
        end = end.replace(day=1)
        found.append(end - dt.timedelta(days=1))
        end = found[-1]
    return found[::-1]


def step(before: pd.Series, after: pd.Series, *, days: tuple[dt.date, dt.date]) -> Step:
    """Count who went where.

    Parameters
    ----------
    before, after : Series
        Segments by customer on two days.
    days : tuple of date
    """
    known = before.reindex(after.index)
    both = known.notna()
    ids = sorted({*before.unique(), *after.unique()})
    counts = (
        pd.crosstab(known[both].astype(int), after[both])
        .reindex(index=ids, columns=ids, fill_value=0)
        .astype(int)
    )
    arrived = after[~both].value_counts().reindex(ids, fill_value=0)
    return Step(*days, counts, arrived)


def rates(steps: list[Step]) -> pd.DataFrame:
    """Return how often customers went from one segment to another in a month, over all steps.

    Returns
    -------
    DataFrame
        `before`, `after`, `customers`, `share`, and the 95% interval `low` to `high` (Wilson).
    """
    from segmentation.insight.intervals import wilson

    ids = sorted({each for one in steps for each in one.counts.index})
    total = pd.DataFrame(0, index=ids, columns=ids)
    for one in steps:
        total += one.counts.reindex(index=ids, columns=ids, fill_value=0)
    rows = []
    for a in ids:
        n = int(total.loc[a].sum())
        for b in ids:
            x = int(total.loc[a, b])
            low, high = (float(each) for each in wilson(x, n)) if n else (float("nan"),) * 2
            rows.append((a, b, x, x / n if n else float("nan"), low, high))
    return pd.DataFrame(rows, columns=["before", "after", "customers", "share", "low", "high"])


@dataclass(frozen=True)
class Placed:
    """Where customers are on a day.

    Attributes
    ----------
    segment, runner_up : Series of int
        By customer.
    confidence : Series of float
    """

    segment: pd.Series
    runner_up: pd.Series
    confidence: pd.Series

    def of(self, customers: pd.Index) -> "Placed":
        """Return some of them."""
        rows = self.segment.index.get_indexer(customers)
        return Placed(
            self.segment.iloc[rows], self.runner_up.iloc[rows], self.confidence.iloc[rows]
        )


def leaving(before: Placed, after: Placed) -> "pd.Series[bool]":
    """Tell who is about to leave for a segment that is worth less.

    Those who are near one on the later day, nearer than a month before, and still where they were.

    Parameters
    ----------
    before, after : Placed

    Returns
    -------
    Series of bool
        By the customers of both days.
    """
    both = after.segment.index.intersection(before.segment.index, sort=False)
    was, now = before.of(both), after.of(both)
    found: pd.Series[bool] = (
        (now.segment == was.segment)
        & (now.segment > 0)  # who is in none leaves none
        & (now.runner_up > now.segment)
        & (now.confidence < was.confidence)
        & (now.confidence < NEAR)
    )
    return found


@dataclass(frozen=True)
class Warned:
    """How many went down in the month after, of those said to be about to leave and of others.

    Attributes
    ----------
    leaving, leaving_down, others, others_down : int
    """

    leaving: int
    leaving_down: int
    others: int
    others_down: int


def warned(days: Sequence[Placed]) -> Warned | None:
    """Try on the months so far whether those go down who are about to leave.

    Parameters
    ----------
    days : sequence of Placed
        A month apart.

    Returns
    -------
    Warned or None
        None where there are fewer than three days.
    """
    counts = np.zeros(4, dtype=int)
    for before, now, after in zip(days, days[1:], days[2:], strict=False):
        said = leaving(before, now)
        then = after.segment.reindex(said.index)
        known = then.notna()
        down = then > now.segment.reindex(said.index)
        counts += [
            (said & known).sum(), (said & down).sum(), (~said & known).sum(), (~said & down).sum()
        ]  # fmt: skip
    return Warned(*(int(each) for each in counts)) if len(days) > 2 else None
