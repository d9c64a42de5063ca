"""Judge the segments: the metrics, a silhouette for every customer, a map of all of them."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation import files, paths
from segmentation.clustering.dominance import dominance
from segmentation.clustering.metrics.measures import measure, shapes
from segmentation.clustering.metrics.silhouette import silhouettes
from segmentation.clustering.projection import project
from segmentation.clustering.sampling import draw_rows
from segmentation.config import Params
from segmentation.views import clustering, evaluation, style


def run(params: Params) -> None:
    """Write the metrics, the details behind them, the flat map, and the pictures."""
    matrix = files.read_parquet(paths.MATRIX)
    points = matrix.to_numpy(np.float64)
    segment = files.read_parquet(paths.ASSIGNMENTS)["segment"].to_numpy()

    (silhouette,) = silhouettes(
        points, [segment], max_rows=params.evaluate.max_rows, seed=params.seed
    )
    choice = files.read_json(paths.CHOICE)
    clustered = files.read_json(paths.CLUSTERING)
    customers = files.read_parquet(paths.PREPARED)[params.data.features]
    dominant = dominance(customers, segment, seed=params.seed)
    files.write_json(
        paths.DETAILS,
        {
            "dominance": {
                "feature": dominant.feature,
                "score": dominant.score,
                "score_of_the_others": dominant.rest,
                "scores": dominant.scores,
                "dominated": dominant.dominated,
                "sentence": dominant.sentence,
            },
            "silhouette": {"rows": silhouette.n_rows, "sampled": silhouette.sampled},
            "features": points.shape[1],
            "segments": shapes(points, segment, silhouette=silhouette),
        },
    )
    reference = clustered["reference"] or {}
    files.write_json(
        paths.METRICS,
        _known(
            **measure(points, segment, silhouette=silhouette),
            structured=int(choice["structured"]),
            structure_p_value=choice["structure_p_value"],
            stability=clustered["stability"]["mean"],
            stability_se=clustered["stability"]["se"],
            stability_min=clustered["stability"]["minimum"],
            dominance=dominant.score,
            reference_ari=reference.get("adjusted_rand"),
            customers_moved=reference.get("moved_customers"),
        ),
    )
    style.save(
        clustering.draw(clustered["picture"], k=clustered["k"], X=points, segment=segment),
        paths.ALGORITHM_PLOT,
    )
    style.save(evaluation.stability(clustered["stability"]), paths.STABILITY_PLOT)
    style.save(
        evaluation.silhouette_samples(silhouette.samples, segment), paths.SILHOUETTE_SAMPLES_PLOT
    )
    _write_map(params, matrix, segment)


def _write_map(params: Params, matrix: pd.DataFrame, segment: NDArray[np.intp]) -> None:
    """Write the customers on the plane of the first two principal components."""
    flat = project(matrix.to_numpy(np.float64), features=list(matrix.columns), segment=segment)
    # More points than these would only hide one another.
    rows = draw_rows(len(matrix), most=params.evaluate.max_points, seed=params.seed)
    shown = pd.DataFrame(flat.points[rows], columns=["pc1", "pc2"]).round(4)
    shown["segment"] = segment[rows]
    files.write_csv(paths.PCA_POINTS, shown)
    files.write_json(paths.PCA, flat.summary())
    style.save(evaluation.pca_map(shown, flat), paths.PCA_PLOT)


def _known(**metrics: Any) -> dict[str, Any]:
    """Leave out what does not apply: a silhouette of one segment, a reference that is not there."""
    return {
        name: value
        for name, value in metrics.items()
        if value is not None and not math.isnan(value)
    }
