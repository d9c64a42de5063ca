"""Turn customers into points: one fitted transformer and the matrix it makes."""

import pyarrow.compute as pc

from segmentation import artifacts, paths
from segmentation.algorithms import models
from segmentation.artifacts import files
from segmentation.artifacts.features import Features, Transformed
from segmentation.artifacts.privacy import FEWEST
from segmentation.engines.features import (
    alike,
    bounds,
    build_features,
    category_scale,
    flagged,
    matrix,
    skewed_columns,
    weights,
    within,
)
from segmentation.engines.tables.chosen import table
from segmentation.engines.tables.sample import sample_rows
from segmentation.engines.tables.table import Table, write
from segmentation.errors import InputError
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.data import Data
from segmentation.settings.shared.engine import Engine


def run(*, engine: Engine, data: Data, featurize: Featurize) -> None:
    """Write the fitted transformer, the matrix of features, and what each column became."""
    customers = table(engine, paths.PREPARED)
    some = customers.take(sample_rows(customers))
    levels = {name: customers.levels(name) for name in data.categorical_features}
    limits = bounds(some, data=data, settings=featurize)
    layout = build_features(some, data=data, settings=featurize, levels=levels, limits=limits)
    transformer = layout.fit(within(some, limits))
    parts = customers.each(
        lambda _, rows: matrix(transformer, rows.to_pandas()),
        data.features,
        doing="turn customers into points",
    )
    write(paths.MATRIX, parts)
    points = table(engine, paths.MATRIX)
    _check(points, data, featurize)
    files.write_bytes(paths.FEATURES_MODEL, models.dumps(transformer))
    artifacts.write(
        Features(
            rows=len(points),
            features=tuple(points.columns),
            transformed=Transformed(
                method=featurize.transform,
                columns=tuple(skewed_columns(some, data=data, settings=featurize)),
            ),
            skewness={name: customers[name].skew() for name in data.numeric_features},
            weights=weights(some, data=data, settings=featurize),
            alike=alike(some, data=data, settings=featurize),
            bounded=tuple(limits),
            flags=flagged(some, data=data, settings=featurize),
            category_scale=category_scale(transformer),
        )
    )


def _check(points: Table, data: Data, featurize: Featurize) -> None:
    """Raise `InputError` if rare categories, taken together, leave less than two features."""
    ends = list(points.each(lambda _, rows: [pc.min_max(each).values() for each in rows.columns]))
    telling = [
        name
        for name, parts in zip(points.columns, zip(*ends, strict=True), strict=True)
        if min(low.as_py() for low, _ in parts) < max(high.as_py() for _, high in parts)
    ]
    if len(telling) > 1:
        return
    paths.MATRIX.unlink()  # it was made only to be looked at
    left = f"only '{telling[0]}'" if telling else "nothing"
    raise InputError(
        f"{left} is left to find segments in: every category of "
        f"{', '.join(data.categorical_features)} is rarer than {FEWEST} customers or "
        f"featurize.min_category_share ({featurize.min_category_share:g}), so they are taken "
        "together; declare more columns under data.numeric"
    )
