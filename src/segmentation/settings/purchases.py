"""Which file holds the purchases, what its columns mean, and which lines count."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from segmentation.settings.shared.base import Settings, Share
from segmentation.settings.shared.data import one_character

NO_PRODUCTS = (
    "post", "postage", "dot", "shipping", "delivery", "carriage", "handling", "bank charges",
    "amazonfee", "amazon fee", "fee", "charge", "manual", "adjust", "adjustment", "discount",
    "voucher", "gift card", "cruk", "pads", "test*", "adjust*", "gift_0001*",
)  # fmt: skip
"""Codes of what is billed and is no product; a star stands for any ending."""


class Purchases(Settings):
    """A file with a line for each purchase, or for each product of one.

    Attributes
    ----------
    customer, date : str
        Columns.
    amount : str, optional
        The column of what was paid for a line, or else `quantity` and `price` (a piece).
    invoice, product, category, currency : str, optional
        Columns, where there are any.
    date_format : str
        As `strptime` has it, such as ``%d.%m.%Y``; auto: the one format that the file allows.
    as_of : date or "auto"
        The day on which customers are told of; nothing later counts. auto: the last day in the
        file.
    cancelled : str
        How numbers of invoices begin that take others back; empty: none does.
    returns : {"subtract", "leave_out"}
        What becomes of lines with a negative quantity or amount, and of cancelled ones. Those
        that take back more than was bought before are left out in any case.
    free : {"leave_out", "keep"}
        What becomes of lines without a price.
    duplicates : {"drop", "keep"}
        What becomes of lines that repeat another in every column that is named here. They are
        known as such only where lines name their invoice.
    no_products : tuple of str
        Codes of products that are none, such as postage; a star stands for any ending.
    currencies : dict of str to float
        What a unit of each currency is worth; lines in others are left out.
    max_left_out : float
        A larger share of lines left out is an error.
    """

    path: Path
    delimiter: Annotated[str, BeforeValidator(one_character)] = ","
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    customer: str
    date: str
    date_format: str = "auto"
    amount: str | None = None
    quantity: str | None = None
    price: str | None = None
    invoice: str | None = None
    product: str | None = None
    category: str | None = None
    currency: str | None = None
    as_of: dt.date | Literal["auto"] = "auto"
    cancelled: str = "C"
    returns: Literal["subtract", "leave_out"] = "subtract"
    free: Literal["leave_out", "keep"] = "leave_out"
    duplicates: Literal["drop", "keep"] = "drop"
    no_products: tuple[str, ...] = NO_PRODUCTS
    currencies: dict[str, Annotated[float, Field(gt=0)]] = {}
    max_left_out: Share = 0.5

    @model_validator(mode="after")
    def _roles(self) -> Self:
        if (self.amount is None) == (self.price is None):
            raise ValueError(
                "say what was paid, either by amount (of a line) or by quantity and price (a piece)"
            )
        if (self.price is None) != (self.quantity is None) and self.amount is None:
            raise ValueError("price is that of a piece; name the column of the quantity, too")
        named = list(self.columns.values())
        twice = sorted({column for column in named if named.count(column) > 1})
        if twice:
            raise ValueError(f"column '{twice[0]}' has two roles")
        if self.currency is not None and not self.currencies:
            raise ValueError("say under currencies what a unit of each currency is worth")
        return self

    @property
    def columns(self) -> dict[str, str]:
        """The column of each role that has one."""
        roles = ("customer", "date", "amount", "quantity", "price", "invoice", "product",
                 "category", "currency")  # fmt: skip
        return {role: getattr(self, role) for role in roles if getattr(self, role) is not None}
