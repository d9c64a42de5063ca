"""Whoever has all that is published finds no figure of fewer than ten customers in it."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import factories
from segmentation import artifacts, paths
from segmentation.__main__ import run_stage
from segmentation.artifacts import files
from segmentation.artifacts.baseline import Baseline, NumberBins
from segmentation.artifacts.details import Details
from segmentation.artifacts.map import Map
from segmentation.artifacts.reference import Reference
from segmentation.artifacts.segments import NumberColumn, Segments
from segmentation.artifacts.summary import Summary
from segmentation.settings.params import Params

CROWDS = {(20.0, 100.0): 200, (60.0, 100.0): 60, (40.0, 900.0): 90}
FAR = ((88.0, 9000.0), (-90.0, 4000.0))  # where a few are, far from everyone


def customers(few: tuple[int, ...]) -> pd.DataFrame:
    """Three crowds and one or two segments of a few; a town of three."""
    rng = np.random.default_rng(0)
    crowds = CROWDS | dict(zip(FAR, few, strict=False))
    centres = np.repeat(list(crowds), list(crowds.values()), axis=0)
    where = np.repeat(np.arange(len(crowds)), list(crowds.values()))
    n = len(where)
    town = np.where(rng.random(n) < 0.05, "Bonn", np.array(["Ulm", "Köln"])[where % 2])
    town[rng.choice(260, 3, replace=False)] = "Atlantis"
    age, spend = (centres + rng.normal(0, 1, (n, 2))).T.round(3)
    return pd.DataFrame({"id": range(n), "age": age, "spend": spend, "town": town})


@pytest.fixture(params=[(1,), (3, 4)], ids=["one", "two of a few"])
def table(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> pd.DataFrame:
    """The customers with the segments that the pipeline found in them."""
    monkeypatch.chdir(tmp_path)
    made = customers(request.param)
    made.to_csv("shop.csv", index=False)
    Path("playbook.yaml").write_text("plays: []\n", encoding="utf-8")
    k = len(CROWDS) + len(request.param)
    params = Params.model_validate(
        {
            "data": {
                "path": "shop.csv", "id": "id", "value": "spend",
                "numeric": {"age": None, "spend": None}, "categorical": {"town": None},
            },
            "featurize": {"encoding": "none", "transform": "none"},
            "train": {"k": k, "stability": {"resamples": 2}},
        }
    )  # fmt: skip
    artifacts.write(Reference())
    artifacts.write(factories.choice(k=k))
    for stage in ("prepare", "explore", "featurize", "train", "evaluate", "profile"):
        run_stage(stage, params)
    prepared = files.read_parquet(paths.PREPARED)
    segment = files.read_parquet(paths.ASSIGNMENTS)["segment"]
    sizes = sorted(segment.value_counts())
    assert sizes[: len(request.param)] == sorted(request.param)
    return prepared.assign(segment=segment)


def enough(customers: int) -> bool:
    return customers == 0 or customers >= 10


def test_no_figure_stands_on_fewer_than_ten(table: pd.DataFrame) -> None:
    facts = artifacts.read(Segments)
    segments = {segment.id: table[table["segment"] == segment.id] for segment in facts.segments}
    assert any(len(rows) < 10 for rows in segments.values())
    some = False
    for name in ("age", "spend"):
        everyone = facts.columns[name]
        assert isinstance(everyone, NumberColumn)
        means = {s.id: s.numeric[name].mean for s in facts.segments}
        told = {i: mean for i, mean in means.items() if mean is not None}
        rest = table[~table["segment"].isin(told)]
        # What is left of everyone's total is the total of the others, whom nothing is told of.
        left = len(table) * (everyone.mean or 0.0)
        left -= sum(len(segments[i]) * mean for i, mean in told.items())
        assert left == pytest.approx(rest[name].sum(), rel=0.01, abs=5)
        assert enough(len(rest))
        assert all(len(segments[i]) >= 10 for i in told)
        some |= len(told) > 0
    assert some
    for segment in facts.segments:
        described = segment.value_mean is not None
        assert (segment.share_of_value is not None) == described
        assert (segment.shape is not None) == described


def test_no_place_or_shape_of_fewer_than_ten_is_left_over(table: pd.DataFrame) -> None:
    details, flat = artifacts.read(Details), artifacts.read(Map)
    sizes = table["segment"].value_counts()
    # Inertia less each radius squared times its customers, nothing less all centroids: the rest's.
    for told in (set(details.segments), set(details.distances), set(flat.centroids)):
        assert told
        assert enough(int(sizes.drop(list(told)).sum()))
        assert all(sizes[i] >= 10 for i in told)
    drawn = files.read_csv(paths.PCA_POINTS), files.read_csv(paths.SILHOUETTES)
    for rows in drawn:
        assert rows["segment"].value_counts().min() >= 10


def test_no_category_of_fewer_than_ten_is_left_over(table: pd.DataFrame) -> None:
    facts, summary = artifacts.read(Segments), artifacts.read(Summary)
    assert set(summary.categorical["town"]) == {"Ulm", "Köln", "Bonn"}
    published = "".join(path.read_text("utf-8") for path in Path("reports").rglob("*.json"))
    assert "Atlantis" not in published
    counts = pd.crosstab(table["segment"], table["town"])
    shares = {
        (s.id, level): figures.share
        for s in facts.segments
        for level, figures in s.categorical["town"].items()
    }
    told = counts.copy().astype(bool)
    for i, level in product(counts.index, counts.columns):
        told.loc[i, level] = shares.get((i, level)) is not None
        if told.loc[i, level]:
            assert enough(int(counts.loc[i, level]))
    left = counts.where(~told, 0)
    assert all(enough(int(n)) for n in [*left.sum(axis=0), *left[told.any(axis=1)].sum(axis=1)])
    assert told.to_numpy().any()


def test_every_bar_and_range_stands_on_ten(table: pd.DataFrame) -> None:
    summary = artifacts.read(Summary)
    for name, column in summary.numeric.items():
        assert column.histogram
        assert column.box
        assert all(enough(n) for n in column.histogram.counts)
        low, high = column.box.whiskers
        assert min((table[name] <= low).sum(), (table[name] >= high).sum()) >= 10
    for segment in artifacts.read(Segments).segments:
        for name, figures in segment.numeric.items():
            rows = table.loc[table["segment"] == segment.id, name]
            if figures.whiskers:
                low, high = figures.whiskers
                assert min((rows <= low).sum(), (rows >= high).sum()) >= 10


def between(values: pd.Series, places: list[float]) -> list[int]:
    """Count who lies between neighbours of the places."""
    known = np.sort(values.dropna())
    return [int(n) for n in np.diff(np.searchsorted(known, sorted(places), side="right"))]


def test_no_one_to_nine_lie_between_two_places_that_are_told(table: pd.DataFrame) -> None:
    summary, facts = artifacts.read(Summary), artifacts.read(Segments)
    base = artifacts.read(Baseline)
    for name, column in summary.numeric.items():
        bins = base.columns[name]
        assert isinstance(bins, NumberBins)
        assert column.histogram
        assert column.box
        bars = column.histogram.edges[1:-1]
        told = [*column.box.places, *bars, *bins.edges]
        assert all(enough(n) for n in between(table[name], told))
        for segment in facts.segments:
            figures, rows = segment.numeric[name], table[table["segment"] == segment.id]
            pairs = (figures.quartiles, figures.whiskers, figures.median_interval)
            places = [place for pair in pairs if pair for place in pair]
            places += [] if figures.median is None else [figures.median]
            assert all(enough(n) for n in between(rows[name], places))
