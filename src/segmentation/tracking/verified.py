"""A run whose files are compared with its state before they are used.

A store is easier to write to than a repository. What is promoted or used to score is therefore
compared, by hash, with the `dvc.lock` of the state that the run stands for.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from pydantic import BaseModel, ValidationError

from segmentation import paths
from segmentation.artifacts.base import Artifact
from segmentation.artifacts.segments import Segments
from segmentation.errors import InputError
from segmentation.repository import lock
from segmentation.repository.snapshot import md5
from segmentation.tracking import model
from segmentation.tracking.origin import KEY_TAG
from segmentation.tracking.record import artifact_of
from segmentation.tracking.runs import log_again, read_artifact
from segmentation.tracking.serving import Serving

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

Model = TypeVar("Model", bound=Artifact)


class _Named(BaseModel):
    id: int
    name: str


class _NamedSegments(BaseModel):
    """What every version of the artifact tells of segments: a run may be of older code."""

    segments: tuple[_Named, ...]


class VerifiedRun:
    """A run, and the stages in the `dvc.lock` of its state.

    Raises
    ------
    InputError
        From all methods: a file is lost, or is not the one that was logged.
    """

    def __init__(self, client: "MlflowClient", run: "Run", stages: lock.Stages) -> None:
        self.run, self.stages, self._client = run, stages, client

    @classmethod
    def of(cls, client: "MlflowClient", run: "Run") -> Self:
        """Read which state a run stands for."""
        stages = lock.parse(read_artifact(client, run, paths.DVC_LOCK.name))
        if lock.state_key(stages) != run.data.tags.get(KEY_TAG):
            raise InputError(
                f"the dvc.lock of the run '{run.info.run_name}' is that of another state; "
                f"{log_again(run)}"
            )
        return cls(client, run, stages)

    @property
    def name(self) -> str:
        """What people call the run."""
        return str(self.run.info.run_name)

    def content(self, path: Path) -> bytes:
        """Return an attached file, by where it lies in the repository."""
        content = read_artifact(self._client, self.run, artifact_of(path).as_posix())
        if md5(content) != self._digest(path):
            raise InputError(
                f"{path} of the run '{self.name}' is not the one in its dvc.lock; "
                f"{log_again(self.run)}"
            )
        return content

    def artifact(self, kind: type[Model]) -> Model:
        """Return what a stage wrote."""
        return kind.parse(self.content(kind.path), f"{kind.path} of the run '{self.name}'")

    def model(self) -> bytes:
        """Return the saved model."""
        try:
            return model.read(self._client, self.run, self._digest(paths.MODEL), self._serving)
        except InputError as error:
            raise InputError(f"{error}; {log_again(self.run)}") from error

    def _serving(self) -> Serving:
        try:
            named = _NamedSegments.model_validate_json(self.content(Segments.path)).segments
        except ValidationError:
            raise InputError(
                f"{Segments.path} of the run '{self.name}' tells no segments by id and name; "
                f"{log_again(self.run)}"
            ) from None
        return Serving.of(self.stages, {each.id: each.name for each in named})

    def _digest(self, path: Path) -> str:
        return lock.hash_of(self.stages, path, "outs")
