"""Take a first look at the prepared customers."""

from segmentation import artifacts, paths
from segmentation.engines.summary import summarise
from segmentation.engines.tables.table import Table
from segmentation.settings.shared.data import Data


def run(*, data: Data) -> None:
    """Sum up distributions, correlations and categories: the numbers behind the first pictures."""
    artifacts.write(
        summarise(
            Table(paths.PREPARED),
            numeric=data.measures,
            categorical=data.kinds,
        )
    )
