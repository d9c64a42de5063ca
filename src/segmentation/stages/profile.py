"""Say what each segment is and what to do about it: the facts, the scored customers."""

import pandas as pd

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.reference import Reference
from segmentation.artifacts.segments import Segments
from segmentation.errors import warn
from segmentation.insight.facts import describe
from segmentation.insight.playbook import Playbook
from segmentation.insight.results import Results
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.base import Seed, load
from segmentation.settings.shared.data import Data


def run(*, seed: Seed, data: Data, featurize: Featurize) -> None:
    """Write the facts of every segment, and the scored customers."""
    customers = files.read_parquet(paths.PREPARED)
    assignments = files.read_parquet(paths.ASSIGNMENTS)
    results = Results(
        choice=artifacts.read(Choice),
        clustering=artifacts.read(Clustering),
        metrics=artifacts.read(Metrics),
        details=artifacts.read(Details),
        flat=artifacts.read(Map),
    )
    facts = _facts(customers, assignments, results, seed=seed, data=data, featurize=featurize)
    for note in facts.playbook_notes:
        warn(note)
    artifacts.write(facts)

    scored = customers.assign(
        segment=assignments.segment,
        segment_name=assignments.segment.map(facts.names),
        confidence=assignments.confidence,
    )
    files.write_csv(paths.CUSTOMERS, files.for_spreadsheets(scored), digits=12)


def _facts(
    customers: pd.DataFrame,
    assignments: pd.DataFrame,
    results: Results,
    *,
    seed: int,
    data: Data,
    featurize: Featurize,
) -> Segments:
    """Gather what is known of the run and of each segment, in the digits that every page shows."""
    return describe(
        customers,
        assignments.segment.to_numpy(),
        results,
        numeric=data.numbers,
        categorical=list(data.categorical),
        value=data.value_column,
        labels={name: data.label(name) for name in (*data.numbers, *data.categorical)},
        units={name: data.unit(name) for name in data.numbers},
        descriptive={*data.numbers, *data.categorical} - {*data.features},
        playbook=load(Playbook, paths.PLAYBOOK),
        scaling=_scaling(featurize, categories=bool(data.categorical_features)),
        seed=seed,
        reference=artifacts.read(Reference).names,
    )


def _scaling(settings: Featurize, *, categories: bool) -> str:
    scaled = f"Distances depend on scales: numbers were scaled ({settings.scaler})"
    if settings.scaler == "none":
        scaled = "Distances depend on scales: numbers were not scaled, so the widest decide"
    if not categories:
        return scaled + "."
    if settings.encoding == "none":
        return scaled + "; categories were left out of them."
    weight, plural = settings.category_weight, "" if settings.category_weight == 1 else "s"
    number = "a number" if settings.scaler == "standard" else "a typical number (root mean square)"
    return (
        f"{scaled}; another category counts like {weight:g} standard deviation{plural} of {number}."
    )
