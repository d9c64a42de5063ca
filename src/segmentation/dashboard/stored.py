"""What the pages show: artifacts of the last run, read again when a file is another.

Aggregates and samples only, so the size of the customers' file does not matter.
"""

import time
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from segmentation import paths
from segmentation.artifacts import files
from segmentation.artifacts.base import Artifact
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.commands.load import WORKSPACE, Chosen, choose
from segmentation.dashboard.limits import COLOURED
from segmentation.insight.results import Results
from segmentation.repository import lock
from segmentation.repository.dvc_internals import cached
from segmentation.tracking import store

Kind = TypeVar("Kind", bound=Artifact)

REPRO = "dvc repro"


class NotThereError(Exception):
    """Nothing to show yet.

    Parameters
    ----------
    what : str
    command : str
        What fills the page.
    """

    def __init__(self, what: str, command: str = REPRO) -> None:
        super().__init__(f"{what} is not there yet")
        self.command = command


def artifact(kind: type[Kind], command: str = REPRO) -> Kind:
    """Return what a stage wrote.

    Raises
    ------
    NotThereError
        It has not run.
    InputError
        The file cannot be read.
    """
    found: Kind = _artifact(kind, kind.path.absolute(), _version(kind.path, command))
    return found


def table(path: Path, command: str = REPRO) -> pd.DataFrame:
    """Return a small table; as `artifact`."""
    return _table(path.absolute(), _version(path, command))


def points() -> pd.DataFrame:
    """Return the points of the map, and what is known of each in columns that begin `COLOURED`."""
    where = _pulled(paths.PCA_POINTS)
    try:
        marks = _pulled(paths.MARKS)
    except NotThereError:  # of older code
        return where
    if len(marks) != len(where):
        return where
    return pd.concat([where, marks.add_prefix(COLOURED)], axis=1)


def _pulled(path: Path) -> pd.DataFrame:
    """Return a table, from DVC's cache where it is not in the workspace."""
    if path.exists():
        return table(path)
    _version(paths.DVC_LOCK, REPRO)
    stages = lock.parse(paths.DVC_LOCK.read_bytes())
    digest = lock.hashes(stages, "outs").get(path.as_posix())
    source = cached(digest, Path()) if digest else None
    if source is None:
        raise NotThereError(str(path), "dvc pull")
    return table(source)


def results() -> Results:
    """Return what the stages before the profiles found."""
    return Results(
        choice=artifact(Choice),
        clustering=artifact(Clustering),
        metrics=artifact(Metrics),
        details=artifact(Details),
        flat=artifact(Map),
    )


def chosen() -> Chosen:
    """Return the champion, or the model of the last run as long as there is none.

    Its content was compared with the hash in the `dvc.lock` of its state before it was opened.

    Raises
    ------
    InputError
        There is no model, or it is not the one that was made.
    """
    root, database = Path.cwd(), stamp(Path("mlflow.db"))
    embedded = store.is_embedded(root)
    local = embedded and database is None  # looking for a champion makes no store
    minute = 0 if embedded else int(time.monotonic() // 60)  # a server's champion may be another
    state = (database, stamp(paths.DVC_LOCK), stamp(paths.PARAMS), store.address(root), minute)
    return _chosen(root, state, WORKSPACE if local else None)


def stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _version(path: Path, command: str) -> tuple[int, int]:
    version = stamp(path)
    if version is None:
        raise NotThereError(str(path), command)
    return version


@lru_cache(maxsize=2)
def _chosen(root: Path, state: Hashable, name: str | None) -> Chosen:  # noqa: ARG001
    return choose(name)


# The versions are what tells one content of a file from the next.
@lru_cache(maxsize=64)
def _artifact(kind: type[Any], path: Path, version: tuple[int, int]) -> Any:  # noqa: ARG001
    return kind.parse(path.read_bytes(), kind.path.as_posix())


@lru_cache(maxsize=16)
def _table(path: Path, version: tuple[int, int]) -> pd.DataFrame:  # noqa: ARG001
    return files.read_csv(path)
