"""Which state of the pipeline was tracked."""

from typing import ClassVar, Literal

from pydantic import Field

from segmentation import paths
from segmentation.artifacts.base import Artifact


class State(Artifact):
    """The key that a run carries, too."""

    path: ClassVar = paths.TRACKED
    schema_version: Literal[1] = 1
    key: str = Field(alias="dvc.lock.key")
