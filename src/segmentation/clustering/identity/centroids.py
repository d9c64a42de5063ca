"""Where segments lie, so that they can be recognised without their customers."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def centroids(
    customers: pd.DataFrame,
    labels: NDArray[np.intp],
    *,
    numbers: Iterable[str],
    categories: Iterable[str],
) -> tuple[pd.DataFrame, pd.Series]:
    """Return where each segment lies in original units, and the spread of everyone.

    Parameters
    ----------
    customers : DataFrame of n rows
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
    columns = {name: customers[name].astype("float64") for name in numbers}
    for name in categories:
        known = customers[name].notna()
        for level in sorted(customers.loc[known, name].unique()):
            columns[f"{name}={level}"] = (customers[name] == level).astype("float64").where(known)
    features = pd.DataFrame(columns)
    everyone = features.mean()
    inside = features[labels >= 0].groupby(labels[labels >= 0]).mean()
    # A segment that has no known value of a column is, as far as that goes, like everyone.
    return inside.fillna(everyone).fillna(0.0), features.std(ddof=0).fillna(0.0)
