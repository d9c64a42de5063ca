"""Judge the segments: the metrics, a silhouette for every customer, a map of all of them."""

import numpy as np
import pandas as pd

from segmentation import files, paths
from segmentation.clustering.measures import measure
from segmentation.clustering.projection import project
from segmentation.clustering.sampling import draw_rows
from segmentation.clustering.silhouette import silhouettes
from segmentation.config import Params
from segmentation.views import evaluation, style


def run(params: Params) -> None:
    """Write the metrics, the map of principal components, and both plots."""
    settings = params.evaluate
    matrix = files.read_parquet(paths.MATRIX)
    points = matrix.to_numpy(np.float64)
    segment = files.read_parquet(paths.ASSIGNMENTS)["segment"].to_numpy()

    silhouette = silhouettes(points, [segment], max_rows=settings.max_rows, seed=params.seed)[0]
    choice = files.read_json(paths.CHOICE)
    files.write_json(
        paths.METRICS,
        {
            **measure(points, segment, silhouette=silhouette),
            "structured": int(choice["structured"]),
            "structure_p_value": choice["structure_p_value"],
        },
    )
    style.save(
        evaluation.silhouette_samples(silhouette.samples, segment), paths.SILHOUETTE_SAMPLES_PLOT
    )

    # The map shows a sample: more points than this would only hide one another.
    rows = draw_rows(len(points), most=settings.max_points, seed=params.seed)
    flat = project(points, features=list(matrix.columns), segment=segment)
    shown = pd.DataFrame(flat.points[rows], columns=["pc1", "pc2"]).round(4)
    shown["segment"] = segment[rows]
    files.write_csv(paths.PCA_POINTS, shown)
    files.write_json(paths.PCA, flat.summary())
    style.save(evaluation.pca_map(shown, flat), paths.PCA_PLOT)
