"""How forecasts of purchases compared with what happened."""

from matplotlib.figure import Figure

from segmentation.artifacts.lifetime import Tried
from segmentation.views.colours import ACCENT, MUTED, OTHER
from segmentation.views.style import figure


def calibration(tried: Tried) -> Figure:
    """Draw purchases a customer in groups of like forecasts, forecast beside happened."""
    groups = tried.purchases.groups
    picture = figure(6.0, 3.7)
    axes = picture.subplots()
    places = range(1, len(groups) + 1)
    axes.bar(places, [g.actual for g in groups], color=ACCENT, width=0.6, label="happened")
    axes.plot(places, [g.predicted for g in groups], "D", color=OTHER, label="forecast")
    axes.set_xticks(list(places), [f"{g.customers:,}" for g in groups], fontsize=7)
    axes.set_xlabel("customers in groups of like forecasts, most first")
    axes.set_ylabel(f"days with purchases in {tried.days} days")
    axes.set_title("Forecasts against what happened")
    axes.tick_params(colors=MUTED)
    axes.legend(frameon=False)
    return picture
