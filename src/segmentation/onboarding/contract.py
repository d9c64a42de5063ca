"""The contract of a table, from what was counted of it."""

from segmentation.artifacts.contract import Contract, Held
from segmentation.artifacts.privacy import FEWEST
from segmentation.onboarding.figures import Counted, Figures
from segmentation.onboarding.plan import Plan
from segmentation.onboarding.roles import Column
from segmentation.settings.shared.data import Data

_ENOUGH = 1000  # of whom one in a hundred is ten


def contract(counted: Counted, plan: Plan, data: Data, *, file: str) -> Contract:
    """Return what later files are held against.

    Nothing is told of fewer than ten customers: no rare category, no end of a range.
    """
    figures = {each.name: each for each in counted.columns}
    return Contract(
        file=file,
        rows=max(each.rows for each in counted.columns),
        columns={
            column.name: _held(column, figures[column.name], data)
            for column in plan.columns
            if column.name and column.name in figures
        },
    )


def _held(column: Column, figures: Figures, data: Data) -> Held:
    numbers = figures.numbers
    if column.role == "numeric" and numbers and figures.known >= FEWEST and not column.never:
        many = figures.known >= _ENOUGH
        return Held(
            role=column.role,
            missing=figures.missing,
            mean=numbers.mean,
            low=numbers.quantiles[0] if many else None,
            high=numbers.quantiles[4] if many else None,
        )
    if column.role in ("categorical", "scale", "flag"):
        aliases = {
            text.casefold(): right for text, right in data.aliases(column.becomes_column).items()
        }
        shares: dict[str, int] = {}
        for level, customers in figures.levels.items():
            level = aliases.get(level.casefold(), level)  # noqa: PLW2901 - as it is called later
            shares[level] = shares.get(level, 0) + customers
        return Held(
            role=column.role,
            missing=figures.missing,
            levels={
                level: customers / figures.known
                for level, customers in shares.items()
                if customers >= FEWEST
            },
            open=figures.distinct > len(figures.levels),
        )
    return Held(role=column.role, missing=figures.missing)
