"""Make a tracked run the reference: later runs keep its segments' ids, names and colours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from pathlib import Path

from segmentation import artifacts, paths
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.grades import DOUBTFUL
from segmentation.artifacts.reference import Reference, ReferenceSegment
from segmentation.artifacts.segments import Segments
from segmentation.errors import InputError
from segmentation.repository import lock
from segmentation.repository.dvc import dvc
from segmentation.repository.dvc_internals import cached
from segmentation.repository.history import is_committed
from segmentation.repository.snapshot import Snapshot, md5
from segmentation.review.changes import STANDARD_ERRORS
from segmentation.settings.params import Params
from segmentation.tracking import registry, runs, store
from segmentation.tracking.verified import VerifiedRun


@dataclass(frozen=True)
class Candidate:
    """A run as far as promoting it depends on it.

    Attributes
    ----------
    metrics : mapping of str to float
    stages : mapping
        The stages of its `dvc.lock`.
    """

    name: str
    metrics: Mapping[str, float]
    stages: lock.Stages


@dataclass(frozen=True)
class Promotion:
    """What was done: the run's name, the model's version, and whether customers are known."""

    run: str
    model: str
    version: str
    with_customers: bool


def promote(params: Params, wanted: str | None, *, force: bool, margin: float) -> Promotion:
    """Make a run the reference and its model the champion.

    Parameters
    ----------
    params
    wanted : str or None
        Id or name of a run; None for the run of the pipeline's present state.
    force : bool
        Promote it whatever speaks against it.
    margin : float
        How much worse than the champion's a figure may be.

    Returns
    -------
    Promotion

    Raises
    ------
    InputError
        Something speaks against it, or there is no such run.
    TrackingError
        The tracking store cannot be used.
    """
    root = store.repository()
    experiment = params.track.experiment
    here = Snapshot.of_workspace()
    key = None if wanted else lock.state_key(here.get(paths.DVC_LOCK, lock.parse))
    with store.open_store(root) as client:
        run = runs.find_run(client, experiment, wanted=wanted, key=key)
        verified = VerifiedRun.of(client, run)
        candidate = _candidate(verified)
        segments, clustering = verified.artifact(Segments), verified.artifact(Clustering)
        verified.model()  # whatever the registry serves as champion was seen to be this one
        champion = registry.champion(client, experiment)
        committed = is_committed(candidate.stages, root)
        against = [] if committed else ["its state is not committed to git"]
        if champion is not None and champion.info.run_id != run.info.run_id:
            try:
                other = _candidate(VerifiedRun.of(client, champion))
                against += worse(candidate, other, margin=margin)
            except InputError as error:
                against.append(f"it cannot be compared with the champion: {error}")
        against += unfit(candidate.metrics)
        if against and not force:
            raise InputError(
                f"'{candidate.name}' was not promoted: {'; '.join(against)}. "
                "To promote it all the same: --force"
            )
        assignments = _assignments(candidate.stages)  # before anything is changed
        version = registry.make_champion(client, experiment, run)
    # Ids of retired segments are not given again.
    next_id = max(clustering.next_id, artifacts.read(Reference).next_id)
    reference = reference_of(segments, next_id=next_id)
    _write(reference, assignments)
    return Promotion(candidate.name, experiment, version, assignments is not None)


def unfit(metrics: Mapping[str, float]) -> list[str]:
    """List what speaks against a run by itself."""
    reasons = []
    if not metrics.get("structure_level", metrics.get("structured")):
        reasons.append("its data hold no segments beyond one population")
    stability = metrics.get("stability_min", 0.0)
    if stability < DOUBTFUL:
        reasons.append(
            f"its least stable segment has a similarity of {stability:.2f} between draws, "
            f"below {DOUBTFUL}"
        )
    return reasons


def worse(candidate: Candidate, champion: Candidate, *, margin: float) -> list[str]:
    """List in what a run is worse than the champion, beyond the margin and what chance explains.

    Silhouettes are compared only if both runs cluster the same points: others measure other
    distances.
    """
    reasons = []
    mine, theirs = candidate.metrics, champion.metrics
    points = [lock.hash_of(each.stages, paths.MATRIX, "outs") for each in (candidate, champion)]
    for name in ("stability", "silhouette"):
        if name not in mine or name not in theirs:
            continue
        if name == "silhouette" and points[0] != points[1]:
            continue
        errors = hypot(mine.get(f"{name}_se", 0.0), theirs.get(f"{name}_se", 0.0))
        if mine[name] < theirs[name] - margin - STANDARD_ERRORS * errors:
            reasons.append(
                f"its {name} of {mine[name]:.3f} is more than {margin:g} below the champion's "
                f"{theirs[name]:.3f} ('{champion.name}')"
            )
    return reasons


def reference_of(facts: Segments, *, next_id: int) -> Reference:
    """Put together what the reference keeps of a run's segments."""
    centroids = facts.centroids
    return Reference(
        segments=tuple(
            ReferenceSegment(id=each.id, name=each.name, centroid=centroids[each.id])
            for each in facts.segments
        ),
        next_id=next_id,
    )


def _candidate(run: VerifiedRun) -> Candidate:
    figures = json.loads(run.content(paths.METRICS))
    metrics = {name: float(value) for name, value in figures.items() if value is not None}
    return Candidate(run.name, metrics, run.stages)


def _assignments(stages: lock.Stages) -> bytes | None:
    """Return who is where in a run, or None where DVC's cache does not have it."""
    digest = lock.hash_of(stages, paths.ASSIGNMENTS, "outs")
    source = cached(digest, Path())
    if source is None:
        return None
    content = source.read_bytes()
    if md5(content) != digest:
        raise InputError(
            f"{source} in DVC's cache is damaged: `rm {source}`, then `dvc repro`, and promote "
            "again"
        )
    return content


def _write(reference: Reference, assignments: bytes | None) -> None:
    """Write the reference, with its customers' segments where they are known."""
    artifacts.write(reference)
    target = paths.REFERENCE_ASSIGNMENTS
    target.unlink(missing_ok=True)  # those of another reference
    if assignments is None:
        target.with_name(f"{target.name}.dvc").unlink(missing_ok=True)
        return
    target.write_bytes(assignments)
    dvc("add", "--quiet", str(target))
