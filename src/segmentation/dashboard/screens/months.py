"""Where customers were at each month's end, and how often they move."""

from segmentation import paths
from segmentation.artifacts.segments import Segments
from segmentation.dashboard import charts, stored
from segmentation.dashboard.screens.shown import chart, heading, is_dark, note
from segmentation.settings.params import load_params

COMMAND = "segmentation months"
PURCHASES = "segmentation purchases FILE; dvc repro; segmentation months"


def page() -> None:
    """Show the page."""
    with_purchases = load_params(paths.PARAMS).data.path == paths.PURCHASERS
    command = COMMAND if with_purchases else PURCHASES
    sizes = stored.table(paths.MONTHS / "sizes.csv", command)
    rates = stored.table(paths.MONTHS / "rates.csv", command)
    facts = stored.artifact(Segments)
    heading("From month to month")
    chart(charts.month_by_month(facts, sizes, dark=is_dark()))
    heading("Where customers are a month later", level=2)
    chart(charts.moves(facts, rates, dark=is_dark()))
    note("Shares of a segment's customers over all months. Left out: ways of fewer than ten.")
