"""What is worked out part by part is what all rows at once would give."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from segmentation.algorithms import ALGORITHMS
from segmentation.artifacts import files
from segmentation.clustering.metrics.scatter import Scatter
from segmentation.engines.summary import summarise
from segmentation.engines.tables import export, lloyd, sample, table
from segmentation.engines.tables.everyone import everyone
from segmentation.engines.tables.table import Table, write

Matrix = NDArray[np.float64]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "GROUP", 100)


def blobs(rows: int = 1234) -> Matrix:
    rng = np.random.default_rng(0)
    return np.asarray(rng.choice([0.0, 2.0, 5.0], rows)[:, None] + rng.normal(size=(rows, 3)))


def stored(path: Path, frame: pd.DataFrame, part: int = 170) -> Table:
    write(path, (frame.iloc[i : i + part] for i in range(0, len(frame), part)))
    return Table(path)


@pytest.fixture
def points(tmp_path: Path) -> Table:
    return stored(tmp_path / "points.parquet", pd.DataFrame(blobs(), columns=list("abc")))


def test_a_table_gives_what_a_frame_gives(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [f"c{i}" for i in range(987)], "x": np.arange(987.0)})
    frame.loc[5, "x"] = np.nan
    other = pd.DataFrame({"town": np.where(np.arange(987) % 3, "Bonn", "Ulm")})
    left = stored(tmp_path / "left.parquet", frame)
    both = Table(tmp_path / "left.parquet", _path(tmp_path, other))
    whole = frame.assign(town=other["town"])
    assert len(left) == len(both) == 987
    assert both.columns == ["id", "x", "town"]
    for name in both.columns:
        pd.testing.assert_series_equal(both[name], whole[name])
    rows = np.array([986, 0, 500, 5, 0])
    expected = whole.iloc[rows].reset_index(drop=True)
    pd.testing.assert_frame_equal(both.take(rows), expected, check_dtype=False)
    assert both.take(np.empty(0, dtype=int)).empty
    assert both.levels("town") == {"Bonn", "Ulm"}
    assert [part.start for part, _ in both.slices(["x"])] == list(range(0, 987, 100))


def _path(folder: Path, frame: pd.DataFrame) -> Path:
    files.write_parquet(folder / "right.parquet", frame)
    return folder / "right.parquet"


def test_a_small_table_is_written_in_the_same_bytes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"town": ["Bonn", None], "x": [1.5, np.nan]})
    write(tmp_path / "one.parquet", [frame])
    files.write_parquet(tmp_path / "other.parquet", frame)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()


def test_the_sample_hangs_on_ids_and_seed_alone(tmp_path: Path) -> None:
    ids = np.array([f"kunde-{i}-é" for i in range(3000)])
    shuffled = np.random.default_rng(1).permutation(ids)
    one, other = (
        stored(tmp_path / f"{i}.parquet", pd.DataFrame({"id": each}), part)
        for i, (each, part) in enumerate(((ids, 170), (shuffled, 999)))
    )
    drawn = ids[sample.sample_rows(one, seed=4, most=500)]
    assert drawn.tolist() == shuffled[sample.sample_rows(other, seed=4, most=500)].tolist()
    assert len(set(drawn)) == 500
    assert drawn.tolist() != ids[sample.sample_rows(one, seed=5, most=500)].tolist()
    # Whoever was drawn stays while fewer are asked for, and all are drawn where they are few.
    assert drawn[:100].tolist() == ids[sample.sample_rows(one, seed=4, most=100)].tolist()
    assert sample.sample_rows(one, seed=4, most=3000).tolist() == list(range(3000))


def test_lots_are_spread_evenly() -> None:
    lots = sample.lots(pa.array([str(i) for i in range(20_000)]), 0)
    assert len(np.unique(lots)) == 20_000
    counts, _ = np.histogram(lots / 2.0**64, bins=10, range=(0, 1))
    assert abs(counts - 2000).max() < 200


@pytest.mark.parametrize("finish", [lloyd.finish, lloyd.by_steps])
def test_lloyd_ends_where_scikit_learn_ends(
    points: Table, finish: Callable[..., lloyd.Finished]
) -> None:
    X, start = blobs(), blobs()[[0, 1, 2, 3]]
    reference = KMeans(4, init=start, n_init=1, tol=0, max_iter=500).fit(X)
    found = finish(points, start, max_iter=500)
    assert found.moved == 0
    np.testing.assert_allclose(found.centres, reference.cluster_centers_, atol=1e-12)
    cut_short = finish(points, start, max_iter=2)
    assert cut_short.iterations == 2
    assert cut_short.moved > 0


def test_sums_are_the_same_on_any_number_of_threads(
    points: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    bits = []
    for number in (1, 2, 5):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, n=number: set(range(n)))
        segment = (blobs()[:, 0] > 1).astype(int)
        scatter = Scatter.of_parts(points.arrays, segment)
        centres = lloyd.finish(points, blobs()[[0, 1, 2]], max_iter=50).centres
        bits.append((centres.tobytes(), scatter.products.tobytes(), scatter.away.tobytes()))
    assert bits[0] == bits[1] == bits[2]


def test_the_scatter_of_parts_is_that_of_all(points: Table) -> None:
    segment = np.digitize(blobs()[:, 0], [0.0, 3.0]) - 1
    parts, whole = Scatter.of_parts(points.arrays, segment), Scatter.of(blobs(), segment)
    assert parts.ids.tolist() == whole.ids.tolist()
    for name in ("sizes", "means", "products", "away"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-10)
    total = ((blobs() - blobs().mean(axis=0)) ** 2).sum()
    assert whole.inertia + np.trace(whole.between) == pytest.approx(total)


@pytest.mark.parametrize("algorithm", ["kmeans", "gaussian_mixture"])
def test_everyone_is_assigned_as_the_model_does(points: Table, algorithm: str) -> None:
    chosen = ALGORITHMS[algorithm]
    few = chosen(blobs()[:300], k=3, seed=0)
    rounds = chosen.rounds(chosen.options()) if chosen.rounds else None
    found = everyone(points, few, rounds=rounds)
    assert (found.assigner.predict(blobs()) == found.labels).all()
    assert found.confidence.shape == (1234,)
    assert "sample of 300 of 1,234" in found.notes[-1]
    if rounds:  # the means of everyone, not those of the sample
        means = [blobs()[found.labels == i].mean(axis=0) for i in range(3)]
        np.testing.assert_allclose(found.assigner.centroids_, means, atol=1e-8)


def test_a_summary_of_a_file_is_that_of_a_frame(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"x": rng.normal(size=700), "y": rng.integers(0, 9, 700).astype(float)})
    frame["town"] = np.array(["Bonn", "Ulm", None])[rng.integers(0, 3, 700)]
    frame.loc[::7, "x"] = np.nan
    found = summarise(
        stored(tmp_path / "t.parquet", frame), numeric=["x", "y"], categorical=["town"]
    )
    assert found == summarise(frame, numeric=["x", "y"], categorical=["town"])


def test_lines_are_what_pandas_writes_for_spreadsheets(tmp_path: Path) -> None:
    texts = [
        "plain",
        "=1+1",
        ' "quoted", she said',
        "two\nlines",
        "@x,y",
        "-5",
        None,
        "",
        "é",
        "\t=2",
    ]
    frame = pd.DataFrame(
        {
            "=id": texts,
            "x": [1.0, 0.1, 1e6, 1e-7, 123456789012345.0, -0.0, np.nan, 1 / 3, 1e22, 2.5],
            "n": range(10),
            "y": [0.0, 999999.999999, 0.0001, 0.00012345, -12.5, 1e5, 123456.0, 0.3, 7e-5, -0.1],
            "a,b": texts[::-1],
        }
    )
    files.write_csv(tmp_path / "pandas.csv", files.for_spreadsheets(frame), digits=12)
    parts = [
        export.lines(pa.Table.from_pandas(frame.iloc[rows])) for rows in (slice(4), slice(4, 10))
    ]
    export.write(tmp_path / "own.csv", parts, frame.columns)
    assert (tmp_path / "own.csv").read_text() == (tmp_path / "pandas.csv").read_text()
    assert len(pd.read_csv(io.BytesIO((tmp_path / "own.csv").read_bytes()))) == 10
