"""What may be said of a column, by its role."""

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from segmentation.settings.shared.base import Settings

YES, NO = "Yes", "No"
_YES_NO = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"), ("1.0", "0.0"),
    ("ja", "nein"), ("ja", "nee"), ("j", "n"), ("oui", "non"), ("si", "no"), ("sí", "no"),
    ("sì", "no"), ("sim", "não"), ("ja", "nej"), ("tak", "nie"), ("да", "нет"), ("on", "off"),
)  # fmt: skip
YES_WORDS = frozenset(yes for yes, _ in _YES_NO)
NO_WORDS = frozenset(no for _, no in _YES_NO)
DIRECTIVES = "dmbBYyHMSfIpz"
"""What may follow a % in the format of a date, as in Python's `strptime`."""


class Limits(Settings):
    """Limits (inclusive) and unit of a number."""

    min: float | None = None
    max: float | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}")
        return self


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


class NumericColumn(Limits):
    """Limits and unit of a number, and the numbers in it that stand for "never" or "not known"."""

    never: Annotated[tuple[float, ...], BeforeValidator(_listed)] = ()


class DateColumn(Limits):
    """A date, which becomes the time from then to `data.as_of`."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    source: Annotated[str | None, Field(alias="from")] = None
    format: str = "%Y-%m-%d"
    unit: Literal["years", "days"] = "days"

    @field_validator("format")
    @classmethod
    def _known(cls, format_: str) -> str:
        parts = re.findall("%(.?)", format_)
        strange = [part for part in parts if part not in DIRECTIVES]
        if strange:
            raise ValueError(
                f"'{format_}': %{strange[0]} is not known; write it with %d, %m or %b, and %Y or "
                "%y, such as %d-%m-%Y"
            )
        day, month, year = "d" in parts, {*"mbB"} & {*parts}, {*"Yy"} & {*parts}
        if not year or (day and not month) or len(parts) != len(set(parts)):
            raise ValueError(f"'{format_}' needs a year, or day, month and year, once: %d-%m-%Y")
        return format_


class CategoricalColumn(Settings):
    """Other spellings of a category, each with the right one."""

    aliases: dict[str, str] = {}


Levels = Annotated[tuple[str, ...], Field(min_length=2)]
"""The levels of a scale, the lowest first."""


def as_day(value: Any) -> Any:
    """Take a date as YAML hands it on, which is text."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"'{value}' is no day such as 2014-06-29") from None
    return value
