"""All of `params.yaml`.

A stage takes the sections that it uses, so it imports their modules and not this one: a change of
one section's module reruns no stage that does without it.
"""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from segmentation import paths
from segmentation.errors import did_you_mean
from segmentation.settings.clv import Clv
from segmentation.settings.evaluate import Evaluate
from segmentation.settings.featurize import Featurize
from segmentation.settings.prepare import Prepare
from segmentation.settings.purchases import Purchases
from segmentation.settings.review import Review
from segmentation.settings.select_k import SelectK
from segmentation.settings.shared.base import Seed, Settings, leaves, load
from segmentation.settings.shared.data import Data
from segmentation.settings.shared.engine import Engine
from segmentation.settings.track import Track
from segmentation.settings.train import Train


class Params(Settings):
    """All of `params.yaml`."""

    seed: Seed = 42
    engine: Engine = Engine()
    data: Data
    purchases: Purchases | None = None
    prepare: Prepare = Prepare()
    featurize: Featurize = Featurize()
    select_k: SelectK = SelectK()
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
    clv: Clv = Clv()
    track: Track = Track()
    review: Review = Review()

    @property
    def table(self) -> Path:
        """The file that everything begins with: purchases, where customers are made of them."""
        if self.purchases is not None and self.data.path == paths.PURCHASERS:
            return self.purchases.path
        return self.data.path

    @model_validator(mode="after")
    def _names_for_mlflow(self) -> Self:
        for name in leaves(self.model_dump(mode="json")):
            if len(name) > LONGEST_NAME:
                raise ValueError(
                    f"the name '{name[:60]}...' has {len(name)} characters, of which MLflow takes "
                    f"{LONGEST_NAME} at most; give the column a shorter name"
                )
        return self

    @model_validator(mode="after")
    def _weighted(self) -> Self:
        for column in self.featurize.weights:
            if column not in self.data.features:
                raise ValueError(
                    f"featurize.weights: '{column}' is no column that segments are found in"
                    + did_you_mean(column, self.data.features)
                )
        return self

    @model_validator(mode="after")
    def _enough_features(self) -> Self:
        data = self.data
        if self.featurize.encoding == "onehot" and data.categorical_features:
            return self  # a category becomes a column a level
        if len(data.numeric_features) < 2:
            left = (
                f"only '{data.numeric_features[0]}' is" if data.numeric_features else "nothing is"
            )
            raise ValueError(
                f"{left} left to find segments in; declare more columns under data.numeric or "
                "data.categorical, take some out of data.describe"
                + (", or set featurize.encoding to onehot" if data.categorical_features else "")
            )
        return self


LONGEST_NAME = 250
"""Characters that MLflow takes of a parameter's name, which holds the names of columns."""


def load_params(path: Path) -> Params:
    """Read and check `params.yaml`.

    Raises
    ------
    SettingsError
        The file is missing, is not YAML, or holds an unknown key or a value out of range.
    """
    return load(Params, path)
