"""Log everything that the other stages wrote as one MLflow run."""

import datetime as dt
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from segmentation import artifacts, paths
from segmentation.algorithms import ALGORITHMS
from segmentation.artifacts.lifetime import LifetimeValue
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import CategoryColumn, Column, Segment, Segments
from segmentation.artifacts.state import State
from segmentation.artifacts.structure import IN_WORDS
from segmentation.errors import InputError, TrackingError, warn
from segmentation.repository import lock
from segmentation.repository.copies import missing_in_copies
from segmentation.repository.snapshot import Snapshot, as_csv, as_text
from segmentation.settings.params import Params
from segmentation.settings.shared.data import Data
from segmentation.tracking.record import Dataset, Record
from segmentation.tracking.runs import track
from segmentation.tracking.serving import Serving

_OF_PURCHASES = (paths.PURCHASE_LINES, paths.LIFETIME)


def run(params: Params) -> None:
    """Track the state of the pipeline."""
    log(params)


def log(params: Params, *, anew: bool = False) -> None:
    """Gather the state of the pipeline, track it, and write which state that was.

    Parameters
    ----------
    params : Params
    anew : bool
        Put a new run in the place of the one that shows this state.

    Raises
    ------
    InputError
        What lies on the disk is not the state that `dvc.lock` describes.
    TrackingError
        The tracking store cannot be used.
    """
    workspace = Snapshot.of_workspace()
    try:
        # DVC runs this stage last, but people also call it by hand, at any time.
        workspace.check()
    except InputError as error:
        raise InputError(f"{error}; run `dvc repro`, then `segmentation track`") from None
    record = gather(workspace, params)
    try:
        track(record, experiment=params.track.experiment, anew=anew)
    except TrackingError as error:
        raise TrackingError(
            f"{error}. All other stages are done; after that, `dvc repro` runs this one alone"
        ) from error
    artifacts.write(State(key=record.key))
    lack = missing_in_copies(params.table, Path.cwd())
    if lack:
        warn(lack)


def gather(snapshot: Snapshot, params: Params) -> Record:
    """Read what a run is made of."""
    data = params.data
    facts = snapshot.artifact(Segments)
    metrics = snapshot.artifact(Metrics)
    quality = snapshot.artifact(Quality)
    curve = snapshot.get(paths.CURVE, as_csv)
    stages = snapshot.get(paths.DVC_LOCK, lock.parse)
    # Aggregates only: tables of customers stay here, and so do small ones with a row for each.
    rows = {paths.PCA_POINTS, paths.SILHOUETTES}
    reports = [path for path in snapshot.outputs(paths.REPORTS) if path not in rows]
    attached = [paths.PARAMS, paths.PLAYBOOK, paths.DVC_LOCK, *reports]
    lifetime = None
    if data.path == paths.PURCHASERS:  # the stages of purchases/dvc.yaml ran, too
        lifetime = snapshot.find_artifact(LifetimeValue)
        known = {path: snapshot.find(path, bytes) for path in _OF_PURCHASES}
        attached += [path for path, content in known.items() if content is not None]
    return Record(
        key=lock.state_key(stages),
        name=f"{params.train.algorithm} k={metrics.k}"
        + {"separate": "", "graded": " (graded)", "one": " (no structure)"}[facts.structure],
        tags={
            "structured": str(bool(metrics.structured)).lower(),
            "structure": IN_WORDS[facts.structure],
            "headline": facts.headline,
        },
        description=described(snapshot.get(paths.SEGMENTS_MD, as_text)),
        params=used(params),
        metrics=metrics.figures() | (lifetime.figures() if lifetime else {}),
        curves={
            f"select_k/{name}": dict(zip(curve.k.tolist(), values.tolist(), strict=True))
            for name, values in curve.drop(columns="k").items()
        },
        # Not metrics: the UI would draw a chart of one bar for each.
        tables={
            "segments.json": pd.DataFrame(map(figures_of, facts.segments)),
            "rows.json": pd.DataFrame(
                {
                    "rows": [quality.rows_in, quality.rows_kept, quality.rows_rejected],
                    "what": ["in the file", "kept", "rejected"],
                }
            ),
        },
        files={path: snapshot.get(path, bytes) for path in attached},
        dataset=Dataset(
            name=data.path.stem,
            path=data.path.as_posix(),
            digest=lock.hash_of(stages, data.path, "deps"),
            columns={
                **dict.fromkeys(data.measures, "double"),
                **dict.fromkeys(data.kinds, "string"),
            },
            rows=quality.rows_in,
        ),
        model=snapshot.get(paths.MODEL, bytes),
        example=typical_customer(facts.columns, data),
        serving=Serving.of(stages, facts.names),
    )


def used(params: Params) -> dict[str, Any]:
    """Return the settings that had a say: of the algorithms, those of the one that was chosen.

    Those of lifetime value only where the table was made of purchases.
    """
    others = {name for name in ALGORITHMS if name != params.train.algorithm}
    without: dict[str, bool | set[str]] = {"train": others, "review": True}
    if params.data.path != paths.PURCHASERS:
        without |= {"clv": True}
    return params.model_dump(mode="json", exclude=without)


def figures_of(segment: Segment) -> dict[str, float | str | None]:
    """Return what a run tells of each segment."""
    return {
        "segment": segment.id,
        "name": segment.name,
        "customers": segment.size,
        "share": segment.share,
        "share_of_value": segment.share_of_value,
        "value_mean": segment.value_mean,
    }


def described(markdown: str) -> str:
    """Write Markdown as the MLflow UI reads it.

    It sets the lines of a long title on top of each other, so the title is bold instead. It knows
    no formulas either, and shows the backslash that keeps other readers from seeing one.
    """
    title, _, text = markdown.replace(r"\$", "$").partition("\n")
    return f"**{title.removeprefix('# ')}**\n{text}"


def typical_customer(columns: Mapping[str, Column], data: Data) -> pd.DataFrame:
    """Make up one customer of medians and most frequent categories: an example, not a person."""
    made = {
        data.source(name): _day(data, name, _typical(columns[name]))
        if name in data.date
        else _typical(columns[name])
        for name in data.features
    }
    return pd.DataFrame({name: [cell] for name, cell in made.items()})


def _day(data: Data, name: str, passed: Any) -> str | None:
    """Return the day from which so much has passed, as the file would have it."""
    column = data.dated(name)
    days = passed * (365.2425 if column.unit == "years" else 1)
    if data.as_of is None or math.isnan(days):
        return None
    return (data.as_of - dt.timedelta(days=round(days))).strftime(column.format)


def _typical(column: Column) -> float | str | None:
    if isinstance(column, CategoryColumn):
        return next(iter(column.levels), None)
    middle = column.mean if column.median is None else column.median
    return math.nan if middle is None else middle
