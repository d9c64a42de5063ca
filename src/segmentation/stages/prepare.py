"""Read the customers' file, clean it by the declared rules, and account for every row."""

from segmentation import files, paths
from segmentation.config import Params
from segmentation.engines import local
from segmentation.engines.cleaning import check_usable, clean
from segmentation.engines.schema import customers


def run(params: Params) -> None:
    """Write prepared customers, rejected rows with their reasons, and what was done."""
    cleaned = clean(local.read_text(params.data), data=params.data, rules=params.prepare)
    # Before anything can fail: rejected rows are there to be looked at even if none is left.
    files.write_parquet(paths.REJECTED, cleaned.rejected)
    files.write_json(paths.QUALITY, cleaned.quality())
    check_usable(cleaned, params.data)
    files.write_parquet(paths.PREPARED, customers(params.data).validate(cleaned.kept))
