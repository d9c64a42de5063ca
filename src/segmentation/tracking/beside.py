"""Runs that are none of a state: what a model says later, beside the run of the model."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

KIND_TAG = "kind"  # tells such runs from those of a state
_PARENT_TAG = "mlflow.parentRunId"


def create(
    client: "MlflowClient",
    experiment_id: str,
    *,
    kind: str,
    name: str,
    tags: Mapping[str, str],
    parent: str | None,
) -> "Run":
    """Create a run of a kind, below that of the model if it has one."""
    above = {_PARENT_TAG: parent} if parent else {}
    return client.create_run(
        experiment_id, run_name=f"{kind}: {name}", tags={KIND_TAG: kind, **tags, **above}
    )


def finish(
    client: "MlflowClient", run: "Run", figures: Mapping[str, float], files: Iterable[Path] = ()
) -> str:
    """Log figures and files, and finish the run; return its id."""
    from mlflow.entities import Metric

    run_id, time = run.info.run_id, run.info.start_time
    client.log_batch(run_id, metrics=[Metric(k, v, time, 0) for k, v in figures.items()])
    for path in files:
        client.log_artifact(run_id, str(path))
    client.set_terminated(run_id, "FINISHED")
    return str(run_id)
