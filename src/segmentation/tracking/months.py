"""Log each month that a model was replayed at as a run beside that of the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.tracking import beside
from segmentation.tracking.store import experiment_of, open_store

if TYPE_CHECKING:
    from mlflow import MlflowClient

KIND = "month"


@dataclass(frozen=True)
class Month:
    """A month's end by a model.

    Attributes
    ----------
    day : str
    figures : dict of str to float
    """

    day: str
    figures: dict[str, float]


def log(
    months: Sequence[Month], *, experiment: str, root: Path, model: str, parent: str | None
) -> list[str]:
    """Log a run a month; one of the same month by the same model is not made twice.

    Parameters
    ----------
    months : sequence of Month
    experiment : str
    root : Path
    model : str
        The hash of the model's file.
    parent : str or None
        The run of the model, if it has one.

    Returns
    -------
    list of str
        The runs' ids.

    Raises
    ------
    TrackingError
        The store cannot be used.
    """
    with open_store(root) as client:
        where = experiment_of(client, experiment, root)
        return [_log(client, where, month, model, parent) for month in months]


def _log(
    client: "MlflowClient", experiment_id: str, month: Month, model: str, parent: str | None
) -> str:
    known = client.search_runs(
        [experiment_id],
        f"tags.{beside.KIND_TAG} = '{KIND}' and tags.month = '{month.day}' "
        f"and tags.`model.md5` = '{model}'",
        max_results=1,
    )
    tags = {"month": month.day, "model.md5": model}
    run = (
        known[0]
        if known
        else beside.create(
            client, experiment_id, kind=KIND, name=month.day, tags=tags, parent=parent
        )
    )
    return beside.finish(client, run, month.figures)
