"""Find the segments, number them by value, and save one model from a raw row to a segment."""

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from segmentation import files, paths
from segmentation.clustering.algorithms import ALGORITHMS
from segmentation.clustering.algorithms.assigners import with_ids
from segmentation.clustering.matching import apply_ids, order_by_value
from segmentation.config import Params
from segmentation.errors import InputError


def run(params: Params) -> None:
    """Write the model and every customer's segment."""
    points = files.read_parquet(paths.MATRIX).to_numpy(np.float64)
    customers = files.read_parquet(paths.PREPARED)
    k = params.train.k
    if k == "auto":
        k = int(files.read_json(paths.CHOICE)["k"])
    if k > len(points):
        raise InputError(f"{len(points)} customers cannot make {k} segments; lower train.k")

    fit = ALGORITHMS[params.train.algorithm]
    found = fit(points, k=k, seed=params.seed, options=params.train.options)
    value = customers.groupby(found.labels)[params.data.value].agg(["mean", "size"]).loc[0:]
    ids = order_by_value(value["mean"].to_numpy(), value["size"].to_numpy())
    model = Pipeline(
        [
            ("features", files.read_model(paths.FEATURES_MODEL)),
            ("segments", with_ids(found.assigner, ids)),
        ]
    )
    files.write_model(paths.MODEL, model)
    files.write_parquet(
        paths.ASSIGNMENTS,
        pd.DataFrame(
            {
                params.data.id: customers[params.data.id],
                "segment": apply_ids(found.labels, ids),
                "confidence": found.confidence.round(files.DIGITS),
            }
        ),
    )
