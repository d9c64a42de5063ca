"""Judge every number of segments in the range and choose one."""

import numpy as np

from segmentation import artifacts, files, paths
from segmentation.artifacts.choice import Choice, CriterionLabel
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
    found = select_k(
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
    files.write_csv(paths.CURVE, found.curve)
    artifacts.write(
        Choice(
            k=found.k,
            structured=found.structured,
            structure_p_value=round(found.p_value, 4),
            rule=found.rule,
            votes=found.votes,
            criteria=tuple(
                CriterionLabel(name=c.name, column=c.column, label=c.label, reading=c.reading)
                for c in found.criteria
            ),
            agree=found.agree,
            rows=found.n_rows,
            why=found.why,
        )
    )
    elbow = found.votes["elbow"]
    style.save(curves.elbow(found.curve, chosen=found.k, elbow=elbow), paths.ELBOW_PLOT)
    style.save(
        curves.criteria(found.curve, found.criteria, chosen=found.k, votes=found.votes),
        paths.CRITERIA_PLOT,
    )
    style.save(curves.silhouette(found.curve, chosen=found.k), paths.SILHOUETTE_PLOT)
