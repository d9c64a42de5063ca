"""Judge every number of segments in the range and choose one."""

import numpy as np

from segmentation import files, paths
from segmentation.clustering.select import select_k
from segmentation.config import Params
from segmentation.errors import InputError
from segmentation.views import curves, style


def run(params: Params) -> None:
    """Write the criteria for every k, the choice with its reasons, and both classic plots."""
    settings = params.select_k
    points = files.read_parquet(paths.MATRIX).to_numpy(np.float64)
    if len(points) <= settings.k_min:
        raise InputError(
            f"{len(points)} customers are too few to tell {settings.k_min} segments apart; "
            f"lower select_k.k_min or bring more customers"
        )
    choice = select_k(
        points,
        k_range=range(settings.k_min, settings.k_max + 1),
        seed=params.seed,
        restarts=settings.restarts,
        max_rows=settings.max_rows,
    )
    files.write_csv(paths.CURVE, choice.curve)
    files.write_json(paths.CHOICE, {"k": choice.k, "rule": settings.rule, "why": list(choice.why)})
    style.save(curves.elbow(choice.curve, chosen=choice.k), paths.ELBOW_PLOT)
    style.save(curves.silhouette(choice.curve, chosen=choice.k), paths.SILHOUETTE_PLOT)
