"""One state of the pipeline, one run.

DVC owns the truth; a run is a view of it. The run carries a key made from `dvc.lock`, so the same
state is the same run, however often it is tracked, and a run that was cut short is completed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from segmentation import paths
from segmentation.errors import InputError
from segmentation.tracking import model
from segmentation.tracking.mlflow_internals import (
    dataset_input,
    tag_of_tables,
    two_wrote_at_once,
)
from segmentation.tracking.origin import ALSO_TAG, EXPERIMENT_TAG, KEY_TAG, present_origin
from segmentation.tracking.record import Record, artifact_of, flatten, shortened
from segmentation.tracking.store import experiment_of, open_store, repository

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


def track(
    record: Record,
    *,
    experiment: str,
    root: Path | None = None,
    origin: Mapping[str, str] | None = None,
    time: int | None = None,
    anew: bool = False,
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
    anew : bool
        Put a new run in the place of the one that is there: it may have been logged wrong. MLflow
        keeps the old one among its deleted runs.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    TrackingError
        The tracking server cannot be reached or refuses.
    """
    from mlflow.exceptions import MlflowException

    root = root or repository()
    with open_store(root) as client:
        experiment_id = experiment_of(client, experiment, root)
        tags = present_origin() if origin is None else origin
        if anew:
            for old in _runs(client, experiment_id, record.key):
                _delete(client, old)
        for left in (4, 3, 2, 1, 0):
            try:
                if run_id := _complete(client, experiment_id, record, tags, time):
                    return run_id
            except MlflowException as error:
                if not two_wrote_at_once(error) or not left:
                    raise
        raise MlflowException("other clones log the same run; run `segmentation track` again")


def tracked(key: str, origin: Mapping[str, str], *, experiment: str, root: Path) -> bool:
    """Tell whether a state has a complete run; if so, note that it came from `origin` too."""
    with open_store(root) as client:
        stored = client.get_experiment_by_name(experiment)
        runs = _runs(client, stored.experiment_id, key) if stored else []
        if not runs or runs[0].info.status != "FINISHED" or not _has_files(client, runs[0]):
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
    stored = client.get_experiment_by_name(experiment)
    if wanted is None:
        runs = _runs(client, stored.experiment_id, key or "") if stored else []
        missing = "the present state is not tracked; run `segmentation track` first"
    else:
        runs = client.search_runs([stored.experiment_id], max_results=50_000) if stored else []
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


def read_artifact(client: "MlflowClient", run: "Run", path: str) -> bytes:
    """Return the content of a file that is attached to a run.

    Raises
    ------
    InputError
        The store has lost it.
    """
    from mlflow.exceptions import MlflowException

    with TemporaryDirectory() as folder:
        try:
            return Path(client.download_artifacts(run.info.run_id, path, folder)).read_bytes()
        except (MlflowException, OSError) as error:
            raise InputError(
                f"the tracking store has lost {path} of the run '{run.info.run_name}'; "
                f"{log_again(run)}"
            ) from error


def log_again(run: "Run") -> str:
    """Say how a run whose files are lost or changed comes back: from git and DVC."""
    commit = run.data.tags.get("git.commit")
    there = f" (in a clone at commit {commit[:7]}, if this is another state)" if commit else ""
    return f"log it again from DVC with `segmentation track --anew`{there}"


def _has_files(client: "MlflowClient", run: "Run") -> bool:
    """Tell whether the files of a run are where the store says; a look at the names is enough."""
    attached = {item.path for item in client.list_artifacts(run.info.run_id)}
    return paths.DVC_LOCK.name in attached and model.has_files(client, run)


def _runs(client: "MlflowClient", experiment_id: str, key: str) -> list["Run"]:
    """Return the runs of a state in an order on which all clones agree, a complete one first."""
    runs = client.search_runs([experiment_id], f"tags.`{KEY_TAG}` = '{key}'")
    return sorted(
        runs, key=lambda run: (run.info.status != "FINISHED", run.info.start_time, run.info.run_id)
    )


def _complete(
    client: "MlflowClient",
    experiment_id: str,
    record: Record,
    origin: Mapping[str, str],
    time: int | None,
) -> str | None:
    """Log what the run of a state lacks; return its id, or none if another clone interfered.

    MLflow cannot hold a tag to be unique, so two clones that track a state in the same moment may
    both make a run. The first to be complete stays. Each looks again after it completed its own:
    whoever does so last sees them all, and leaves the one on which all clones agree.
    """
    run = _claim(client, experiment_id, record, origin, time)
    # A run's figures may be there and its files not: they are kept at another place.
    if run.info.status != "FINISHED" or not _has_files(client, run):
        if not model.settle(client, run, _log(client, run, record)):
            return None
        done = _runs(client, experiment_id, record.key)[0]
        if done.info.status == "FINISHED" and done.info.run_id != run.info.run_id:
            _delete(client, run)
            return str(done.info.run_id)
        client.set_terminated(run.info.run_id, "FINISHED", end_time=time)
    first, *others = _runs(client, experiment_id, record.key)
    for other in others:
        if other.info.status == "FINISHED":
            _delete(client, other)
    return str(first.info.run_id)


def _delete(client: "MlflowClient", run: "Run") -> None:
    """Delete a run with its models."""
    model.delete_models(client, run)
    client.delete_run(run.info.run_id)


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
        _add_origin(client, runs[0], origin, _automatic(record))
        return runs[0]
    plain, longer = _automatic(record)
    run = client.create_run(
        experiment_id,
        start_time=time,
        run_name=origin.get(EXPERIMENT_TAG)
        or (longer if _is_taken(client, experiment_id, plain) else plain),
        # The key goes in with the run itself: a run cut short right after is found again.
        tags={KEY_TAG: record.key, **record.tags, **origin},
    )
    first = _runs(client, experiment_id, record.key)[0]
    if first.info.run_id != run.info.run_id:
        client.delete_run(run.info.run_id)
    return first


def _automatic(record: Record) -> tuple[str, str]:
    """Return what the run of a state is called by itself, and where another run has that name."""
    return record.name, f"{record.name} {record.key[:7]}"


def _is_taken(client: "MlflowClient", experiment_id: str, name: str) -> bool:
    query = f"attributes.run_name = '{name}'"
    return bool(client.search_runs([experiment_id], filter_string=query, max_results=1))


def _add_origin(
    client: "MlflowClient", run: "Run", origin: Mapping[str, str], automatic: Sequence[str] = ()
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
    if name and not first and run.info.run_name in automatic:
        client.update_run(run_id, name=name)  # nobody chose the name that it had


def _log(client: "MlflowClient", run: "Run", record: Record) -> str:
    """Log everything; return the id of the model.

    Whatever a run that was cut short holds already is the same afterwards.
    """
    from mlflow.entities import Metric, Param

    run_id, params = run.info.run_id, flatten(record.params)
    _, name = _automatic(record)
    model_id = model.model_of(client, run, name, params)
    # With the run's own start as their time, metrics logged twice are the same metrics.
    time, data = run.info.start_time, record.dataset
    metrics = [
        Metric(name, float(value), time, 0, model_id, data.name, data.digest, run_id)
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
    client.log_inputs(run_id, datasets=[dataset_input(record.dataset)])
    tables = {
        Path(name): table.to_json(orient="split", index=False).encode()
        for name, table in record.tables.items()
    }
    _log_files(client, run_id, {**record.files, **tables})
    for tag, value in tag_of_tables(record.tables).items():
        client.set_tag(run_id, tag, value)
    model.attach(client, run_id, model_id, record)
    return model_id


def _log_files(client: "MlflowClient", run_id: str, files: Mapping[Path, bytes]) -> None:
    with TemporaryDirectory() as folder:
        for path, content in files.items():
            target = folder / artifact_of(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        client.log_artifacts(run_id, folder)
