"""The registered model and its champion: the run that was promoted last."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

DESCRIPTION = (
    "From a row of a customers' table to the customer's segment. The version `champion` is the "
    "reference: later runs keep its segments' numbers and names."
)
CHAMPION = "champion"  # the registry's alias, and the tag of the run that it stands for


def champion(client: "MlflowClient", model: str) -> "Run | None":
    """Return the run of the registered model's champion, if there is one."""
    from mlflow.exceptions import MlflowException

    try:
        version = client.get_model_version_by_alias(model, CHAMPION)
        run = client.get_run(version.run_id)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None  # no model of this name, no champion, or its run is gone
        raise
    return run if run.info.lifecycle_stage == "active" else None  # another was put in its place


def version_of(client: "MlflowClient", model: str, run: "Run") -> str:
    """Return the version of the registered model that a run's model is; empty if it is none."""
    versions = client.search_model_versions(f"name = '{model}'")
    return next((str(each.version) for each in versions if each.run_id == run.info.run_id), "")


def make_champion(client: "MlflowClient", model: str, run: "Run") -> str:
    """Register the model of a run, make it the champion, tag the run. Return the version."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(model, description=DESCRIPTION)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    run_id = run.info.run_id
    versions = client.search_model_versions(f"name = '{model}'")
    made = next((v for v in versions if v.run_id == run_id), None)
    if made is None:
        model_id = run.outputs.model_outputs[0].model_id
        place = client.get_logged_model(model_id).artifact_location
        told = f"{run.info.run_name}: {run.data.tags.get('headline', '')}".rstrip(": ")
        made = client.create_model_version(
            model, place, run_id, model_id=model_id, description=told
        )
    before = champion(client, model)
    if before is not None and before.info.run_id != run_id:
        client.delete_tag(before.info.run_id, CHAMPION)
    client.set_registered_model_alias(model, CHAMPION, made.version)
    client.set_tag(run_id, CHAMPION, "true")
    return str(made.version)
