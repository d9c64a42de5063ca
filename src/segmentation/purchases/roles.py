"""Tell from a file of purchases what its columns mean."""

import re
from collections.abc import Mapping, Sequence
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
_LOOKED_AT = 100_000  # cells of a column, for its decimal mark
_FEW = 0.02  # the share of lines up to which codes unlike all others are no products


@dataclass(frozen=True)
class Roles:
    """The column of each role that was found, and what is missing of those that must be there."""

    columns: dict[str, str]
    missing: tuple[str, ...]


def guess(columns: Sequence[str], *, called: Mapping[str, str] | None = None) -> Roles:
    """Return what columns mean, from their names, or from what those are `called` in English.

    Examples
    --------
    >>> guess(["Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "Customer ID"]).missing
    ()
    >>> guess(["id", "age", "income"]).missing
    ('customer', 'date', 'amount')
    """
    names = {column: (called or {}).get(column, column) for column in columns}
    bare = {column: re.sub(r"[^a-z0-9]", "", name.casefold()) for column, name in names.items()}
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


def decimal_mark(con: "DuckDBPyConnection", relation: str, columns: Sequence[str]) -> str:
    """Return the mark before the decimals of money: read with the other, 12,50 is 1,250."""
    cells = " union all ".join(
        f"(select {sql.name(column)}::varchar as cell from {relation} limit {_LOOKED_AT})"
        for column in columns
    )
    counts = ", ".join(
        rf"count(*) filter (regexp_matches(cell, '\d{mark}(\d\d?|\d{{4,}})\D*$'))"
        for mark in (",", r"\.")
    )
    commas, points = con.execute(f"select {counts} from ({cells})").fetchone() or (0, 0)
    return "," if commas > points else "."


def currencies(con: "DuckDBPyConnection", relation: str, column: str) -> list[str]:
    """Return the codes of currencies, the commonest first."""
    code = f"upper(trim({sql.name(column)}::varchar))"
    rows = con.execute(
        f"select {code} as code from {relation} where {code} <> '' "
        "group by 1 order by count(*) desc, 1"
    ).fetchall()
    return [str(code) for (code,) in rows]
