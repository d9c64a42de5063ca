"""A model says in Spark what it says in scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import customers, model

from segmentation.algorithms import models
from segmentation.algorithms.assigners import confidence_of
from segmentation.engines.spark_model import segments
from segmentation.errors import InputError


def test_segments_in_spark_are_those_of_scikit_learn(spark: Any, tmp_path: Path) -> None:
    table = customers(300)
    table.loc[::7, "age"] = np.nan
    table.loc[::5, "gender"] = None
    table.to_parquet(tmp_path / "customers.parquet")
    (tmp_path / "model.skops").write_bytes(models.dumps(model()))
    frame = spark.read.parquet((tmp_path / "customers.parquet").as_uri()).repartition(3)
    found = segments(frame, tmp_path / "model.skops", by="id").toArrow().to_pandas()
    told = found.set_index("id").loc[table["id"]]
    np.testing.assert_array_equal(told["segment"], model().predict(table))
    firm = confidence_of(model()[-1], np.asarray(model()[:-1].transform(table)))
    np.testing.assert_allclose(told["confidence"], firm, atol=1e-6)
    with pytest.raises(InputError, match="no column 'age'; did you mean 'Age'"):
        segments(frame.withColumnRenamed("age", "Age"), tmp_path / "model.skops", by="id")
