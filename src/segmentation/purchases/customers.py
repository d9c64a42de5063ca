"""One row a customer, as of a day, from the lines that count."""

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = {
    "recency_days": ("days", "days since the last purchase"),
    "purchases": (None, "how often the customer bought: invoices, or days where there are none"),
    "spend": (None, "what the purchases were worth, less returns"),
    "basket": ("a purchase", "what a purchase was worth, before returns"),
    "tenure_days": ("days", "days since the first purchase"),
    "days_between": ("days", "mean days from one day of purchases to the next"),
    "irregularity": (None, "standard deviation of those days over their mean"),
    "products": (None, "different products bought"),
    "categories": (None, "different categories bought from"),
    "favourite_category": (None, "the category that most was spent on"),
    "favourite_share": (None, "its share of what was spent"),
    "returned_share": (None, "what was returned as a share of what was bought"),
    "trend": (
        None,
        "spend in the later half of the tenure less that in the earlier, over both: -1 to 1",
    ),
}
"""The columns of a customer besides the id: unit, and what they mean."""

UNKNOWN = "days_between", "irregularity", "trend", "favourite_category", "favourite_share"
"""Those that cannot be told of everybody: whoever bought on one day only has no days between."""


def make(con: "DuckDBPyConnection", as_of: date) -> None:
    """Make the table `customer` from the table `line`; whoever only returned things is none.

    Days, invoices, products and categories are first taken together a customer, so no list is ever
    held of one customer's lines: what does not fit in memory goes to disk.
    """
    con.execute(f"""
        create or replace table bought_on as
        select customer, day, sum(amount) filter (amount > 0) as sold,
            coalesce(sum(-amount) filter (amount < 0), 0) as returned,
            count(distinct invoice) filter (amount > 0) as invoices
        from line where reason = 0 and day <= date '{as_of}' group by customer, day""")
    con.execute("""
        create or replace temp table gap as
        select customer, avg(days) as days_between,
            if(count(*) > 1 and avg(days) > 0, stddev_samp(days) / avg(days), null) as irregularity
        from (
            select customer,
                date_diff('day', lag(day) over (partition by customer order by day), day) as days
            from bought_on where sold is not null)
        where days is not null group by customer""")
    con.execute(f"""
        create or replace temp table breadth as
        select customer, count(product) as products from (
            select distinct customer, product from line
            where reason = 0 and amount > 0 and day <= date '{as_of}')
        group by customer""")
    con.execute(f"""
        create or replace temp table taste as
        select customer, count(category) as categories,
            arg_max(category, (spent, category)) as favourite_category,
            max(spent)::double / nullif(sum(spent)::double, 0) as favourite_share
        from (
            select customer, category, sum(amount) as spent from line
            where reason = 0 and amount > 0 and day <= date '{as_of}' and category is not null
            group by customer, category)
        group by customer""")
    con.execute(f"""
        create or replace table customer as
        with seen as (
            select customer, min(day) as first_day, max(day) as last_day,
                greatest(sum(invoices), count(*)) as purchases, sum(sold) as sold
            from bought_on where sold is not null group by customer
        ), halves as (
            select customer, sum(returned) as returned,
                sum(coalesce(bought_on.sold, 0)) filter (
                    date_diff('day', day, date '{as_of}') * 2
                    < date_diff('day', first_day, date '{as_of}')) as later
            from bought_on join seen using (customer) group by customer
        )
        select customer,
            date_diff('day', last_day, date '{as_of}') as recency_days,
            purchases::bigint as purchases,
            (seen.sold - returned)::double as spend,
            round(seen.sold::double / purchases, 6) as basket,
            date_diff('day', first_day, date '{as_of}') as tenure_days,
            round(days_between, 6) as days_between, round(irregularity, 6) as irregularity,
            products, categories, favourite_category,
            round(favourite_share, 6) as favourite_share,
            round(returned::double / seen.sold::double, 6) as returned_share,
            if(first_day = last_day, null, round(
                (2 * coalesce(later, 0) - seen.sold)::double / seen.sold::double, 6))
                as trend
        from seen join halves using (customer) left join gap using (customer)
            left join breadth using (customer) left join taste using (customer)""")
