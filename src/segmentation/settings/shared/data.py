"""Which file holds the customers, and the role of each column in it."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from segmentation.errors import did_you_mean
from segmentation.settings.shared.base import Settings

SUM = "value"
"""The column of the prepared table that holds the value, where that is a sum of columns."""


class NumericColumn(Settings):
    """Limits (inclusive) and unit of a numeric column."""

    min: float | None = None
    max: float | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}")
        return self


class CategoricalColumn(Settings):
    """Other spellings of a category, each with the right one."""

    aliases: dict[str, str] = {}


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | float) else value


def _as_given(columns: tuple[str, ...]) -> str | list[str]:
    return columns[0] if len(columns) == 1 else list(columns)


def one_character(delimiter: Any) -> Any:
    r"""Check the length. Without quotes, YAML takes the two characters of ``\t`` as they are."""
    if delimiter == r"\t":
        return "\t"
    if isinstance(delimiter, str) and len(delimiter) != 1:
        raise ValueError(
            f"'{delimiter}' is not one character; put the one between two columns in quotes, "
            'such as ";", "|" or "\\t" for a tab'
        )
    return delimiter


class Data(Settings):
    """Which file holds the customers, and the role of each column in it."""

    path: Path
    synthetic: bool = False
    delimiter: Annotated[str, BeforeValidator(one_character)] = ","
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    id: str
    value: Annotated[
        tuple[str, ...], BeforeValidator(_listed), PlainSerializer(_as_given), Field(min_length=1)
    ]
    numeric: Annotated[dict[str, NumericColumn | None], Field(min_length=1)]
    categorical: dict[str, CategoricalColumn | None] = {}
    describe: tuple[str, ...] = ()
    ignore: dict[str, str | None] = {}

    @model_validator(mode="after")
    def _roles(self) -> Self:
        twice = sorted(self.numeric.keys() & self.categorical.keys())
        if twice:
            raise ValueError(f"column '{twice[0]}' is both numeric and categorical")
        if self.id in self.columns:
            raise ValueError(f"the id '{self.id}' cannot be a feature too")
        for column in self.ignore:
            if column in (self.id, *self.columns):
                raise ValueError(f"column '{column}' is ignored and used")
        for column in self.value:
            if column not in self.numeric:
                raise ValueError(
                    f"the value column '{column}' is not among the numeric columns"
                    + did_you_mean(column, self.numeric)
                )
        for column in self.describe:
            if column not in self.columns:
                raise ValueError(
                    f"describe: '{column}' is not among the numeric and categorical columns"
                    + did_you_mean(column, self.columns)
                )
        for name, columns in (("value", self.value), ("describe", self.describe)):
            if len(set(columns)) < len(columns):
                raise ValueError(f"{name} names a column twice: {', '.join(columns)}")
        if not self.features:
            raise ValueError(
                "describe names every column; leave out those that segments are to be found in"
            )
        if self.sums_value and SUM in (self.id, *self.columns):
            raise ValueError(
                f"value is a sum, which becomes a column '{SUM}', but there is one of that name; "
                "rename it in the file"
            )
        return self

    @property
    def columns(self) -> list[str]:
        """The columns of the file that describe a customer, numeric first."""
        return [*self.numeric, *self.categorical]

    @property
    def numeric_features(self) -> list[str]:
        """The numbers that segments are found in."""
        return [name for name in self.numeric if name not in self.describe]

    @property
    def categorical_features(self) -> list[str]:
        """The categories that segments are found in."""
        return [name for name in self.categorical if name not in self.describe]

    @property
    def features(self) -> list[str]:
        """The columns that segments are found in: what a model takes."""
        return [*self.numeric_features, *self.categorical_features]

    @property
    def sums_value(self) -> bool:
        """Whether the value is a sum, which is a column of the prepared table only."""
        return len(self.value) > 1

    @property
    def value_column(self) -> str:
        """The column of the prepared table that says what a customer is worth."""
        return SUM if self.sums_value else self.value[0]

    @property
    def numbers(self) -> list[str]:
        """The numeric columns of the prepared table."""
        return [*self.numeric, *([SUM] if self.sums_value else [])]

    def limits(self, column: str) -> NumericColumn:
        """Limits and unit of a numeric column, empty where none are declared."""
        return self.numeric[column] or NumericColumn()

    def unit(self, column: str) -> str | None:
        """The unit of a number; of a sum, the one that all its parts have."""
        if self.sums_value and column == SUM:
            units = {self.limits(part).unit for part in self.value}
            return units.pop() if len(units) == 1 else None
        return self.limits(column).unit if column in self.numeric else None

    def aliases(self, column: str) -> dict[str, str]:
        """Other spellings of the categories of a column."""
        declared = self.categorical[column]
        return declared.aliases if declared else {}

    def label(self, column: str) -> str:
        """A column's name for people, with its unit: ``income ($ a year)``."""
        unit = self.unit(column)
        if self.sums_value and column == SUM:
            return f"{SUM} ({_sum(self.value)}{f', {unit}' if unit else ''})"
        name = _spaced(column)
        said = unit is None or has_unit(name, unit)
        return name if said else f"{name} ({unit})"


def _spaced(column: str) -> str:
    return column.replace("_", " ").strip()


def _sum(columns: tuple[str, ...]) -> str:
    """``fresh + milk + grocery``; of many columns the first two, and how many more."""
    names = [_spaced(column) for column in columns]
    shown = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} more"]
    return " + ".join(shown)


def has_unit(name: str, unit: str) -> bool:
    """Whether a column's name says its unit by itself.

    Examples
    --------
    >>> has_unit("Annual Income (k$)", "k$"), has_unit("membership years", "years")
    (True, True)
    >>> has_unit("income", "$"), has_unit("yearsum", "years")
    (False, False)
    """
    return bool(re.search(rf"(?<!\w){re.escape(unit.strip())}(?!\w)", name, re.IGNORECASE))
