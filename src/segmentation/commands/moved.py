"""Who moved between two tracked runs: their customers, counted by segment in both."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmentation import paths, sql
from segmentation.algorithms import NOISE
from segmentation.artifacts.privacy import told_cells
from segmentation.artifacts.segments import NO_SEGMENT, Segments
from segmentation.errors import InputError
from segmentation.repository import lock
from segmentation.repository.dvc_internals import cached
from segmentation.review.changes import same_output
from segmentation.scoring.database import database
from segmentation.settings.params import Params
from segmentation.tracking import runs
from segmentation.tracking.store import open_store, repository
from segmentation.tracking.verified import VerifiedRun

ABSENT = "not among the customers"


@dataclass(frozen=True)
class Moved:
    """Customers of two runs.

    Attributes
    ----------
    before, after : tuple of str
        Where they are in each: the segments by number, then those in none, then who is absent.
    counts : int array of shape (before, after)
    told : bool array of that shape
        Cells that can be told of without telling of fewer than ten.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    counts: NDArray[np.intp]
    told: NDArray[np.bool_]


def between(params: Params, one: str, other: str) -> Moved:
    """Count the customers of two runs by the segments of both.

    Parameters
    ----------
    params : Params
    one, other : str
        Ids of runs, the earlier first.

    Raises
    ------
    InputError
        The customers of a run are not in DVC's cache, or cannot be told apart.
    TrackingError
        The store cannot be used.
    """
    with open_store(repository()) as client:
        verified = [
            VerifiedRun.of(
                client, runs.find_run(client, params.track.experiment, wanted=run, key=None)
            )
            for run in (one, other)
        ]
        names = [each.artifact(Segments).names for each in verified]
    if params.data.id is None:
        one_run, other_run = verified
        if not same_output(one_run.stages, other_run.stages, paths.PREPARED):
            raise InputError("without an id nobody is found again among other customers")
    before, after = (_assigned(each) for each in verified)
    return counted(before, after, *names)


def counted(
    before: Path, after: Path, before_names: Mapping[int, str], after_names: Mapping[int, str]
) -> Moved:
    """Count customers by two tables of who is where, whose first columns tell them apart."""
    with database("the customers of a run cannot be read") as con:
        sides = []
        for path in (before, after):
            found = f"read_parquet({sql.text(str(path))})"
            key = sql.name(str(con.execute(f"DESCRIBE FROM {found}").fetchall()[0][0]))
            sides.append(f"(SELECT CAST({key} AS VARCHAR) AS id, segment FROM {found})")
        rows = con.execute(
            f"SELECT a.segment, b.segment, count(*) FROM {sides[0]} a FULL JOIN {sides[1]} b "
            "ON a.id = b.id GROUP BY ALL"
        ).fetchall()
    ways = [_ordered({row[i] for row in rows}) for i in (0, 1)]
    counts = np.zeros((len(ways[0]), len(ways[1])), dtype=np.intp)
    for one, other, size in rows:
        counts[ways[0].index(one), ways[1].index(other)] = size
    return Moved(
        before=tuple(_called(each, before_names) for each in ways[0]),
        after=tuple(_called(each, after_names) for each in ways[1]),
        counts=counts,
        told=told_cells(counts, np.zeros(counts.shape, dtype=bool)),
    )


def _ordered(segments: set[int | None]) -> list[int | None]:
    return sorted(segments, key=lambda each: (each is None, each == NOISE, each or 0))


def _called(segment: int | None, names: Mapping[int, str]) -> str:
    if segment is None:
        return ABSENT
    return NO_SEGMENT if segment == NOISE else f"{segment} {names.get(segment, '')}".strip()


def _assigned(run: VerifiedRun) -> Path:
    found = cached(lock.hash_of(run.stages, paths.ASSIGNMENTS, "outs"), Path())
    if found is None:
        raise InputError(
            f"the customers of the run '{run.name}' are not in DVC's cache; `dvc fetch "
            "--all-commits` brings them"
        )
    return found
