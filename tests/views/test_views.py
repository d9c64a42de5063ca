"""Pictures and pages at their limits. What they look like is judged by eye."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import factories
from segmentation.clustering.projection import project
from segmentation.engines.export import for_spreadsheets
from segmentation.views import curves, evaluation, explore, profiles, style


def test_a_picture_has_no_time_stamp_and_repeats_to_the_byte(tmp_path: Path) -> None:
    curve = pd.DataFrame({"k": [2, 3], "inertia": [5.0, 3.0]})
    for name in ("a", "b"):
        style.save(curves.elbow(curve, chosen=2, elbow=3), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert b"tEXt" not in (tmp_path / "a").read_bytes()


def test_a_segment_keeps_its_colour_and_noise_is_grey() -> None:
    assert len({style.colour(i) for i in range(1, 11)}) == 10
    assert style.colour(-1) == style.NOISE_COLOUR


@pytest.mark.parametrize("columns", [1, 2, 60])
@pytest.mark.parametrize("levels", [1, 500])
def test_first_look_draws_any_table(tmp_path: Path, columns: int, levels: int) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        rng.normal(size=(600, columns)), columns=[f"$n_{i}" for i in range(columns)]
    )
    table["c"] = [f"<level $ {i % levels}>" for i in range(600)]
    numeric, categorical = {n: n for n in table.columns[:-1]}, {"c": "c"}
    for picture in (
        explore.distributions(table, numeric),
        explore.correlation(table, numeric),
        explore.categories(table, categorical),
        explore.by_category(table, numeric, categorical),
        explore.missing(dict.fromkeys(table.columns, 3), 600, numeric | categorical),
    ):
        style.save(picture, tmp_path / "x.png")


@pytest.mark.parametrize("sentinel", [99_999, 20_210_304, 9e14, -9e14])
@pytest.mark.parametrize("others", [[1.0, 2.0, 3.0], [0.5, 1.25, 2.0, 2.75], [5.0]])
def test_one_value_far_away_makes_no_more_bins(sentinel: float, others: list[float]) -> None:
    values = np.array(others * 500 + [sentinel])
    edges = explore.bin_edges(values)
    assert len(edges) <= 41
    assert edges[0] <= values.min()
    assert edges[-1] >= values.max()
    assert np.all(np.diff(edges) > 0)


def test_few_whole_numbers_have_a_bin_each() -> None:
    assert explore.bin_edges(np.array([1.0, 2.0, 4.0])).tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1000, 1000).map(lambda i: i / 4), min_size=1, max_size=80))
def test_bins_are_those_of_freedman_and_diaconis(values: list[float]) -> None:
    array = np.array(values) + 0.001  # no whole numbers
    edges = np.histogram_bin_edges(array, bins="fd")
    count = int(np.clip(len(edges) - 1, 8, 40))
    assert explore.bin_edges(array).tolist() == np.linspace(edges[0], edges[-1], count + 1).tolist()


def test_no_categories_is_said_in_the_picture(tmp_path: Path) -> None:
    table = pd.DataFrame({"n": [1.0, 2.0, 3.0]})
    style.save(explore.categories(table, {}), tmp_path / "x.png")
    style.save(explore.by_category(table, {"n": "n"}, {}), tmp_path / "y.png")


@pytest.mark.parametrize("k", [1, 2, 20])
def test_segments_are_drawn_at_any_number(tmp_path: Path, k: int) -> None:
    rng = np.random.default_rng(0)
    X, segment = rng.normal(size=(200, 3)), rng.integers(1, k + 1, 200)
    segment[:5] = -1
    flat = project(X, features=["a", "b", "c"], segment=segment)
    shown = pd.DataFrame(flat.points, columns=["pc1", "pc2"]).assign(segment=segment)
    found = [
        factories.segment(
            i,
            name=f"Segment with a rather long name {i}",
            numeric=dict.fromkeys("ab", factories.number(difference=0.1)),
            categorical={"c": {"d": factories.level()}},
        )
        for i in range(1, k + 1)
    ]
    samples = rng.uniform(-1, 1, 200)
    samples[segment < 0] = np.nan
    for picture in (
        evaluation.pca_map(shown, flat),
        evaluation.silhouette_samples(samples, segment),
        profiles.sizes(found, value="spend"),
        profiles.profile(found),
    ):
        style.save(picture, tmp_path / "x.png")


def test_one_column_leaves_the_second_axis_empty() -> None:
    flat = project(np.arange(6.0)[:, None], features=["a"], segment=np.array([1, 1, 1, 2, 2, 2]))
    assert flat.explained.tolist() == [1.0, 0.0]
    assert (flat.points[:, 1] == 0).all()


def test_projection_keeps_the_distances_of_flat_data() -> None:
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(50, 2)) @ rng.normal(size=(2, 5))
    flat = project(plane, features=list("abcde"), segment=np.ones(50, dtype=int))
    assert flat.explained.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(
        np.linalg.norm(flat.points[0] - flat.points[1]), np.linalg.norm(plane[0] - plane[1])
    )


def test_formulas_are_disarmed_for_spreadsheets() -> None:
    table = pd.DataFrame({"town": ["=1+1", "@x", "-a", "+b", "Bonn", None], "spend": [-1.0] * 6})
    safe = for_spreadsheets(table)
    assert safe["town"].tolist()[:5] == ["'=1+1", "'@x", "'-a", "'+b", "Bonn"]
    assert safe["spend"].tolist() == [-1.0] * 6


def test_a_total_that_is_not_positive_leaves_the_value_bars_out(tmp_path: Path) -> None:
    found = [factories.segment(i, share_of_value=None) for i in (1, 2)]
    picture = profiles.sizes(found, value="owed")
    style.save(picture, tmp_path / "x.png")
    assert [text.get_text() for text in picture.axes[0].texts] == ["25% of customers"] * 2
