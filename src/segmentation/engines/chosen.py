"""The engine that `params.yaml` names."""

from contextlib import AbstractContextManager

from segmentation.engines.base import Engine
from segmentation.settings.shared import engine as settings
from segmentation.settings.shared.data import Data


def chosen(engine: settings.Engine, data: Data) -> AbstractContextManager[Engine]:
    """Return the engine, to be used as a context. What the other one needs is not imported."""
    if engine.name == "spark":
        from segmentation.engines.session import scratch, session
        from segmentation.engines.spark import Spark

        return Spark(data, session(engine), scratch(engine))
    from segmentation.engines.local import Local

    return Local(data)
