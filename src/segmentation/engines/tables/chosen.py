"""Tables, with the engine that `params.yaml` names."""

from pathlib import Path

from segmentation.engines.tables.table import Table
from segmentation.settings.shared.engine import Engine


def table(engine: Engine, *paths: Path) -> Table:
    """Return Parquet files side by side, whose parts the engine works on."""
    if engine.name == "spark":
        from segmentation.engines.session import session
        from segmentation.engines.tables.on_spark import OnSpark

        return OnSpark(session(engine), engine, *paths)
    return Table(*paths)
