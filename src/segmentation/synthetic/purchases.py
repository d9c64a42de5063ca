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


def make_purchases(customers: int, *, seed: int, start: str = "2023-01-01") -> pd.DataFrame:
    """Make lines of invoices as a shop exports them, with the dirt of a real export.

    Parameters
    ----------
    customers : int
    seed : int
    start : str
        The first day.

    Returns
    -------
    pandas.DataFrame
        `invoice`, `customer_id`, `date`, `product`, `category`, `quantity` and `price`: one line
        for each product of a purchase, some repeated, cancelled, without a customer or a price, or
        of postage.
    """
    bought = make_purchase_days(customers, seed=seed)
    rng = np.random.default_rng([seed, 1])
    purchase = np.repeat(np.arange(len(bought)), 1 + rng.poisson(1.5, len(bought)))
    n = len(purchase)
    product = np.minimum(rng.geometric(0.03, n), 120)
    level = rng.lognormal(0, 0.5, customers)[bought["customer"].to_numpy()[purchase]]
    day = pd.Timestamp(start) + pd.to_timedelta(bought["day"].to_numpy()[purchase], unit="D")
    table = pd.DataFrame(
        {
            "invoice": (100_000 + purchase).astype(str),
            "customer_id": "C" + pd.Series(bought["customer"].to_numpy()[purchase]).astype(str),
            "date": day.strftime("%Y-%m-%d"),
            "product": (20_000 + product).astype(str),
            "category": np.array(["Home", "Garden", "Kitchen", "Toys", "Cards"])[product % 5],
            "quantity": 1 + rng.poisson(1, n),
            "price": np.round((1 + product % 17) * level, 2),
        }
    )
    back = table[rng.random(n) < 0.02]
    back = back.assign(invoice="C" + back["invoice"], quantity=-1)
    post = table[rng.random(n) < 0.01].assign(product="POST", quantity=1, price=4.5)
    again = table[rng.random(n) < 0.01]
    table.loc[rng.random(n) < 0.02, "customer_id"] = None
    table.loc[rng.random(n) < 0.005, "price"] = 0.0
    dirty = pd.concat([table, back, post, again], ignore_index=True)
    return dirty.sort_values(["date", "invoice", "product"], ignore_index=True)
