"""Attach the saved model to a run, in the form that `mlflow.sklearn` and `mlflow.pyfunc` load."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml

from segmentation.tracking.mlflow_internals import describe_as_sklearn
from segmentation.tracking.record import Record

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.models import Model

MODEL_NAME = "model"
MODEL_REQUIREMENTS = ("scikit-learn", "skops", "numpy", "pandas", "scipy")


def model_of(client: "MlflowClient", run: "Run", params: Mapping[str, str]) -> str:
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

    (folder / "model.skops").write_bytes(record.model)
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
    names = [str(name) for name in record.example]
    inputs = [ColSpec(types[record.dataset.columns[name]], name) for name in names]
    mlflow_model.signature = ModelSignature(Schema(inputs), Schema([ColSpec("long")]))
    describe_as_sklearn(
        mlflow_model,
        file="model.skops",
        example="input_example.json",
        environment="python_env.yaml",
    )
    mlflow_model.save(str(folder / "MLmodel"))
