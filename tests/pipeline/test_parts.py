"""More customers than a sample holds go through all stages part after part."""

import csv

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from conftest import Project
from segmentation import artifacts, paths
from segmentation.__main__ import run_stage
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.metrics import Metrics
from segmentation.clustering.metrics.agreement import adjusted_rand
from segmentation.engines.tables import sample, table
from segmentation.engines.tables.table import Table
from segmentation.settings.params import load_params

pytestmark = pytest.mark.pipeline


def test_parts_and_a_sample_find_what_all_rows_at_once_find(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.path)
    params = load_params(paths.PARAMS)
    few = params.train.stability.model_copy(update={"resamples": 2})
    train = params.train.model_copy(update={"stability": few})
    params = params.model_copy(update={"train": train})
    run_stage("prepare", params)

    def found(*stages: str) -> np.ndarray:
        for stage in stages:
            run_stage(stage, params)
        return Table(paths.ASSIGNMENTS)["segment"].to_numpy()

    whole = found("featurize", "train")

    monkeypatch.setattr(table, "GROUP", 100)
    monkeypatch.setattr(sample, "ROWS", 400)
    read = Table.read

    def guarded(self: Table, rows: range, columns: list[str]) -> object:
        assert len(rows) <= table.GROUP or len(columns) == 1, "several columns of all customers"
        return read(self, rows, columns)

    def refused(*_: object, **__: object) -> pd.DataFrame:
        raise AssertionError("a whole table")

    monkeypatch.setattr(Table, "read", guarded)
    monkeypatch.setattr(pd, "read_parquet", refused)
    parts = found("featurize", "train", "evaluate", "profile")

    assert pq.read_metadata(paths.MATRIX).num_row_groups == 10
    assert adjusted_rand(whole, parts) > 0.9
    assert artifacts.read(Metrics).k == len(set(whole))
    assert "nobody moved" in artifacts.read(Clustering).notes[-1]
    with paths.CUSTOMERS.open(encoding="utf-8", newline="") as file:
        exported = list(csv.DictReader(file))
    assert [int(row["segment"]) for row in exported] == parts.tolist()
