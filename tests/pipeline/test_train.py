"""Train, evaluate and profile with every algorithm and with a reference, on a real run's files."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from conftest import Project, cases
from segmentation import paths
from segmentation.__main__ import run_stage
from segmentation.algorithms import ALGORITHMS, models
from segmentation.artifacts import files
from segmentation.clustering.identity.centroids import centroids
from segmentation.settings.params import Params, load_params

pytestmark = pytest.mark.pipeline

PLANTED = Path(__file__).parents[1] / "data/planted_segments.csv"


@pytest.fixture
def state(finished: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything that training reads."""
    for name in ("params.yaml", "playbook.yaml", "data", "models", "reports"):
        source = finished.path / name
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def params(**changes: Any) -> Params:
    content = load_params(paths.PARAMS).model_dump()
    content["train"]["stability"]["resamples"] = 5
    content["train"] |= changes
    return Params.model_validate(content)


def segments() -> pd.Series:
    return files.read_parquet(paths.ASSIGNMENTS).set_index("id")["segment"]


def described(settings: Params) -> dict[str, Any]:
    run_stage("profile", settings)
    return files.read_json(paths.SEGMENTS)


def told(settings: Params) -> None:
    run_stage("report", settings)
    facts = files.read_json(paths.SEGMENTS)
    for page in (paths.SEGMENTS_MD, paths.REPORT):
        assert facts["headline"] in page.read_text(encoding="utf-8")


def test_no_segment_is_below_the_smallest(state: Path) -> None:
    k = files.read_json(paths.CHOICE)["k"]
    run_stage("train", params(k=k))
    before = segments().value_counts().min()
    share = (before / len(segments()) + 1 / k) / 2
    settings = params(k=k, smallest=share)
    run_stage("train", settings)
    found = segments()
    assert found.nunique() == k
    assert before < share * len(found) <= found.value_counts().min()
    model = models.loads(files.read_bytes(paths.MODEL), "it")
    np.testing.assert_array_equal(model.predict(files.read_parquet(paths.PREPARED)), found)
    assert "No segment may have fewer than" in files.read_json(paths.CLUSTERING)["notes"][0]


# K-means is what all other tests of the pipeline train.
@pytest.mark.parametrize("algorithm", cases(ALGORITHMS, rarely=("kmeans",)))
def test_every_algorithm_makes_a_model_metrics_and_pictures(state: Path, algorithm: str) -> None:
    settings = params(algorithm=algorithm)
    run_stage("train", settings)
    run_stage("evaluate", settings)

    found = segments()
    metrics = files.read_json(paths.METRICS)
    clustering = files.read_json(paths.CLUSTERING)
    assert metrics["k"] == clustering["k"] == found[found >= 0].nunique()
    assert metrics["noise_share"] == pytest.approx((found < 0).mean(), rel=1e-5)
    assert set(clustering["stability"]["segments"]) == {str(i) for i in found.unique() if i >= 0}
    assert metrics["stability_min"] <= metrics["stability"] <= 1
    assert "reference_ari" not in metrics

    customers = files.read_parquet(paths.PREPARED)
    again = models.loads(files.read_bytes(paths.MODEL), "it").predict(customers)
    np.testing.assert_array_equal(again, found)

    expected = {"agglomerative": "dendrogram", "dbscan": "k_distances", "hdbscan": "k_distances"}
    picture = clustering["picture"]
    assert (expected[algorithm] in picture) if algorithm in expected else picture is None
    facts = described(settings)
    if algorithm in ("kmeans", "agglomerative", "dbscan"):  # each with other pictures
        told(settings)
    assert [s["id"] for s in facts["segments"]] == sorted(i for i in found.unique() if i >= 0)
    assert facts["unassigned"] == (found < 0).sum()

    keeps_rows = any("share it as you would" in note for note in clustering["notes"])
    assert keeps_rows == (algorithm in expected)

    if metrics["k"] == 4:
        planted = pd.read_csv(PLANTED).set_index("id")["segment"]
        truth = planted.reindex(found.index.astype(planted.index.dtype))
        assert adjusted_rand_score(truth, found) > 0.8


def test_all_noise_is_no_segment_and_no_error(state: Path) -> None:
    dbscan = {"eps": 1e-6, "min_samples": 5, "max_rows": 10_000}
    settings = params(algorithm="dbscan", dbscan=dbscan)
    run_stage("train", settings)
    run_stage("evaluate", settings)
    metrics = files.read_json(paths.METRICS)
    assert (segments() == -1).all()
    assert (metrics["k"], metrics["noise_share"]) == (0, 1.0)
    assert "silhouette" not in metrics
    assert described(settings)["headline"].startswith("No segments: all")
    told(settings)
    assert any("all are noise" in note for note in files.read_json(paths.CLUSTERING)["notes"])


def promote(*, with_customers: bool, renumber: dict[int, int]) -> None:
    """Make the current segments the reference, under other numbers."""
    settings, found = params(), segments()
    customers = files.read_parquet(paths.PREPARED)
    table, _ = centroids(
        customers,
        found.to_numpy(),
        numbers=settings.data.numeric_features,
        categories=settings.data.categorical_features,
    )
    files.write_json(
        paths.REFERENCE,
        {
            "next_id": 1 + max(renumber.values()),
            "segments": [
                {"id": renumber[i], "name": f"Old {i}", "centroid": row}
                for i, row in zip(table.index.tolist(), table.to_dict("records"), strict=True)
            ],
        },
    )
    if with_customers:
        kept = found.replace(renumber).reset_index()
        files.write_parquet(paths.REFERENCE_ASSIGNMENTS, kept)


@pytest.mark.parametrize("by", ["customers", "centroids"])
def test_segments_keep_the_numbers_of_the_reference(state: Path, by: str) -> None:
    run_stage("train", params())
    before = segments()
    numbers = {1: 7, 2: 3, 3: 9, 4: 5}
    promote(with_customers=by == "customers", renumber=numbers)

    settings = params(algorithm="agglomerative")
    run_stage("train", settings)
    run_stage("evaluate", settings)
    after, metrics = segments(), files.read_json(paths.METRICS)
    assert set(after) == {3, 5, 7, 9}
    moved = int((after != before.replace(numbers)).sum())
    assert 0 < moved < 100
    reference = files.read_json(paths.CLUSTERING)["reference"]
    assert {found["by"] for found in reference["kept"].values()} == {by}
    if by == "customers":
        assert metrics["customers_moved"] == moved
        assert metrics["reference_ari"] == pytest.approx(
            adjusted_rand_score(before, after), rel=1e-5
        )
    else:
        assert "reference_ari" not in metrics


def test_a_new_segment_gets_a_number_never_used(state: Path) -> None:
    run_stage("train", params(k=3))
    promote(with_customers=True, renumber={1: 1, 2: 2, 3: 6})
    run_stage("train", params(k=4))
    reference = files.read_json(paths.CLUSTERING)["reference"]
    assert reference["new"] == [7]
    assert set(segments()) == {1, 2, 6, 7}


def test_the_same_segments_are_the_reference_itself(state: Path) -> None:
    run_stage("train", params())
    promote(with_customers=True, renumber={i: i for i in range(1, 5)})
    before = segments()
    run_stage("train", params())
    run_stage("evaluate", params())
    metrics = files.read_json(paths.METRICS)
    pd.testing.assert_series_equal(segments(), before)
    assert [s["name"] for s in described(params())["segments"]] == [f"Old {i}" for i in range(1, 5)]
    assert (metrics["reference_ari"], metrics["customers_moved"]) == (1.0, 0)
