"""Find the segments, give them lasting numbers, see which are stable, and save one model."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from segmentation import artifacts, paths
from segmentation.algorithms import (
    ALGORITHMS,
    Algorithm,
    Clustering,
    Dendrogram,
    KDistances,
    models,
)
from segmentation.algorithms.assigners import with_ids
from segmentation.algorithms.refit import refit
from segmentation.artifacts import clustering as facts
from segmentation.artifacts import files, grades, privacy
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.reference import Reference, load_reference_assignments
from segmentation.artifacts.transformer import category_blocks
from segmentation.clustering.identity.centroids import centroids
from segmentation.clustering.identity.matching import (
    Matching,
    apply_ids,
    match_segments,
    order_by_value,
)
from segmentation.clustering.stability import Stability, bootstrap_stability
from segmentation.engines.tables.baseline import baseline
from segmentation.engines.tables.chosen import table
from segmentation.engines.tables.everyone import everyone
from segmentation.engines.tables.sample import sample_rows
from segmentation.engines.tables.table import Table, write
from segmentation.errors import InputError
from segmentation.settings.shared.base import Seed
from segmentation.settings.shared.data import Data
from segmentation.settings.shared.engine import Engine
from segmentation.settings.train import Train


def run(*, seed: Seed, engine: Engine, data: Data, train: Train) -> None:
    """Write the model, every customer's segment, how they were found, and what to compare with."""
    points, customers = table(engine, paths.MATRIX), table(engine, paths.PREPARED)
    features = models.loads(files.read_bytes(paths.FEATURES_MODEL), str(paths.FEATURES_MODEL))
    algorithm = ALGORITHMS[train.algorithm]
    blocks = category_blocks(features)
    k = _number(train, len(points)) if algorithm.needs_k else None
    least = train.least(len(points))

    rows = sample_rows(customers, seed=seed)
    some = points.take(rows).to_numpy(np.float64)
    clustering = algorithm(
        some,
        k=k,
        seed=seed,
        options=train.options,
        category_blocks=blocks,
        least=math.ceil(least * len(some) / len(points)),
    )
    if len(some) < len(points):
        # Lloyd's iterations know no bound on sizes.
        rounds = algorithm.rounds(train.options) if algorithm.rounds and least <= 1 else None
        clustering = everyone(points, clustering, rounds=rounds)
    stability = bootstrap_stability(
        some,
        clustering.labels[rows],
        refit(
            algorithm,
            k=k,
            options=train.options,
            category_blocks=blocks,
            smallest=least / len(points) if train.smallest else 0.0,
        ),
        seed=seed,
        resamples=train.stability.resamples,
        max_rows=train.stability.max_rows,
    )
    matching = _match(data, customers, clustering.labels)
    segment = apply_ids(clustering.labels, matching.ids)

    assigner = with_ids(clustering.assigner, matching.ids)
    pipeline = Pipeline([("features", features), ("segments", assigner)])
    files.write_bytes(paths.MODEL, models.dumps(pipeline))
    confidence = clustering.confidence.round(files.DIGITS)
    write(
        paths.ASSIGNMENTS,
        (
            ids.to_pandas().assign(segment=segment[part], confidence=confidence[part])
            for part, ids in customers.slices([data.id_column])
        ),
    )
    artifacts.write(
        baseline(
            points,
            customers,
            segment,
            clustering.confidence,
            numbers=data.numeric_features,
            categories=data.categorical_features,
        )
    )
    notes = list(clustering.notes)
    if algorithm.keeps_rows:
        notes.append(
            "The model keeps the scaled features of customers (no ids) to compare new ones with: "
            "share it as you would share the data."
        )
    elif len(privacy.described(segment)) < clustering.k:
        notes.append(
            f"The model has to know where each {algorithm.group} lies, also one of fewer than "
            f"{privacy.FEWEST} customers: share it as you would share the data."
        )
    artifacts.write(
        _described(algorithm, clustering, replace(stability, of_rows=len(points)), matching, notes)
    )


def _number(train: Train, customers: int) -> int:
    """Return how many segments to find."""
    k = train.k
    if k == "auto":
        k = artifacts.read(Choice).k
    if k > customers:
        raise InputError(f"{customers} customers cannot make {k} segments; lower train.k")
    if k > max(customers // 2, 2):
        raise InputError(
            f"{k} segments of {customers} customers would be of one or two each; lower train.k to "
            f"{customers // 2} or less"
        )
    return k


def _match(data: Data, customers: Table, labels: np.ndarray) -> Matching:
    """Number the segments: as in the reference where they are the same, else by value."""
    reference = artifacts.read(Reference)
    # Where nothing says what a customer is worth, the largest segment comes first.
    worth = (
        customers[data.value_column] if data.value_column else pd.Series(0.0, range(len(labels)))
    )
    value = worth.groupby(labels)
    order = order_by_value(value.mean().loc[0:].to_numpy(), value.size().loc[0:].to_numpy())
    if not reference.segments:
        return match_segments(pd.Series(labels), order=order)
    here, spread = centroids(
        customers, labels, numbers=data.numeric_features, categories=data.categorical_features
    )
    before = pd.DataFrame(
        [segment.centroid for segment in reference.segments],
        index=[segment.id for segment in reference.segments],
    )
    assigned = load_reference_assignments(data.id_column)
    return match_segments(
        pd.Series(labels, index=None if assigned is None else customers[data.id_column]),
        order=order,
        reference=assigned,
        centroids=here,
        # What is not told of too few customers is not known: such a segment has no centroid, and
        # others are compared in what is known of all.
        reference_centroids=before.dropna(how="all").dropna(axis="columns"),
        scale=spread,
        next_id=reference.next_id,
    )


def _described(
    algorithm: Algorithm,
    clustering: Clustering,
    stability: Stability,
    matching: Matching,
    notes: list[str],
) -> facts.Clustering:
    """Put together what is told of the clustering."""
    return facts.Clustering(
        algorithm=algorithm.name,
        finds_k=not algorithm.needs_k,
        group=algorithm.group,
        taste=algorithm.taste,
        k=clustering.k,
        noise_share=clustering.noise_share,
        notes=tuple(notes),
        stability=_stability(stability, matching.ids),
        picture=_picture(clustering),
        reference=_reference(matching),
        next_id=matching.next_id,
    )


def _picture(clustering: Clustering) -> facts.Picture | None:
    """What decided on the algorithm's main parameter, where there is such a thing, to be drawn.

    No branch and no point of it is of fewer than ten customers. Of too few, there is none.
    """
    match clustering.picture:
        case Dendrogram():
            tree = clustering.picture.of_branches(privacy.FEWEST)
            if not len(tree.linkage):
                return None
            tree = tree.top(max(40, clustering.k))  # more branches could not be told apart
            return facts.Tree(dendrogram=tuple(map(tuple, tree.linkage)), height=tree.height)
        case KDistances():
            curve = clustering.picture.thinned(400, fewest=privacy.FEWEST)
            if not len(curve.distances):
                return None
            return facts.DistanceCurve(
                k_distances=tuple(curve.distances), neighbours=curve.neighbours, eps=curve.eps
            )
        case _:
            return None


def _stability(stability: Stability, ids: tuple[int, ...]) -> facts.Stability:
    return facts.Stability(
        mean=stability.mean,
        se=stability.se,
        minimum=stability.minimum,
        adjusted_rand=stability.adjusted_rand,
        adjusted_rand_se=stability.adjusted_rand_se,
        resamples=stability.resamples,
        rows=stability.rows,
        of_rows=stability.of_rows,
        segments={
            ids[segment.label]: facts.SegmentStability(
                jaccard=segment.jaccard,
                se=segment.se,
                dissolved=segment.dissolved,
                grade=grades.grade(segment.jaccard),
                sentence=grades.sentence(segment.jaccard, dissolved=segment.dissolved),
            )
            for segment in stability.segments
        },
    )


def _reference(matching: Matching) -> facts.ReferenceMatch | None:
    if not matching.matches and not matching.retired:
        return None
    return facts.ReferenceMatch(
        kept={
            match.id: facts.KeptSegment(similarity=match.similarity, by=match.how)
            for match in matching.matches
        },
        new=matching.new,
        retired=matching.retired,
        common_customers=matching.common,
        moved_customers=matching.moved,
        adjusted_rand=matching.reference_ari,
    )
