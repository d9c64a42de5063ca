"""Say what each segment is and what to do about it: the facts, the scored customers."""

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentation import artifacts, paths
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details
from segmentation.artifacts.features import Features
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.reference import Reference
from segmentation.artifacts.segments import Segments
from segmentation.engines.tables import export
from segmentation.engines.tables.chosen import table
from segmentation.engines.tables.table import Table
from segmentation.errors import warn
from segmentation.insight.facts import describe
from segmentation.insight.playbook import Playbook
from segmentation.insight.results import Results
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.base import Seed, load
from segmentation.settings.shared.data import Data
from segmentation.settings.shared.engine import Engine


def run(*, seed: Seed, engine: Engine, data: Data, featurize: Featurize) -> None:
    """Write the facts of every segment, and the scored customers."""
    customers = Table(paths.PREPARED)
    segment = Table(paths.ASSIGNMENTS)["segment"].to_numpy()
    results = Results(
        choice=artifacts.read(Choice),
        clustering=artifacts.read(Clustering),
        metrics=artifacts.read(Metrics),
        details=artifacts.read(Details),
        flat=artifacts.read(Map),
    )
    facts = _facts(customers, segment, results, seed=seed, data=data, featurize=featurize)
    for note in facts.playbook_notes:
        warn(note)
    artifacts.write(facts)

    told = _told(facts, taken=customers.columns)
    scored = table(engine, paths.PREPARED, paths.ASSIGNMENTS)
    columns = list(dict.fromkeys([*customers.columns, "segment", "segment_name", "confidence"]))
    kept = [name for name in columns if name != "segment_name"]
    columns += [name for name in told if name not in columns]
    lines = scored[kept].each(
        lambda _, cells: export.lines(_with(told, cells).select(columns)),
        doing="write customers with their segments",
    )
    export.write(paths.CUSTOMERS, lines, columns)


def _told(facts: Segments, *, taken: Collection[str]) -> dict[str, dict[int, str]]:
    """Return what stands beside a customer's segment, by the column and the segment."""
    main = {segment.id: segment.plays[0] for segment in facts.segments if segment.plays}
    play, channel = (f"segment_{it}" if it in taken else it for it in ("play", "channel"))
    return {
        "segment_name": facts.names,
        play: {i: each.name for i, each in main.items()},
        channel: {i: each.channel for i, each in main.items()},
    }


def _with(told: Mapping[str, Mapping[int, str]], cells: pa.Table) -> pa.Table:
    """Put what is told of each customer's segment beside its number."""
    codes = cells["segment"].combine_chunks().dictionary_encode()
    for name, texts in told.items():
        called = pa.array([texts.get(i) for i in codes.dictionary.to_pylist()], pa.string())
        cells = cells.append_column(name, called.take(codes.indices))
    return cells


def _facts(
    customers: Table,
    segment: NDArray[np.intp],
    results: Results,
    *,
    seed: int,
    data: Data,
    featurize: Featurize,
) -> Segments:
    """Gather what is known of the run and of each segment, in the digits that every page shows."""
    return describe(
        customers,
        segment,
        results,
        numeric=data.numbers,
        categorical=data.kinds,
        value=data.value_column,
        labels={name: data.label(name) for name in (*data.numbers, *data.kinds)},
        units={name: data.unit(name) for name in data.numbers},
        descriptive={*data.numbers, *data.kinds} - {*data.features},
        playbook=load(Playbook, paths.PLAYBOOK),
        scaling=_scaling(featurize, categories=bool(data.categorical_features)),
        seed=seed,
        reference=artifacts.read(Reference).names,
        flags=artifacts.read(Features).flags,
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
