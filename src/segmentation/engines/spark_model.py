"""The segments of customers in a table of Spark, by the saved model itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from segmentation.algorithms import models
from segmentation.algorithms.assigners import confidence_of
from segmentation.artifacts import files
from segmentation.errors import InputError, lacking

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def segments(customers: "DataFrame", model: Path, *, by: str) -> "DataFrame":
    """Return the segment of each customer, and how sure that is.

    Executors need the libraries of `requirements-spark.txt` and this package.

    Parameters
    ----------
    customers : DataFrame
        Clean ones: the model's columns, numbers as double and categories as text.
    model : Path
        The saved model; it is read here.
    by : str
        The column that tells customers apart.

    Returns
    -------
    DataFrame
        The column `by`, ``segment`` and ``confidence``, as `assignments.parquet` has them.

    Raises
    ------
    InputError
        A column is missing.
    """
    content = files.read_bytes(model)
    names = [str(name) for name in models.loads(content, str(model)).feature_names_in_]
    if not {by, *names} <= set(customers.columns):
        raise InputError(lacking([by, *names], customers.columns))
    kind = customers.schema[by].dataType.simpleString()

    def scored(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pipeline: Any = None
        for batch in batches:
            if not batch.num_rows:
                continue
            pipeline = pipeline or models.loads(content, "the model")
            rows = batch.select(names).to_pandas()
            X = pipeline[:-1].transform(rows)
            found = pipeline[-1].predict(X)
            sure = confidence_of(pipeline[-1], X, predicted=found).round(files.DIGITS)
            columns = [batch[by], pa.array(found, pa.int64()), pa.array(sure, pa.float64())]
            yield pa.RecordBatch.from_arrays(columns, [by, "segment", "confidence"])

    kept = customers.select(*(f"`{name}`" for name in dict.fromkeys([by, *names])))
    return kept.mapInArrow(scored, f"`{by}` {kind}, segment long, confidence double")
