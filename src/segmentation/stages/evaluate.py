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
from segmentation.clustering.metrics.measures import border_share, distances, measure, shapes
from segmentation.clustering.metrics.scatter import Scatter
from segmentation.clustering.metrics.silhouette import one_silhouette
from segmentation.clustering.projection import Projection, marks, project
from segmentation.clustering.sampling import draw_rows
from segmentation.engines.tables.table import Table
from segmentation.settings.evaluate import Evaluate
from segmentation.settings.shared.base import Seed
from segmentation.settings.shared.data import Data


def run(*, seed: Seed, data: Data, evaluate: Evaluate) -> None:
    """Write the metrics, the details behind them, the flat map, and a sample of silhouettes."""
    points, customers = Table(paths.MATRIX), Table(paths.PREPARED)
    segment = Table(paths.ASSIGNMENTS)["segment"].to_numpy()

    def take(rows: NDArray[np.intp]) -> NDArray[np.float64]:
        return points.take(rows).to_numpy(np.float64)

    silhouette = one_silhouette(take, segment, max_rows=evaluate.max_rows, seed=seed)
    choice = artifacts.read(Choice)
    clustered = artifacts.read(Clustering)
    dominant = dominance(customers[data.features], segment, seed=seed)
    scatter = Scatter.of_parts(points.arrays, segment)
    described = privacy.described(segment)
    told = scatter.only(described)
    shape_of = shapes(told, segment, silhouette=silhouette)
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
            features=len(points.columns),
            segments={number: Shape.model_validate(shape) for number, shape in shape_of.items()},
            distances=distances(told),
        )
    )
    stability, reference = clustered.stability, clustered.reference
    measured = measure(scatter, silhouette=silhouette)
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
    # A picture shows each customer, but none of a segment of so few that it shows who they are.
    drawn = np.isin(segment, scatter.ids[scatter.sizes >= privacy.FEWEST])
    known = drawn & ~np.isnan(silhouette.samples)
    samples = pd.DataFrame({"segment": segment[known], "silhouette": silhouette.samples[known]})
    # In no order of customers: nobody can tell whose these are.
    files.write_csv(paths.SILHOUETTES, samples.sort_values(["segment", "silhouette"]))
    flat = project(scatter, features=points.columns)
    # More points than these would only hide one another.
    rows = np.flatnonzero(drawn)[draw_rows(int(drawn.sum()), most=evaluate.max_points, seed=seed)]
    shown = pd.DataFrame(flat.points(take(rows)), columns=["pc1", "pc2"]).round(4)
    files.write_csv(paths.PCA_POINTS, shown.assign(segment=segment[rows]))
    cells = customers.take(rows, data.features)
    roughly = {
        name: marks(cells[name], fewest=privacy.FEWEST, other=privacy.OTHER) for name in cells
    }
    files.write_csv(paths.MARKS, pd.DataFrame(roughly))
    artifacts.write(_described(flat, described))


def _described(flat: Projection, segments: set[int]) -> Map:
    """Return everything but the points."""
    first, second = flat.explained
    return Map(
        explained_variance=(first, second),
        loadings={str(name): _place(weights) for name, weights in flat.loadings.iterrows()},
        centroids={
            int(str(i)): _place(centre) for i, centre in flat.centroids.iterrows() if i in segments
        },
    )


def _place(row: pd.Series) -> Place:
    return Place.model_validate(row.to_dict())
