"""Who does the work on all rows: this machine, or Spark."""

import re
from typing import Any, Literal

from pydantic import field_validator, model_validator

from segmentation.settings.shared.base import Settings

_MASTER = re.compile(
    r"local(\[(\*|\d+)(,\d+)?\])?|yarn|spark://[^\s,]+:\d+(,[^\s,]+:\d+)*|k8s://\S+"
)


class Engine(Settings):
    """The engine.

    Attributes
    ----------
    name : str
    master : str
        Of Spark: the address of its cluster, or how many of this machine's processors.
    options : dict of str to str
        Spark's own settings, such as ``spark.executor.memory: 8g``.
    """

    name: Literal["local", "spark"] = "local"
    master: str = "local[*]"
    options: dict[str, str | int | float] = {}

    @model_validator(mode="before")
    @classmethod
    def _by_name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @field_validator("master")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not _MASTER.fullmatch(value):
            raise ValueError(
                f"'{value}' is no address of Spark; such are local[*] for all processors of this "
                "machine, spark://host:7077, yarn and k8s://https://host:443"
            )
        return value

    @field_validator("options")
    @classmethod
    def _of_spark(cls, value: dict[str, str | int | float]) -> dict[str, str | int | float]:
        for name in value:
            if not name.startswith("spark."):
                raise ValueError(
                    f"'{name}' is no setting of Spark; their names begin with 'spark.'"
                )
        return value
