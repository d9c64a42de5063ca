"""Turn customers into points: one fitted transformer and the matrix it makes."""

from segmentation import artifacts, files, paths
from segmentation.artifacts.features import Features, Transformed
from segmentation.config import Params
from segmentation.engines.features import build_features, category_scale, matrix, skewed_columns


def run(params: Params) -> None:
    """Write the fitted transformer, the matrix of features, and what each column became."""
    data, settings = params.data, params.featurize
    customers = files.read_parquet(paths.PREPARED)
    transformer = build_features(customers, data=data, settings=settings).fit(customers)
    points = matrix(transformer, customers)
    files.write_parquet(paths.MATRIX, points)
    files.write_model(paths.FEATURES_MODEL, transformer)
    artifacts.write(
        Features(
            rows=len(points),
            features=tuple(points.columns),
            transformed=Transformed(
                method=settings.transform,
                columns=tuple(skewed_columns(customers, data=data, settings=settings)),
            ),
            skewness=customers[data.numeric_features].skew().to_dict(),
            category_scale=category_scale(transformer),
        )
    )
