"""Describe each segment beside everyone else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.base import Pair
from segmentation.artifacts.privacy import FEWEST, described, percentiles, told, told_cells
from segmentation.artifacts.segments import (
    CategoryFigures,
    LevelProfile,
    NumberFigures,
    NumberProfile,
    Profile,
)
from segmentation.columns import Columns
from segmentation.insight import intervals
from segmentation.insight.intervals import Floats, Moments

MOST_LEVELS = 30  # of a category that are described; the rarer ones are counted together
LARGEST = 10.0  # standardised difference that is told; without any spread it would be infinite
SIGNIFICANCE = 0.05  # of all comparisons of a run together

_PARTED = 12 * FEWEST  # from so many on, ten lie between a median, its limits and the quartiles
_KNOWN = 5  # cells on either side, below which nothing is confirmed (docs/profiles.md)


@dataclass(frozen=True)
class _Column:
    """One column beside everyone else, as arrays over segments, or over segments and levels.

    Attributes
    ----------
    known : array of shape (segments,)
        Customers whose cell is not missing.
    told : bool array
        Whose figures can be told (`artifacts.privacy`).
    figures : mapping of str to array, or to two of them for a pair
        By their names in `NumberProfile` or `LevelProfile`.
    p : array
        Of the difference from everyone else, by itself.
    levels : list of str
        Those that are shown.
    """

    known: Floats
    told: NDArray[np.bool_]
    figures: Mapping[str, Any]
    p: Floats
    levels: list[str] = field(default_factory=list)


def profile_everyone(
    customers: pd.DataFrame | Columns,
    *,
    numeric: list[str],
    categorical: list[str],
    always: Mapping[str, Collection[str]] | None = None,
) -> dict[str, NumberFigures | CategoryFigures]:
    """Describe every column among all customers; the parameters are those of `profile_segments`."""
    columns: dict[str, NumberFigures | CategoryFigures] = {}
    for name in numeric:
        known = customers[name].dropna().to_numpy(np.float64)
        quantiles, enough = percentiles(known), len(known) >= FEWEST
        columns[name] = NumberFigures(
            known=len(known),
            mean=float(known.mean()) if enough else None,
            median=_known(quantiles[2]),
            quartiles=_pair(quantiles[1], quantiles[3]),
            whiskers=_pair(quantiles[0], quantiles[4]),
            deviation=float(known.std(ddof=1)) if enough else None,
        )
    for name in categorical:
        shown, counts, _ = _level_counts(customers[name], (always or {}).get(name, ()))
        total, inside = int(counts.sum()), counts[: len(shown)].sum()
        columns[name] = CategoryFigures(
            known=total,
            levels={
                level: float(count / total) for level, count in zip(shown, counts, strict=False)
            },
            other_levels=len(counts) - len(shown),
            other_share=float(1 - inside / total) if total and len(counts) > len(shown) else 0.0,
        )
    return columns


def profile_segments(
    customers: pd.DataFrame | Columns,
    segment: NDArray[np.intp],
    *,
    numeric: list[str],
    categorical: list[str],
    value: str | None,
    always: Mapping[str, Collection[str]] | None = None,
) -> list[Profile]:
    """Describe every segment.

    The segments were found in the same columns, so they differ there by construction: what is
    confirmed says how a segment differs, never that the segments exist.

    Parameters
    ----------
    customers : DataFrame or Columns of n rows
        Missing cells are left out of each figure.
    segment : int array of shape (n,)
        Segment ids; negative for customers in none, who still count among everyone.
    numeric, categorical : list of str
        Columns to describe.
    value : str or None
        The numeric column whose total is shared out, if there is one.
    always : mapping of str to collection of str, optional
        Levels of a column that are described even if they are not among the 30 most frequent.

    Returns
    -------
    list of Profile
        By ascending id.
    """
    ids = [int(i) for i in np.unique(segment) if i >= 0]
    # Customers in no segment come last, so that segments are numbered 0, 1, ... here.
    group = np.where(segment < 0, len(ids), np.searchsorted(ids, segment)).astype(np.intp)
    sizes = np.bincount(group, minlength=len(ids) + 1)
    order = np.argsort(group, kind="stable")
    shown = described(segment)
    hidden = np.array([i not in shown for i in ids] + [True])

    numbers = {
        name: _numbers(customers[name].to_numpy(np.float64), order, sizes, hidden)
        for name in numeric
    }
    levels = {
        name: _levels(customers[name], (always or {}).get(name, ()), group, hidden)
        for name in categorical
    }
    confirmed = _confirmed({name: column.p for name, column in (numbers | levels).items()})
    worth = (
        None if value is None else _worth(customers[value].to_numpy(np.float64), group, len(ids))
    )
    low, high = intervals.wilson(sizes[:-1], len(customers))
    profiles = []
    for i, number in enumerate(ids):
        figures = {
            name: _number_profile(numbers[name], i, confirmed=confirmed[name][i])
            for name in numeric
        }
        told_worth = worth if value is not None and numbers[value].told[i] else None
        average = None if value is None else figures[value]
        profiles.append(
            Profile(
                id=number,
                size=int(sizes[i]),
                share=float(sizes[i] / len(customers)),
                share_interval=(float(low[i]), float(high[i])),
                value_mean=average and average.mean,
                value_mean_interval=average and average.mean_interval,
                share_of_value=_known(told_worth[0][i]) if told_worth else None,
                share_of_value_interval=(
                    _pair(told_worth[1][i], told_worth[2][i]) if told_worth else None
                ),
                numeric=figures,
                categorical={
                    name: {
                        level: _level_profile(column, (i, j), confirmed=confirmed[name][i, j])
                        for j, level in enumerate(column.levels)
                        if not hidden[i]
                    }
                    for name, column in levels.items()
                },
            )
        )
    return profiles


def _numbers(
    values: Floats, order: NDArray[np.intp], sizes: NDArray[np.intp], hidden: NDArray[np.bool_]
) -> _Column:
    """Work out all figures of one column, as arrays over the segments."""
    known = values[~np.isnan(values)]
    centre = float(known.mean()) if len(known) else 0.0
    spread = float(known.std()) if len(known) else 0.0
    if spread <= 1e-12 * abs(centre):  # constant but for the last digit
        spread = 0.0
    scale = spread or 1.0

    sums = np.zeros((5, len(sizes)))
    mean = np.full(len(sizes), np.nan)
    quantiles = np.full((5, len(sizes)), np.nan)
    median_limits = np.full((2, len(sizes)), np.nan)
    for i, cells in enumerate(np.split(values[order], np.cumsum(sizes)[:-1])):
        here = np.sort(cells[~np.isnan(cells)])
        sums[0, i] = len(here)
        if not len(here):
            continue
        mean[i] = here.mean()
        quantiles[:, i] = percentiles(here)
        if len(here) >= _PARTED:
            median_limits[:, i] = intervals.of_median(here)
        z = (here - centre) / scale if spread else np.zeros(len(here))
        squared = z * z
        sums[1:, i] = z.sum(), squared.sum(), (squared * z).sum(), (squared * squared).sum()

    inside, others = sums[:, :-1], sums.sum(axis=1, keepdims=True) - sums[:, :-1]
    a, b = Moments.of_sums(inside), Moments.of_sums(others)
    difference, difference_limits = intervals.difference(a, b)
    same = (a.mean == b.mean) & (a.n > 1) & (b.n > 1)
    limits, other_limits = _scaled(a, centre, scale), _scaled(b, centre, scale)
    if centre > 0 and known.min() >= 0:
        index = 100 * mean[:-1] / centre
        index_limits = intervals.relative(
            mean[:-1],
            (np.maximum(limits[0], 0.0), limits[1]),  # a mean of what is never negative is not
            np.maximum(centre + scale * b.mean, 0.0),
            (np.maximum(other_limits[0], 0.0), other_limits[1]),
            a.n / len(known),
        )
    else:
        index = np.full(len(sizes) - 1, np.nan)
        index_limits = (index, index)
    figures = {
        "mean": mean[:-1],
        "mean_interval": limits,
        "median": quantiles[2, :-1],
        "median_interval": median_limits[:, :-1],
        "quartiles": quantiles[[1, 3], :-1],
        "whiskers": quantiles[[0, 4], :-1],
        "index": index,
        "index_interval": (100 * index_limits[0], 100 * index_limits[1]),
        "difference": np.where(same, 0.0, np.clip(difference, -LARGEST, LARGEST)),
        "difference_interval": np.clip(difference_limits, -LARGEST, LARGEST),
    }
    # The spread of a handful is hardly known: nothing is confirmed against so few.
    p = np.where(np.minimum(a.n, b.n) < _KNOWN, 1.0, intervals.welch(a, b))
    return _Column(inside[0], told(sums[0].astype(np.intp), hidden)[:-1], figures, p)


def _scaled(moments: Moments, centre: float, scale: float) -> intervals.Interval:
    low, high = intervals.of_mean(moments)
    return centre + scale * low, centre + scale * high


def _level_counts(
    column: pd.Series, always: Collection[str]
) -> tuple[list[str], NDArray[np.intp], NDArray[np.intp]]:
    """Order the levels by how many customers have them, those that are shown first.

    Returns
    -------
    shown : list of str
    counts : int array of shape (levels,)
    codes : int array of shape (n,)
        The place of each customer's level in `counts`; -1 where it is missing.
    """
    raw, uniques = pd.factorize(column.astype("str").where(column.notna()))
    counts = np.bincount(raw[raw >= 0], minlength=len(uniques))
    names = [str(level) for level in uniques]
    by_count = sorted(range(len(names)), key=lambda i: (-counts[i], names[i]))
    shown = set(by_count[:MOST_LEVELS]) | {i for i, name in enumerate(names) if name in always}
    order = [i for i in by_count if i in shown] + [i for i in by_count if i not in shown]
    place = np.empty(len(names) + 1, dtype=np.intp)
    place[order], place[-1] = np.arange(len(names)), -1
    return [names[i] for i in order[: len(shown)]], counts[order], place[raw]


def _levels(
    column: pd.Series,
    always: Collection[str],
    group: NDArray[np.intp],
    hidden: NDArray[np.bool_],
) -> _Column:
    """Work out all figures of one category, as arrays of shape (segments, levels shown)."""
    shown, all_counts, codes = _level_counts(column, always)
    known = codes >= 0
    cell = group[known] * len(all_counts) + codes[known]
    cells = np.bincount(cell, minlength=len(hidden) * len(all_counts))
    cells = cells.reshape(len(hidden), len(all_counts))
    # The other levels are one to whoever subtracts: they are not told.
    rest = cells[:, len(shown) :].sum(axis=1, keepdims=True)
    seen = np.hstack([cells[:, : len(shown)], rest])
    untold = hidden[:, None] | (np.arange(len(shown) + 1) == len(shown))
    told_here = told_cells(seen, untold)[:-1, :-1]
    table = cells.astype(np.float64)
    n = table.sum(axis=1)[:-1, None]
    x, all_x, all_n = table[:-1, : len(shown)], all_counts[: len(shown)][None], float(known.sum())
    others, other_n = all_x - x, all_n - n
    with np.errstate(invalid="ignore", divide="ignore"):
        share, other_share = x / n, others / other_n
        lift = share / (all_x / all_n)
    limits = intervals.wilson(x, n)
    difference, difference_limits = intervals.share_difference(x, n, others, other_n)
    figures = {
        "share": share,
        "share_interval": limits,
        "lift": lift,
        "lift_interval": intervals.relative(
            share, limits, other_share, intervals.wilson(others, other_n), n / max(all_n, 1.0)
        ),
        "difference": np.clip(difference, -LARGEST, LARGEST),
        "difference_interval": np.clip(difference_limits, -LARGEST, LARGEST),
    }
    # With no one else, or a level that everyone has, there is nothing to compare.
    p = np.where((other_n > 0) & (all_x < all_n), intervals.binomial(x, n, all_x, all_n), np.nan)
    return _Column(n[:, 0], told_here, figures, p, shown)


def _confirmed(p: Mapping[str, Floats]) -> dict[str, NDArray[np.bool_]]:
    """Say what differs in each column, by Holm's correction over all of them together."""
    adjusted = iter(intervals.holm(np.concatenate([np.empty(0), *map(np.ravel, p.values())])))
    return {
        name: np.fromiter(adjusted, np.float64, each.size).reshape(each.shape) < SIGNIFICANCE
        for name, each in p.items()
    }


def _worth(values: Floats, group: NDArray[np.intp], segments: int) -> tuple[Floats, Floats, Floats]:
    """Each segment's share of the total value, with the limits of its interval."""
    known = ~np.isnan(values)
    values, group = values[known], group[known]
    unknown = np.full(segments, np.nan)
    total = values.sum()
    # Parts of a total in which gains and losses cancel need not lie between nothing and all.
    if not total > 0 or values.min() < 0:
        return unknown, unknown, unknown
    own = np.bincount(group, values, segments + 1)[:segments]
    squares = np.bincount(group, values**2, segments + 1)[:segments]
    low, high = intervals.of_share_of_total(own, squares, total - own, (values**2).sum() - squares)
    return own / total, low, high


def _number_profile(column: _Column, i: int, *, confirmed: np.bool_) -> NumberProfile:
    known = int(column.known[i])
    if not column.told[i]:
        return NumberProfile(known=known)
    return NumberProfile(known=known, confirmed=bool(confirmed), **_cells(column.figures, i))


def _level_profile(column: _Column, i: tuple[int, int], *, confirmed: np.bool_) -> LevelProfile:
    if not column.told[i]:
        return LevelProfile()
    return LevelProfile(confirmed=bool(confirmed), **_cells(column.figures, i))


def _cells(figures: Mapping[str, Any], i: int | tuple[int, int]) -> dict[str, Any]:
    """Take the figures of one segment out of the arrays, as plain numbers, pairs and None."""
    return {
        name: _pair(values[0][i], values[1][i])
        if name.endswith("_interval") or name in ("quartiles", "whiskers")
        else _known(values[i])
        for name, values in figures.items()
    }


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _pair(low: float, high: float) -> Pair | None:
    return (float(low), float(high)) if np.isfinite(low) and np.isfinite(high) else None
