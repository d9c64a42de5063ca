"""Scores of recency, frequency and monetary value, and the classic named grid."""

from typing import TYPE_CHECKING

import numpy as np

from segmentation import sql
from segmentation.artifacts.privacy import apart
from segmentation.engines.tables.baseline import places

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCORES = 5
MEASURES = {"recency_days": "recency_score", "purchases": "frequency_score", "spend": "spend_score"}
"""What is scored from 1 to 5, where 5 is best: of recency the fewest days."""

# By recency (rows 5 to 1) and frequency (columns 1 to 5).
_GRID = {
    5: ("New customers", "Potential loyalists", "Potential loyalists", "Champions", "Champions"),
    4: ("Promising", "Potential loyalists", "Potential loyalists", "Loyal", "Loyal"),
    3: ("About to sleep", "About to sleep", "Need attention", "Loyal", "Loyal"),
    2: ("Hibernating", "Hibernating", "At risk", "At risk", "Cannot lose them"),
    1: ("Hibernating", "Hibernating", "At risk", "At risk", "Cannot lose them"),
}
GROUPS = tuple(dict.fromkeys(name for row in _GRID.values() for name in row))


def score(con: "DuckDBPyConnection") -> None:
    """Make the table `scored`: the table `customer` with scores and the name in the grid.

    A score is the fifth that the middle of all customers with the same value falls into, so equal
    customers have equal scores, however many they are.
    """
    middles = ", ".join(
        f"(rank() over (order by {measure} {'desc' if measure == 'recency_days' else ''}) - 1 "
        f"+ count(*) over (partition by {measure}) / 2) / count(*) over () as {name}"
        for measure, name in MEASURES.items()
    )
    scores = ", ".join(
        f"least({SCORES}, 1 + floor({SCORES} * {name}))::integer as {name}"
        for name in MEASURES.values()
    )
    cells = " ".join(
        f"when recency_score = {recency} and frequency_score = {frequency} then {sql.text(name)}"
        for recency, row in _GRID.items()
        for frequency, name in enumerate(row, start=1)
    )
    con.execute(f"""
        create or replace table scored as
        with middle as (select *, {middles} from customer),
        given as (select * replace ({scores}) from middle)
        select *, case {cells} end as rfm_group from given""")


def cuts(con: "DuckDBPyConnection", *, fewest: int) -> dict[str, list[float | None]]:
    """Return where scores begin: the values from which on a customer has a 2, 3, 4 and 5.

    Of recency they are the days up to which. A score is a fifth, so how many are below is known:
    a value beside which few are before another that is told, of all stages, is told as that one.
    None where too few customers lie on either side, or where nobody has the score.
    """
    found: dict[str, list[float | None]] = {}
    for measure, name in MEASURES.items():
        days = measure == "recency_days"
        table = con.execute(f"select {name}, {measure}::double from scored").fetchnumpy()
        points, values = (np.asarray(each) for each in table.values())
        kept = places(values)
        starts: dict[int, float] = {}
        for score in np.unique(points)[1:].tolist():
            has = values[points >= score]
            if min(len(has), len(values) - len(has)) < fewest:
                continue
            start = float(has.max() if days else has.min())
            # How many are not above a place is known; so those before a start are counted.
            place = start if days else np.nextafter(start, -np.inf)
            moved = apart(np.array([place]), kept, values)
            if len(moved):
                kept = np.append(kept, moved)
                starts[score] = start if moved[0] == place else float(moved[0])
        found[measure] = [starts.get(score) for score in range(2, SCORES + 1)]
    return found


def sizes(con: "DuckDBPyConnection") -> dict[str, int]:
    """Return how many customers each name in the grid has, in the grid's order."""
    counts = dict(
        con.execute("select rfm_group, count(*) from scored group by rfm_group").fetchall()
    )
    return {name: counts[name] for name in GROUPS if name in counts}
