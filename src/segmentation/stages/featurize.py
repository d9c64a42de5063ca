"""Turn customers into points: one fitted transformer and the matrix it makes."""

import pandas as pd

from segmentation import artifacts, paths
from segmentation.algorithms import models
from segmentation.artifacts import files
from segmentation.artifacts.features import Features, Transformed
from segmentation.artifacts.privacy import FEWEST
from segmentation.engines.features import build_features, category_scale, matrix, skewed_columns
from segmentation.errors import InputError
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.data import Data


def run(*, data: Data, featurize: Featurize) -> None:
    """Write the fitted transformer, the matrix of features, and what each column became."""
    customers = files.read_parquet(paths.PREPARED)
    transformer = build_features(customers, data=data, settings=featurize).fit(customers)
    points = matrix(transformer, customers)
    _check(points, data, featurize)
    files.write_parquet(paths.MATRIX, points)
    files.write_bytes(paths.FEATURES_MODEL, models.dumps(transformer))
    artifacts.write(
        Features(
            rows=len(points),
            features=tuple(points.columns),
            transformed=Transformed(
                method=featurize.transform,
                columns=tuple(skewed_columns(customers, data=data, settings=featurize)),
            ),
            skewness=customers[data.numeric_features].skew().to_dict(),
            category_scale=category_scale(transformer),
        )
    )


def _check(points: pd.DataFrame, data: Data, featurize: Featurize) -> None:
    """Raise `InputError` if rare categories, taken together, leave less than two features."""
    telling = [str(name) for name in points if points[name].min() < points[name].max()]
    if len(telling) > 1:
        return
    left = f"only '{telling[0]}'" if telling else "nothing"
    raise InputError(
        f"{left} is left to find segments in: every category of "
        f"{', '.join(data.categorical_features)} is rarer than {FEWEST} customers or "
        f"featurize.min_category_share ({featurize.min_category_share:g}), so they are taken "
        "together; declare more columns under data.numeric"
    )
