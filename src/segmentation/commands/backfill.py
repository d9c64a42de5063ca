"""Fill a tracking server from git and DVC alone: log every committed state of the pipeline."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from segmentation import paths
from segmentation.errors import InputError, SegmentationError
from segmentation.repository import lock
from segmentation.repository.dvc_internals import experiments
from segmentation.repository.git import content_of, git
from segmentation.repository.history import commits
from segmentation.repository.snapshot import Snapshot
from segmentation.settings.params import Params, load_params
from segmentation.settings.shared.base import validate
from segmentation.tracking.origin import EXPERIMENT_TAG
from segmentation.tracking.record import Record
from segmentation.tracking.runs import track, tracked


@dataclass(frozen=True)
class State:
    """A state of the pipeline that a commit holds. A DVC experiment is a commit too.

    Attributes
    ----------
    key, commit : str
    time : int
        When it was committed, in milliseconds since 1970 (UTC).
    stages : mapping
        The stages of its `dvc.lock`.
    origin : dict of str to str
        The run's tags that say where it comes from.
    """

    key: str
    commit: str
    time: int
    stages: lock.Stages = field(repr=False)
    origin: dict[str, str]

    @property
    def name(self) -> str:
        """What people call it."""
        experiment = self.origin.get(EXPERIMENT_TAG)
        return f"experiment {experiment}" if experiment else f"commit {self.commit[:7]}"


@dataclass(frozen=True)
class Outcome:
    """What became of a state: tracked already, logged now, or why neither."""

    state: State
    logged: bool = False
    problem: str | None = None


def committed_states(root: Path) -> list[State]:
    """List the states in all branches, tags and DVC experiments; in branches, oldest first."""
    states = []
    for commit, origin in [*_commits(root), *_experiments(root)]:
        try:
            stages = lock.parse(content_of(commit, paths.DVC_LOCK, root))
        except InputError:
            continue  # the pipeline was not there yet, or DVC itself could not read this
        shown = git("show", "--no-patch", "--format=%an%n%ct", commit, folder=root)
        author, time = shown.splitlines()
        tags = {"mlflow.user": author, "mlflow.source.name": "segmentation track --all", **origin}
        key = lock.state_key(stages)
        states.append(State(key, commit, int(time) * 1000, stages, tags))
    return states


def track_all(root: Path, *, anew: bool = False) -> Iterator[Outcome]:
    """Log every committed state that the tracking store lacks, without touching the workspace.

    Outputs come from DVC's cache, into which `dvc fetch --all-commits` brings what a team shares.

    Parameters
    ----------
    root : Path
        The repository.
    anew : bool
        Put new runs in the place of those that are there.

    Raises
    ------
    TrackingError
        The tracking store cannot be used.
    """
    experiment = load_params(root / paths.PARAMS).track.experiment
    for state in committed_states(root):
        if not anew and tracked(state.key, state.origin, experiment=experiment, root=root):
            yield Outcome(state)
            continue
        try:
            record = _gathered(root, state)
        except SegmentationError as error:
            yield Outcome(state, problem=str(error))
            continue
        track(
            record,
            experiment=experiment,
            root=root,
            origin=state.origin,
            time=state.time,
            anew=anew,
        )
        yield Outcome(state, logged=True)


def _commits(root: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the commits that changed `dvc.lock`, oldest first, with where they stand in git."""
    for commit in reversed(commits(root)):
        tags = git("tag", "--points-at", commit, folder=root).split()
        origin = {"git.commit": commit, "mlflow.source.git.commit": commit, "git.dirty": "false"}
        yield commit, origin | ({"git.tag": ", ".join(tags)} if tags else {})


def _experiments(root: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield DVC's experiments with the commits that they started from."""
    for experiment in experiments(root):
        origin = {EXPERIMENT_TAG: experiment.name, "dvc.exp.baseline": experiment.baseline}
        origin |= dict.fromkeys(("git.commit", "mlflow.source.git.commit"), experiment.baseline)
        yield experiment.commit, {**origin, "git.dirty": "true"}


def _gathered(root: Path, state: State) -> Record:
    """Read what the run of a state is made of, or say what the state lacks."""
    # Imported here: it needs pandas, and listing the states does not.
    from segmentation.stages.track import gather

    snapshot = Snapshot.at(state.commit, root=root, remote=False)
    snapshot.check()
    params = validate(Params, dict(snapshot.params), paths.PARAMS.name)
    return gather(snapshot, params)
