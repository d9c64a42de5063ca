"""Replay the model at each month's end: who was where, and who moved."""

import datetime as dt
import itertools
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from segmentation import paths
from segmentation.artifacts import files
from segmentation.commands.load import load_model
from segmentation.errors import InputError, SettingsError
from segmentation.monitoring.months import Step, ends, rates, step
from segmentation.purchases import customers, database, lines, rfm
from segmentation.settings.params import Params

WHERE = Path("reports/months")


@dataclass(frozen=True)
class Replay:
    """The months, and how often customers go from one segment to another in one."""

    steps: list[Step]
    rates: pd.DataFrame


def months(params: Params, *, last: int) -> Replay:
    """Tell with the model in this folder where customers were at the end of each month.

    Customers are made of the purchases up to that day only. Everything is written to
    `reports/months`: who was where (`customers.csv`), the shares that moved (`rates.csv`), and how
    many each segment had and won (`sizes.csv`).

    Parameters
    ----------
    params : Params
    last : int
        How many months.

    Raises
    ------
    SettingsError
        There are no purchases.
    InputError
        They do not reach back that far, or there is no model yet.
    """
    if params.purchases is None or params.data.path != paths.PURCHASERS:
        raise SettingsError(
            "months are told of purchases only; `segmentation purchases FILE` takes a file of them"
        )
    model, features = load_model(), params.data.features
    with database.opened(lines.source_of(params.purchases).size) as con:
        read = lines.read(con, params.purchases)
        days = ends(read.as_of, last)
        where: dict[dt.date, pd.Series] = {}
        for day in days:
            customers.make(con, day)
            rfm.score(con)
            table = con.execute("from scored order by customer").df()
            if table.empty:
                raise InputError(
                    f"nobody had bought anything by {day}; ask for fewer months with --last"
                )
            segment = pd.Series(model.predict(table[features]), index=table["customer"])
            where[day] = segment.astype(int)
    steps = [
        step(where[before], where[after], days=(before, after))
        for before, after in itertools.pairwise(days)
    ]
    found = Replay(steps, rates(steps))
    _write(found, where)
    return found


def _write(found: Replay, where: dict[dt.date, pd.Series]) -> None:
    each = [
        pd.DataFrame({"month_end": str(day), "customer": s.index, "segment": s.to_numpy()})
        for day, s in where.items()
    ]
    files.write_csv(WHERE / "customers.csv", files.for_spreadsheets(pd.concat(each)))
    files.write_csv(WHERE / "rates.csv", found.rates)
    sizes = pd.DataFrame(
        [
            {
                "month_end": str(one.after),
                "segment": segment,
                "customers": int(one.counts[segment].sum() + one.arrived[segment]),
                "before": int(one.counts.loc[segment].sum()),
                "stayed": int(one.counts.loc[segment, segment]),
                "arrived": int(one.arrived[segment]),
            }
            for one in found.steps
            for segment in one.counts.index
        ]
    )
    files.write_csv(WHERE / "sizes.csv", sizes)
