"""One customer, made up: the segment, why, and what alone would change it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation.artifacts.baseline import NumberBins
from segmentation.artifacts.segments import NumberColumn
from segmentation.commands.load import Chosen
from segmentation.insight.numbers import amount, number
from segmentation.scoring.reasons import Reasons
from segmentation.scoring.rule import Rule
from segmentation.scoring.stream import columns_taken

_STEPS = 40  # at which a number is tried
_MOST = 40  # numbers that are tried
_TOLD = 5  # changes that are told


@dataclass(frozen=True)
class Range:
    """What can be asked of a number.

    Attributes
    ----------
    low, high, usual, step : float
    """

    low: float
    high: float
    usual: float
    step: float


@dataclass(frozen=True)
class Change:
    """One value that alone leads to another segment."""

    what: str
    segment: int
    name: str


@dataclass(frozen=True)
class Found:
    """What is said of a customer; `runner_up` and `unlike` are None where that is not known."""

    segment: int
    name: str
    confidence: float
    runner_up: int | None
    runner_up_name: str
    unlike: bool | None
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]


def ranges(chosen: Chosen, rule: Rule) -> dict[str, Range]:
    """Return between which values each number can be asked, around those of the training."""
    return {name: _range(chosen, name) for name in rule.numbers}


def usual_levels(chosen: Chosen, rule: Rule) -> dict[str, list[str]]:
    """Return the categories that each column knows, the commonest first."""
    counts = {
        name: getattr(found, "counts", {})
        for name, found in (chosen.baseline.columns if chosen.baseline else {}).items()
        if not isinstance(found, NumberBins)
    }
    return {
        name: sorted(levels, key=lambda level: -counts.get(name, {}).get(level, 0))
        for name, levels in rule.levels.items()
    }


def ask(
    chosen: Chosen,
    rule: Rule,
    customer: Mapping[str, float | str | None],
    between: Mapping[str, Range],
) -> Found:
    """Return what the model says of a customer.

    Parameters
    ----------
    chosen : Chosen
    rule : Rule
        Of its model.
    customer : mapping of str to float, str or None
        The columns that the model takes; None is not known.
    between : mapping of str to Range
        Where numbers are tried.
    """
    tried = [dict(customer)]
    what = [("", 0.0)]
    for name in rule.numbers[:_MOST]:
        span = between[name]
        for value in np.linspace(span.low, span.high, _STEPS + 1):
            tried.append({**customer, name: float(value)})
            what.append((name, float(value)))
    for name, levels in rule.levels.items():
        for level in levels:
            tried.append({**customer, name: level})
            what.append((name, 0.0))
    table = pd.DataFrame(tried, columns=rule.columns)
    table = table.astype(
        dict.fromkeys(rule.numbers, "float64") | dict.fromkeys(rule.categories, "str")
    )
    scores = rule.score(table)
    segment, runner_up = int(scores.segment[0]), int(scores.runner_up[0])
    reasons = Reasons(rule, columns_taken(rule, chosen.data), chosen.segments)
    told = [column.to_pylist()[0] for column in reasons.told(table, scores)]
    return Found(
        segment=segment,
        name=chosen.name_of(segment),
        confidence=float(scores.confidence[0]),
        runner_up=runner_up if runner_up > 0 else None,
        runner_up_name=chosen.name_of(runner_up),
        unlike=None if scores.unlike is None else bool(scores.unlike[0]),
        reasons=tuple(text for text in told if text),
        changes=_changes(chosen, customer, between, tried, what, scores.segment),
    )


def _changes(
    chosen: Chosen,
    customer: Mapping[str, float | str | None],
    between: Mapping[str, Range],
    tried: list[dict[str, float | str | None]],
    what: list[tuple[str, float]],
    segment: np.ndarray,
) -> tuple[Change, ...]:
    """Return the nearest value of each column that leads elsewhere, the nearest of all first."""
    nearest: dict[str, tuple[float, Change]] = {}
    for row in np.flatnonzero(segment != segment[0]).tolist():
        name, value = what[row]
        other = int(segment[row])
        if name in between:
            now, span = customer[name], between[name]
            if not isinstance(now, float):
                continue
            far = abs(value - now) / (span.high - span.low)
            more = "or more" if value > now else "or less"
            said = f"{amount(number(value), chosen.data.unit(name))} {more}"
        else:
            far, said = 1.0, str(tried[row][name])
        change = Change(f"{name.replace('_', ' ')} {said}", other, chosen.name_of(other))
        if name not in nearest or far < nearest[name][0]:
            nearest[name] = (far, change)
    return tuple(change for _, change in sorted(nearest.values(), key=lambda each: each[0])[:_TOLD])


def _range(chosen: Chosen, name: str) -> Range:
    """Take what is between most customers, and half as much again on either side."""
    column = chosen.segments.columns.get(name) if chosen.segments else None
    limits = chosen.data.limits(name)
    low, high, usual = 0.0, 1.0, None
    bins = chosen.baseline.columns.get(name) if chosen.baseline else None
    if isinstance(column, NumberColumn) and column.whiskers is not None:
        (low, high), usual = column.whiskers, column.median
    elif isinstance(bins, NumberBins) and bins.edges:
        low, high, usual = bins.edges[0], bins.edges[-1], bins.mean
    half = (high - low or abs(high) or 1.0) / 2
    start = 0.0 if low >= 0 > low - half else low - half
    end = high + half
    start = start if limits.min is None else max(start, limits.min)
    end = end if limits.max is None else min(end, limits.max)
    step = 10.0 ** math.floor(math.log10(half / 20))
    start, end = math.floor(start / step) * step, math.ceil(end / step) * step
    middle = (start + end) / 2 if usual is None else usual
    usual = min(max(round(middle / step) * step, start), end)
    digits = max(0, -math.floor(math.log10(step)))
    start, end, usual = (round(each, digits) for each in (start, end, usual))
    return Range(start, end, usual, step)
