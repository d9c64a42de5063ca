"""Log a state of the pipeline as one MLflow run. The only module that imports mlflow.

DVC owns the truth; a run is a view of it. The run carries a key made from `dvc.lock`, so the same
state is the same run, however often it is tracked, and a run that was cut short is completed.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import yaml

from segmentation.errors import TrackingError
from segmentation.files import TRUSTED_TYPES

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.models import Model

KEY_TAG = "dvc.lock.key"
STAGE = "track"  # left out of the key: it is not part of the state that it tracks
MODEL_NAME = "model"
MODEL_REQUIREMENTS = ("scikit-learn", "skops", "numpy", "pandas", "scipy")


@dataclass(frozen=True)
class Dataset:
    """The customers' file: its name, content hash, columns (with types) and number of rows."""

    name: str
    path: str
    digest: str
    columns: Mapping[str, str]
    rows: int


@dataclass(frozen=True)
class Record:
    """Everything that one run shows.

    Attributes
    ----------
    key : str
        Identifies the state of the pipeline.
    name, description : str
        What the run is called, and Markdown that tells what it found.
    tags : mapping of str to str
    params : mapping
        Nested; its leaves become parameters.
    metrics : mapping of str to number or None
        None is left out.
    curves : mapping of str to mapping of int to float
        Metrics against the number of segments.
    pictures, documents : sequence of Path
        Files to attach: pictures under ``plots/``, the others beside them.
    dataset : Dataset
    model_path : Path
        The pipeline from a raw row to a segment.
    example : DataFrame
        One made-up customer.
    """

    key: str
    name: str
    description: str
    tags: Mapping[str, str]
    params: Mapping[str, Any]
    metrics: Mapping[str, float | None]
    curves: Mapping[str, Mapping[int, float]]
    pictures: Sequence[Path]
    documents: Sequence[Path]
    dataset: Dataset
    model_path: Path
    example: "pd.DataFrame"


def read_lock(path: Path) -> dict[str, Any]:
    """Return the stages of `dvc.lock`, which DVC updates after each of them."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise TrackingError(f"{path} is missing; the stage runs inside `dvc repro`") from None
    stages: dict[str, Any] = content["stages"]
    return stages


def state_key(stages: Mapping[str, Any]) -> str:
    """Hash the parameters and outputs of the stages in `dvc.lock`.

    Not their code: a change of code that changes no output does not make `track` run again, so
    the key must not change with it either.
    """
    entries = {
        name: {part: entry.get(part) for part in ("params", "outs")}
        for name, entry in stages.items()
        if name != STAGE
    }
    text = json.dumps(entries, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def outputs(stages: Mapping[str, Any], folder: str) -> list[Path]:
    """List the files below `folder` that the stages before tracking wrote."""
    outs = [
        Path(out["path"])
        for name, entry in sorted(stages.items())
        if name != STAGE
        for out in entry.get("outs", ())
        if out["path"].startswith(folder)
    ]
    return [
        path
        for out in outs
        for path in (sorted(out.rglob("*")) if out.is_dir() else [out])
        if not path.is_dir()
    ]


def md5_of(stages: Mapping[str, Any], path: str) -> str:
    """Return DVC's hash of a dependency."""
    for entry in stages.values():
        for dependency in entry.get("deps", ()):
            if dependency["path"] == path:
                return str(dependency["md5"])
    raise TrackingError(f"dvc.lock knows no dependency '{path}'; run `dvc repro`")


def flatten(nested: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Turn nested settings into ``a.b.c: value`` pairs with names that MLflow accepts."""
    flat: dict[str, str] = {}
    for name, value in nested.items():
        key = prefix + re.sub(r"[^\w.\- :/]", "_", str(name))
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, f"{key}.")
        else:
            flat[key] = str(value)
    return flat


def track(record: Record, *, experiment: str) -> str:
    """Log `record` as one run, or complete the run that already stands for its state.

    Parameters
    ----------
    record : Record
    experiment : str
        Made if it does not exist.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    TrackingError
        The tracking server cannot be reached or refuses.
    """
    root = Path(os.environ.get("DVC_ROOT", ".")).resolve()
    _quiet_environment()
    import mlflow
    from mlflow.exceptions import MlflowException

    uri = os.environ.get("MLFLOW_TRACKING_URI") or embedded_uri(root)
    with _one_at_a_time(root, uri):
        try:
            if uri == embedded_uri(root):
                follow_move(root)
            mlflow.set_tracking_uri(uri)
            client = mlflow.MlflowClient()
            experiment_id = _experiment(
                client, experiment, root, embedded=uri == embedded_uri(root)
            )
            run_id, complete = _find_or_create(client, experiment_id, record)
            if not complete:
                with mlflow.start_run(run_id=run_id):
                    _log(client, run_id, record)
        except (MlflowException, OSError) as error:
            reason = " ".join(str(error).split())[:300]
            raise TrackingError(
                f"the tracking store {_without_password(uri)} cannot be used ({reason}); "
                "all other stages are done, and the next `dvc repro` runs this one alone"
            ) from error
    return run_id


def embedded_uri(root: Path) -> str:
    """Return the address of the store that lives in the repository."""
    return f"sqlite:///{root}/mlflow.db"


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


def _find_or_create(client: "MlflowClient", experiment_id: str, record: Record) -> tuple[str, bool]:
    """Return the run of a state, and whether it is complete already."""
    runs = client.search_runs(
        [experiment_id], f"tags.`{KEY_TAG}` = '{record.key}'", order_by=["attributes.start_time"]
    )
    tags = _origin()
    if runs:
        run = runs[0]
        for name, value in tags.items():
            # The same state may be reached again under another name; the first one stands.
            if name not in run.data.tags:
                client.set_tag(run.info.run_id, name, value)
        return run.info.run_id, run.info.status == "FINISHED"
    run = client.create_run(
        experiment_id,
        run_name=tags.get("dvc.exp.name", record.name),
        # The key goes in with the run itself: a run cut short right after is found again.
        tags={KEY_TAG: record.key, **record.tags, **tags},
    )
    return run.info.run_id, False


def _log(client: "MlflowClient", run_id: str, record: Record) -> None:
    from mlflow.entities import Metric, Param

    # With the run's own start as their time, metrics logged twice are the same metrics.
    time = client.get_run(run_id).info.start_time
    metrics = [
        Metric(name, float(value), time, 0)
        for name, value in record.metrics.items()
        if value is not None
    ]
    metrics += [
        Metric(name, value, time, k)
        for name, curve in record.curves.items()
        for k, value in curve.items()
    ]
    params = [Param(name, value) for name, value in flatten(record.params).items()]
    for start in range(0, len(params), 100):  # the most that one request may hold
        client.log_batch(run_id, params=params[start : start + 100])
    for start in range(0, len(metrics), 1000):
        client.log_batch(run_id, metrics=metrics[start : start + 1000])
    client.set_tag(run_id, "mlflow.note.content", record.description)
    _log_dataset(client, run_id, record.dataset)
    for path in record.pictures:
        client.log_artifact(run_id, str(path), f"plots/{path.parent.name}")
    for path in record.documents:
        folder = path.parent.name if len(path.parts) > 2 else None
        client.log_artifact(run_id, str(path), folder)
    _log_model(client, run_id, record)


def _log_dataset(client: "MlflowClient", run_id: str, dataset: Dataset) -> None:
    from mlflow.entities import Dataset as LoggedDataset
    from mlflow.entities import DatasetInput, InputTag

    schema = [
        {"name": name, "type": kind, "required": True} for name, kind in dataset.columns.items()
    ]
    client.log_inputs(
        run_id,
        datasets=[
            DatasetInput(
                LoggedDataset(
                    name=dataset.name,
                    digest=dataset.digest[:36],
                    source_type="local",
                    source=json.dumps({"uri": dataset.path}),
                    schema=json.dumps({"mlflow_colspec": schema}),
                    profile=json.dumps({"num_rows": dataset.rows}),
                ),
                [InputTag("mlflow.data.context", "training")],
            )
        ],
    )


def _log_model(client: "MlflowClient", run_id: str, record: Record) -> None:
    from mlflow.models import Model

    run = client.get_run(run_id)
    logged = client.search_logged_models(
        [run.info.experiment_id], filter_string=f"source_run_id = '{run_id}'"
    )
    if any(model.status == "READY" for model in logged):
        return
    for model in logged:
        client.delete_logged_model(model.model_id)
    # The file is a scikit-learn model in skops' format already. `mlflow.sklearn.log_model` would
    # load it, save it again and load that, which takes longer than all else that is logged.
    flavor = SimpleNamespace(__name__="mlflow.sklearn", save_model=_save_model)
    Model.log(artifact_path=None, name=MODEL_NAME, flavor=flavor, record=record)


def _save_model(*, path: str, mlflow_model: "Model", record: Record) -> None:
    """Lay out a folder that `mlflow.sklearn` and `mlflow.pyfunc` load, around the saved model."""
    from mlflow import pyfunc
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, Schema

    folder = Path(path)
    folder.mkdir(parents=True)
    shutil.copy(record.model_path, folder / "model.skops")
    example = record.example.to_json(orient="split", index=False)
    (folder / "input_example.json").write_text(example, encoding="utf-8")
    # Named here, because finding them out by running the model takes seconds.
    needs = [f"{name}=={version(name)}" for name in MODEL_REQUIREMENTS]
    (folder / "requirements.txt").write_text("\n".join(needs) + "\n", encoding="utf-8")
    python = {
        "python": platform.python_version(),
        "build_dependencies": ["pip"],
        "dependencies": ["-r requirements.txt"],
    }
    (folder / "python_env.yaml").write_text(yaml.safe_dump(python), encoding="utf-8")

    # Declared as double, MLflow would refuse a column of whole numbers as soon as it holds one
    # above 1, and so almost every table that was read from a CSV.
    types = {"double": AnyType(), "string": "string"}
    inputs = [ColSpec(types[kind], name) for name, kind in record.dataset.columns.items()]
    mlflow_model.signature = ModelSignature(Schema(inputs), Schema([ColSpec("long")]))
    mlflow_model.saved_input_example_info = {
        "artifact_path": "input_example.json",
        "type": "dataframe",
        "pandas_orient": "split",
    }
    pyfunc.add_to_model(
        mlflow_model,
        loader_module="mlflow.sklearn",
        model_path="model.skops",
        python_env="python_env.yaml",
        predict_fn="predict",
    )
    mlflow_model.add_flavor(
        "sklearn",
        pickled_model="model.skops",
        sklearn_version=version("scikit-learn"),
        serialization_format="skops",
        skops_trusted_types=list(TRUSTED_TYPES),
        code=None,
    )
    mlflow_model.save(str(folder / "MLmodel"))


def _experiment(client: "MlflowClient", name: str, root: Path, *, embedded: bool) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        if found.lifecycle_stage == "deleted":
            raise TrackingError(
                f"the MLflow experiment '{name}' is deleted; restore it, or set another "
                "track.experiment in params.yaml"
            )
        return str(found.experiment_id)
    location = (root / "mlartifacts").as_uri() if embedded else None
    # Makes the UI show runs, metrics and models rather than traces of language models.
    tags = {"mlflow.experimentKind": "custom_model_development"}
    return str(client.create_experiment(name, artifact_location=location, tags=tags))


@contextmanager
def _one_at_a_time(root: Path, uri: str) -> Iterator[None]:
    """Let one process at a time use the embedded store: SQLite has one writer.

    Two processes that create it at once would also race its migrations.
    """
    if uri != embedded_uri(root):
        yield
        return
    from filelock import FileLock

    with FileLock(root / "mlflow.db.lock"):
        yield


def _origin() -> dict[str, str]:
    """Say where the state comes from: git's view and DVC's experiment, as far as they exist."""
    baseline = os.environ.get("DVC_EXP_BASELINE_REV")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    tags = {
        "git.commit": baseline or _git("rev-parse", "HEAD"),
        "git.branch": _git("rev-parse", "--abbrev-ref", "HEAD"),
        "git.dirty": None if changed is None else str(_inputs_changed(changed)).lower(),
        "dvc.exp.name": os.environ.get("DVC_EXP_NAME"),
        "dvc.exp.baseline": baseline,
    }
    return {name: value for name, value in tags.items() if value}


def _inputs_changed(status: str) -> bool:
    """Whether anything but the pipeline's own results differs from the commit."""
    changed = [line[3:].strip('"') for line in status.splitlines()]
    return any(path != "dvc.lock" and not path.startswith("reports/") for path in changed)


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None  # no git here, or no commit yet: the run says nothing of it
    return done.stdout.rstrip("\n")


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
