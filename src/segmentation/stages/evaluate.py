"""Judge the segments: the metrics, a silhouette for every customer, a map of all of them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation import artifacts, paths
from segmentation.artifacts import files, privacy
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details, Dominance, Shape, SilhouetteRows
from segmentation.artifacts.map import Map, Place
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.structure import LEVELS
from segmentation.clustering.dominance import dominance
from segmentation.clustering.identity.matching import NOISE
from segmentation.clustering.metrics.measures import border_share, distances, measure, shapes
from segmentation.clustering.metrics.silhouette import silhouettes
from segmentation.clustering.projection import Projection, project
from segmentation.clustering.sampling import draw_rows
from segmentation.settings.evaluate import Evaluate
from segmentation.settings.shared.base import Seed
from segmentation.settings.shared.data import Data


def run(*, seed: Seed, data: Data, evaluate: Evaluate) -> None:
    """Write the metrics, the details behind them, the flat map, and a sample of silhouettes."""
    matrix = files.read_parquet(paths.MATRIX)
    points = matrix.to_numpy(np.float64)
    segment = files.read_parquet(paths.ASSIGNMENTS).segment.to_numpy()

    (silhouette,) = silhouettes(points, [segment], max_rows=evaluate.max_rows, seed=seed)
    choice = artifacts.read(Choice)
    clustered = artifacts.read(Clustering)
    customers = files.read_parquet(paths.PREPARED)[data.features]
    dominant = dominance(customers, segment, seed=seed)
    told = np.where(np.isin(segment, list(privacy.described(segment))), segment, NOISE)
    shape_of = shapes(points, told, silhouette=silhouette)
    artifacts.write(
        Details(
            dominance=Dominance(
                feature=dominant.feature,
                score=dominant.score,
                score_of_the_others=dominant.rest,
                scores=dominant.scores,
                repeats=dominant.repeats,
                answer=dominant.answer,
                sentence=dominant.sentence,
            ),
            silhouette=SilhouetteRows(rows=silhouette.n_rows, sampled=silhouette.sampled),
            features=points.shape[1],
            segments={number: Shape.model_validate(shape) for number, shape in shape_of.items()},
            distances=distances(points, told),
        )
    )
    stability, reference = clustered.stability, clustered.reference
    measured = measure(points, segment, silhouette=silhouette)
    artifacts.write(
        Metrics.model_validate(
            {
                **measured,
                # Of the number that was chosen: another one is set by hand.
                "k_confidence": choice.confidence if measured["k"] == choice.k else None,
                "structured": int(choice.structure == "separate"),
                "structure_level": LEVELS[choice.structure],
                "border_share": border_share(silhouette.samples),
                "structure_p_value": choice.structure_p_value,
                "separate_p_value": choice.separate_p_value,
                "stability": stability.mean,
                "stability_se": stability.se,
                "stability_min": stability.minimum,
                "dominance": dominant.score,
                "reference_ari": reference and reference.adjusted_rand,
                "customers_moved": reference and reference.moved_customers,
            }
        )
    )
    sizes = pd.Series(segment).groupby(segment).transform("size").to_numpy()
    # A picture shows each customer, but none of a segment of so few that it shows who they are.
    drawn = sizes >= privacy.FEWEST
    samples = pd.DataFrame({"segment": segment, "silhouette": silhouette.samples})[drawn].dropna()
    # In no order of customers: nobody can tell whose these are.
    files.write_csv(paths.SILHOUETTES, samples.sort_values(["segment", "silhouette"]))
    _write_map(matrix, told, segment, drawn, most=evaluate.max_points, seed=seed)


def _write_map(
    matrix: pd.DataFrame,
    told: NDArray[np.intp],
    segment: NDArray[np.intp],
    drawn: NDArray[np.bool_],
    *,
    most: int,
    seed: int,
) -> None:
    """Write the customers on the plane of the first two principal components."""
    flat = project(matrix.to_numpy(np.float64), features=list(matrix.columns), segment=told)
    # More points than these would only hide one another.
    rows = np.flatnonzero(drawn)[draw_rows(int(drawn.sum()), most=most, seed=seed)]
    shown = pd.DataFrame(flat.points[rows], columns=["pc1", "pc2"]).round(4)
    files.write_csv(paths.PCA_POINTS, shown.assign(segment=segment[rows]))
    artifacts.write(_described(flat))


def _described(flat: Projection) -> Map:
    """Return everything but the points."""
    first, second = flat.explained
    return Map(
        explained_variance=(first, second),
        loadings={str(name): _place(weights) for name, weights in flat.loadings.iterrows()},
        centroids={int(str(i)): _place(centre) for i, centre in flat.centroids.iterrows()},
    )


def _place(row: pd.Series) -> Place:
    return Place.model_validate(row.to_dict())
