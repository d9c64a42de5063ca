"""Forecast what customers will buy and be worth, and tell how good such forecasts were."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.purchases import PurchaseLines
from segmentation.errors import warn
from segmentation.lifetime import study
from segmentation.lifetime.forecast import Forecast
from segmentation.purchases import value
from segmentation.settings.clv import Clv


def run(*, clv: Clv) -> None:
    """Write forecasts of customers with their segments, and of segments and all with a trial."""
    as_of = artifacts.read(PurchaseLines).as_of
    ledger, names = value.ledger_of(files.read_parquet(paths.PURCHASE_DAYS))
    assigned = files.read_parquet(paths.ASSIGNMENTS)
    placed = pd.Series(assigned["segment"].to_numpy(), index=assigned.iloc[:, 0].astype(str))
    segment = placed.reindex(names).fillna(0).to_numpy(dtype=np.int64)

    today = value.number_of(as_of)
    fitted = study.fit(ledger, today, clv.horizon, clv.model)
    tried = study.try_out(ledger, today, value.holdout_days(ledger, today, clv), clv.model)
    told = None if fitted.why_not else study.tell(fitted, clv.horizon, clv.interest)
    found = value.value(
        fitted,
        tried,
        told,
        segment,
        as_of=as_of,
        settings=clv,
        grid_agreement=_grid_agreement(segment, names),
    )
    for note in (found.why_not or found.why_no_value, *found.notes):
        if note:
            warn(f"lifetime value: {note}")
    artifacts.write(found)
    who = pd.DataFrame({"customer": names[fitted.who], "segment": segment[fitted.who]})
    files.write_csv(paths.CUSTOMERS_VALUE, files.for_spreadsheets(_columns(who, told)))


def _columns(who: pd.DataFrame, told: Forecast | None) -> pd.DataFrame:
    """Put forecasts beside customers; what cannot be told has no column."""
    if told is None:
        return who
    return who.assign(**{name: each for name, each in vars(told).items() if each is not None})


def _grid_agreement(segment: NDArray[np.int64], names: pd.Index) -> float | None:
    """Return how far segments and the named grid of scores agree: the adjusted Rand index."""
    from sklearn.metrics import adjusted_rand_score

    files.must_exist(paths.PURCHASERS)
    columns = ["customer", "rfm_group"]
    table = pd.read_csv(paths.PURCHASERS, usecols=columns, dtype="str", keep_default_na=False)
    grid = table.set_index("customer")["rfm_group"].reindex(names)
    known = (segment > 0) & grid.notna().to_numpy()
    if known.sum() < 2:
        return None
    return float(adjusted_rand_score(segment[known], grid[known]))
