"""A model of four segments, made in a moment, with what belongs to it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.pipeline import Pipeline

from segmentation import paths
from segmentation.algorithms import models
from segmentation.algorithms.assigners import bayes_rule, nearest_centroid, with_ids
from segmentation.artifacts.baseline import Baseline
from segmentation.commands.load import Chosen
from segmentation.engines.features import build_features, matrix, within
from segmentation.engines.tables.baseline import baseline
from segmentation.engines.tables.table import Table, write
from segmentation.scoring.rule import Rule
from segmentation.settings.featurize import Featurize
from segmentation.settings.params import load_params
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data
from segmentation.synthetic.customers import make_customers

ROOT = Path(__file__).parents[2]
DATA = load_params(ROOT / paths.PARAMS).data


def customers(rows: int = 600, seed: int = 3) -> pd.DataFrame:
    """Clean ones, spelt as in the training."""
    table = make_customers(rows=rows, seed=seed, structure="segments", dirty=False)[0]
    return table.astype(dict.fromkeys(DATA.numeric, "float64"))


def pipeline(
    table: pd.DataFrame,
    *,
    settings: Featurize | None = None,
    offsets: bool = False,
    k: int = 4,
    data: Data = DATA,
    limits: Mapping[str, tuple[float, float]] | None = None,
) -> Pipeline:
    limits = limits or {}
    layout = build_features(table, data=data, settings=settings or Featurize(), limits=limits)
    transformer = layout.fit(within(table, limits))
    X = np.asarray(transformer.transform(table))
    centres = KMeans(k, n_init=1, random_state=0).fit(X).cluster_centers_
    heights = np.linspace(0, 0.7, k) if offsets else None
    assigner = with_ids(nearest_centroid(centres, offsets=heights), range(1, k + 1))
    return Pipeline([("features", transformer), ("segments", assigner)])


@cache
def model() -> Pipeline:
    return pipeline(customers())


def of_training(folder: Path, found: Pipeline, table: pd.DataFrame) -> Baseline:
    write(folder / "points.parquet", [matrix(found.steps[0][1], table)])
    segment = np.asarray(found.predict(table))
    return baseline(
        Table(folder / "points.parquet"),
        table,
        segment,
        np.full(len(table), 0.5),
        numbers=DATA.numeric_features,
        categories=DATA.categorical_features,
    )


def chosen(folder: Path, found: Pipeline | None = None, **changed: Any) -> Chosen:
    found = found or model()
    ordinary: dict[str, Any] = {
        "model": found,
        "called": "a model",
        "md5": "0",
        "run": None,
        "run_id": None,
        "version": None,
        "data": DATA,
        "prepare": Prepare(),
        "segments": None,
        "baseline": of_training(folder, found, customers()),
    }
    return Chosen(**ordinary | changed)


def reread(found: Pipeline) -> Pipeline:
    """The same model, saved and loaded."""
    loaded: Pipeline = models.loads(models.dumps(found), "it")
    return loaded


VARIANTS: dict[str, tuple[Featurize, bool]] = {
    "as it comes": (Featurize(), False),
    "all transformed": (Featurize(skew_above=0.0), False),
    "log, robust": (Featurize(transform="log", skew_above=0.0, scaler="robust"), False),
    "minmax, no categories": (Featurize(scaler="minmax", encoding="none"), False),
    "as they are": (Featurize(transform="none", scaler="none"), False),
    "rare categories": (Featurize(min_category_share=0.12), False),
    "sizes bounded": (Featurize(), True),
    "a category weighted": (Featurize(weights={"gender": 3.0, "age": 0.5}), False),
}


@cache
def variant(called: str) -> Pipeline:
    settings, offsets = VARIANTS[called]
    return pipeline(customers(), settings=settings, offsets=offsets)


def holes(rows: int = 4000) -> pd.DataFrame:
    """Customers of all kinds: cells missing, categories unseen, numbers beyond the training."""
    table = customers(rows=rows, seed=11)
    rng = np.random.default_rng(0)
    for name in DATA.features:
        table.loc[rng.random(rows) < 0.1, name] = None
    table.loc[rng.random(rows) < 0.1, "preferred_category"] = "Never 'seen'"
    table.loc[rng.random(rows) < 0.1, "income"] *= 30
    table["id"] = table["id"].astype(str)
    return table


def flagged(scaler: str) -> tuple[Rule, pd.DataFrame]:
    """A model that asks who has any, of an amount full of zeros and a number that says never."""
    rng = np.random.default_rng(4)
    spend = np.where(rng.random(500) < 0.5, 0.0, rng.lognormal(3, 1, 500))
    seen = np.where(rng.random(500) < 0.6, np.nan, rng.integers(1, 300, 500))
    table = pd.DataFrame({"id": [f"C{i}" for i in range(500)], "spend": spend, "seen": seen})
    numbers = {"spend": None, "seen": {"never": [-1]}}
    data = Data.model_validate({"path": "a.csv", "id": "id", "value": None, "numeric": numbers})
    found = pipeline(table, data=data, settings=Featurize.model_validate({"scaler": scaler}))
    table.loc[:40, "spend"] = np.nan
    return Rule(found), table


@cache
def with_scales() -> Pipeline:
    """A model with levels in order, with weights, and with numbers that are cut off."""
    wares = make_customers(rows=300, seed=3, structure="segments", dirty=False)[0]
    order = tuple(sorted(wares["preferred_category"].unique()))
    data = DATA.model_copy(
        update={"categorical": {"gender": None}, "scale": {"preferred_category": order}}
    )
    settings = Featurize.model_validate({"weights": {"age": 2}, "skew_above": 0.0})
    limits = {"income": (30_000.0, 80_000.0)}
    found = pipeline(customers(), data=data, settings=settings, limits=limits)
    assert Rule(found).levels["preferred_category"] == list(order)
    return found


def ties() -> tuple[Pipeline, pd.DataFrame]:
    """A model with two centres in one place, and customers halfway between others."""
    settings = Featurize(transform="none", scaler="none", encoding="none")
    found = pipeline(customers(), settings=settings)
    centres = found.steps[1][1].centroids_
    centres[:] = 0.0
    centres[:, 0] = [0.0, 64.0, 32.0, 32.0]  # of age: exact
    table = customers(rows=64).assign(age=np.arange(64.0) + 16)
    table[DATA.numeric_features[1:]] = 0.0
    table["id"] = table["id"].astype(str)
    return found, table


def mixture() -> Pipeline:
    """A model without centres."""
    features, (_, assigner) = model().steps
    p = assigner.centroids_.shape[1]
    parts = bayes_rule(np.ones(2) / 2, np.eye(2, p), np.stack([np.eye(p)] * 2))
    return Pipeline([features, ("segments", parts)])
