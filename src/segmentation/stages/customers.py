"""Make a table of customers out of purchases: one row a customer, as of a day."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from segmentation import artifacts, paths
from segmentation.artifacts.privacy import FEWEST, OTHER, given_away, told
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
        cells = rfm.cells(con)
        grid = Grid(cuts=rfm.cuts(con, fewest=FEWEST), customers=sizes(cells))
        artifacts.write(
            PurchaseLines(
                as_of=str(read.as_of),
                date_format=read.date_format,
                lines_in=read.total,
                lines_used=read.used,
                lines_left_out=read.total - read.used,
                left_out={reason.words: count for reason, count in read.left_out.items()},
                customers=sum(cells.values()),
                grid=grid,
            )
        )


def sizes(cells: Mapping[tuple[int, int], int]) -> dict[str, int]:
    """Return the customers of each name in the grid; names of few are taken together.

    How many have a score is known, too: it is a fifth. So as many names are taken together as it
    takes that of no name's part with a score, either, a number below ten can be worked out.

    Parameters
    ----------
    cells : mapping of (int, int) to int
        Customers by their scores of recency and frequency.
    """
    names = [rfm.name_of(*cell) for cell in cells]
    counts = np.array(list(cells.values()))
    of = {name: np.array([each == name for each in names]) for name in rfm.GROUPS if name in names}
    found = taken_together({name: int(counts[which].sum()) for name, which in of.items()})
    scores = np.array(list(cells))
    lines = [scores[:, i] == score for i in (0, 1) for score in np.unique(scores[:, i])]
    while found.keys() - {OTHER}:
        shown = [of[name] for name in found if name != OTHER]
        groups = [*shown, ~np.any(shown, axis=0)]
        if not given_away(counts, np.array([*lines, *shown]), _parts(lines, groups)):
            break
        # One by itself would be known by the others.
        least = sorted((name for name in found if name != OTHER), key=found.__getitem__)
        for name in least[: 1 if OTHER in found else 2]:
            found[OTHER] = found.get(OTHER, 0) + found.pop(name)
    return found


def _parts(
    lines: Sequence[NDArray[np.bool_]], groups: Sequence[NDArray[np.bool_]]
) -> NDArray[np.bool_]:
    """Return each cell, and of each line the parts of groups, and of several together, not all."""
    found = list(np.eye(len(lines[0]), dtype=bool))
    for line in lines:
        parts = [line & group for group in groups if (line & group).any()]
        for many in range(1, len(parts)):
            found += [np.any(some, axis=0) for some in combinations(parts, many)]
    found = [each for each in found if not any((each == line).all() for line in lines)]
    return np.array(found, dtype=bool).reshape(len(found), len(lines[0]))


def taken_together(sizes: Mapping[str, int]) -> dict[str, int]:
    """Take names of the grid together that would tell of few customers."""
    shown = told(np.array(list(sizes.values())))
    found = {name: size for (name, size), one in zip(sizes.items(), shown, strict=True) if one}
    rest = sum(sizes.values()) - sum(found.values())
    return {**found, OTHER: rest} if rest else found
