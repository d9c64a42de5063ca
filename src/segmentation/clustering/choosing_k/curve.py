"""Every criterion by k, and what each of them prefers."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.criteria import Criterion, Fits


class Judged(NamedTuple):
    """Every criterion, on all rows or on half of them.

    Attributes
    ----------
    curve : pandas.DataFrame
        A row per k; the columns of each criterion side by side, its standard error after it.
    votes : dict of str to int
        The k that each criterion prefers.
    """

    curve: pd.DataFrame
    votes: dict[str, int]


def criteria_curve(
    fits: Fits, criteria: tuple[Criterion, ...]
) -> tuple[Judged, list[Judged], set[str]]:
    """Work out every criterion.

    Parameters
    ----------
    fits : Fits
        k-means at every k.
    criteria : tuple of Criterion
        What to work out.

    Returns
    -------
    all_rows : Judged
        On all rows.
    halves : list of Judged
        On each of the random halves; what is not known of them is as on all rows.
    known : set of str
        The criteria that are known of the halves.
    """
    ks = np.array(fits.ks, dtype=np.intp)
    columns: dict[str, NDArray[Any]] = {"k": ks}
    votes = {}
    by_half: dict[str, tuple[Criterion, NDArray[np.float64]]] = {}
    for criterion in criteria:
        scores = criterion.compute(fits)
        columns[criterion.column] = scores.by_k
        if scores.se is not None:
            columns[f"{criterion.column}_se"] = scores.se
        columns |= scores.beside
        best = criterion.best(ks, scores.by_k)
        votes[criterion.name] = best if scores.prefers is None else scores.prefers
        if scores.halves is not None:
            by_half[criterion.name] = (criterion, scores.halves)
    whole = Judged(pd.DataFrame(columns), votes)
    halves = []
    for half in range(2 * fits.resamples):
        own = {c.column: values[half] for c, values in by_half.values()}
        chosen = {name: c.best(ks, values[half]) for name, (c, values) in by_half.items()}
        halves.append(Judged(whole.curve.assign(**own), votes | chosen))
    return whole, halves, set(by_half)
