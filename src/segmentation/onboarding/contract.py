"""The contract of a table, from what was counted of it."""

from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import cast

from segmentation.artifacts.contract import Contract, Held
from segmentation.artifacts.privacy import FEWEST, in_tens
from segmentation.onboarding.figures import Counted, Figures
from segmentation.onboarding.plan import Plan
from segmentation.onboarding.roles import Column, Role
from segmentation.settings.shared.data import Data

_ENOUGH = 1000  # of whom one in a hundred is ten


def contract(counted: Counted, plan: Plan, data: Data, *, file: str, unnamed: str = "") -> Contract:
    """Return what later files are held against.

    A column without a name is called `unnamed` in a copy of the file; else it is not spoken of.

    Nothing is told of fewer than ten customers: no rare category, no end of a range. Figures are
    rounded so far that beside those of the rows that `prepare` keeps they tell nothing of the few
    that it rejects.
    """
    figures = {each.name: each for each in counted.columns}
    return Contract(
        file=file,
        rows=max(each.rows for each in counted.columns),
        columns={
            column.name or unnamed: _held(column, figures[column.name], data)
            for column in plan.columns
            if (column.name or unnamed) and column.name in figures
        },
    )


def _held(column: Column, figures: Figures, data: Data) -> Held:
    numbers = figures.numbers
    role = _role(column, data)
    never = role == "numeric" and data.never(column.name)
    if role == "numeric" and numbers and figures.known >= FEWEST and not never:
        many = figures.known >= _ENOUGH
        low, high = numbers.quantiles[0], numbers.quantiles[4]
        return Held(
            role=role,
            missing=figures.missing,
            mean=_rounded(numbers.mean, 2 if many else 1),
            low=_rounded(low, 2, down=True) if many else None,
            high=-_rounded(-high, 2, down=True) if many else None,
        )
    if role in ("categorical", "scale", "flag"):
        aliases = {text.casefold(): right for text, right in data.aliases(column.name).items()}
        shares: dict[str, int] = {}
        for level, customers in figures.levels.items():
            level = aliases.get(level.casefold(), level)  # noqa: PLW2901 - as it is called later
            shares[level] = shares.get(level, 0) + customers
        return Held(
            role=role,
            missing=figures.missing,
            levels={
                level: in_tens(customers) / figures.known
                for level, customers in shares.items()
                if customers >= FEWEST
            },
            open=figures.distinct > len(figures.levels),
        )
    return Held(role=role, missing=figures.missing)


def _role(column: Column, data: Data) -> Role:
    """What the settings take a column for: somebody may have edited them."""
    if column.name == data.id:
        return "id"
    if column.name in data.ignore:
        return "ignore"
    made = (name for name in data.columns if data.source(name) == column.name)
    return next((cast("Role", data.role(name)) for name in made), column.role)


def _rounded(value: float, digits: int, *, down: bool = False) -> float:
    """Round to so many digits that count.

    Examples
    --------
    >>> _rounded(1263.0, 2), _rounded(1263.0, 1), _rounded(-0.0123, 2, down=True)
    (1300.0, 1000.0, -0.013)
    """
    if not value:
        return 0.0
    step = Decimal(1).scaleb(Decimal(value).adjusted() - digits + 1)
    rounding = ROUND_FLOOR if down else ROUND_HALF_EVEN
    return float((Decimal(value) / step).to_integral_value(rounding) * step)
