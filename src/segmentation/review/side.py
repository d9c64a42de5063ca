"""One side of a review: what it needs to know of a state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from segmentation import paths
from segmentation.artifacts.base import Artifact
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import Segments
from segmentation.artifacts.summary import Summary
from segmentation.errors import SchemaError
from segmentation.repository import lock
from segmentation.repository.snapshot import Snapshot, as_csv, as_parquet
from segmentation.settings.shared.data import ROW

T = TypeVar("T")
Model = TypeVar("Model", bound=Artifact)


@dataclass(frozen=True)
class Side:
    """One side. What it does not have, or what cannot be had, is None.

    Attributes
    ----------
    name : str
        The revision as it was asked for, or ``"workspace"``.
    commit : str
        Abbreviated hash; of the commit that is checked out, for the workspace.
    params : mapping
        All of `params.yaml`, as it stands there.
    stages : mapping
        The stages in `dvc.lock`; empty where there is no pipeline yet.
    metrics, choice, segments, quality, summary : artifact or None
    curve : DataFrame or None
        Criteria by ``k``.
    customers : DataFrame or None
        Prepared customers.
    assignments : Series of int or None
        Segment by customer id.
    by_row : bool
        Whether the ids are no more than the numbers of rows in one table.
    flat : Map or None
    points, silhouettes : DataFrame or None
        The numbers behind the pictures that show customers.
    missing : tuple of str
        Outputs of the pipeline that are nowhere to be found.
    outdated : tuple of str
        Stages whose results do not belong to the rest of the workspace.
    trouble : str
        Why DVC's remote could not be asked for what is missing.
    unread : tuple of str
        What another version of this package wrote, each in a sentence.
    """

    name: str
    commit: str
    params: Mapping[str, Any]
    stages: lock.Stages
    metrics: Metrics | None = None
    choice: Choice | None = None
    segments: Segments | None = None
    quality: Quality | None = None
    summary: Summary | None = None
    curve: pd.DataFrame | None = None
    customers: pd.DataFrame | None = None
    assignments: pd.Series | None = None
    by_row: bool = False
    flat: Map | None = None
    points: pd.DataFrame | None = None
    silhouettes: pd.DataFrame | None = None
    missing: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    trouble: str = ""
    unread: tuple[str, ...] = ()


def side_of(snapshot: Snapshot) -> Side:
    """Read what a review needs to know of a state.

    Raises
    ------
    InputError
        A report cannot be read as what it is.
    """
    commit, outdated = snapshot.commit[:7], snapshot.outdated
    name = snapshot.name if snapshot.name != snapshot.commit else commit
    if not snapshot.stages or not snapshot.params:
        return Side(name, commit, snapshot.params, {}, outdated=outdated)
    made = lock.hashes(snapshot.stages, "outs")
    unread: list[str] = []

    def read(path: Path, decode: Callable[[bytes], T]) -> T | None:
        return snapshot.find(path, decode) if path.as_posix() in made else None

    def artifact(kind: type[Model]) -> Model | None:
        if kind.path.as_posix() not in made:
            return None
        try:
            return snapshot.find_artifact(kind)
        except SchemaError as error:  # the rest can be compared all the same
            unread.append(str(error))
            return None

    customers = read(paths.PREPARED, as_parquet)
    assignments = read(paths.ASSIGNMENTS, as_parquet)
    return Side(
        name,
        commit,
        snapshot.params,
        snapshot.stages,
        metrics=artifact(Metrics),
        choice=artifact(Choice),
        segments=artifact(Segments),
        quality=artifact(Quality),
        summary=artifact(Summary),
        curve=read(paths.CURVE, as_csv),
        customers=customers,
        assignments=None if assignments is None else _by_customer(assignments),
        by_row=assignments is not None and assignments.columns[0] == ROW,
        flat=artifact(Map),
        points=read(paths.PCA_POINTS, as_csv),
        silhouettes=read(paths.SILHOUETTES, as_csv),
        missing=snapshot.missing,
        outdated=outdated,
        trouble=snapshot.trouble,
        unread=tuple(unread),
    )


def _by_customer(assignments: pd.DataFrame) -> pd.Series:
    """Return the segments by customer id, which is the first column."""
    return assignments.set_index(assignments.columns[0]).segment.rename_axis("id")
