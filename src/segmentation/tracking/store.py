"""Open the tracking store: a server's, or the one that is embedded in the repository."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.errors import TrackingError
from segmentation.tracking import mlflow_internals

if TYPE_CHECKING:
    from mlflow import MlflowClient

ARTIFACTS = "mlartifacts"  # the embedded store's files, beside its database


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

    uri = address(root)
    try:
        # SQLite has one writer. Tracking takes seconds; whoever comes second waits.
        with _alone(root) if is_embedded(root) else nullcontext():
            mlflow.set_tracking_uri(uri)
            yield mlflow.MlflowClient()
    except (MlflowException, OSError, sqlite3.Error) as error:
        raise TrackingError(
            f"the tracking store {_without_password(uri)} {_reason(error)}"
        ) from error


def repository() -> Path:
    """Return the repository's root, also from the temporary copy that DVC runs an experiment in."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def address(root: Path) -> str:
    """Return where the store is: what MLFLOW_TRACKING_URI names, or else in the repository.

    MLflow sets that variable itself once it is used, so whether it is set says nothing.
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI") or embedded_uri(root)
    if uri.startswith("sqlite:///"):  # a relative path would be lost with a temporary copy
        uri = f"sqlite:///{root / uri.removeprefix('sqlite:///')}"
    return uri


def is_embedded(root: Path) -> bool:
    """Whether the store is the one that lives in the repository."""
    return address(root) == embedded_uri(root)


def embedded_uri(root: Path) -> str:
    """Return the address of the store that lives in the repository."""
    return f"sqlite:///{root}/mlflow.db"


def ui_path(experiment: str, root: Path) -> str:
    """Return where in the UI the runs are."""
    with open_store(root) as client:
        return mlflow_internals.ui_path(experiment_of(client, experiment, root))


def experiment_of(client: "MlflowClient", name: str, root: Path) -> str:
    """Return the id of the experiment, made if it does not exist."""
    from mlflow.exceptions import MlflowException

    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        served = client.tracking_uri.startswith(("http", "databricks"))
        location = None if served else (root / ARTIFACTS).as_uri()
        try:
            return str(client.create_experiment(name, location, mlflow_internals.EXPERIMENT_TAGS))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            experiment = client.get_experiment_by_name(name)  # another clone was quicker
    if experiment.lifecycle_stage == "deleted":
        raise TrackingError(
            f"the MLflow experiment '{name}' is deleted; restore it, or set another "
            "track.experiment in params.yaml"
        )
    return str(experiment.experiment_id)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let one process at a time use the embedded store, and give it one that is whole."""
    from filelock import FileLock

    with FileLock(root / "mlflow.db.lock"):
        database, unfinished = root / "mlflow.db", root / "mlflow.db.unfinished"
        artifacts = root / ARTIFACTS
        if not database.exists():
            # Under another name first: a database whose making is cut short is of no use, and
            # MLflow would refuse it ever after.
            for leftover in root.glob(f"{unfinished.name}*"):
                leftover.unlink()
            mlflow_internals.make_database(unfinished, artifacts)
            unfinished.rename(database)
        mlflow_internals.follow_move(database, artifacts)
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
        return "does not let this user write; ask its administrator for MANAGE on the experiment"
    if "Max retries exceeded" in text or "timed out" in text:
        return "cannot be reached; start it, or unset MLFLOW_TRACKING_URI to use the embedded one"
    if any(sign in text for sign in ("not a database", "malformed", "no such table")):
        return (
            "is damaged; git and DVC hold all that it shows: `mv mlflow.db mlflow.db.damaged`, "
            "then `segmentation track` logs the present state, with --all every committed one"
        )
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
