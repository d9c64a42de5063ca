"""Judge every number of segments in the range and choose one."""

import numpy as np

from segmentation import files, paths
from segmentation.clustering.choosing_k.select import select_k
from segmentation.config import Params
from segmentation.errors import InputError
from segmentation.views import curves, style


def run(params: Params) -> None:
    """Write the criteria for every k, the choice with its reasons, and the plots."""
    settings = params.select_k
    points = files.read_parquet(paths.MATRIX).to_numpy(np.float64)
    k_max = min(settings.k_max, len(points) // 2)  # segments of one customer say nothing
    if k_max < settings.k_min or len(points) < 8:
        raise InputError(
            f"{len(points)} customers are too few to tell {settings.k_min} segments apart; "
            f"bring more customers or lower select_k.k_min"
        )
    choice = select_k(
        points,
        k_range=range(settings.k_min, k_max + 1),
        seed=params.seed,
        rule=settings.rule,
        k=settings.k,
        draws=settings.draws,
        resamples=settings.resamples,
        alpha=settings.alpha,
        max_rows=settings.max_rows,
    )
    files.write_csv(paths.CURVE, choice.curve)
    files.write_json(
        paths.CHOICE,
        {
            "k": choice.k,
            "structured": choice.structured,
            "structure_p_value": round(choice.p_value, 4),
            "rule": choice.rule,
            "votes": choice.votes,
            "agree": choice.agree,
            "rows": choice.n_rows,
            "why": list(choice.why),
        },
    )
    elbow = choice.votes["elbow"]
    style.save(curves.elbow(choice.curve, chosen=choice.k, elbow=elbow), paths.ELBOW_PLOT)
    style.save(
        curves.criteria(choice.curve, chosen=choice.k, votes=choice.votes), paths.CRITERIA_PLOT
    )
    style.save(curves.silhouette(choice.curve, chosen=choice.k), paths.SILHOUETTE_PLOT)
