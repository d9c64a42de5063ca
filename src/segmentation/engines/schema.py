"""The contract of the table of prepared customers, checked with pandera."""

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from segmentation.settings.shared.data import Data


def customers(data: Data) -> pa.DataFrameSchema:
    """Describe prepared customers: one row per id, typed columns, numbers within their limits."""
    columns = {data.id: pa.Column(str, unique=True)}
    columns |= _numbers(data)
    columns |= {name: pa.Column(str, nullable=True) for name in data.categorical}
    if data.sums_value:
        columns[data.value_column] = pa.Column(float, nullable=True)
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def outside_limits(table: pd.DataFrame, data: Data) -> pd.DataFrame:
    """List the cells beyond the declared limits: ``row``, ``column`` and ``reason`` of each."""
    try:
        pa.DataFrameSchema(_numbers(data)).validate(table, lazy=True)
    except SchemaErrors as error:
        cells = error.failure_cases[["index", "column", "failure_case"]]
        reasons = [
            f"outside limits: {column} is {value:g}, {_allowed(data, column)}"
            for column, value in zip(cells.column, cells.failure_case, strict=True)
        ]
        return pd.DataFrame(
            {"row": cells["index"].astype("int64"), "column": cells.column, "reason": reasons}
        )
    return pd.DataFrame({"row": [], "column": [], "reason": []})


def _numbers(data: Data) -> dict[str, pa.Column]:
    columns = {}
    for name in data.numeric:
        limits = data.limits(name)
        checks = [pa.Check.ge(limits.min)] if limits.min is not None else []
        checks += [pa.Check.le(limits.max)] if limits.max is not None else []
        columns[name] = pa.Column(float, checks, nullable=True)
    return columns


def _allowed(data: Data, column: str) -> str:
    limits = data.limits(column)
    if limits.min is None:
        return f"above {limits.max:g}"
    if limits.max is None:
        return f"below {limits.min:g}"
    return f"not from {limits.min:g} to {limits.max:g}"
