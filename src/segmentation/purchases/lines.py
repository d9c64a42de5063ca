"""Read the lines, and tell for each whether it counts, and if not, why."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING

from segmentation import sql
from segmentation.errors import InputError, SettingsError, did_you_mean
from segmentation.purchases.dates import format_of
from segmentation.purchases.source import Source, unreadable
from segmentation.settings.purchases import Purchases

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Reason(IntEnum):
    """Why a line is left out: its number in the table `line`, and what people are told."""

    words: str

    def __new__(cls, words: str) -> "Reason":
        """Count from 1: a line that counts has 0."""
        number = len(cls.__members__) + 1
        reason = int.__new__(cls, number)
        reason._value_ = number
        reason.words = words
        return reason

    DAMAGED = "line that cannot be read"
    NO_DATE = "no date, or one that cannot be read"
    LATER = "after the day that customers are told of"
    NO_CUSTOMER = "no customer"
    NO_AMOUNT = "no amount, or one that cannot be read"
    NO_PRODUCT = "no product, such as postage"
    CURRENCY = "currency without a rate"
    NEGATIVE_PRICE = "negative price"
    FREE = "without a price"
    NOTHING = "quantity or amount of zero"
    RETURNED = "return or cancellation"
    BEFORE_SALE = "return of more than was bought before"
    DUPLICATE = "repeats another line"


@dataclass(frozen=True)
class Lines:
    """What became of the lines of a file.

    Attributes
    ----------
    as_of : date
        The day that customers are told of.
    total : int
    used : int
    left_out : dict of Reason to int
        With `used` they add up to `total`.
    date_format : str
    """

    as_of: date
    total: int
    used: int
    left_out: dict[Reason, int]
    date_format: str


def read(con: "DuckDBPyConnection", settings: Purchases) -> Lines:
    """Make the table `line` of a file, with a code of why a line is left out, 0 where it is not.

    Its columns: `reason`, `customer`, `bought_at` (a timestamp), `day`, `quantity`, `amount` (of
    the line, negative for returns), `invoice`, `product`, `category`; the last three may be empty.

    Parameters
    ----------
    con : DuckDBPyConnection
    settings : Purchases

    Raises
    ------
    InputError
        The file is missing, is not what the settings say, or too much of it is of no use.
    """
    import duckdb

    source = source_of(settings)
    known = source.columns(con)
    for role, column in settings.columns.items():
        if column not in known:
            raise SettingsError(
                f"purchases.{role}: {source.path} has no column '{column}'"
                + did_you_mean(column, known)
            )
    relation, way = source.relation(), settings.date_format
    try:
        if way == "auto":
            way = format_of(con, relation, settings.date, source.examples(con, settings.date))
        con.execute(f"create table line as {_typed(settings, relation, way)}")
    except duckdb.Error as error:
        if "format specifier" in str(error):
            raise SettingsError(
                f"purchases.date_format '{way}' is no format of dates; one is %d.%m.%Y %H:%M"
            ) from None
        raise unreadable(source.path, error) from None
    as_of = settings.as_of if isinstance(settings.as_of, date) else _last_day(con, settings)
    con.execute(f"update line set reason = {Reason.LATER} where day > date '{as_of}'")
    if settings.duplicates == "drop" and settings.invoice is not None:
        _mark_duplicates(con)
    if settings.returns == "subtract":
        _mark_returns_before_sale(con)
    return _accounted(con, settings, as_of, way)


def source_of(settings: Purchases) -> Source:
    """Return the file that the settings name."""
    return Source(settings.path, settings.delimiter, settings.encoding)


def _typed(settings: Purchases, relation: str, way: str) -> str:
    """Return SQL of the lines with types, and with the reasons that a line has by itself."""

    def role(name: str) -> str:
        column = settings.columns.get(name)
        return (
            "null::varchar" if column is None else f"nullif(trim({sql.name(column)}::varchar), '')"
        )

    customer = role("customer")
    customer = f"if(ends_with({customer}, '.0'), {customer}[:-3], {customer})"
    missing = "('nan', 'null', 'none', 'na', 'n/a', 'nat')"
    quantity = _number(role("quantity"), settings) if settings.quantity else "1.0::double"
    price = f"{_number(role('price'), settings)}" if settings.price else "null::double"
    paid = _number(role("amount"), settings) if settings.amount else "null::double"
    rate = "1.0"
    if settings.currency:
        rates = " ".join(
            f"when {sql.text(code.upper())} then {value!r}"
            for code, value in settings.currencies.items()
        )
        rate = f"(case upper({role('currency')}) {rates} end)"
    cancelled = "false"
    if settings.invoice and settings.cancelled:
        cancelled = (
            f"coalesce(starts_with({role('invoice')}, {sql.text(settings.cancelled)}), false)"
        )
    return f"""
        with text as (
            select nullif({customer}, '') as customer,
                {_timestamp(settings, way)} as bought_at,
                {quantity} as quantity, {price} as price, {rate} as rate,
                {cancelled} as cancelled, {role("invoice")} as invoice,
                {role("product")} as product, {role("category")} as category,
                {paid} as paid
            from {relation}
        ), valued as (
            select * replace (if(lower(customer) in {missing}, null, customer) as customer),
                try_cast(rate * coalesce(paid, quantity * price) as decimal(18, 4)) as total
            from text
        )
        select (case
            when bought_at is null then {Reason.NO_DATE}
            when customer is null then {Reason.NO_CUSTOMER}
            when total is null and rate is not null then {Reason.NO_AMOUNT}
            when {_is_no_product(settings)} then {Reason.NO_PRODUCT}
            when rate is null then {Reason.CURRENCY}
            when price < 0 then {Reason.NEGATIVE_PRICE}
            when {"price = 0" if settings.price else "false"} and {settings.free == "leave_out"}
                then {Reason.FREE}
            when quantity = 0 or (total = 0 and {settings.free == "leave_out"})
                then {Reason.NOTHING}
            when (total < 0 or quantity < 0 or cancelled) and {settings.returns == "leave_out"}
                then {Reason.RETURNED}
            else 0 end)::utinyint as reason,
            customer, bought_at, bought_at::date as day,
            if(total < 0 or quantity < 0 or cancelled, -abs(quantity), quantity) as quantity,
            if(total < 0 or quantity < 0 or cancelled, -abs(total), total) as amount,
            invoice, product, category
        from valued"""


def _timestamp(settings: Purchases, way: str) -> str:
    column = sql.name(settings.date)
    return f"try_strptime(trim({column}::varchar), {sql.text(way)})::timestamp"


def _number(text: str, settings: Purchases) -> str:
    """Return SQL that reads a number: as it is, or without signs of thousands and currencies."""
    thousands = "," if settings.decimal == "." else "."
    bare = rf"regexp_replace({text}, '[^0-9.,eE+\-]', '', 'g')"
    bare = f"replace({bare}, {sql.text(thousands)}, '')"
    if settings.decimal == ",":
        return f"try_cast(replace({bare}, ',', '.') as double)"
    return f"coalesce(try_cast({text} as double), try_cast({bare} as double))"


def _is_no_product(settings: Purchases) -> str:
    if settings.product is None or not settings.no_products:
        return "false"
    words = [word.strip().casefold() for word in settings.no_products]
    exact = [sql.text(word) for word in words if not word.endswith("*")]
    starts = [
        f"starts_with(lower(product), {sql.text(word[:-1])})"
        for word in words
        if word.endswith("*")
    ]
    tests = [f"lower(product) in ({', '.join(exact)})"] if exact else []
    return f"coalesce({' or '.join([*tests, *starts])}, false)"


def _last_day(con: "DuckDBPyConnection", settings: Purchases) -> date:
    row = con.execute("select max(day) from line where reason = 0").fetchone()
    if row is None or row[0] is None:
        raise InputError(_nothing_left(con, settings))
    last: date = row[0]
    return last


def _mark_duplicates(con: "DuckDBPyConnection") -> None:
    """Of lines that are the same, the first stays; candidates are found by their hashes."""
    columns = "customer, bought_at, quantity, amount, invoice, product, category"
    con.execute(f"""
        create temp table again as
        with hashed as (select rowid as line, hash({columns}) as h from line where reason = 0),
        twice as (select h from hashed group by h having count(*) > 1),
        candidates as (select line from hashed semi join twice using (h))
        select line from (
            select rowid as line, row_number() over (partition by {columns} order by rowid) as place
            from line where rowid in (select line from candidates))
        where place > 1""")
    _mark_rows(con, Reason.DUPLICATE, "again")


def _mark_rows(con: "DuckDBPyConnection", reason: Reason, table: str) -> None:
    con.execute(f"update line set reason = {reason} where rowid in (select line from {table})")
    con.execute(f"drop table {table}")


def _mark_returns_before_sale(con: "DuckDBPyConnection") -> None:
    """A return that takes back more of a product than the customer has is left out.

    The balance of what was bought less what was returned is followed through time, for customers
    and products with returns only. What was taken back too much is forgiven, so one return without
    a sale does not spoil those that follow.
    """
    unit = "quantity" if _has(con, "product") else "amount"
    con.execute(f"""
        create temp table too_much as
        with returned as (
            select distinct customer, product from line where reason = 0 and amount < 0
        ), followed as (
            select line.rowid as line, customer, product, amount, sum(-{unit}) over (
                partition by customer, product
                order by bought_at, amount < 0, line.rowid rows unbounded preceding) as owed
            from line semi join returned
                on line.customer = returned.customer
                and line.product is not distinct from returned.product
            where reason = 0
        ), before as (
            select *, max(owed) over (partition by customer, product order by place
                rows between unbounded preceding and 1 preceding) as most
            from (select *, row_number() over () as place from followed)
        )
        select line from before
        where amount < 0 and owed > greatest(coalesce(most, 0), 0) + 1e-9""")
    _mark_rows(con, Reason.BEFORE_SALE, "too_much")


def _has(con: "DuckDBPyConnection", column: str) -> bool:
    row = con.execute(
        f"select count({column}) from line where reason = 0 and amount < 0"
    ).fetchone()
    return bool(row and row[0])


def _accounted(con: "DuckDBPyConnection", settings: Purchases, as_of: date, way: str) -> Lines:
    counts = dict(con.execute("select reason, count(*) from line group by reason").fetchall())
    left_out = {reason: counts[reason] for reason in Reason if counts.get(reason)}
    if damaged := count_damaged(con):
        left_out = {Reason.DAMAGED: damaged, **left_out}
    used = counts.get(0, 0)
    if not used:
        raise InputError(_nothing_left(con, settings))
    return Lines(as_of, used + sum(left_out.values()), used, left_out, way)


def check(lines: Lines, settings: Purchases) -> None:
    """Raise `InputError` where more lines are left out than the settings allow."""
    out = sum(lines.left_out.values())
    if out > settings.max_left_out * lines.total:
        raise InputError(
            f"{out:,} of {lines.total:,} lines of {settings.path} are left out "
            f"({told(lines.left_out)}); see to them, or raise purchases.max_left_out"
        )


def count_damaged(con: "DuckDBPyConnection") -> int:
    """Return how many lines DuckDB could not take apart."""
    row = con.execute(
        "select count(*) from duckdb_tables() where table_name = 'damaged'"
    ).fetchone()
    if not row or not row[0]:
        return 0
    row = con.execute("select count(distinct line) from damaged").fetchone()
    return int(row[0]) if row else 0


def _nothing_left(con: "DuckDBPyConnection", settings: Purchases) -> str:
    counts = dict(con.execute("select reason, count(*) from line group by reason").fetchall())
    left_out = {reason: counts[reason] for reason in Reason if counts.get(reason)}
    return f"no line of {settings.path} is a purchase" + (
        f": {told(left_out)}" if left_out else "; it holds a header only"
    )


def told(left_out: dict[Reason, int]) -> str:
    """Return the reasons in words, the commonest first."""
    ordered = sorted(left_out.items(), key=lambda each: -each[1])
    return ", ".join(f"{reason.words}: {count:,}" for reason, count in ordered)
