"""What customers are expected to be worth, by segment."""

from segmentation import paths
from segmentation.artifacts.lifetime import LifetimeValue
from segmentation.dashboard import charts, pieces, stored
from segmentation.dashboard.screens.shown import chart, html
from segmentation.settings.params import load_params

PURCHASES = "segmentation purchases FILE; dvc repro"


def page() -> None:
    """Show the page."""
    if load_params(paths.PARAMS).data.path != paths.PURCHASERS:
        raise stored.NotThereError("a forecast of what customers buy", PURCHASES)
    found = stored.artifact(LifetimeValue)
    html(pieces.lifetime(found, kind=stored.results().kind))
    if found.tried is not None:
        chart(charts.calibration(found.tried))
