"""Make a table of customers out of purchases: one row a customer, as of a day."""

from collections.abc import Mapping

import numpy as np

from segmentation import artifacts, paths
from segmentation.artifacts.privacy import FEWEST, OTHER, told
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
        sizes = rfm.sizes(con)
        grid = Grid(cuts=rfm.cuts(con, fewest=FEWEST), customers=taken_together(sizes))
        artifacts.write(
            PurchaseLines(
                as_of=str(read.as_of),
                date_format=read.date_format,
                lines_in=read.total,
                lines_used=read.used,
                lines_left_out=read.total - read.used,
                left_out={reason.words: count for reason, count in read.left_out.items()},
                customers=sum(sizes.values()),
                grid=grid,
            )
        )


def taken_together(sizes: Mapping[str, int]) -> dict[str, int]:
    """Take names of the grid together that would tell of few customers."""
    shown = told(np.array(list(sizes.values())))
    found = {name: size for (name, size), one in zip(sizes.items(), shown, strict=True) if one}
    rest = sum(sizes.values()) - sum(found.values())
    return {**found, OTHER: rest} if rest else found
