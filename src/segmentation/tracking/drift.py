"""Log how customers drifted as a run beside that of the model."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.artifacts.drift import Drift
from segmentation.tracking import beside
from segmentation.tracking.store import experiment_of, open_store

if TYPE_CHECKING:
    from mlflow import MlflowClient

KIND = "drift"


def log(
    found: Drift, *, experiment: str, root: Path, parent: str | None, attached: Iterable[Path]
) -> str:
    """Log a run below the model's, or by itself; return its id.

    Raises
    ------
    TrackingError
        The store cannot be used.
    """
    with open_store(root) as client:
        return _log(client, experiment_of(client, experiment, root), found, parent, attached)


def _log(
    client: "MlflowClient",
    experiment_id: str,
    found: Drift,
    parent: str | None,
    attached: Iterable[Path],
) -> str:
    tags = {
        "verdict": found.verdict,
        "data.file": found.data,
        "data.md5": found.md5,
        "model": found.model,
        "mlflow.note.content": "\n".join(f"- {reason}" for reason in found.reasons),
    }
    run = beside.create(
        client, experiment_id, kind=KIND, name=found.verdict, tags=tags, parent=parent
    )
    figures = {
        "drift.rows": float(found.rows),
        "drift.unlike_share": found.unlike,
        "drift.confidence": found.confidence,
        "drift.segments_psi": found.segments_psi,
        **{f"drift.psi/{_plain(each.column)}": each.psi for each in found.features},
    }
    return beside.finish(client, run, figures, attached)


def _plain(name: str) -> str:
    """Return a name of a column as MLflow takes it."""
    return "".join(sign if sign.isalnum() or sign in "_-. " else "_" for sign in name)[:200]
