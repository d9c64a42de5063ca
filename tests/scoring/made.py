"""A model of four segments, made in a moment, with what belongs to it."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.pipeline import Pipeline

from segmentation import paths
from segmentation.algorithms import models
from segmentation.algorithms.assigners import nearest_centroid, with_ids
from segmentation.artifacts.baseline import Baseline
from segmentation.commands.load import Chosen
from segmentation.engines.features import build_features, matrix
from segmentation.engines.tables.baseline import baseline
from segmentation.engines.tables.table import Table, write
from segmentation.settings.featurize import Featurize
from segmentation.settings.params import load_params
from segmentation.settings.prepare import Prepare
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
) -> Pipeline:
    transformer = build_features(table, data=DATA, settings=settings or Featurize()).fit(table)
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
