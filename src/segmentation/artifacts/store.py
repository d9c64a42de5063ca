"""Read and write the artifacts of the workspace."""

from typing import TypeVar

from segmentation.artifacts import files
from segmentation.artifacts.base import Artifact

Model = TypeVar("Model", bound=Artifact)


def write(artifact: Artifact) -> None:
    """Write an artifact where it belongs, the same content as the same bytes."""
    # A model has rounded its figures; this must not round its positions.
    files.write_json(
        artifact.path,
        artifact.content(),
        digits=files.POSITION_DIGITS,
        sort_keys=not artifact.in_order,
    )


def read(kind: type[Model]) -> Model:
    """Read an artifact that a stage wrote.

    Raises
    ------
    InputError
        It is not there, is not JSON, or another version of this package wrote it.
    """
    return kind.parse(files.read_bytes(kind.path))
