"""Log how customers drifted as a run beside that of the model."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.artifacts.drift import Drift
from segmentation.tracking.store import experiment_of, open_store

if TYPE_CHECKING:
    from mlflow import MlflowClient

KIND_TAG = "kind"  # tells such runs from those of a state
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
    from mlflow.entities import Metric

    tags = {
        KIND_TAG: KIND,
        "verdict": found.verdict,
        "data.file": found.data,
        "data.md5": found.md5,
        "model": found.model,
        "mlflow.note.content": "\n".join(f"- {reason}" for reason in found.reasons),
        **({"mlflow.parentRunId": parent} if parent else {}),
    }
    name = f"drift: {found.verdict}"
    run = client.create_run(experiment_id, run_name=name, tags=tags)
    run_id, time = run.info.run_id, run.info.start_time
    figures = {
        "drift.rows": float(found.rows),
        "drift.unlike_share": found.unlike,
        "drift.confidence": found.confidence,
        "drift.segments_psi": found.segments_psi,
        **{f"drift.psi/{_plain(each.column)}": each.psi for each in found.features},
    }
    client.log_batch(run_id, metrics=[Metric(k, v, time, 0) for k, v in figures.items()])
    for path in attached:
        client.log_artifact(run_id, str(path))
    client.set_terminated(run_id, "FINISHED")
    return str(run_id)


def _plain(name: str) -> str:
    """Return a name of a column as MLflow takes it."""
    return "".join(sign if sign.isalnum() or sign in "_-. " else "_" for sign in name)[:200]
