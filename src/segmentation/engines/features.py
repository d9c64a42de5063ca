"""Customers as points: imputation, transformation, scaling and encoding as one transformer."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

from segmentation.algorithms.models import settled
from segmentation.artifacts.features import Flag
from segmentation.artifacts.privacy import FEWEST, OTHER
from segmentation.artifacts.transformer import BOUNDS, CATEGORIES, FLAG, SCALES, feature_names
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.data import Data

MISSING_CATEGORY = "missing"
_FAR = 7.0
"""Standard deviations of the others, once transformed, beyond which a handful are far out."""
_AMOUNTS = 10
"""An amount has more different numbers; of fewer, the number itself says who has none."""
_EITHER = 0.05
"""Least share of either answer of a yes or no: a rarer one would be a segment by itself."""
_NOBODYS = ""  # no cell is an empty category


def build_features(
    customers: pd.DataFrame,
    *,
    data: Data,
    settings: Featurize,
    levels: Mapping[str, Collection[str]] | None = None,
    limits: Mapping[str, tuple[float, float]] | None = None,
) -> ColumnTransformer:
    """Lay out the transformer from raw customers to points; it is not fitted yet.

    The levels of a scale are one feature: how many levels are below. Amounts full of zeros are
    two: how much, and whether any (`flagged`).

    One-hot columns are never standardised. Two customers of different categories differ in two of
    them, so each is scaled by ``category_weight / sqrt(2)`` times the spread of a typical number:
    with a weight of 1 they are then as far apart as two customers who differ by one standard
    deviation in one number, whatever the scaler made of that standard deviation.

    Parameters
    ----------
    customers : DataFrame
        Prepared customers; looked at are skewness, spread once scaled, and the categories.
    data, settings
        Roles of the columns, and how they become features.
    levels : mapping of str to collection of str, optional
        The categories of each column where these customers, a sample, may lack some.
    limits : mapping of str to pair of float, optional
        Of numbers that are cut off there (`bounds`); it has to be fitted with customers `within`.

    Returns
    -------
    ColumnTransformer
        From a table with the feature columns to an array (n_customers, n_features) of float64.
    """
    counts = weights(customers, data=data, settings=settings)
    parts = _numbers(customers, limits or {}, counts, data=data, settings=settings)
    by_part = {name: weight for name, _, _, weight in parts if weight != 1}
    layout: list[tuple[str, Any, list[str]]] = [(name, part, of) for name, part, of, _ in parts]
    if settings.encoding == "onehot" and data.categorical_features:
        spread = _typical_spread(layout, customers, settings=settings)
        usual = settings.category_weight * spread / math.sqrt(2)
        rest = [name for name in data.categorical_features if name not in data.scale]
        for part, names, weight in _by_weight(CATEGORIES, rest, settings):
            categories = _categorical(customers[names], settings, more=levels or {})
            layout.append((part, categories, names))
            by_part[part] = weight * usual
        scales = [name for name in data.categorical_features if name in data.scale]
        for part, names, weight in _by_weight(SCALES, scales, settings):
            steps = _ordered([data.scale[name] for name in names])
            layout.append((part, make_pipeline(*steps, *_scaler(settings)), names))
            if weight != 1:
                by_part[part] = weight
    for name, flag in flagged(customers, data=data, settings=settings).items():
        steps = _whether(flag)
        layout.append((FLAG + name, make_pipeline(*steps, *_scaler(settings)), [name]))
        by_part[FLAG + name] = counts[name]  # as much as its number
    return ColumnTransformer(
        layout, transformer_weights=by_part or None, verbose_feature_names_out=False
    )


def _by_weight(
    part: str, names: list[str], settings: Featurize
) -> Iterator[tuple[str, list[str], float]]:
    """Yield those that count as usual, together, then each of the others with its weight."""
    usual = [name for name in names if name not in settings.weights]
    if usual:
        yield part, usual, 1.0
    for name in names:
        if name in settings.weights:
            yield f"{part}: {name}", [name], settings.weights[name]


def _numbers(
    customers: pd.DataFrame,
    limits: Mapping[str, tuple[float, float]],
    weight: Mapping[str, float],
    *,
    data: Data,
    settings: Featurize,
) -> list[tuple[str, Any, list[str], float]]:
    """Lay out what becomes of numbers: a name, what is done, with which columns, their weight."""
    skewed = skewed_columns(customers, data=data, settings=settings)
    even = [name for name in data.numeric_features if name not in skewed]
    parts: list[tuple[str, Any, list[str], float]] = []
    for kind, names, transform in (
        ("even", even, "none"),
        ("skewed", skewed, settings.transform),
    ):
        own = [name for name in names if name in limits or weight.get(name, 1.0) != 1]
        rest = [name for name in names if name not in own]
        if rest:
            parts.append((kind, _numeric(settings, transform=transform), rest, 1.0))
        parts += [
            (
                f"{kind}: {name}",
                _numeric(settings, transform=transform, limits=limits.get(name)),
                [name],
                weight.get(name, 1.0),
            )
            for name in own
        ]
    # Those that are treated alike come first, as ever.
    return sorted(parts, key=lambda part: ": " in part[0])


def weights(customers: pd.DataFrame, *, data: Data, settings: Featurize) -> dict[str, float]:
    """Return the weights of columns that count for more or less than one.

    The squares of distances add up over columns: of three that say the same, each has the root of
    a third, and together they count as one. So do a number and the yes or no beside it.
    """
    found = {
        name: 1 / math.sqrt(len(same))
        for same in alike(customers, data=data, settings=settings)
        for name in same
    }
    for name in flagged(customers, data=data, settings=settings):
        found[name] = found.get(name, 1.0) * math.sqrt(0.5)
    for name, weight in settings.weights.items():
        if name in data.features:
            found[name] = weight * found.get(name, 1.0)
    return found


def flagged(customers: pd.DataFrame, *, data: Data, settings: Featurize) -> dict[str, Flag]:
    """Return the numbers that a yes or no is put beside: who has any.

    Of an amount full of zeros, how much customers have hides whether they have any. Where numbers
    stand for never, they are no amount, and who never did would be taken for the median. Where two
    would say the same (who has no purchases has no orders either), the first does.
    """
    found: dict[str, Flag] = {}
    without: dict[str, pd.Series] = {}
    for name in data.numeric_features if settings.zeros_above < 1 else ():
        known = customers[name].dropna()
        of: Literal["zero", "never"] = "never" if data.never(name) else "zero"
        if of == "zero" and not (known.nunique() > 1 + _AMOUNTS and known.min() >= 0):
            continue
        none = customers[name].isna() if of == "never" else customers[name].eq(0)
        least = max(_EITHER * len(none), FEWEST)
        enough = of == "never" or none.mean() > settings.zeros_above
        if (
            enough
            and least <= none.sum() <= len(none) - least
            and all(abs(none.corr(each)) <= settings.alike_above for each in without.values())
        ):
            without[name] = none
            found[name] = Flag(of=of, share=float(none.mean()))
    return found


def _whether(flag: Flag) -> list[Any]:
    """Tell zeros, or gaps, from all else."""
    if flag.of == "never":
        return [MissingIndicator(features="all")]
    return [SimpleImputer(strategy="median"), MissingIndicator(missing_values=0, features="all")]


def alike(
    customers: pd.DataFrame, *, data: Data, settings: Featurize
) -> tuple[tuple[str, ...], ...]:
    """Return groups of numbers that say the same: each is like another one of its group."""
    names = data.numeric_features
    if len(names) < 2 or settings.alike_above == 1:
        return ()
    ranks = customers[names].rank().corr(min_periods=2 * FEWEST).abs().to_numpy()
    close = np.nan_to_num(ranks) > settings.alike_above
    groups: list[set[int]] = []
    for i in range(len(names)):
        linked = {int(j) for j in np.flatnonzero(close[i])} | {i}
        for group in [each for each in groups if each & linked]:
            groups.remove(group)
            linked |= group
        groups.append(linked)
    return tuple(tuple(names[i] for i in sorted(each)) for each in groups if len(each) > 1)


def bounds(
    customers: pd.DataFrame, *, data: Data, settings: Featurize
) -> dict[str, tuple[float, float]]:
    """Return the limits of numbers in which a handful of customers are far out.

    Once transformed, they would be a segment of their own, whatever else they are like. There the
    others' spread is known; more than a handful are no slip, and are left.
    """
    if settings.scaler == "none":
        return {}
    skewed = skewed_columns(customers, data=data, settings=settings)
    found = {}
    for name in data.numeric_features:
        known = customers[name].dropna().to_numpy(np.float64)
        if len(known) < 10 * FEWEST:
            continue
        transform = settings.transform if name in skewed else "none"
        steps = _numeric(settings.model_copy(update={"scaler": "none"}), transform=transform)
        points = np.asarray(steps.fit_transform(known[:, None]))[:, 0]
        low, middle, high = np.quantile(points, [0.01, 0.5, 0.99])
        spread = points[(points >= low) & (points <= high)].std()
        far = np.abs(points - middle) > _FAR * spread
        if spread > 0 and 0 < far.sum() < FEWEST:
            found[name] = (float(known[~far].min()), float(known[~far].max()))
    return found


def within(customers: pd.DataFrame, limits: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Take those who are far out for the farthest of the others: a transformer is fitted so."""
    if not limits:
        return customers
    return customers.assign(**{n: customers[n].clip(*limit) for n, limit in limits.items()})


def category_scale(transformer: ColumnTransformer) -> float | None:
    """Return what each one-hot column of the usual weight is multiplied by; None without any."""
    return (transformer.transformer_weights or {}).get(CATEGORIES)


def _typical_spread(
    numeric: list[tuple[str, Any, list[str]]], customers: pd.DataFrame, *, settings: Featurize
) -> float:
    """Return the standard deviation of a typical number after scaling.

    Squares of distances add over columns, so the typical one is the root of the mean of all
    variances: the balance between a category and the average number is then the same under every
    scaler. It is 1 where numbers are standardised.
    """
    if settings.scaler == "standard":
        return 1.0
    points = ColumnTransformer(numeric).fit_transform(customers)
    variances = np.asarray(points, dtype=np.float64).var(axis=0)
    # A column without any spread does not tell what is usual.
    varied = variances[variances > 0]
    return float(np.sqrt(varied.mean())) if len(varied) else 1.0


def skewed_columns(customers: pd.DataFrame, *, data: Data, settings: Featurize) -> list[str]:
    """Return the numeric columns that are to be transformed before scaling."""
    if settings.transform == "none":
        return []
    skewness = customers[data.numeric_features].skew().abs()
    return [name for name in data.numeric_features if skewness[name] > settings.skew_above]


def matrix(transformer: ColumnTransformer, customers: pd.DataFrame) -> pd.DataFrame:
    """Apply a fitted transformer; the result has a named column per feature.

    Logarithms differ between processors in their last bits, and with them the file's hash.
    """
    points = transformed(transformer, customers)
    columns = (settled(column) for column in points.T)
    return pd.DataFrame(dict(zip(feature_names(transformer), columns, strict=True)))


def transformed(transformer: ColumnTransformer, customers: pd.DataFrame) -> NDArray[np.float64]:
    """Do what `transformer.transform` does, but encode each set of categories once.

    Encoding texts takes longer than all the rest, and few sets of categories are different.
    """
    outputs, weights = transformer.output_indices_, transformer.transformer_weights or {}
    points = np.empty((len(customers), max(span.stop for span in outputs.values())))
    for name, part, columns in transformer.transformers_:
        if part == "drop":
            continue
        cells = customers[columns]
        if name.startswith(CATEGORIES):
            which = np.zeros(len(cells), dtype=np.intp)
            for column in map(cells.__getitem__, columns):
                codes, levels = pd.factorize(column, use_na_sentinel=False)
                which = np.unique(which * len(levels) + codes, return_inverse=True)[1]
            _, first = np.unique(which, return_index=True)
            found = np.asarray(part.transform(cells.iloc[first]))[which]
        else:
            found = np.asarray(part.transform(cells))
        points[:, outputs[name]] = found * weights.get(name, 1.0)
    return points


def _numeric(
    settings: Featurize, *, transform: str, limits: tuple[float, float] | None = None
) -> Pipeline:
    steps: list[Any] = [("simpleimputer", SimpleImputer(strategy="median"))]
    if limits is not None:  # from the limits to the same limits, and what is beyond to their ends
        steps.append((BOUNDS, MinMaxScaler(clip=True, feature_range=limits)))
    if transform == "yeo-johnson":
        steps.append(("powertransformer", PowerTransformer(standardize=False)))
    elif transform == "log":
        log = FunctionTransformer(np.log1p, feature_names_out="one-to-one")
        steps.append(("functiontransformer", log))
    steps += [(type(scaler).__name__.lower(), scaler) for scaler in _scaler(settings)]
    return Pipeline(steps)


def _scaler(settings: Featurize) -> list[Any]:
    scalers = {"standard": StandardScaler, "robust": RobustScaler, "minmax": MinMaxScaler}
    return [scalers[settings.scaler]()] if settings.scaler != "none" else []


def _ordered(levels: Sequence[tuple[str, ...]]) -> list[Any]:
    """Count the levels of each column from 0, the lowest; who has none gets the commonest."""
    encoder = OrdinalEncoder(
        categories=[np.array(each, dtype=object) for each in levels],
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=np.nan,
    )
    return [
        SimpleImputer(strategy="constant", fill_value=MISSING_CATEGORY),
        encoder,
        SimpleImputer(strategy="most_frequent"),
    ]


def _categorical(
    customers: pd.DataFrame, settings: Featurize, *, more: Mapping[str, Collection[str]]
) -> Pipeline:
    """Encode categories; those that are rare, unknown or `OTHER` are one.

    A model meets the rare categories under their own names, which it must not hold: they are
    unknown to it, and so `OTHER` is made unknown too. A category that nobody has, and is therefore
    rare, gives the unknown ones a place.
    """
    categories = []
    for name in customers:
        levels = set(customers[name].fillna(MISSING_CATEGORY)) | set(more.get(str(name), ()))
        if OTHER in levels:
            levels = (levels - {OTHER}) | {_NOBODYS}
        categories.append(sorted(levels))
    least = max(FEWEST, math.ceil(settings.min_category_share * len(customers)))
    return make_pipeline(
        SimpleImputer(strategy="constant", fill_value=MISSING_CATEGORY),
        OneHotEncoder(
            categories=categories,
            sparse_output=False,
            handle_unknown="infrequent_if_exist",
            min_frequency=least,
        ),
    )
