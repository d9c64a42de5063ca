"""A model of centres, column by column: what its forms in SQL and ONNX are written from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.algorithms.assigners import heights
from segmentation.artifacts.transformer import (
    CATEGORIES,
    FLAG,
    SCALES,
    category_blocks,
    parts_of,
)
from segmentation.engines.spellings import alike
from segmentation.errors import InputError
from segmentation.scoring.rule import Rule

Matrix = NDArray[np.float64]
Step = tuple[Literal["+", "-", "*", "/"], float]
"""What is done with a number, and by which."""


@dataclass(frozen=True)
class Number:
    """How a number becomes a feature.

    Attributes
    ----------
    place, column : int
        Which of the features it is, and which of the model's numbers.
    middle : float
        It stands for what is missing.
    bounds : pair of float or None
        What is beyond counts as the bound.
    transform : float, "log" or None
        A float is the power of Yeo and Johnson (2000).
    steps : tuple of Step
        Then it is scaled and weighted.
    """

    place: int
    column: int
    middle: float
    bounds: tuple[float, float] | None
    transform: float | Literal["log"] | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Flag:
    """A yes or no beside a number.

    Attributes
    ----------
    place, column : int
        As a `Number` has them.
    middle : float or None
        It stands for what is missing, and zeros are told; with None, what is missing is.
    steps : tuple of Step
        From 1 or 0 to the feature.
    """

    place: int
    column: int
    middle: float | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Category:
    """How far the levels of a category are from the centres.

    Attributes
    ----------
    column : int
        Which of the model's categories it is.
    filling : str
        The level that stands for what is missing.
    levels : tuple of str
        Those that are told apart.
    away : array of shape (levels + 1, centres)
        Squared distances; the last row is for all other levels.
    """

    column: int
    filling: str
    levels: tuple[str, ...]
    away: Matrix


@dataclass(frozen=True)
class Centres:
    """A model of centres.

    Attributes
    ----------
    segments : tuple of int
        The id of each centre.
    at : array of shape (centres, features)
        Where they are.
    heights : array of shape (centres,)
        What is added to the squared distances.
    numbers, flags, categories : tuple
        The squared distances in each of these add up.
    """

    segments: tuple[int, ...]
    at: Matrix
    heights: Matrix
    numbers: tuple[Number, ...]
    flags: tuple[Flag, ...]
    categories: tuple[Category, ...]


@dataclass(frozen=True)
class _Done:
    """What a part of the transformer does with numbers, by the names of its steps, in order."""

    simpleimputer: Any = None
    bounds: Any = None
    powertransformer: Any = None
    functiontransformer: Any = None
    missingindicator: Any = None
    standardscaler: Any = None
    robustscaler: Any = None
    minmaxscaler: Any = None

    @classmethod
    def by(cls, part: Any) -> Self:
        """Read a part."""
        return cls(**dict(part.steps))


def centres_of(rule: Rule, *, form: str) -> Centres:
    """Read a model that is to be written in another form, such as SQL.

    Raises
    ------
    InputError
        It is none of centres.
    """
    if not hasattr(rule.assigner, "centroids_"):
        raise InputError(
            f"a model of {type(rule.assigner).__name__} has no form in {form}: only segments "
            "around centres have one; `segmentation typing` gives rules that come close to any "
            "model"
        )
    if len(rule.segments) < 2:
        raise InputError(f"a model of one segment has no form in {form}: everyone is in it")
    at = np.asarray(rule.assigner.centroids_)
    return Centres(
        segments=tuple(rule.segments),
        at=at,
        heights=np.asarray(heights(rule.assigner)),
        numbers=tuple(_numbers(rule)),
        flags=tuple(_flags(rule)),
        categories=tuple(
            _otherwise_spelt(each, rule.levels[rule.categories[each.column]])
            for each in (*_scales(rule, at), *_categories(rule, at))
        ),
    )


def _otherwise_spelt(category: Category, levels: Sequence[str]) -> Category:
    """Add what means a level to a file that is scored, so that all ways give one answer."""
    at = {level: i for i, level in enumerate(category.levels)}
    others = {other: at[level] for other, level in alike(levels).items() if level in at}
    *away, rest = category.away
    return replace(
        category,
        levels=(*category.levels, *others),
        away=np.array([*away, *(away[i] for i in others.values()), rest]),
    )


def _weight(rule: Rule, part: str) -> float | None:
    return (rule.transformer.transformer_weights or {}).get(part)


def _numbers(rule: Rule) -> Iterator[Number]:
    for name, part, columns in rule.transformer.transformers_:
        if part == "drop" or name.startswith((CATEGORIES, SCALES, FLAG)):
            continue
        first = rule.transformer.output_indices_[name].start
        done = _Done.by(part)
        bounds = None if done.bounds is None else done.bounds.feature_range
        for i, column in enumerate(columns):
            yield Number(
                place=first + i,
                column=rule.numbers.index(str(column)),
                middle=float(done.simpleimputer.statistics_[i]),
                bounds=None if bounds is None else (float(bounds[0]), float(bounds[1])),
                transform=_transform(done, i),
                steps=_steps(done, i, _weight(rule, name)),
            )


def _flags(rule: Rule) -> Iterator[Flag]:
    for name, part, (column,) in parts_of(rule.transformer, FLAG):
        done = _Done.by(part)
        filled = done.simpleimputer
        yield Flag(
            place=rule.transformer.output_indices_[name].start,
            column=rule.numbers.index(column),
            middle=None if filled is None else float(filled.statistics_[0]),
            steps=_steps(done, 0, _weight(rule, name)),
        )


def _transform(done: _Done, i: int) -> float | Literal["log"] | None:
    if done.powertransformer is not None:
        return float(done.powertransformer.lambdas_[i])
    return None if done.functiontransformer is None else "log"


def _steps(done: _Done, i: int, weight: float | None) -> tuple[Step, ...]:
    steps: list[Step] = []
    if (it := done.standardscaler) is not None:
        steps = [("-", float(it.mean_[i])), ("/", float(it.scale_[i]))]
    elif (it := done.robustscaler) is not None:
        steps = [("-", float(it.center_[i])), ("/", float(it.scale_[i]))]
    elif (it := done.minmaxscaler) is not None:
        steps = [("*", float(it.scale_[i])), ("+", float(it.min_[i]))]
    if weight is not None:
        steps.append(("*", float(weight)))
    return tuple(steps)


def _categories(rule: Rule, at: Matrix) -> Iterator[Category]:
    blocks = iter(category_blocks(rule.transformer))
    for part_name, part, names in parts_of(rule.transformer, CATEGORIES):
        encoder, fillings = part.steps[-1][1], part.steps[0][1].statistics_
        weight = 1.0 if (given := _weight(rule, part_name)) is None else given
        for i, name in enumerate(names):
            rare = encoder.infrequent_categories_[i]
            few = set() if rare is None else {str(level) for level in rare}
            known = [str(level) for level in encoder.categories_[i]]
            often = tuple(level for level in known if level not in few)
            here = at[:, next(blocks)]
            points = np.zeros((len(often) + 1, here.shape[1]))
            points[range(len(often)), range(len(often))] = weight
            # What the encoder does not know counts as rare, or as none where there is no rare one.
            if few:
                points[-1, len(often)] = weight
            away = ((points[:, None, :] - here[None]) ** 2).sum(axis=2)
            yield Category(rule.categories.index(name), str(fillings[i]), often, away)


def _scales(rule: Rule, at: Matrix) -> Iterator[Category]:
    for part_name, part, names in parts_of(rule.transformer, SCALES):
        first = rule.transformer.output_indices_[part_name].start
        weight = 1.0 if (given := _weight(rule, part_name)) is None else given
        nobody = pd.DataFrame([dict.fromkeys(names)], dtype=object)
        for i, name in enumerate(names):
            levels = rule.levels[name]
            each = pd.concat([nobody] * (len(levels) + 1), ignore_index=True)
            each.loc[: len(levels) - 1, name] = levels
            points = weight * np.asarray(part.transform(each))[:, i]
            away = (points[:, None] - at[:, first + i][None]) ** 2
            yield Category(rule.categories.index(name), "", tuple(levels), away)
