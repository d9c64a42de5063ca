"""What lies beside a model so that it can be served: its segments' names, how rows are read."""

from collections.abc import Mapping
from typing import Any, Literal

from segmentation import paths
from segmentation.repository import lock
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.base import Settings, validate
from segmentation.settings.shared.data import Data


class Serving(Settings):
    """The names of a model's segments, and how the customers were read that it was made of."""

    schema_version: Literal[1] = 1
    names: dict[int, str]
    data: Data
    prepare: Prepare

    @classmethod
    def of(cls, stages: lock.Stages, names: Mapping[int, str]) -> "Serving":
        """Put together what a state says.

        Parameters
        ----------
        stages : mapping
            Of its `dvc.lock`.
        names : mapping of int to str
            Of its segments.
        """
        used: dict[str, Any] = dict(lock.settings({"prepare": stages.get("prepare", {})}))
        source = str(paths.DVC_LOCK)
        return cls(
            names=dict(names),
            data=validate(Data, used.get("data", {}), source),
            prepare=validate(Prepare, used.get("prepare", {}), source),
        )

    def to_json(self) -> bytes:
        """Write it."""
        return self.model_dump_json(indent=1).encode() + b"\n"

    @classmethod
    def parse(cls, content: bytes) -> "Serving":
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError
            It is something else.
        """
        return cls.model_validate_json(content)
