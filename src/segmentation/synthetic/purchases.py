"""Make synthetic purchases: customers who buy at rates of their own, and leave without a word."""

import numpy as np
import pandas as pd


def make_purchase_days(
    customers: int,
    *,
    seed: int,
    days: int = 730,
    rate: tuple[float, float] = (0.5, 60.0),
    leaving: tuple[float, float] = (0.8, 2.5),
    first_may_be_last: bool = False,
) -> pd.DataFrame:
    """Draw the days that customers buy on, as the BG/NBD model has it.

    Parameters
    ----------
    customers : int
    seed : int
    days : int
        The first purchases fall on days 0 to half of `days`, evenly; later ones end with `days`.
    rate : tuple
        Shape and inverse scale (in days) of the gamma distribution of customers' rates.
    leaving : tuple
        The parameters of the beta distribution of the chance to leave after a purchase.
    first_may_be_last : bool
        Whether a customer may leave right after the first purchase, too (MBG/NBD).

    Returns
    -------
    pandas.DataFrame
        `customer` and `day`, ordered by both; a customer buys on a day once at most.
    """
    rng = np.random.default_rng(seed)
    pace, leaves = rng.gamma(rate[0], 1 / rate[1], customers), rng.beta(*leaving, customers)
    day = rng.integers(0, days // 2 + 1, customers)
    here = np.arange(customers)
    bought = [(here, day.copy())]
    if first_may_be_last:
        here = here[rng.random(customers) >= leaves]
    while len(here):
        wait = np.maximum(np.rint(rng.exponential(1 / np.maximum(pace[here], 1e-9))), 1)
        day[here] = day[here] + np.minimum(wait, 10 * days).astype(np.int64)
        here = here[day[here] <= days]
        bought.append((here, day[here]))
        here = here[rng.random(len(here)) >= leaves[here]]
    who, when = (np.concatenate(each) for each in zip(*bought, strict=True))
    order = np.lexsort((when, who))
    return pd.DataFrame({"customer": who[order], "day": when[order]})
