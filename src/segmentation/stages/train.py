"""Find the segments, give them lasting numbers, see which are stable, and save one model."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from segmentation import files, paths
from segmentation.clustering.algorithms import ALGORITHMS, Clustering, Dendrogram, KDistances
from segmentation.clustering.algorithms.assigners import with_ids
from segmentation.clustering.stability import Stability, bootstrap_stability, refit
from segmentation.config import Params
from segmentation.engines.aggregate import centroids
from segmentation.engines.features import category_blocks
from segmentation.errors import InputError
from segmentation.identity.matching import Matching, apply_ids, match_segments, order_by_value
from segmentation.identity.reference import load_reference, load_reference_assignments


def run(params: Params) -> None:
    """Write the model, every customer's segment, and how the segments were found."""
    points = files.read_parquet(paths.MATRIX).to_numpy(np.float64)
    customers = files.read_parquet(paths.PREPARED)
    features = files.read_model(paths.FEATURES_MODEL)
    algorithm = ALGORITHMS[params.train.algorithm]
    options = params.train.options
    if algorithm.uses_categories:
        options["category_blocks"] = category_blocks(features)
    k = _number(params, len(points)) if algorithm.needs_k else None

    found = algorithm(points, k=k, seed=params.seed, options=options)
    stability = bootstrap_stability(
        points,
        found.labels,
        refit(algorithm, k=k, options=options),
        seed=params.seed,
        resamples=params.train.stability.resamples,
        max_rows=params.train.stability.max_rows,
    )
    matching = _match(params, customers, found.labels)
    segment = apply_ids(found.labels, matching.ids)

    assigner = with_ids(found.assigner, matching.ids)
    files.write_model(paths.MODEL, Pipeline([("features", features), ("segments", assigner)]))
    files.write_parquet(
        paths.ASSIGNMENTS,
        pd.DataFrame(
            {
                params.data.id: customers[params.data.id],
                "segment": segment,
                "confidence": found.confidence.round(files.DIGITS),
            }
        ),
    )
    notes = list(found.notes)
    if algorithm.keeps_rows:
        notes.append(
            "The model keeps the scaled features of customers (no ids) to compare new ones with: "
            "share it as you would share the data."
        )
    facts = _facts(found, stability, matching)
    files.write_json(
        paths.CLUSTERING,
        {"algorithm": algorithm.name, "finds_k": not algorithm.needs_k, "notes": notes, **facts},
    )


def _number(params: Params, customers: int) -> int:
    """Return how many segments to find."""
    k = params.train.k
    if k == "auto":
        k = int(files.read_json(paths.CHOICE)["k"])
    if k > customers:
        raise InputError(f"{customers} customers cannot make {k} segments; lower train.k")
    return k


def _match(params: Params, customers: pd.DataFrame, labels: np.ndarray) -> Matching:
    """Number the segments: as in the reference where they are the same, else by value."""
    data, reference = params.data, load_reference()
    value = customers.groupby(labels)[data.value_column].agg(["mean", "size"]).loc[0:]
    order = order_by_value(value["mean"].to_numpy(), value["size"].to_numpy())
    label = pd.Series(labels, index=customers[data.id])
    if not reference.segments:
        return match_segments(label, order=order)
    here, spread = centroids(customers, labels, data=data)
    before = pd.DataFrame(
        [segment.centroid for segment in reference.segments],
        index=[segment.id for segment in reference.segments],
    )
    return match_segments(
        label,
        order=order,
        reference=load_reference_assignments(data.id),
        centroids=here,
        # A segment of a handful has no centroid; a category that only some had is 0 in the others.
        reference_centroids=before.dropna(how="all").fillna(0.0),
        scale=spread,
        next_id=reference.next_id,
    )


def _picture(found: Clustering) -> dict[str, Any] | None:
    """What decided on the algorithm's main parameter, where there is such a thing, to be drawn."""
    match found.picture:
        case Dendrogram():
            tree = found.picture.top(max(40, found.k))  # more branches could not be told apart
            return {"dendrogram": tree.linkage.tolist(), "height": tree.height}
        case KDistances():
            curve = found.picture.thinned(400)
            return {
                "k_distances": curve.distances.tolist(),
                "neighbours": curve.neighbours,
                "eps": curve.eps,
            }
        case _:
            return None


def _facts(found: Clustering, stability: Stability, matching: Matching) -> dict[str, Any]:
    reference = None
    if matching.matches or matching.retired:
        reference = {
            "kept": {
                str(match.id): {"similarity": match.similarity, "by": match.how}
                for match in matching.matches
            },
            "new": list(matching.new),
            "retired": list(matching.retired),
            "common_customers": matching.common,
            "moved_customers": matching.moved,
            "adjusted_rand": matching.reference_ari,
        }
    return {
        "k": found.k,
        "noise_share": found.noise_share,
        "stability": {
            "mean": stability.mean,
            "se": stability.se,
            "minimum": stability.minimum,
            "adjusted_rand": stability.adjusted_rand,
            "adjusted_rand_se": stability.adjusted_rand_se,
            "resamples": stability.resamples,
            "rows": stability.rows,
            "of_rows": stability.of_rows,
            "segments": {
                str(matching.ids[segment.label]): {
                    "jaccard": segment.jaccard,
                    "se": segment.se,
                    "dissolved": segment.dissolved,
                    "verdict": segment.verdict,
                    "sentence": segment.sentence,
                }
                for segment in stability.segments
            },
        },
        "picture": _picture(found),
        "reference": reference,
        "next_id": matching.next_id,
    }
