"""Which file holds the customers, and the role of each column in it."""

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from segmentation.errors import did_you_mean
from segmentation.settings.shared.base import Settings
from segmentation.settings.shared.columns import (
    NO,
    NO_WORDS,
    YES,
    YES_WORDS,
    CategoricalColumn,
    DateColumn,
    Levels,
    Limits,
    NumericColumn,
    as_day,
)

SUM = "value"
"""The column of the prepared table that holds the value, where that is a sum of columns."""
ROW = "row"
"""The column of the prepared table that tells customers apart where the file has no id."""
_YES_NO = dict.fromkeys(sorted(YES_WORDS), YES) | dict.fromkeys(sorted(NO_WORDS), NO)


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | float) else value


def _as_given(columns: tuple[str, ...] | None) -> str | list[str] | None:
    if columns is None:
        return None
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


ROLES = ("numeric", "date", "categorical", "flag", "scale")
"""Under which a column can be declared, in the order in which columns are read."""


class Data(Settings):
    """Which file holds the customers, and the role of each column in it."""

    path: Path
    synthetic: bool = False
    delimiter: Annotated[str, BeforeValidator(one_character)] = ","
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    contract: Literal["strict", "warn", "none"] = "warn"
    id: str | None
    value: Annotated[
        Annotated[tuple[str, ...], Field(min_length=1)] | None,
        BeforeValidator(_listed),
        PlainSerializer(_as_given),
    ]
    as_of: Annotated[dt.date | None, BeforeValidator(as_day)] = None
    numeric: dict[str, NumericColumn | None] = {}
    date: dict[str, DateColumn | None] = {}
    categorical: dict[str, CategoricalColumn | None] = {}
    flag: dict[str, CategoricalColumn | None] = {}
    scale: dict[str, Levels] = {}
    describe: tuple[str, ...] = ()
    ignore: dict[str, str | None] = {}

    @model_validator(mode="after")
    def _roles(self) -> Self:
        roles = {role: getattr(self, role) for role in ROLES}
        for i, (role, columns) in enumerate(roles.items()):
            for other in list(roles)[:i]:
                twice = sorted(columns.keys() & roles[other].keys())
                if twice:
                    raise ValueError(f"column '{twice[0]}' is both {other} and {role}")
        if not self.columns:
            raise ValueError(
                "no column is declared; name those of the file under numeric or categorical"
            )
        if self.id_column in self.columns:
            if self.id is None:
                raise ValueError(
                    f"without an id, customers are told apart by a column '{ROW}', but there is "
                    "one of that name; rename it in the file"
                )
            raise ValueError(f"the id '{self.id}' cannot be a feature too")
        taken = {self.id, *self.columns, *self.cells}
        for column in self.ignore:
            if column in taken:
                raise ValueError(f"column '{column}' is ignored and used")
        if len(set(self.cells)) < len(self.cells):
            twice = sorted({name for name in self.cells if self.cells.count(name) > 1})
            raise ValueError(f"column '{twice[0]}' of the file is used twice")
        if self.date and self.as_of is None:
            raise ValueError(
                "dates become the time until as_of; set it to the day of the file, such as "
                "as_of: 2014-06-29"
            )
        for name, levels in self.scale.items():
            if len({level.casefold() for level in levels}) < len(levels):
                raise ValueError(f"scale: '{name}' names a level twice")
        for column in self.value or ():
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
        for name, named in (("value", self.value or ()), ("describe", self.describe)):
            if len(set(named)) < len(named):
                raise ValueError(f"{name} names a column twice: {', '.join(named)}")
        if not self.features:
            raise ValueError(
                "describe names every column; leave out those that segments are to be found in"
            )
        if self.sums_value and SUM in (self.id_column, *self.columns):
            raise ValueError(
                f"value is a sum, which becomes a column '{SUM}', but there is one of that name; "
                "rename it in the file"
            )
        return self

    @property
    def id_column(self) -> str:
        """The column of the prepared table that tells customers apart."""
        return ROW if self.id is None else self.id

    @property
    def measures(self) -> list[str]:
        """The columns that become numbers: numbers, and dates."""
        return [*self.numeric, *self.date]

    @property
    def kinds(self) -> list[str]:
        """The columns that stay texts: categories, yes or no, and the levels of a scale."""
        return [*self.categorical, *self.flag, *self.scale]

    @property
    def columns(self) -> list[str]:
        """The columns that describe a customer, those that become numbers first."""
        return [*self.measures, *self.kinds]

    @property
    def cells(self) -> list[str]:
        """The columns of the file that these are made of, in the same order."""
        return [self.source(name) for name in self.columns]

    @property
    def numeric_features(self) -> list[str]:
        """The numbers that segments are found in."""
        return [name for name in self.measures if name not in self.describe]

    @property
    def categorical_features(self) -> list[str]:
        """The texts that segments are found in."""
        return [name for name in self.kinds if name not in self.describe]

    @property
    def features(self) -> list[str]:
        """The columns that segments are found in: what a model takes."""
        return [*self.numeric_features, *self.categorical_features]

    @property
    def sums_value(self) -> bool:
        """Whether the value is a sum, which is a column of the prepared table only."""
        return self.value is not None and len(self.value) > 1

    @property
    def value_column(self) -> str | None:
        """The column of the prepared table that says what a customer is worth, if there is one."""
        if self.value is None:
            return None
        return SUM if self.sums_value else self.value[0]

    @property
    def numbers(self) -> list[str]:
        """The numeric columns of the prepared table."""
        return [*self.measures, *([SUM] if self.sums_value else [])]

    def source(self, column: str) -> str:
        """The column of the file that a column is made of."""
        date = self.date.get(column)
        return date.source if date and date.source else column

    def role(self, column: str) -> str:
        """Under which name a column is declared: ``numeric``, ``date`` and so on."""
        return next(role for role in ROLES if column in getattr(self, role))

    def limits(self, column: str) -> Limits:
        """Limits and unit of a number, empty where none are declared."""
        if column in self.date:
            return self.dated(column)
        return self.numeric[column] or NumericColumn()

    def dated(self, column: str) -> DateColumn:
        """How a date is written, and what it becomes."""
        return self.date[column] or DateColumn()

    def written(self, source: str) -> str | None:
        """How a column of the file writes its days, if that is without a time."""
        for name in self.date:
            if self.source(name) == source:
                parts = set(re.findall("%(.?)", self.dated(name).format))
                return self.dated(name).format if parts <= {*"dmbBYy"} else None
        return None

    def never(self, column: str) -> tuple[float, ...]:
        """The numbers in a column that stand for nothing."""
        declared = self.numeric.get(column)
        return declared.never if declared else ()

    def unit(self, column: str) -> str | None:
        """The unit of a number; of a sum, the one that all its parts have."""
        if self.sums_value and column == SUM:
            units = {self.limits(part).unit for part in self.value or ()}
            return units.pop() if len(units) == 1 else None
        return self.limits(column).unit if column in self.measures else None

    def aliases(self, column: str) -> dict[str, str]:
        """Other spellings of the categories of a column."""
        if column in self.scale:
            return {level: level for level in self.scale[column]}
        declared = self.flag[column] if column in self.flag else self.categorical[column]
        aliases = declared.aliases if declared else {}
        return _YES_NO | aliases if column in self.flag else aliases

    def meant(self, column: str) -> frozenset[str]:
        """The texts, in lower case, that a column has for a category by what is declared of it.

        So "None" may be one, which stands for a missing cell elsewhere.
        """
        if column in self.scale:
            named = [*self.scale[column]]
        else:
            declared = (self.flag | self.categorical).get(column)
            named = [text for pair in declared.aliases.items() for text in pair] if declared else []
        return frozenset(text.strip().lower() for text in named) - {""}

    def levels(self, column: str) -> tuple[str, ...] | None:
        """All that a text may be: of yes or no, and of a scale, the lowest first."""
        return (NO, YES) if column in self.flag else self.scale.get(column)

    def label(self, column: str) -> str:
        """A column's name for people, with its unit: ``income ($ a year)``."""
        unit = self.unit(column)
        if self.sums_value and column == SUM:
            return f"{SUM} ({_sum(self.value or ())}{f', {unit}' if unit else ''})"
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
