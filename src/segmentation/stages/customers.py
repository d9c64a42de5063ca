"""Make a table of customers out of purchases: one row a customer, as of a day."""

from segmentation import artifacts, paths
from segmentation.artifacts.privacy import FEWEST
from segmentation.artifacts.purchases import Grid, PurchaseLines
from segmentation.errors import SettingsError
from segmentation.purchases import customers, database, lines, rfm, tables
from segmentation.settings.purchases import Purchases


def run(*, purchases: Purchases | None) -> None:
    """Write customers, the days they bought on, lines left out with their reasons, and counts."""
    if purchases is None:
        raise SettingsError(
            f"{paths.PARAMS} has no section purchases; write it with `segmentation purchases FILE`"
        )
    with database.opened(lines.source_of(purchases).size) as con:
        read = lines.read(con, purchases)
        tables.write_left_out(con, paths.LEFT_OUT)  # before anything can fail
        lines.check(read, purchases)
        customers.make(con, read.as_of)
        rfm.score(con)
        tables.write_customers(con, paths.PURCHASERS)
        tables.write_days(con, paths.PURCHASE_DAYS)
        grid = Grid(cuts=rfm.cuts(con, fewest=FEWEST), customers=rfm.sizes(con))
        artifacts.write(
            PurchaseLines(
                as_of=str(read.as_of),
                date_format=read.date_format,
                lines_in=read.total,
                lines_used=read.used,
                lines_left_out=read.total - read.used,
                left_out={reason.words: count for reason, count in read.left_out.items()},
                customers=sum(grid.customers.values()),
                grid=grid,
            )
        )
