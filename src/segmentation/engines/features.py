"""Customers as points: imputation, transformation, scaling and encoding as one transformer."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
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
from segmentation.artifacts.privacy import FEWEST, OTHER
from segmentation.artifacts.transformer import CATEGORIES, SCALES
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.data import Data

MISSING_CATEGORY = "missing"
_NOBODYS = ""  # no cell is an empty category


def build_features(
    customers: pd.DataFrame,
    *,
    data: Data,
    settings: Featurize,
    levels: Mapping[str, Collection[str]] | None = None,
) -> ColumnTransformer:
    """Lay out the transformer from raw customers to points; it is not fitted yet.

    The levels of a scale are one feature: how many levels are below.

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

    Returns
    -------
    ColumnTransformer
        From a table with the feature columns to an array (n_customers, n_features) of float64.
    """
    parts = _numbers(customers, data=data, settings=settings)
    weights = {name: weight for name, _, _, weight in parts if weight != 1}
    layout: list[tuple[str, Any, list[str]]] = [(name, part, of) for name, part, of, _ in parts]
    if settings.encoding == "onehot" and data.categorical_features:
        spread = _typical_spread(layout, customers, settings=settings)
        rest = [name for name in data.categorical_features if name not in data.scale]
        if rest:
            categories = _categorical(customers[rest], settings, more=levels or {})
            layout.append((CATEGORIES, categories, rest))
            weights[CATEGORIES] = settings.category_weight * spread / math.sqrt(2)
        scales = [name for name in data.categorical_features if name in data.scale]
        if scales:
            steps = _ordered([data.scale[name] for name in scales])
            layout.append((SCALES, make_pipeline(*steps, *_scaler(settings)), scales))
    return ColumnTransformer(
        layout, transformer_weights=weights or None, verbose_feature_names_out=False
    )


def _numbers(
    customers: pd.DataFrame, *, data: Data, settings: Featurize
) -> list[tuple[str, Any, list[str], float]]:
    """Lay out what becomes of numbers: a name, what is done, with which columns, their weight."""
    skewed = skewed_columns(customers, data=data, settings=settings)
    even = [name for name in data.numeric_features if name not in skewed]
    parts: list[tuple[str, Any, list[str], float]] = []
    if even:
        parts.append(("even", _numeric(settings, transform="none"), even, 1.0))
    if skewed:
        parts.append(("skewed", _numeric(settings, transform=settings.transform), skewed, 1.0))
    return parts


def category_scale(transformer: ColumnTransformer) -> float | None:
    """Return what each one-hot column is multiplied by; None without any."""
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
    return pd.DataFrame(dict(zip(transformer.get_feature_names_out(), columns, strict=True)))


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
        if name == CATEGORIES:
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


def _numeric(settings: Featurize, *, transform: str) -> Pipeline:
    steps: list[Any] = [SimpleImputer(strategy="median")]
    if transform == "yeo-johnson":
        steps.append(PowerTransformer(standardize=False))
    elif transform == "log":
        steps.append(FunctionTransformer(np.log1p, feature_names_out="one-to-one"))
    return make_pipeline(*steps, *_scaler(settings))


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
