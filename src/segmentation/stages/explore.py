"""Take a first look at the prepared customers."""

from segmentation import artifacts, files, paths
from segmentation.config import Params
from segmentation.engines.summary import summarise


def run(params: Params) -> None:
    """Sum up distributions, correlations and categories: the numbers behind the first pictures."""
    data = params.data
    artifacts.write(
        summarise(
            files.read_parquet(paths.PREPARED),
            numeric=list(data.numeric),
            categorical=list(data.categorical),
        )
    )
