"""Tell from a file of purchases what its columns mean."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation import sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NUMBERED = r"s?(id|no|nr|num|number|key|code|ref)?"
# By role, what a column may be called, likeliest first; of several that fit, the first is taken.
_WORDS: dict[str, list[str]] = {
    "customer": [
        rf"(customer|client|buyer|user|member|shopper|household|account|card){_NUMBERED}",
        r".*customer.*(id|no|key)",
        r".*userid",
        r"e?mail(address)?",
    ],
    "date": [
        r"(invoice|order|purchase|transaction|sales?|booking|event|txn)?(date|datetime)",
        r"(order|purchase|transaction)?(time|timestamp|day)",
        r".*date.*",
    ],
    "invoice": [rf"(invoice|order|transaction|receipt|basket|bill|ticket|txn|session){_NUMBERED}"],
    "product": [
        r"(stock|product|item|article)(code|id|no|number)",
        r"(sku|ean|upc)",
        r"(product|item|article)(name)?",
    ],
    "category": [r"(product)?category", r"(department|producttype|productgroup|aisle)"],
    "quantity": [r"(quantity|qty|units|pieces)(sold|ordered)?", r"numberof.*"],
    "price": [r"(unit)?price", r"(priceperunit|priceeach|itemprice|unitcost)"],
    "amount": [
        r"(total|line|order|sales?|purchase|transaction)?(amount|total|value|revenue|sales)",
        r"(total|line)price",
        r"(spend|spent|paid|dollarvalue|gmv|turnover|payment)",
        r".*(amount|revenue|sales|dollar).*",
    ],
    "currency": [r"currency(code)?"],
}
_FEW = 0.02  # the share of lines up to which codes unlike all others are no products


@dataclass(frozen=True)
class Roles:
    """The column of each role that was found, and what is missing of those that must be there."""

    columns: dict[str, str]
    missing: tuple[str, ...]


def guess(columns: Sequence[str]) -> Roles:
    """Return what columns mean, from their names.

    Examples
    --------
    >>> guess(["Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "Customer ID"]).missing
    ()
    >>> guess(["id", "age", "income"]).missing
    ('customer', 'date', 'amount')
    """
    bare = {column: re.sub(r"[^a-z0-9]", "", column.casefold()) for column in columns}
    found: dict[str, str] = {}
    for role, patterns in _WORDS.items():
        fits = [
            column
            for pattern in patterns
            for column in columns
            if re.fullmatch(pattern, bare[column]) and column not in found.values()
        ]
        if fits:
            found[role] = fits[0]
    if "quantity" in found and "price" in found:
        found.pop("amount", None)
    elif "amount" in found:
        found.pop("price", None)
    missing = [role for role in ("customer", "date") if role not in found]
    if "amount" not in found and not {"quantity", "price"} <= found.keys():
        missing.append("amount")
    return Roles(found, tuple(missing))


def odd_codes(con: "DuckDBPyConnection", relation: str, column: str) -> list[str]:
    """Return codes of products without a number, where nearly all others have one.

    Those are postage, charges and corrections in the systems that number their products.
    """
    code = f"trim({sql.name(column)}::varchar)"
    rows = con.execute(
        f"select {code} as code, count(*) from {relation} where {code} <> '' "
        f"and not regexp_matches({code}, '[0-9]{{3}}') group by 1 order by 2 desc, 1"
    ).fetchall()
    total = con.execute(f"select count(*) from {relation}").fetchone()
    odd = sum(count for _, count in rows)
    if total is None or not rows or odd > _FEW * total[0]:
        return []
    return [str(code) for code, _ in rows]
