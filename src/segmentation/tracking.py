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
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml

from segmentation.errors import InputError, TrackingError
from segmentation.files import TRUSTED_TYPES

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.models import Model

KEY_TAG = "dvc.lock.key"
EXPERIMENT_TAG = "dvc.exp.name"  # the first DVC experiment that reached the state
ALSO_TAG = "dvc.exp.also"  # later ones, separated by commas
STAGE = "track"  # left out of the key: it is not part of the state that it tracks
MODEL_NAME = "model"
CHAMPION = "champion"  # the registry's alias, and the tag of the run that it stands for
LONGEST_TAG = 8000
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


def md5_of_output(stages: Mapping[str, Any], path: Path) -> str:
    """Return DVC's hash of an output."""
    for entry in stages.values():
        for out in entry.get("outs", ()):
            if out["path"] == path.as_posix():
                return str(out["md5"])
    raise TrackingError(f"dvc.lock knows no output '{path}'; run `dvc repro`")


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


def shortened(text: str) -> str:
    """Cut a description at the end of a line to the length that MLflow takes."""
    if len(text) <= LONGEST_TAG:
        return text
    rest = "\n\nThe rest is among the run's artifacts, in `profile/segments.md`.\n"
    return text[: LONGEST_TAG - len(rest)].rpartition("\n")[0] + rest


def track(
    record: Record,
    *,
    experiment: str,
    root: Path | None = None,
    origin: Mapping[str, str] | None = None,
    time: int | None = None,
) -> str:
    """Log `record` as one run, or complete the run that already stands for its state.

    Parameters
    ----------
    record : Record
    experiment : str
        Made if it does not exist.
    root : Path, optional
        The repository that holds the embedded store; by default the one that DVC runs in.
    origin : mapping of str to str, optional
        Tags that say where the state comes from; by default what git and DVC say here and now.
    time : int, optional
        When the state was reached, in milliseconds since 1970 (UTC); by default now.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    TrackingError
        The tracking server cannot be reached or refuses.
    """
    root = root or repository()
    with open_store(root) as client:
        experiment_id = _experiment(client, experiment, root)
        tags = _origin() if origin is None else origin
        run = _claim(client, experiment_id, record, tags, time)
        if run.info.status != "FINISHED":
            _log_whole(client, run, record)
            client.set_terminated(run.info.run_id, "FINISHED", end_time=time)
        return str(_first(client, experiment_id, record.key, run.info.run_id).info.run_id)


def tracked(key: str, origin: Mapping[str, str], *, experiment: str, root: Path) -> bool:
    """Tell whether a state has a complete run; if so, note that it came from `origin` too."""
    with open_store(root) as client:
        found = client.get_experiment_by_name(experiment)
        runs = _runs(client, found.experiment_id, key) if found else []
        if not runs or runs[0].info.status != "FINISHED":
            return False
        _add_origin(client, runs[0], origin)
        return True


def find_run(
    client: "MlflowClient", experiment: str, *, wanted: str | None, key: str | None
) -> "Run":
    """Return a complete run by its id or name, or the one that stands for a state.

    Raises
    ------
    InputError
        There is no such run, or several have the name.
    """
    found = client.get_experiment_by_name(experiment)
    runs = client.search_runs([found.experiment_id], max_results=50_000) if found else []
    if wanted is None:
        runs = [run for run in runs if run.data.tags.get(KEY_TAG) == key]
        missing = "the present state is not tracked yet; run `dvc repro` first"
    else:
        named = [run for run in runs if run.info.run_name == wanted]
        runs = [run for run in runs if run.info.run_id == wanted] or named
        missing = f"there is no run '{wanted}' in the experiment '{experiment}'"
    runs = [run for run in runs if run.info.status == "FINISHED"]
    if not runs:
        raise InputError(missing)
    if len(runs) > 1:
        ids = ", ".join(sorted(run.info.run_id for run in runs))
        raise InputError(f"{len(runs)} runs are named '{wanted}'; give the id of one: {ids}")
    return runs[0]


def read_artifact(client: "MlflowClient", run_id: str, path: str) -> str:
    """Return the text of a file that is attached to a run."""
    with TemporaryDirectory() as folder:
        local = client.download_artifacts(run_id, path, folder)
        return Path(local).read_text(encoding="utf-8")


def champion(client: "MlflowClient", model: str) -> "Run | None":
    """Return the run of the registered model's champion, if there is one."""
    from mlflow.exceptions import MlflowException

    try:
        version = client.get_model_version_by_alias(model, CHAMPION)
        return client.get_run(version.run_id)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None  # no model of this name, no champion, or its run is gone
        raise


def crown(client: "MlflowClient", model: str, run: "Run") -> str:
    """Register the model of a run, make it the champion, tag the run. Return the version."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(model)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    run_id = run.info.run_id
    versions = client.search_model_versions(f"name = '{model}'")
    version = next((v for v in versions if v.run_id == run_id), None)
    if version is None:
        model_id = run.outputs.model_outputs[0].model_id
        place = client.get_logged_model(model_id).artifact_location
        version = client.create_model_version(model, place, run_id, model_id=model_id)
    before = champion(client, model)
    if before is not None and before.info.run_id != run_id:
        client.delete_tag(before.info.run_id, CHAMPION)
    client.set_registered_model_alias(model, CHAMPION, version.version)
    client.set_tag(run_id, CHAMPION, "true")
    return str(version.version)


def ui_path(experiment: str, root: Path) -> str:
    """Return where in the UI the runs are, in the columns that tell them apart."""
    with open_store(root) as client:
        found = _experiment(client, experiment, root)
    return f"/#/experiments/{found}/runs?viewStateShareKey={VIEW}"


def repository() -> Path:
    """Return the repository's root, also from the temporary copy that DVC runs an experiment in."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


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
            f"the tracking store {_without_password(uri)} {_reason(error)}; "
            "all other stages are done, and the next `dvc repro` runs this one alone"
        ) from error


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


def _runs(client: "MlflowClient", experiment_id: str, key: str) -> list["Run"]:
    """Return the runs of a state in an order on which all clones agree, a complete one first."""
    runs = client.search_runs([experiment_id], f"tags.`{KEY_TAG}` = '{key}'")
    return sorted(
        runs, key=lambda run: (run.info.status != "FINISHED", run.info.start_time, run.info.run_id)
    )


def _first(client: "MlflowClient", experiment_id: str, key: str, mine: str) -> "Run":
    """Return the one run of a state; delete mine if another clone was first.

    MLflow cannot hold a tag to be unique, so two clones that track a state in the same moment may
    both make a run. Each looks again after it made one and after it completed it.
    """
    runs = _runs(client, experiment_id, key)
    if runs[0].info.run_id != mine and mine in {run.info.run_id for run in runs}:
        client.delete_run(mine)
    return runs[0]


def _claim(
    client: "MlflowClient",
    experiment_id: str,
    record: Record,
    origin: Mapping[str, str],
    time: int | None,
) -> "Run":
    """Return the run that stands for a state, made if there is none."""
    runs = _runs(client, experiment_id, record.key)
    if runs:
        _add_origin(client, runs[0], origin, record.name)
        return runs[0]
    run = client.create_run(
        experiment_id,
        start_time=time,
        run_name=origin.get(EXPERIMENT_TAG, record.name),
        # The key goes in with the run itself: a run cut short right after is found again.
        tags={KEY_TAG: record.key, **record.tags, **origin},
    )
    return _first(client, experiment_id, record.key, run.info.run_id)


def _add_origin(
    client: "MlflowClient", run: "Run", origin: Mapping[str, str], automatic: str | None = None
) -> None:
    """Note that a state was reached again: what is known of it stands, what is new is added."""
    tags, run_id = dict(run.data.tags), run.info.run_id
    if tags.get("git.dirty") == "true" and origin.get("git.dirty") == "false":
        # The state was committed since: the commit can be checked out, a dirty one cannot.
        tags = {name: value for name, value in tags.items() if "git." not in name}
    name, first = origin.get(EXPERIMENT_TAG), tags.get(EXPERIMENT_TAG)
    also = tags.get(ALSO_TAG, "").split(", ") if ALSO_TAG in tags else []
    added = {tag: value for tag, value in origin.items() if tag not in tags}
    if name and first and name not in (first, *also):
        added[ALSO_TAG] = ", ".join([*also, name])
    for tag, value in added.items():
        client.set_tag(run_id, tag, value)
    if name and not first and run.info.run_name == automatic:
        client.update_run(run_id, name=name)  # nobody chose the name that it had


def _log_whole(client: "MlflowClient", run: "Run", record: Record) -> None:
    """Log everything, again if another clone wrote the same row in the same moment."""
    from mlflow.exceptions import MlflowException

    for left in (2, 1, 0):
        try:
            _log(client, run, record)
        except MlflowException as error:
            if "IntegrityError" not in str(error) or not left:
                raise
        else:
            return


def _log(client: "MlflowClient", run: "Run", record: Record) -> None:
    """Log everything. Whatever a run that was cut short holds already is the same afterwards."""
    from mlflow.entities import Metric, Param

    run_id, params = run.info.run_id, flatten(record.params)
    model_id = _model(client, run, params)
    # With the run's own start as their time, metrics logged twice are the same metrics.
    time = run.info.start_time
    metrics = [
        Metric(name, float(value), time, 0, model_id=model_id, run_id=run_id)
        for name, value in record.metrics.items()
        if value is not None
    ]
    metrics += [
        Metric(name, value, time, k)
        for name, curve in record.curves.items()
        for k, value in curve.items()
    ]
    entries = [Param(name, value) for name, value in params.items()]
    for start in range(0, len(entries), 100):  # the most that one request may hold
        client.log_batch(run_id, params=entries[start : start + 100])
    for start in range(0, len(metrics), 1000):
        client.log_batch(run_id, metrics=metrics[start : start + 1000])
    client.set_tag(run_id, "mlflow.note.content", shortened(record.description))
    _log_dataset(client, run_id, record.dataset)
    for path in record.pictures:
        client.log_artifact(run_id, str(path), f"plots/{path.parent.name}")
    for path in record.documents:
        folder = path.parent.name if len(path.parts) > 2 else None
        client.log_artifact(run_id, str(path), folder)
    _log_model(client, run_id, model_id, record)


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


def _model(client: "MlflowClient", run: "Run", params: Mapping[str, str]) -> str:
    """Return the id of the run's model, made if it has none."""
    from mlflow.entities import LoggedModelOutput

    experiment_id, run_id = run.info.experiment_id, run.info.run_id

    def oldest() -> list[str]:
        query = f"source_run_id = '{run_id}'"
        found = client.search_logged_models([experiment_id], filter_string=query)
        found = sorted(found, key=lambda model: (model.creation_timestamp, model.model_id))
        return [str(model.model_id) for model in found]

    models = oldest()
    if not models:
        made = client.create_logged_model(experiment_id, MODEL_NAME, run_id, params=dict(params))
        models = oldest()
        if models[0] != made.model_id:  # another clone made one in the same moment
            client.delete_logged_model(made.model_id)
    logged = client.get_run(run_id).outputs.model_outputs
    if models[0] not in {output.model_id for output in logged}:
        client.log_outputs(run_id, [LoggedModelOutput(models[0], step=0)])
    return models[0]


def _log_model(client: "MlflowClient", run_id: str, model_id: str, record: Record) -> None:
    """Attach the saved model.

    The file is a scikit-learn model in skops' format already. `mlflow.sklearn.log_model` would load
    it, save it again and load that, which takes longer than all else that is logged.
    """
    from mlflow.models import Model

    place = client.get_logged_model(model_id).artifact_location
    model = Model(artifact_path=place, model_uuid=model_id, run_id=run_id, model_id=model_id)
    with TemporaryDirectory() as folder:
        _save_model(Path(folder), model, record)
        client.log_model_artifacts(model_id, folder)
    client.finalize_logged_model(model_id, "READY")


def _save_model(folder: Path, mlflow_model: "Model", record: Record) -> None:
    """Lay out a folder that `mlflow.sklearn` and `mlflow.pyfunc` load, around the saved model."""
    from mlflow import pyfunc
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, Schema

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


def _experiment(client: "MlflowClient", name: str, root: Path) -> str:
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


def _origin() -> dict[str, str]:
    """Say where the state comes from: git's view and DVC's experiment, as far as they exist."""
    baseline = os.environ.get("DVC_EXP_BASELINE_REV")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    commit = baseline or _git("rev-parse", "HEAD")
    branch = _git("rev-parse", "--abbrev-ref", "HEAD")
    tags = {
        "git.commit": commit,
        "git.branch": None if branch == "HEAD" else branch,
        "git.dirty": None if changed is None else str(_inputs_changed(changed)).lower(),
        EXPERIMENT_TAG: os.environ.get("DVC_EXP_NAME"),
        "dvc.exp.baseline": baseline,
        # What the UI's columns "Source", "Version" and "User" show.
        "mlflow.source.name": "dvc exp run" if baseline else "dvc repro",
        "mlflow.source.git.commit": commit,
        "mlflow.user": _git("config", "user.name"),
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
