"""What a customer is worth, where that is a sum of columns."""

import numpy as np
import pandas as pd

from segmentation.errors import InputError
from segmentation.settings.shared.data import Data


def with_value(customers: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Add the sum of the columns in `data.value`, missing where one of them is.

    A sum over the known cells would make a customer look poor for a cell that nobody filled in.
    Where `data.value` is a single column, nothing is added.

    Raises
    ------
    InputError
        No customer has all of the columns, or a sum is too large a number.
    """
    if not data.sums_value:
        return customers
    with np.errstate(over="ignore"):
        total = customers[list(data.value)].sum(axis=1, skipna=False)
    parts = ", ".join(data.value)
    if total.isna().all():
        raise InputError(
            f"no customer of {data.path} has all of the columns that data.value sums up ({parts}); "
            "take out one that is often missing"
        )
    if np.isinf(total).any():
        raise InputError(f"the sum of {parts} (data.value) is too large a number in {data.path}")
    return customers.assign(**{data.value_column: total})
