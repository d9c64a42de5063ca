"""Fill a tracking server from git and DVC alone: log every committed state of the pipeline."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from segmentation import lock, paths
from segmentation.config import load_params, read_yaml
from segmentation.errors import InputError, SegmentationError
from segmentation.programs import dvc, git
from segmentation.tracking.origin import EXPERIMENT_TAG
from segmentation.tracking.runs import track, tracked

EXPERIMENT_REF = re.compile(r"(\w+) refs/exps/([0-9a-f]{2})/([0-9a-f]{38})/(.+)")


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
    stages: Mapping[str, Any] = field(repr=False)
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
            stages = lock.parse(git("show", f"{commit}:{paths.DVC_LOCK}", folder=root))
        except InputError:
            continue  # the pipeline was not there yet, or DVC itself could not read this
        shown = git("show", "--no-patch", "--format=%an%n%ct", commit, folder=root)
        author, time = shown.splitlines()
        tags = {"mlflow.user": author, "mlflow.source.name": "segmentation track --all", **origin}
        key = lock.state_key(stages)
        states.append(State(key, commit, int(time) * 1000, stages, tags))
    return states


def track_all(root: Path) -> Iterator[Outcome]:
    """Log every committed state that the tracking store lacks, without touching the workspace.

    Outputs come from DVC's cache, into which `dvc fetch --all-commits` brings what a team shares.

    Raises
    ------
    TrackingError
        The tracking store cannot be used.
    """
    from segmentation.stages.track import gather

    experiment = load_params(root / paths.PARAMS).track.experiment
    with _scratch_clone(root) as clone:
        for state in committed_states(root):
            if tracked(state.key, state.origin, experiment=experiment, root=root):
                yield Outcome(state)
                continue
            with chdir(clone):
                try:
                    _materialise(clone, state)
                    record = gather(load_params(paths.PARAMS))
                except KeyError as error:
                    yield Outcome(state, problem=f"it has no {error}; other code made it")
                    continue
                except SegmentationError as error:
                    yield Outcome(state, problem=str(error))
                    continue
                track(
                    record, experiment=experiment, root=root, origin=state.origin, time=state.time
                )
            yield Outcome(state, logged=True)


def _commits(root: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the commits that changed `dvc.lock`, oldest first, with where they stand in git."""
    history = ("--topo-order", "--reverse", "HEAD", "--branches", "--remotes", "--tags")
    for commit in git("rev-list", *history, "--", str(paths.DVC_LOCK), folder=root).split():
        tags = git("tag", "--points-at", commit, folder=root).split()
        origin = {"git.commit": commit, "mlflow.source.git.commit": commit, "git.dirty": "false"}
        yield commit, origin | ({"git.tag": ", ".join(tags)} if tags else {})


def _experiments(root: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield DVC's experiments, which it keeps as commits on their baselines."""
    refs = git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps", folder=root)
    for commit, start, rest, name in EXPERIMENT_REF.findall(refs):
        origin = {EXPERIMENT_TAG: name, "dvc.exp.baseline": start + rest}
        origin |= {"git.commit": start + rest, "mlflow.source.git.commit": start + rest}
        yield commit, {**origin, "git.dirty": "true"}


@contextmanager
def _scratch_clone(root: Path) -> Iterator[Path]:
    """Make a clone that shares the repository's commits and DVC's cache."""
    cache = dvc("cache", "dir", folder=root).strip()
    with TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        git("clone", "--quiet", "--shared", "--no-checkout", str(root), str(clone))
        (clone / ".dvc").mkdir()
        (clone / ".dvc/config.local").write_text(f"[cache]\n    dir = {cache}\n", encoding="utf-8")
        yield clone


def _materialise(clone: Path, state: State) -> None:
    """Bring a state into the clone, or say what it lacks."""
    git("checkout", "--quiet", "--force", "--detach", state.commit, folder=clone)
    git("clean", "--quiet", "-d", "-x", "--force", "--exclude=/.dvc", folder=clone)
    dvc("checkout", "--quiet", "--force", "--allow-missing", folder=clone)
    params = read_yaml(clone / paths.PARAMS)
    for name, value in lock.settings(state.stages):
        if reduce(lambda group, part: group[part], name.split("."), params) != value:
            raise InputError(f"its params.yaml has another {name} than its dvc.lock")
    for path, md5 in lock.hashes(lock.pipeline(state.stages), "outs").items():
        file = clone / path
        if not file.exists():
            raise InputError(f"{path} is not in DVC's cache")
        if file.is_file() and _md5(file) != md5:
            raise InputError(f"its {path} is not the one in its dvc.lock")


def _md5(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()
