"""Describe each segment beside the average customer."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class NumberProfile:
    """One numeric column in one segment.

    Attributes
    ----------
    mean, median : float
    index : float or None
        100 times the mean over everyone's mean; None where that mean is not positive.
    difference : float
        Mean minus everyone's mean, in standard deviations of everyone.
    """

    mean: float
    median: float
    index: float | None
    difference: float


@dataclass(frozen=True)
class LevelProfile:
    """One category of one column in one segment.

    Attributes
    ----------
    share : float
        Of the segment's customers whose category is known.
    lift : float
        That share over everyone's.
    difference : float
        That share minus everyone's, in standard deviations of everyone's yes or no.
    """

    share: float
    lift: float
    difference: float


@dataclass(frozen=True)
class SegmentProfile:
    """One segment. `share_of_value` is None where the total value is not positive."""

    id: int
    size: int
    share: float
    value_mean: float
    share_of_value: float | None
    numeric: dict[str, NumberProfile] = field(default_factory=dict)
    categorical: dict[str, dict[str, LevelProfile]] = field(default_factory=dict)


def profile_segments(
    customers: pd.DataFrame,
    segment: NDArray[np.intp],
    *,
    numeric: list[str],
    categorical: list[str],
    value: str,
) -> list[SegmentProfile]:
    """Describe every segment.

    Parameters
    ----------
    customers : DataFrame of n rows
        Missing cells are left out of each figure.
    segment : int array of shape (n,)
        Segment ids; negative for customers in none, who still count among everyone.
    numeric, categorical : list of str
        Columns to describe.
    value : str
        The column whose total is shared out.

    Returns
    -------
    list of SegmentProfile
        By ascending id.
    """
    mean, deviation = customers[numeric].mean(), customers[numeric].std(ddof=0)
    everyone = {name: customers[name].value_counts(normalize=True) for name in categorical}
    total = float(customers[value].sum())
    profiles = []
    for i in sorted(int(i) for i in np.unique(segment) if i >= 0):
        inside = customers[segment == i]
        profiles.append(
            SegmentProfile(
                id=i,
                size=len(inside),
                share=len(inside) / len(customers),
                value_mean=float(inside[value].mean()),
                share_of_value=float(inside[value].sum()) / total if total > 0 else None,
                numeric={
                    name: _number(inside[name], float(mean[name]), float(deviation[name]))
                    for name in numeric
                },
                categorical={name: _levels(inside[name], everyone[name]) for name in categorical},
            )
        )
    return profiles


def _number(inside: pd.Series, mean: float, deviation: float) -> NumberProfile:
    here = float(inside.mean())
    return NumberProfile(
        mean=here,
        median=float(inside.median()),
        index=100 * here / mean if mean > 0 else None,
        difference=(here - mean) / deviation if deviation > 0 else 0.0,
    )


def _levels(inside: pd.Series, everyone: pd.Series) -> dict[str, LevelProfile]:
    counts = inside.value_counts(normalize=True).to_dict()
    profiles = {}
    for level, share in sorted((str(level), float(share)) for level, share in everyone.items()):
        here = float(counts.get(level, 0.0))
        spread = float(np.sqrt(share * (1 - share)))
        profiles[level] = LevelProfile(
            share=here, lift=here / share, difference=(here - share) / spread if spread > 0 else 0.0
        )
    return profiles
