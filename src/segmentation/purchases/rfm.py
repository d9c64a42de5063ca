"""Scores of recency, frequency and monetary value, and the classic named grid."""

from typing import TYPE_CHECKING

from segmentation import sql

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

    Of recency they are the days up to which. None where too few customers lie on either side for a
    value to be told, or where nobody has the score.
    """
    found: dict[str, list[float | None]] = {}
    for measure, name in MEASURES.items():
        edge = "max" if measure == "recency_days" else "min"
        rows = con.execute(
            f"select {name}, {edge}({measure})::double, count(*) from scored group by 1 order by 1"
        ).fetchall()
        total, below = sum(row[2] for row in rows), 0
        starts: dict[int, float] = {}
        for points, value, count in rows:
            if below >= fewest and total - below >= fewest:
                starts[points] = value
            below += count
        found[measure] = [starts.get(points) for points in range(2, SCORES + 1)]
    return found


def sizes(con: "DuckDBPyConnection") -> dict[str, int]:
    """Return how many customers each name in the grid has, in the grid's order."""
    counts = dict(
        con.execute("select rfm_group, count(*) from scored group by rfm_group").fetchall()
    )
    return {name: counts[name] for name in GROUPS if name in counts}
