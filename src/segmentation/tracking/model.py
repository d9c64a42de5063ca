"""Attach the saved model to a run, in the form that `mlflow.sklearn` and `mlflow.pyfunc` load."""

import platform
import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml

from segmentation.errors import InputError
from segmentation.repository.snapshot import md5
from segmentation.settings.shared.yaml_reader import parse_yaml
from segmentation.tracking.mlflow_internals import describe, loads_as
from segmentation.tracking.record import Record
from segmentation.tracking.serving import Serving

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.models import Model

MODEL_FILE = "model.skops"
MODEL_CARD = "MLmodel"  # how MLflow loads it
SERVING = "serving.json"
LOADER = "segmentation.tracking.served"  # a module of this package: no code lies in the store
MODEL_REQUIREMENTS = ("scikit-learn", "skops", "numpy", "pandas", "scipy")
PYTHON_ENV = {"build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]}


def _requires_the_known(content: bytes) -> bool:
    """Tell whether requirements name the model's libraries at one version each, and no other."""
    needed = r"\n".join(rf"{name}==[\w.+]+" for name in MODEL_REQUIREMENTS)
    return re.fullmatch(rf"{needed}\n", content.decode("utf-8", "replace")) is not None


def _is_plain_environment(content: bytes) -> bool:
    """Tell whether a Python environment names a version of Python and the requirements alone."""
    try:
        environment = parse_yaml(content)
    except ValueError:
        return False
    named = isinstance(environment, dict) and re.fullmatch(
        r"[\d.]+", str(environment.pop("python", ""))
    )
    return bool(named) and environment == PYTHON_ENV


def _names_a_version(content: bytes) -> bool:
    """Tell whether a note names a registered model and its version, or neither, and no more."""
    try:
        note = parse_yaml(content)
    except ValueError:
        return False
    return isinstance(note, dict) and set(note) == {"model_name", "model_version"}


# The files beside the model and its card, and what they may hold.
BESIDE: Mapping[str, Callable[[bytes], bool]] = {
    "input_example.json": bool,
    "requirements.txt": _requires_the_known,
    "python_env.yaml": _is_plain_environment,
}
# MLflow's own loaders leave it in an embedded store: what they were asked for.
LEFT_BEHIND: Mapping[str, Callable[[bytes], bool]] = {"registered_model_meta": _names_a_version}


def _layout(card: "Model", *, served: bool = True) -> None:
    """Say how MLflow loads the folder; older ones are not `served`: they answer ids alone."""
    describe(
        card,
        file=MODEL_FILE,
        example="input_example.json",
        environment="python_env.yaml",
        loader=LOADER if served else None,
    )


def _is(content: bytes, serving: Serving) -> bool:
    try:
        return Serving.parse(content) == serving
    except ValueError:
        return False


def model_of(client: "MlflowClient", run: "Run", name: str, params: Mapping[str, str]) -> str:
    """Return the id of the run's model, made under a name if it has none.

    Another clone may make one in the same moment; of several the oldest counts. Since it may be
    seen last, `settle` asks again in the end.
    """
    models = _models(client, run)
    if not models:
        made = client.create_logged_model(
            run.info.experiment_id, name, run.info.run_id, params=dict(params)
        )
        models = _models(client, run)
        if models[0] != made.model_id:
            client.delete_logged_model(made.model_id)
    return models[0]


def settle(client: "MlflowClient", run: "Run", model_id: str) -> bool:
    """Make a model that was logged whole the one of its run; tell whether it is still there."""
    from mlflow.entities import LoggedModelOutput

    models = _models(client, run)
    if models[:1] != [model_id]:
        return False
    for younger in models[1:]:
        client.delete_logged_model(younger)
    logged = client.get_run(run.info.run_id).outputs.model_outputs
    if model_id not in {output.model_id for output in logged}:
        client.log_outputs(run.info.run_id, [LoggedModelOutput(model_id, step=0)])
    return True


def _models(client: "MlflowClient", run: "Run") -> list[str]:
    """Return the models of a run, the oldest first."""
    query = f"source_run_id = '{run.info.run_id}'"
    logged = client.search_logged_models([run.info.experiment_id], filter_string=query)
    logged = sorted(logged, key=lambda model: (model.creation_timestamp, model.model_id))
    return [str(model.model_id) for model in logged]


def delete_models(client: "MlflowClient", run: "Run") -> None:
    """Delete the models of a run."""
    for model_id in _models(client, run):
        client.delete_logged_model(model_id)


def has_files(client: "MlflowClient", run: "Run") -> bool:
    """Tell whether the files of a run's model are where the store says."""
    outputs = run.outputs.model_outputs if run.outputs else ()
    return bool(outputs) and all(
        {MODEL_FILE, MODEL_CARD}
        <= {item.path for item in client.list_logged_model_artifacts(output.model_id)}
        for output in outputs
    )


def read(client: "MlflowClient", run: "Run", digest: str, serving: Callable[[], Serving]) -> bytes:
    """Return the saved model of a run, once it is sure that it is the one that was logged.

    Whoever can write to the store can change what MLflow loads as code: the model itself, the
    loader that `MLmodel` names, folders that are put on Python's path, libraries to install.

    Parameters
    ----------
    client : MlflowClient
    run : Run
    digest : str
        DVC's hash of the model, from the `dvc.lock` of the run's state.
    serving : callable
        Gives what the run's state says of how the model is served.

    Raises
    ------
    InputError
        A file is missing, is another, or does not belong there.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    outputs = run.outputs.model_outputs if run.outputs else ()
    if not outputs:
        raise InputError(f"the run '{run.info.run_name}' has no model")
    model_id = outputs[0].model_id
    with TemporaryDirectory() as folder:
        try:
            names = {item.path for item in client.list_logged_model_artifacts(model_id)}
            place = download_artifacts(artifact_uri=f"models:/{model_id}", dst_path=folder)
            files = {name: Path(place, name) for name in names}
            contents = {name: file.read_bytes() for name, file in files.items() if file.is_file()}
        except (MlflowException, OSError) as error:
            raise InputError(
                f"the tracking store has lost the model of the run '{run.info.run_name}'"
            ) from error
    checks = {**BESIDE, **{name: LEFT_BEHIND[name] for name in names & LEFT_BEHIND.keys()}}
    served = SERVING in names
    if served:
        checks[SERVING] = partial(_is, serving=serving())
    wrong = names ^ {MODEL_FILE, MODEL_CARD, *checks}
    wrong |= {name for name in checks if not checks[name](contents.get(name, b""))}
    if md5(contents.get(MODEL_FILE, b"")) != digest:
        wrong.add(MODEL_FILE)
    layout = partial(_layout, served=served)
    if MODEL_CARD not in wrong and not loads_as(contents[MODEL_CARD], layout):
        wrong.add(MODEL_CARD)
    if wrong:
        raise InputError(
            f"the model of the run '{run.info.run_name}' is not the one that was logged: "
            f"{', '.join(sorted(wrong))} differs in the tracking store"
        )
    return contents[MODEL_FILE]


def attach(client: "MlflowClient", run_id: str, model_id: str, record: Record) -> None:
    """Attach the saved model.

    The file is a scikit-learn model in skops' format already. `mlflow.sklearn.log_model` would load
    it, save it again and load that, which takes longer than all else that is logged.
    """
    from mlflow.models import Model

    place = client.get_logged_model(model_id).artifact_location
    model = Model(artifact_path=place, model_uuid=model_id, run_id=run_id, model_id=model_id)
    with TemporaryDirectory() as folder:
        _save(Path(folder), model, record)
        client.log_model_artifacts(model_id, folder)
    client.finalize_logged_model(model_id, "READY")


def _save(folder: Path, mlflow_model: "Model", record: Record) -> None:
    """Lay out a folder that `mlflow.sklearn` and `mlflow.pyfunc` load, around the saved model."""
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, Schema

    (folder / MODEL_FILE).write_bytes(record.model)
    (folder / SERVING).write_bytes(record.serving.to_json())
    example = record.example.to_json(orient="split", index=False)
    (folder / "input_example.json").write_text(example, encoding="utf-8")
    # Named here, because finding them out by running the model takes seconds.
    needs = [f"{name}=={version(name)}" for name in MODEL_REQUIREMENTS]
    (folder / "requirements.txt").write_text("\n".join(needs) + "\n", encoding="utf-8")
    python = yaml.safe_dump({"python": platform.python_version(), **PYTHON_ENV})
    (folder / "python_env.yaml").write_text(python, encoding="utf-8")

    # Declared as double, MLflow would refuse a column of whole numbers as soon as it holds one
    # above 1, and so almost every table that was read from a CSV; declared as text, a 3 or true.
    inputs = [ColSpec(AnyType(), str(name)) for name in record.example]
    outputs = [
        ColSpec("long", "segment", required=False),
        ColSpec("string", "name", required=False),
        ColSpec("double", "confidence", required=False),
        ColSpec("string", "not_scored", required=False),
    ]
    mlflow_model.signature = ModelSignature(Schema(inputs), Schema(outputs))
    _layout(mlflow_model)
    mlflow_model.save(str(folder / MODEL_CARD))
