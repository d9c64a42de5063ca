"""What a campaign did: those who were treated beside those who were left alone, by segment."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np

from segmentation import sql
from segmentation.artifacts.effect import Effect, SegmentEffect, Verdict
from segmentation.artifacts.privacy import FEWEST
from segmentation.artifacts.segments import NO_SEGMENT
from segmentation.errors import InputError, SettingsError, shortened
from segmentation.scoring.database import database, table, table_with

_ALL = -2  # stands for all segments together
_SAME = 1e-12  # of the means: what sums of equal outcomes may differ by


class Group(NamedTuple):
    """Customers of one segment who were treated, or left alone."""

    customers: int
    mean: float
    variance: float


_NOBODY = Group(0, 0.0, 0.0)


def effect(
    told: Path,
    outcomes: Path,
    *,
    id_column: str,
    outcome: str,
    cost: float,
    absent: float | None,
    names: Mapping[int, str],
) -> Effect:
    """Compare outcomes of those treated and those left alone.

    Parameters
    ----------
    told : Path
        Parquet of the last export: ``id``, ``segment`` and ``holdout``.
    outcomes : Path
        CSV or Parquet with a row for each customer.
    id_column, outcome : str
        Its columns.
    cost : float
        Of treating one customer, in the unit of the outcome.
    absent : float, optional
        The outcome of customers whom the file does not name; without it, it must name all.
    names : mapping of int to str
        Of the segments.

    Raises
    ------
    InputError
        A column is missing, the outcome is no number, or customers are.
    """
    for name, given in (("cost", cost), ("absent", absent)):
        if given is not None and not math.isfinite(given):
            raise SettingsError(f"--{name} is {given}; give a number")
    with database(f"{outcomes} cannot be read") as con:
        groups, strangers = _groups(con, told, outcomes, id_column, outcome, absent)
    segments = sorted({segment for segment, _ in groups})
    compared = [_compared(each, names.get(each, NO_SEGMENT), groups, cost) for each in segments]
    return Effect(
        outcomes=outcomes.name,
        outcome=outcome,
        cost=cost,
        strangers=strangers,
        segments=tuple(compared),
        together=_together(compared, groups, cost),
    )


def _together(
    compared: Sequence[SegmentEffect], groups: Mapping[tuple[int, bool], Group], cost: float
) -> SegmentEffect:
    few = [each for each in compared if each.difference is None]
    arms = (sum(each.treated for each in few), sum(each.held_out for each in few))
    by_subtraction = any(0 < customers < FEWEST for customers in arms)
    within = [each.segment for each in compared if not (by_subtraction and each in few)]
    name = "those of enough customers together" if by_subtraction else "all segments together"
    whole = {
        (_ALL, held): pooled([groups[each, held] for each in within if (each, held) in groups])
        for held in (False, True)
    }
    return _compared(_ALL, name, whole, cost)


def _groups(
    con: duckdb.DuckDBPyConnection,
    told: Path,
    outcomes: Path,
    id_column: str,
    outcome: str,
    absent: float | None,
) -> tuple[dict[tuple[int, bool], Group], int]:
    """Return the groups, and how many rows are of nobody in them."""
    if not outcomes.exists():
        raise InputError(f"{outcomes} does not exist")
    read = table_with(con, outcomes, id_column, outcome)
    key, value = sql.name(id_column), sql.name(outcome)
    con.execute(
        f"CREATE TABLE outcomes AS SELECT CAST({key} AS VARCHAR) AS id, CAST({value} AS VARCHAR) "
        f"AS text, TRY_CAST({value} AS DOUBLE) AS outcome FROM {read}"
    )
    wrong = con.execute(
        "SELECT text FROM outcomes WHERE NOT coalesce(abs(outcome) < 1e100, false) AND text <> '' "
        "LIMIT 1"
    ).fetchone()
    if wrong:
        raise InputError(
            f"column '{outcome}' of {outcomes} is not numeric: it holds '{shortened(wrong[0])}'; "
            "write plain numbers with a decimal point, such as 1234.5"
        )
    if con.execute("SELECT 1 FROM outcomes GROUP BY id HAVING count(*) > 1 LIMIT 1").fetchone():
        raise InputError(f"{outcomes} names the same customer twice; sum up to one row each")
    con.execute(
        f"CREATE TABLE joined AS SELECT segment, holdout, outcome FROM {table(told)} "
        "LEFT JOIN outcomes USING (id)"
    )
    counted = con.execute(
        "SELECT count(*), count(*) FILTER (outcome IS NULL) FROM joined"
    ).fetchone()
    every, lacking = counted or (0, 0)
    if lacking and absent is None:
        raise InputError(
            f"{outcomes} tells no outcome of {lacking:,} of {every:,} customers; add them, or say "
            "with --absent what theirs is, such as 0 where it lists buyers only"
        )
    known, strangers = con.execute(
        "SELECT count(*) FILTER (told), count(*) FILTER (NOT told) FROM "
        f"(SELECT id IN (SELECT id FROM {table(told)}) AS told FROM outcomes WHERE id IS NOT NULL)"
    ).fetchone() or (0, 0)
    if not known:
        raise InputError(
            f"{outcomes} names nobody whom the last export named; is '{id_column}' written as "
            "there?"
        )
    rows = con.execute(
        "SELECT segment, holdout, count(*), avg(y), coalesce(var_samp(y), 0) FROM "
        "(SELECT segment, holdout, coalesce(outcome, $absent) AS y FROM joined) GROUP BY 1, 2",
        {"absent": absent},
    ).fetchall()
    groups = {(int(s), bool(h)): Group(int(n), float(m), float(v)) for s, h, n, m, v in rows}
    return groups, int(strangers)


def _compared(
    segment: int, name: str, groups: Mapping[tuple[int, bool], Group], cost: float
) -> SegmentEffect:
    treated, held = (groups.get((segment, each), _NOBODY) for each in (False, True))
    counts = {"segment": segment, "name": name, "treated": treated.customers}
    if min(treated.customers, held.customers) < FEWEST:
        return SegmentEffect(**counts, held_out=held.customers, verdict="too few")
    difference, margin = welch(treated, held)
    interval = None if margin is None else (difference - margin, difference + margin)
    verdict: Verdict = "unclear"
    if interval and interval[0] > cost:
        verdict = "pays"
    elif interval and interval[1] < cost:
        verdict = "does not pay"
    return SegmentEffect(
        **counts,
        held_out=held.customers,
        treated_mean=treated.mean,
        held_out_mean=held.mean,
        difference=difference,
        interval=interval,
        gain=(difference - cost) * treated.customers,
        verdict=verdict,
    )


def pooled(groups: Sequence[Group]) -> Group:
    """Return groups as one.

    Examples
    --------
    >>> pooled([Group(2, 1.5, 0.5), Group(1, 4.5, 0.0)])  # of 1, 2 and 4.5
    Group(customers=3, mean=2.5, variance=3.25)
    """
    customers = sum(each.customers for each in groups)
    if customers < 2:
        return groups[0] if groups else _NOBODY
    mean = sum(each.customers * each.mean for each in groups) / customers
    squares = sum(
        (each.customers - 1) * each.variance + each.customers * (each.mean - mean) ** 2
        for each in groups
    )
    return Group(customers, mean, squares / (customers - 1))


def welch(treated: Group, held: Group) -> tuple[float, float | None]:
    """Return the difference of two means, and half the width of its interval of 95%.

    Where everyone of either group has the same outcome, nothing says how far others would be from
    it: there is no interval.

    Examples
    --------
    >>> difference, margin = welch(Group(400, 12.0, 25.0), Group(100, 10.0, 16.0))
    >>> difference, round(margin, 3)
    (2.0, 0.931)
    >>> welch(Group(400, 0.0, 0.0), Group(100, 0.0, 0.0))
    (0.0, None)
    """
    from scipy.special import stdtrit

    parts = [treated.variance / treated.customers, held.variance / held.customers]
    error = np.sqrt(sum(parts))
    if error <= _SAME * (abs(treated.mean) + abs(held.mean)):
        return treated.mean - held.mean, None
    freedom = sum(parts) ** 2 / (
        parts[0] ** 2 / (treated.customers - 1) + parts[1] ** 2 / (held.customers - 1)
    )
    return treated.mean - held.mean, float(stdtrit(freedom, 0.975) * error)
