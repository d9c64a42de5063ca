"""Open the tracking store: a server's, or the one that is embedded in the repository."""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

# The columns that tell runs apart: a shared view of the UI, opened by the address from `ui_path`.
VIEW = "segments"
COLUMNS = [
    *(f"metrics.`{name}`" for name in ("k", "silhouette", "structured")),
    *(f"params.`{name}`" for name in ("train.algorithm", "train.k", "featurize.scaler")),
]
EXPERIMENT_TAGS = {
    # Makes the UI show runs, metrics and models rather than traces of language models.
    "mlflow.experimentKind": "custom_model_development",
    "mlflow.experiment.primaryMetric.name": "silhouette",
    "mlflow.experiment.primaryMetric.greaterIsBetter": "True",
    f"mlflow.sharedViewState.{VIEW}": json.dumps({"selectedColumns": COLUMNS}),
}


@contextmanager
def open_store(root: Path) -> Iterator["MlflowClient"]:
    """Open the store that MLFLOW_TRACKING_URI names, or else the one embedded in the repository.

    Raises
    ------
    TrackingError
        The store cannot be reached, or refused something inside the ``with``.
    """
    _quiet_environment()
    import mlflow
    from mlflow.exceptions import MlflowException

    uri = os.environ.get("MLFLOW_TRACKING_URI") or embedded_uri(root)
    if uri.startswith("sqlite:///"):  # a relative path would be lost with a temporary copy
        uri = f"sqlite:///{root / uri.removeprefix('sqlite:///')}"
    try:
        # SQLite has one writer. Tracking takes seconds; whoever comes second waits.
        with _alone(root) if uri == embedded_uri(root) else nullcontext():
            mlflow.set_tracking_uri(uri)
            yield mlflow.MlflowClient()
    except (MlflowException, OSError, sqlite3.Error) as error:
        raise TrackingError(
            f"the tracking store {_without_password(uri)} {_reason(error)}"
        ) from error


def repository() -> Path:
    """Return the repository's root, also from the temporary copy that DVC runs an experiment in."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def embedded_uri(root: Path) -> str:
    """Return the address of the store that lives in the repository."""
    return f"sqlite:///{root}/mlflow.db"


def ui_path(experiment: str, root: Path) -> str:
    """Return where in the UI the runs are, in the columns that tell them apart."""
    with open_store(root) as client:
        found = experiment_of(client, experiment, root)
    return f"/#/experiments/{found}/runs?viewStateShareKey={VIEW}"


def experiment_of(client: "MlflowClient", name: str, root: Path) -> str:
    """Return the id of the experiment, made if it does not exist."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        served = client.tracking_uri.startswith(("http", "databricks"))
        location = None if served else (root / "mlartifacts").as_uri()
        try:
            return str(client.create_experiment(name, location, EXPERIMENT_TAGS))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            found = client.get_experiment_by_name(name)  # another clone was quicker
    if found.lifecycle_stage == "deleted":
        raise TrackingError(
            f"the MLflow experiment '{name}' is deleted; restore it, or set another "
            "track.experiment in params.yaml"
        )
    return str(found.experiment_id)


def follow_move(root: Path) -> None:
    """Point the embedded store at its artifacts again after the repository's folder was moved.

    MLflow stores absolute paths, even where relative ones are given to it, and has no command to
    change them.
    """
    database, here = root / "mlflow.db", (root / "mlartifacts").as_uri()
    if not database.exists():
        return
    tables = {
        "experiments": "artifact_location",
        "runs": "artifact_uri",
        "logged_models": "artifact_location",
    }
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        found = connection.execute(
            "SELECT DISTINCT artifact_location FROM experiments WHERE artifact_location LIKE ?",
            ("file:%/mlartifacts",),
        )
        for (old,) in [row for row in found.fetchall() if row[0] != here]:
            for table, column in tables.items():
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608
                    f"WHERE substr({column}, 1, ?) = ?",
                    (here, len(old) + 1, len(old), old),
                )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let one process at a time use the embedded store, and give it one that is whole."""
    from filelock import FileLock

    with FileLock(root / "mlflow.db.lock"):
        database, unfinished = root / "mlflow.db", root / "mlflow.db.unfinished"
        if not database.exists():
            from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

            # Under another name first: a database whose making is cut short is of no use, and
            # MLflow would refuse it ever after.
            for leftover in root.glob(f"{unfinished.name}*"):
                leftover.unlink()
            SqlAlchemyStore(
                f"sqlite:///{unfinished}", (root / "mlartifacts").as_uri()
            ).engine.dispose()
            unfinished.rename(database)
        follow_move(root)
        yield


def _reason(error: Exception) -> str:
    """Say why a store cannot be used, and how to mend what a user can mend."""
    text = " ".join(str(error).split())
    if "error code 401" in text or "UNAUTHENTICATED" in text:
        return (
            "refuses the user name or password; set MLFLOW_TRACKING_USERNAME and "
            "MLFLOW_TRACKING_PASSWORD"
        )
    if "error code 403" in text or "PERMISSION_DENIED" in text:
        return "does not let this user write; ask its administrator for EDIT on the experiment"
    if "Max retries exceeded" in text or "timed out" in text:
        return "cannot be reached; start it, or unset MLFLOW_TRACKING_URI to use the embedded one"
    return f"cannot be used ({_without_password(text)[:300]})"


def _quiet_environment() -> None:
    """Set what MLflow reads from the environment, unless the user did."""
    for name, value in {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_LOGGING_LEVEL": "WARNING",
        # A server that is down should say so in seconds, not after minutes of retries.
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    }.items():
        os.environ.setdefault(name, value)


def _without_password(uri: str) -> str:
    return re.sub(r"(//[^:/@]+):[^@]+@", r"\1:***@", uri)
