"""All that rests on what MLflow does not promise: tables, files and tags as it lays them out.

Written for MLflow 3.17. `tests/tracking/test_mlflow_internals.py` tries each of these with the
version that is installed, so that a new one which does otherwise is told here and not by a user.
"""

import ast
import csv
import io
import json
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.algorithms.models import TRUSTED_TYPES
from segmentation.errors import InputError, nearest, shortened
from segmentation.settings.shared.yaml_reader import parse_yaml
from segmentation.tracking.record import Dataset

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput
    from mlflow.models import Model

# The columns that tell runs apart: a shared view of the UI, opened by the address from `ui_path`.
VIEW = "segments"
COLUMNS = [
    *(f"metrics.`{name}`" for name in ("k", "structure_level", "stability_min", "noise_share")),
    "metrics.`silhouette`",
    *(f"params.`{name}`" for name in ("train.algorithm", "train.k", "featurize.scaler")),
]
EXPERIMENT_TAGS = {
    # Makes the UI show runs, metrics and models rather than traces of language models.
    "mlflow.experimentKind": "custom_model_development",
    "mlflow.note.content": (
        "Customer segments, one run for each state of the DVC pipeline. Whether segments are to be "
        "trusted is told by structure_level (2 separate groups, 1 slices of a continuum, 0 one "
        "population), stability_min and noise_share; silhouettes compare only between runs of one "
        "scaler."
    ),
    "mlflow.experiment.primaryMetric.name": "silhouette",
    "mlflow.experiment.primaryMetric.greaterIsBetter": "True",
    f"mlflow.sharedViewState.{VIEW}": json.dumps({"selectedColumns": COLUMNS}),
}

# Where the embedded store keeps the absolute places of its artifacts.
PLACES = {
    "experiments": "artifact_location",
    "runs": "artifact_uri",
    "logged_models": "artifact_location",
}


def ui_path(experiment_id: str) -> str:
    """Return where in the UI the runs of an experiment are, in the columns that tell them apart."""
    view = f"viewStateShareKey={VIEW}&workflowType=machine_learning"
    return f"/#/experiments/{experiment_id}/runs?{view}"


def tag_of_tables(names: Iterable[str]) -> dict[str, str]:
    """Return the tag by which the UI shows attached files as tables."""
    shown = [{"path": name, "type": "table"} for name in names]
    return {"mlflow.loggedArtifacts": json.dumps(shown)} if shown else {}


def make_database(file: Path, artifacts: Path) -> None:
    """Make an empty store in a new SQLite database."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    SqlAlchemyStore(f"sqlite:///{file}", artifacts.as_uri()).engine.dispose()


def follow_move(database: Path, artifacts: Path) -> None:
    """Point a store at its artifacts again after the folder that holds both was moved.

    MLflow stores absolute paths, even where relative ones are given to it, and has no command to
    change them.
    """
    here = artifacts.as_uri()
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        places = connection.execute(
            "SELECT DISTINCT artifact_location FROM experiments WHERE artifact_location LIKE ?",
            (f"file:%/{artifacts.name}",),
        )
        for (old,) in [row for row in places.fetchall() if row[0] != here]:
            for table, column in PLACES.items():
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608
                    f"WHERE substr({column}, 1, ?) = ?",
                    (here, len(old) + 1, len(old), old),
                )


def two_wrote_at_once(error: Exception) -> bool:
    """Whether a store refused what another process wrote, or deleted, in the same moment."""
    gone = r"Logged model with ID '[^']*' not found|Current state is deleted"
    return "IntegrityError" in str(error) or re.search(gone, str(error)) is not None


def dataset_input(dataset: Dataset) -> "DatasetInput":
    """Return the customers' file as what a run was trained on, without reading it."""
    from mlflow.entities import Dataset as LoggedDataset
    from mlflow.entities import DatasetInput, InputTag

    schema = [
        {"name": name, "type": kind, "required": True} for name, kind in dataset.columns.items()
    ]
    return DatasetInput(
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


def describe(
    model: "Model", *, file: str, example: str, environment: str, loader: str | None
) -> None:
    """Let `mlflow.sklearn` and `mlflow.pyfunc` load a model that lies in a folder already.

    Parameters
    ----------
    model : Model
        What is written as ``MLmodel``.
    file, example, environment : str
        Names in the folder of the model in skops' format, of its input example and of its Python
        environment.
    loader : str or None
        The module with which `mlflow.pyfunc` loads the folder; without one it loads the model
        as `mlflow.sklearn` does.
    """
    from mlflow import pyfunc

    model.saved_input_example_info = {
        "artifact_path": example,
        "type": "dataframe",
        "pandas_orient": "split",
    }
    if loader is None:
        pyfunc.add_to_model(
            model,
            loader_module="mlflow.sklearn",
            model_path=file,
            python_env=environment,
            predict_fn="predict",
        )
    else:
        pyfunc.add_to_model(model, loader_module=loader, python_env=environment)
    model.add_flavor(
        "sklearn",
        pickled_model=file,
        sklearn_version=version("scikit-learn"),
        serialization_format="skops",
        skops_trusted_types=list(TRUSTED_TYPES),
        code=None,
    )


def loads_as(card: bytes, layout: Callable[["Model"], None]) -> bool:
    """Tell whether an ``MLmodel`` has MLflow load what `layout` says, and nothing else.

    Parameters
    ----------
    card : bytes
        What the file holds.
    layout : callable
        Calls `describe` on a model.
    """
    from mlflow.models import Model

    expected = Model()
    layout(expected)
    try:
        content = parse_yaml(card)
    except ValueError:
        return False
    return isinstance(content, dict) and _loading(content.get("flavors")) == _loading(
        expected.flavors
    )


def _loading(flavors: Any) -> Any:
    """Return what flavors say of loading, without the versions that they were written with."""
    if not isinstance(flavors, dict):
        return None
    return {
        name: {
            key: value
            for key, value in (flavor.items() if isinstance(flavor, dict) else ())
            if key not in ("python_version", "sklearn_version")
        }
        for name, flavor in flavors.items()
    }


MOST_SENT = 20 << 20
"""Bytes that a served model takes at once; larger files are for `segmentation score`."""
_SERVER = "mlflow.pyfunc.scoring_server.app"


def refuse_in_words() -> None:
    """Let MLflow's server of models, where it is what runs here, refuse every mistake in words.

    By itself it fails on a request that does not say its type, takes any length, and tells
    customers' rows and tracebacks in what it answers.
    """
    if _SERVER not in sys.modules:
        return
    from mlflow.pyfunc import scoring_server

    scoring_server.invocations = in_words(scoring_server.invocations)


def in_words(invocations: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap what MLflow's server does with a request."""
    from mlflow import MlflowException
    from mlflow.protos.databricks_pb2 import BAD_REQUEST
    from mlflow.pyfunc.scoring_server import (
        CONTENT_TYPE_CSV,
        CONTENT_TYPE_JSON,
        CONTENT_TYPES,
        InvocationsResponse,
    )

    def refused(status: int, why: str) -> Any:
        return InvocationsResponse(
            json.dumps({"error_code": "BAD_REQUEST", "message": why}), status, "application/json"
        )

    def answered(data: bytes, content_type: str | None, model: Any, input_schema: Any) -> Any:
        if len(data) > MOST_SENT:
            return refused(413, f"the request has more than {MOST_SENT >> 20} MB; send less, or "
                                "score a file with `segmentation score`")  # fmt: skip
        if not content_type:
            return refused(415, f"say in Content-Type what is sent: {', '.join(CONTENT_TYPES)}")
        try:
            if content_type.partition(";")[0].strip() == CONTENT_TYPE_CSV:
                data = _as_json(data)
                content_type = content_type.replace(CONTENT_TYPE_CSV, CONTENT_TYPE_JSON, 1)
            found = invocations(data, content_type, model, input_schema)
        except InputError as error:
            return refused(400, str(error))
        except MlflowException as error:
            raise MlflowException(_why(error), error_code=BAD_REQUEST) from None
        except Exception as error:
            raise MlflowException(
                f"the request cannot be read as rows of customers ({type(error).__name__})",
                error_code=BAD_REQUEST,
            ) from error
        return found if found.status == 200 else refused(found.status, _short(found.response))

    return answered


def _as_json(data: bytes) -> bytes:
    """Return a CSV as JSON with the cells as they stand there.

    MLflow reads none for a model whose numbers may be of any type, and would guess at the others.
    """
    try:
        text = data.decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except UnicodeDecodeError as error:
        raise InputError(_unreadable(error)) from None
    except csv.Error as error:
        raise InputError(f"the request is no CSV: {error}") from None
    if not rows:
        raise InputError("the request is empty; send a header and a row per customer")
    header, *cells = rows
    (name, times), *_ = Counter(header).most_common(1)
    if times > 1:
        raise InputError(f"more than one column '{shortened(name)}'")
    for i, row in enumerate(cells, 1):
        if len(row) != len(header):
            raise InputError(f"row {i} has {len(row)} cells, the header {len(header)}")
    if not cells:
        raise InputError("no rows; send at least one customer")
    return json.dumps({"dataframe_split": {"columns": header, "data": cells}}).encode()


def _unreadable(error: UnicodeDecodeError) -> str:
    return f"the request is no text in UTF-8: byte {error.start} cannot be read"


def _why(error: Exception) -> str:
    """What was wrong with a request, without what was sent."""
    cause = error.__cause__
    if isinstance(cause, json.JSONDecodeError):
        return f"the request is no JSON: {cause}"
    if isinstance(cause, UnicodeDecodeError):
        return _unreadable(cause)
    text = str(error.args[0] if error.args else error)
    text = str(getattr(error, "message", text))
    for begins in ("Failed to predict data", "Failed to enforce schema of data"):
        if text.startswith(begins):
            text = text.rpartition("Error: ")[2]
    if text.startswith("Length of values"):  # where the schema is enforced
        return "a column stands there twice"
    return _short(_LACKING.sub(_nearest, text))


# What else was sent may be a customer, where the line of names was left out.
_LACKING = re.compile(r"missing inputs (\[.*\])\. Note that there were extra inputs: (\[.*\])\.?")


def _nearest(found: re.Match[str]) -> str:
    """Say which name is nearest to a missing one."""
    try:
        missing, sent = (ast.literal_eval(names) for names in found.groups())
    except (ValueError, SyntaxError):
        return f"missing inputs {found[1]}"
    near = [(name, nearest(name, sent)) for name in missing]
    asked = " and ".join(f"'{shortened(there)}' for '{name}'" for name, there in near if there)
    return f"missing inputs {found[1]}" + (f"; did you mean {asked}?" if asked else "")


def _short(text: str) -> str:
    """Leave out what MLflow tells of its older protocols."""
    return shortened(text.partition("IMPORTANT:")[0].strip(), most=500)
