"""A model as `mlflow.pyfunc` serves it: rows of raw cells in; segment, name, confidence out.

`MLmodel` names this module, so whoever serves the model needs this package.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.algorithms import models
from segmentation.errors import SegmentationError
from segmentation.scoring.answers import Answers
from segmentation.tracking.mlflow_internals import refuse_in_words
from segmentation.tracking.model import MODEL_FILE, SERVING
from segmentation.tracking.serving import Serving

if TYPE_CHECKING:
    import pandas as pd


class Served:
    """Answers what MLflow asks of a model."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def predict(self, model_input: "pd.DataFrame") -> "pd.DataFrame":
        """Place customers.

        Raises
        ------
        MlflowException
            They cannot be; the server answers with a 400 and says why.
        """
        from mlflow import MlflowException

        try:
            return self._answers.of(model_input)
        except SegmentationError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from None


def _load_pyfunc(path: str) -> Served:
    """Load a model from the folder that MLflow brought it into."""
    folder = Path(path)
    refuse_in_words()
    serving = Serving.parse((folder / SERVING).read_bytes())
    model = models.loads((folder / MODEL_FILE).read_bytes(), MODEL_FILE)
    return Served(Answers(model, serving.data, serving.prepare, serving.names))
