"""Replay the model at each month's end: who was where, and who moved."""

import datetime as dt
import itertools
import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from segmentation import paths
from segmentation.algorithms import ALGORITHMS
from segmentation.algorithms.assigners import assign
from segmentation.artifacts import files
from segmentation.artifacts.transformer import category_blocks
from segmentation.clustering.identity.matching import apply_ids, match_segments, order_by_value
from segmentation.clustering.metrics.agreement import adjusted_rand
from segmentation.clustering.sampling import draw_rows
from segmentation.commands.load import WORKSPACE, Chosen, choose
from segmentation.engines.features import transformed
from segmentation.errors import InputError, SettingsError
from segmentation.monitoring.months import (
    Placed,
    Step,
    Warned,
    ends,
    leaving,
    rates,
    step,
    warned,
)
from segmentation.purchases import customers, database, lines, rfm
from segmentation.scoring.rule import Rule
from segmentation.settings.params import Params
from segmentation.tracking import months as tracking
from segmentation.tracking.store import repository
from segmentation.views import months as pages
from segmentation.views import style

PAGE = paths.MONTHS / "months.html"
FLOWS = paths.MONTHS / "flows.png"

_CLUSTERED = 20_000  # customers, at most, that segments are found in anew


@dataclass(frozen=True)
class Anew:
    """The segments of a month's end, found anew and called as those of the month before.

    Attributes
    ----------
    day : date
    segment : Series
        By customer.
    moved : int
        Customers elsewhere than a month before, where segments were found anew, too.
    agreement : float
        With what the model says: the adjusted Rand index; 1 is the same.
    """

    day: dt.date
    segment: pd.Series
    moved: int
    agreement: float


@dataclass(frozen=True)
class Replay:
    """The months, and how often customers go from one segment to another in one.

    Attributes
    ----------
    steps : list of Step
    rates : DataFrame
    leaving : DataFrame
        Who is about to leave for a segment that is worth less: `customer`, `segment`, `next`.
    warned : Warned or None
        What became of those of whom the same would have been said earlier.
    anew : list of Anew
        Where that was asked for.
    """

    steps: list[Step]
    rates: pd.DataFrame
    leaving: pd.DataFrame
    warned: Warned | None
    anew: list[Anew] = field(default_factory=list)


def months(params: Params, *, last: int, refit: bool = False, track: bool = True) -> Replay:
    """Tell with the model in this folder where customers were at the end of each month.

    Customers are made of the purchases up to that day only. Everything is written to
    `reports/months`: who was where (`customers.csv`), the shares that moved (`rates.csv`), how
    many each segment had and won (`sizes.csv`), who is about to leave for a segment that is worth
    less (`leaving.csv`), and the sizes of segments found anew (`refitted.csv`). `months.html` shows
    it, with the flows as a picture (`flows.png`).

    Parameters
    ----------
    params : Params
    last : int
        How many months.
    refit : bool
        Find segments anew at each month's end, too, by the model's features and settings.
    track : bool
        Log a run a month beside the model's.

    Raises
    ------
    SettingsError
        There are no purchases.
    InputError
        They do not reach back that far, or there is no model yet.
    TrackingError
        The tracking store cannot be used; the tables are written all the same.
    """
    if params.purchases is None or params.data.path != paths.PURCHASERS:
        raise SettingsError(
            "months are told of purchases only; `segmentation purchases FILE` takes a file of them"
        )
    chosen = choose(WORKSPACE)
    rule = Rule(chosen.model)
    with database.opened(lines.source_of(params.purchases).size) as con:
        read = lines.read(con, params.purchases)
        days = ends(read.as_of, last)
        where: dict[dt.date, Placed] = {}
        anew: list[Anew] = []
        for day in days:
            customers.make(con, day)
            rfm.score(con)
            table = con.execute("from scored order by customer").df()
            if table.empty:
                raise InputError(
                    f"nobody had bought anything by {day}; ask for fewer months with --last"
                )
            scores = rule.score(table[rule.columns])
            who = pd.Index(table["customer"])
            where[day] = Placed(
                segment=pd.Series(scores.segment, index=who, name="segment"),
                runner_up=pd.Series(scores.runner_up, index=who),
                confidence=pd.Series(scores.confidence, index=who),
            )
            if refit:
                by = where[day].segment
                before = anew[-1].segment if anew else by
                anew.append(_anew(rule, table, params, day=day, before=before, by=by))
    steps = [
        step(where[before].segment, where[after].segment, days=(before, after))
        for before, after in itertools.pairwise(days)
    ]
    scored = list(where.values())
    going = leaving(*scored[-2:])
    away = scored[-1].of(going.index[going])
    gone = pd.DataFrame(
        {"customer": away.segment.index, "segment": away.segment.to_numpy(),
         "next": away.runner_up.to_numpy()}
    )  # fmt: skip
    found = Replay(steps, rates(steps), gone, warned(scored), anew[1:])
    _write(found, where)
    _show(found, chosen)
    if track:
        tracking.log(
            _figures(found),
            experiment=params.track.experiment,
            root=repository(),
            model=chosen.md5,
            parent=chosen.run_id,
        )
    return found


def _figures(found: Replay) -> list[tracking.Month]:
    """What is logged of each month."""
    anew = {one.day: one for one in found.anew}
    told = []
    for one in found.steps:
        sizes, refitted = one.counts.sum() + one.arrived, anew.get(one.after)
        figures: dict[str, float] = {
            "months/customers": sizes.sum(), "months/moved": one.moved, "months/down": one.down,
            "months/arrived": one.arrived.sum(),
            **{f"months/segment {i}": size for i, size in sizes.items()},
        }  # fmt: skip
        if refitted is not None:
            figures |= {
                "months/moved_refitted": refitted.moved,
                "months/agreement_refitted": refitted.agreement,
            }
        told.append(tracking.Month(str(one.after), {k: float(v) for k, v in figures.items()}))
    return told


def _anew(
    rule: Rule, table: pd.DataFrame, params: Params, *, day: dt.date, before: pd.Series,
    by: pd.Series,
) -> Anew:  # fmt: skip
    """Find the segments of a day anew, and give each the id of what it was `before`."""
    X = transformed(rule.transformer, table[rule.columns])
    algorithm = ALGORITHMS[params.train.algorithm]
    some = draw_rows(len(X), most=_CLUSTERED, seed=params.seed)
    least = params.train.least(len(X))
    clustering = algorithm(
        X[some],
        k=min(len(rule.segments), len(some)) if algorithm.needs_k else None,
        seed=params.seed,
        options=params.train.options,
        category_blocks=category_blocks(rule.transformer),
        least=math.ceil(least * len(some) / len(X)),
    )
    labels = pd.Series(assign(clustering.assigner, X), index=by.index)
    worth = table["spend"].set_axis(by.index).groupby(labels).agg(["mean", "size"])
    worth = worth.reindex(range(clustering.k), fill_value=0)
    matching = match_segments(
        labels, order=order_by_value(worth["mean"], worth["size"]), reference=before,
        used_ids=rule.segments,
    )  # fmt: skip
    ids = apply_ids(labels, matching.ids)
    agreement = adjusted_rand(ids, by.to_numpy(np.intp))
    return Anew(day, pd.Series(ids, index=by.index), matching.moved or 0, agreement)


def _write(found: Replay, where: dict[dt.date, Placed]) -> None:
    each = [
        pd.DataFrame(
            {
                "month_end": str(day),
                "customer": placed.segment.index,
                "segment": placed.segment.to_numpy(),
            }
        )
        for day, placed in where.items()
    ]
    files.write_csv(paths.MONTHS / "customers.csv", files.for_spreadsheets(pd.concat(each)))
    files.write_csv(paths.MONTHS / "rates.csv", found.rates)
    files.write_csv(paths.MONTHS / "leaving.csv", files.for_spreadsheets(found.leaving))
    if found.anew:
        refitted = [
            one.segment.value_counts().sort_index().rename_axis("segment")
            .reset_index(name="customers").assign(month_end=str(one.day), moved=one.moved,
                                                  agreement=one.agreement)
            for one in found.anew
        ]  # fmt: skip
        files.write_csv(paths.MONTHS / "refitted.csv", pd.concat(refitted))
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
    files.write_csv(paths.MONTHS / "sizes.csv", sizes)


def _show(found: Replay, chosen: Chosen) -> None:
    """Draw the flows, and write the page."""
    one = chosen.segments is not None and chosen.segments.structure == "one"
    svg = style.save(pages.flows(found.steps, chosen.name_of), FLOWS)
    page = pages.page(
        found.steps,
        found.rates,
        svg,
        chosen.name_of,
        leaving=len(found.leaving),
        warned=found.warned,
        kind="group" if one else "segment",
    )
    files.write_text(PAGE, page)
