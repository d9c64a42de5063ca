"""Load a model for use elsewhere, once it is sure that it is the one that the pipeline made."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from segmentation import paths
from segmentation.algorithms import NOISE, models
from segmentation.artifacts.base import Artifact
from segmentation.artifacts.baseline import Baseline
from segmentation.artifacts.segments import NO_SEGMENT, Segments
from segmentation.errors import InputError, SchemaError, SettingsError, warn
from segmentation.repository import lock
from segmentation.repository.snapshot import Snapshot, md5
from segmentation.settings.params import load_params
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.base import validate
from segmentation.settings.shared.data import Data
from segmentation.tracking import registry, runs
from segmentation.tracking.store import open_store, repository
from segmentation.tracking.verified import VerifiedRun

Kind = TypeVar("Kind", bound=Artifact)

WORKSPACE = "workspace"


class NoChampionError(InputError):
    """No run was promoted yet."""


@dataclass(frozen=True)
class Chosen:
    """A model that was seen to be the one that was made, and what belongs to it.

    Attributes
    ----------
    model : Pipeline
    called : str
        What to tell people of where it comes from.
    md5 : str
        Of its file.
    data, prepare : Data, Prepare
        How the customers were read that it was made of.
    segments : Segments or None
    baseline : Baseline or None
        None where a file was brought without them, or older code made them.
    run, run_id, version : str or None
        The run that it is of, and its version in the registry.
    """

    model: Any
    called: str
    md5: str
    data: Data
    prepare: Prepare
    segments: Segments | None = None
    baseline: Baseline | None = None
    run: str | None = None
    run_id: str | None = None
    version: str | None = None

    def name_of(self, segment: int) -> str:
        """What people call a segment, or where those in none are."""
        if segment == NOISE:
            return NO_SEGMENT
        names = self.segments.names if self.segments else {}
        return names.get(segment, f"Segment {segment}")


def load_model(name: str | None = None) -> Any:
    """Return a model that takes a table of customers: ``model.predict(customers)``.

    Its content is compared with the hash in `dvc.lock` (a file from elsewhere has none), and skops
    checks its types before anything of it is made. MLflow's own loaders do neither: they run what
    the store says.

    Parameters
    ----------
    name : str, optional
        ``"champion"``, the id or the name of a run, ``NAME@REVISION`` for the model of any revision
        of this repository, or a file ending in ``.skops`` that was brought from elsewhere; by
        default the model in this folder.

    Raises
    ------
    InputError
        There is no such run, or the model is not the one that was made.
    ModelError
        It cannot be read, or holds types that are not those of a model of this pipeline.
    TrackingError
        The tracking store cannot be used.
    """
    content, called = _content(name)
    return models.loads(content, called)


def choose(name: str | None = None) -> Chosen:
    """Return a model with what belongs to it.

    Parameters
    ----------
    name : str, optional
        As for `load_model`; ``"workspace"`` is the model in this folder. By default it is the
        champion, or the model in this folder as long as there is none.

    Raises
    ------
    InputError, ModelError, TrackingError
        As `load_model`.
    """
    if name == WORKSPACE:
        return _of_state(Snapshot.of_workspace(), "the model of the last run")
    if name is not None and name.endswith(paths.MODEL.suffix):
        return _of_file(Path(name))
    if name is not None and "@" in name:
        return _of_state(_tagged(name), f"the model of {name}")
    with open_store(repository()) as client:
        try:
            return _of_run(*_run(client, name or registry.CHAMPION))
        except NoChampionError:
            if name is not None:
                raise
    warn("there is no champion yet (`segmentation promote` makes one): the model of the last run "
         "scores")  # fmt: skip
    return choose(WORKSPACE)


def _content(name: str | None) -> tuple[bytes, str]:
    """Return a saved model, and what it is called."""
    if name is None:
        return Snapshot.of_workspace().verified(paths.MODEL), str(paths.MODEL)
    if name.endswith(paths.MODEL.suffix):
        return _file(Path(name)), name
    if "@" in name:
        return _tagged(name).verified(paths.MODEL), f"the model of {name}"
    with open_store(repository()) as client:
        return _run(client, name)[0].model(), f"the model of the run '{name}'"


def _tagged(name: str) -> Snapshot:
    """Return the state of ``NAME@REVISION``: a tag, or a revision behind the sign."""
    try:
        return Snapshot.at(name)
    except SettingsError:
        return Snapshot.at(name.rpartition("@")[2])


def _file(path: Path) -> bytes:
    if not path.exists():
        raise InputError(f"{path} is not there; `dvc artifacts get` brings a model's file here")
    return path.read_bytes()


def _run(client: Any, name: str) -> tuple[VerifiedRun, str | None]:
    """Return a run and its version in the registry, if it is the champion."""
    experiment = load_params(paths.PARAMS).track.experiment
    if name != registry.CHAMPION:
        run = runs.find_run(client, experiment, wanted=name, key=None)
        return VerifiedRun.of(client, run), None
    champion = registry.champion(client, experiment)
    if champion is None:
        raise NoChampionError("there is no champion yet; make one with `segmentation promote`")
    version = registry.version_of(client, experiment, champion)
    return VerifiedRun.of(client, champion), version


def _of_run(run: VerifiedRun, version: str | None) -> Chosen:
    called = f"the run '{run.name}'"
    if version is not None:
        called = f"the champion, version {version}, of {called}"
    return replace(
        _chosen(run, run.model(), called, file=f"the model of {called}"),
        run=run.name,
        run_id=str(run.run.info.run_id),
        version=version,
    )


def _of_state(state: Snapshot, called: str) -> Chosen:
    return _chosen(state, state.verified(paths.MODEL), called, file=called)


def _chosen(state: Snapshot | VerifiedRun, content: bytes, called: str, *, file: str) -> Chosen:
    """Return a saved model with what its state holds beside it."""
    return Chosen(
        model=models.loads(content, file),
        called=called,
        md5=md5(content),
        **_settings(state.stages),
        segments=_or_none(state, Segments),
        baseline=_or_none(state, Baseline),
    )


def _of_file(path: Path) -> Chosen:
    """Return a model that was brought from elsewhere; what belongs to it may be here."""
    content = _file(path)
    here = Snapshot.of_workspace()
    if lock.hashes(here.stages, "outs").get(paths.MODEL.as_posix()) == md5(content):
        return _of_state(here, str(path))
    if not paths.PARAMS.exists():
        raise InputError(
            f"{path} does not say what the columns of a file are; put the {paths.PARAMS} that it "
            "was made with into this folder"
        )
    params = load_params(paths.PARAMS)
    return Chosen(
        model=models.loads(content, str(path)),
        called=str(path),
        md5=md5(content),
        data=params.data,
        prepare=params.prepare,
    )


def _settings(stages: lock.Stages) -> dict[str, Any]:
    """Return the settings with which a state read its customers.

    How a file is written that comes later (its delimiter, encoding and decimal mark) is told by
    the settings of this folder, if there are any.
    """
    used: dict[str, Any] = dict(lock.settings({"prepare": stages.get("prepare", {})}))
    source = str(paths.DVC_LOCK)
    data = validate(Data, used.get("data", {}), source)
    if paths.PARAMS.exists():
        now = load_params(paths.PARAMS).data
        written = {name: getattr(now, name) for name in ("delimiter", "encoding", "decimal")}
        data = data.model_copy(update=written)
    return {"data": data, "prepare": validate(Prepare, used.get("prepare", {}), source)}


def _or_none(state: Snapshot | VerifiedRun, kind: type[Kind]) -> Kind | None:
    """Return an artifact that states of older code do not have, or have in another form."""
    if kind.path.as_posix() not in lock.hashes(state.stages, "outs"):
        return None
    try:
        if isinstance(state, Snapshot):
            return kind.parse(state.verified(kind.path), str(kind.path))
        return state.artifact(kind)  # a run compares whatever it gives
    except SchemaError:
        return None
