"""Every criterion by k, and what each of them prefers."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.clustering.choosing_k.criteria import Criterion, Fits


def criteria_curve(
    fits: Fits, criteria: tuple[Criterion, ...]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Work out every criterion.

    Parameters
    ----------
    fits : Fits
        k-means at every k.
    criteria : tuple of Criterion
        What to work out.

    Returns
    -------
    curve : pandas.DataFrame
        A row per k; the columns of each criterion side by side, its standard error after it.
    votes : dict of str to int
        The k that each criterion prefers.
    """
    ks = np.array(fits.ks, dtype=np.intp)
    columns: dict[str, NDArray[Any]] = {"k": ks}
    votes = {}
    for criterion in criteria:
        scores = criterion.compute(fits)
        columns[criterion.column] = scores.by_k
        if scores.se is not None:
            columns[f"{criterion.column}_se"] = scores.se
        columns |= scores.beside
        best = criterion.best(ks, scores.by_k)
        votes[criterion.name] = best if scores.prefers is None else scores.prefers
    return pd.DataFrame(columns), votes
