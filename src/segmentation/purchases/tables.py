"""Write what was made of the lines, the same content as the same bytes."""

from pathlib import Path
from typing import TYPE_CHECKING

from segmentation import sql
from segmentation.purchases.lines import Reason, count_damaged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def write_left_out(con: "DuckDBPyConnection", path: Path) -> None:
    """Write the lines that are left out, each with its reason in words."""
    words = " ".join(f"when {reason} then {sql.text(reason.words)}" for reason in Reason)
    damaged = ""
    if count_damaged(con):
        damaged = f"""union all by name
            select {sql.text(Reason.DAMAGED.words)} as reason, any_value(csv_line) as text
            from damaged group by line"""
    _write(
        con,
        f"""select case reason {words} end as reason, customer, bought_at as date, invoice, product,
            category, quantity, amount::double as amount, null::varchar as text
        from line where reason <> 0 {damaged} order by all""",
        path,
    )


def write_customers(con: "DuckDBPyConnection", path: Path) -> None:
    """Write a row a customer, with scores."""
    _write(con, "from scored order by customer", path)


def write_days(con: "DuckDBPyConnection", path: Path) -> None:
    """Write the days that each customer bought on, and what for, less what was returned then."""
    _write(
        con,
        """select customer, day, sold is not null as bought,
            (coalesce(sold, 0) - returned)::double as value
        from bought_on order by customer, day""",
        path,
    )


def _write(con: "DuckDBPyConnection", query: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = "csv, header" if path.suffix == ".csv" else "parquet, compression zstd"
    con.execute("set preserve_insertion_order = true")
    con.execute(f"copy ({query}) to {sql.text(path.as_posix())} (format {kind})")
