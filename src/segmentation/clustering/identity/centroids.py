"""Where segments lie, so that they can be recognised without their customers."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.columns import Columns


def centroids(
    customers: pd.DataFrame | Columns,
    labels: NDArray[np.intp],
    *,
    numbers: Iterable[str],
    categories: Iterable[str],
) -> tuple[pd.DataFrame, pd.Series]:
    """Return where each segment lies in original units, and the spread of everyone.

    Parameters
    ----------
    customers : DataFrame or Columns of n rows
        Missing cells are left out.
    labels : int array of shape (n,)
        Negative labels are no segment.
    numbers, categories : iterable of str
        The columns that are features.

    Returns
    -------
    DataFrame of shape (k, features)
        By label: the mean of each number, and the share of each category as ``column=category``.
    Series
        The standard deviation of each of these features over all customers.
    """
    member = labels >= 0
    everyone, spread, inside = {}, {}, {}

    def look(feature: str, values: pd.Series) -> None:
        everyone[feature], spread[feature] = values.mean(), values.std(ddof=0)
        inside[feature] = values[member].groupby(labels[member]).mean()

    for name in numbers:
        look(name, customers[name].astype("float64"))
    for name in categories:
        cells = customers[name]
        known = cells.notna()
        for level in sorted(cells[known].unique()):
            look(f"{name}={level}", (cells == level).astype("float64").where(known))
    # A segment that has no known value of a column is, as far as that goes, like everyone.
    means = pd.DataFrame(inside).fillna(everyone).fillna(0.0)
    return means, pd.Series(spread).fillna(0.0)
