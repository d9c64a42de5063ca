"""The page that tells how customers drifted."""

from segmentation.artifacts.drift import Drift
from segmentation.views.report import render

HEADLINES = {
    "steady": "Steady: the segments still fit the customers",
    "watch": "Watch: the customers have changed, look again soon",
    "retrain": "Retrain: the customers are no longer those of the training",
}


def html(found: Drift) -> str:
    """Return the page."""
    return render("drift.html.j2", found=found, headline=HEADLINES[found.verdict])
