"""What pictures show, at their limits too. How they look is judged by eye."""

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

import factories
from segmentation.artifacts.map import Map
from segmentation.artifacts.summary import Summary
from segmentation.engines.summary import summarise
from segmentation.errors import InputError
from segmentation.views import (
    clustering,
    colours,
    curves,
    evaluation,
    explore,
    profiles,
    style,
    svg,
)


def test_a_picture_has_no_time_stamp_and_repeats_to_the_byte(tmp_path: Path) -> None:
    curve = pd.DataFrame({"k": [2, 3], "inertia": [5.0, 3.0]})
    for name in ("a", "b"):
        style.save(curves.elbow(curve, chosen=2, elbow=3), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert b"tEXt" not in (tmp_path / "a").read_bytes()


@pytest.mark.slow
def test_pictures_are_the_same_on_any_number_of_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curve = pd.DataFrame({"k": [2, 3, 4], "inertia": [5.0, 3.0, 2.5]})
    for processors in (1, 2):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, n=processors: set(range(n)))
        style.save_all(
            {
                tmp_path / f"{processors}/{name}.png": partial(
                    curves.elbow, curve, chosen=2, elbow=name
                )
                for name in (2, 3, 4)
            }
        )
    for name in ("2.png", "3.png", "4.png"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_picture_that_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    def draw() -> Figure:
        raise InputError("no picture")

    with pytest.raises(InputError, match="no picture"):
        style.save_all({tmp_path / "a.png": draw, tmp_path / "b.png": draw})


DRAW = """
import sys, pathlib, pandas as pd
from segmentation.views import curves, style
curve = pd.DataFrame({"k": [2, 3], "inertia": [5.0, 3.0]})
style.save(curves.elbow(curve, chosen=2, elbow=3), pathlib.Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_what_a_user_likes_of_matplotlib_changes_no_picture(tmp_path: Path) -> None:
    rc = tmp_path / "matplotlibrc"
    rc.write_text("font.size: 31\nlines.linewidth: 9\nsavefig.dpi: 20\nfigure.facecolor: red\n")
    for name, env in {"a": {}, "b": {"MATPLOTLIBRC": str(rc), "MPLBACKEND": "svg"}}.items():
        command = [sys.executable, "-c", DRAW, str(tmp_path / name)]
        subprocess.run(command, env={**os.environ, **env}, check=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_page_shows_a_picture_as_svg_in_its_own_colours() -> None:
    curve = pd.DataFrame({"k": [2, 3], "inertia": [5.0, 3.0]})

    def drawn() -> str:
        picture = curves.elbow(curve, chosen=2, elbow=3)
        picture.axes[0].set_title("<b>$5 & more")
        return style.as_svg(picture)

    first = drawn()
    assert first == drawn()
    shown = svg.inline(first, name="a/b", alt='the "elbow"')
    assert shown.startswith('<svg role="img" aria-label="the &#34;elbow&#34;" viewBox="0 0 432 ')
    assert "&lt;b&gt;$5 &amp; more</text>" in shown
    assert "var(--ink)" in shown
    assert "var(--c1)" in shown
    ids = re.findall(r' id="([^"]*)"', shown)
    assert ids
    assert all(each.startswith("a-b-") for each in ids)
    assert len(ids) == len(set(ids))
    assert not re.search(r"<metadata|<style|DejaVu|\.\d{3}", shown)


def test_a_picture_of_any_number_of_customers_is_small() -> None:
    rng = np.random.default_rng(0)
    n = 20_000
    points = pd.DataFrame(rng.normal(size=(n, 2)), columns=["pc1", "pc2"]).assign(segment=1)
    drawn = pd.DataFrame({"segment": 1, "silhouette": rng.uniform(-1, 1, n)})
    for picture in (
        evaluation.pca_map(points, flat(1)),
        evaluation.silhouette_samples(drawn, {1: n}),
    ):
        assert len(svg.inline(style.as_svg(picture), name="x", alt="x")) < 300_000


def seen(tone: str, kind: str) -> Any:
    """A colour as people see it, in Oklab (Ottosson, 2020), with Machado's matrices of 2009."""
    channels = np.array([int(tone[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    lms = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return 100 * np.array(lab) @ np.cbrt(lms @ np.clip(np.array(EYES[kind]) @ linear, 0, 1))


EYES = {
    "ordinary": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
}


@pytest.mark.parametrize("kind", EYES)
def test_colours_of_segments_can_be_told_apart(kind: str) -> None:
    tones = [seen(colours.colour(i), kind) for i in range(1, 11)]
    apart = np.linalg.norm(np.array(tones)[:, None] - np.array(tones), axis=2)
    assert apart[3, 7] > 20  # pink and teal once looked alike with deuteranopia
    assert apart[np.triu_indices(10, 1)].min() > 7


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_on_colours_and_colours_on_paper_can_be_read(dark: bool) -> None:
    paper = "#1b222b" if dark else "#FFFFFF"
    for tone in (colours.NOISE_COLOUR, *colours.SEGMENT_COLOURS):
        shown = colours.DARK.get(tone, tone) if dark else tone
        assert colours.contrast(colours.ink_on(shown), shown) >= 4.5
        assert colours.contrast(shown, paper) >= 1.5
    for ink in () if dark else (colours.INK, colours.MUTED):
        assert colours.contrast(ink, paper) >= 4.5


def test_text_in_shades_can_be_read() -> None:
    axes = style.figure().subplots()
    table = np.linspace(-1, 1, 9)[None, :]
    for cmap in (style.DIVERGING, style.SHADES):
        cells = style.shades(axes, table, cmap, low=-1, high=1)
        for value in table[0]:
            under = mpl.colors.to_hex(cells.to_rgba(np.array([value]))[0])
            assert colours.contrast(style.ink_of(cells, value), under) >= 4.5


def test_a_segment_keeps_its_colour_and_noise_is_grey() -> None:
    assert len({colours.colour(i) for i in range(1, 11)}) == 10
    assert colours.colour(-1) == colours.NOISE_COLOUR


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def ticks(axes: Axes, axis: str = "y") -> list[str]:
    return [label.get_text() for label in getattr(axes, f"get_{axis}ticklabels")()]


def steps(axes: Axes) -> list[tuple[list[float], list[float]]]:
    """Heights and edges of what is drawn in steps."""
    found = [patch.get_data() for patch in axes.patches if isinstance(patch, StepPatch)]
    return [(heights.tolist(), edges.tolist()) for heights, edges, _ in found]


def title(axes: Axes) -> str:
    return axes.get_title(loc="left")


def widths(axes: Axes) -> list[float]:
    bars: list[Any] = list(axes.patches)
    return [bar.get_width() for bar in bars]


def shown(picture: Figure) -> list[Axes]:
    return [axes for axes in picture.axes if axes.axison]


def first_look(columns: int = 2, levels: int = 3) -> tuple[Summary, dict[str, str], dict[str, str]]:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        rng.normal(size=(600, columns)), columns=[f"$n_{i}" for i in range(columns)]
    ).assign(c=[f"<level $ {i % levels}>" for i in range(600)])
    numeric, categorical = {n: f"label of {n}" for n in table.columns[:-1]}, {"c": "kind"}
    summary = summarise(table, numeric=list(numeric), categorical=list(categorical))
    return summary, numeric, categorical


@pytest.mark.parametrize(
    ("columns", "levels"), [(1, 1), (2, 500), pytest.param(60, 500, marks=pytest.mark.thorough)]
)
def test_first_look_draws_any_table(tmp_path: Path, columns: int, levels: int) -> None:
    summary, numeric, categorical = first_look(columns, levels)
    quality = factories.quality(600, missing=dict.fromkeys([*numeric, "c"], 3))
    for picture in (
        explore.distributions(summary, numeric),
        explore.correlation(summary, numeric),
        explore.categories(summary, categorical),
        explore.by_category(summary, numeric, categorical),
        explore.missing(quality, numeric | categorical),
    ):
        style.save(picture, tmp_path / "x.png")


def test_a_histogram_shows_the_counts_over_a_box_of_the_quartiles() -> None:
    summary, numeric, _ = first_look()
    axes = shown(explore.distributions(summary, numeric))
    assert [title(panel) for panel in axes] == [r"label of \$n_0", r"label of \$n_1"]
    for panel, found in zip(axes, summary.numeric.values(), strict=True):
        assert found.histogram
        assert found.box
        assert steps(panel) == [(list(found.histogram.counts), list(found.histogram.edges))]
        drawn = [np.asarray(line.get_xdata()).tolist() for line in panel.lines]
        low, _, high = found.box.quartiles
        assert [low, low, high, high, low] in drawn
        assert [found.box.whiskers[0]] * 2 in drawn


def test_more_columns_than_can_be_read_are_cut_and_it_is_said() -> None:
    summary, numeric, _ = first_look(columns=60)
    picture = explore.distributions(summary, numeric)
    assert len(shown(picture)) == explore.MOST_COLUMNS
    assert picture.get_supxlabel() == "the first 24 of 60 numeric columns"


def test_correlations_stand_in_their_cells() -> None:
    summary, numeric, _ = first_look(columns=3)
    axes = explore.correlation(summary, numeric).axes[0]
    between = summary.rank_correlation["$n_0"]["$n_2"]
    assert between is not None
    assert texts(axes)[2] == f"{between:.2f}".replace("-", "−")
    assert texts(axes)[::4] == ["1.00"] * 3


def test_categories_are_drawn_largest_first_with_those_of_none() -> None:
    table = pd.DataFrame({"n": 1.0, "town": ["Ulm"] * 2 + ["Bonn"] * 5 + [None] * 3})
    found = summarise(table, numeric=["n"], categorical=["town"])
    (axes,) = explore.categories(found, {"town": "town"}).axes
    assert ticks(axes) == ["Bonn", "(missing)", "Ulm"]
    assert widths(axes) == [5, 3, 2]
    assert texts(axes) == ["5 (50%)", "3 (30%)", "2 (20%)"]


def test_rare_categories_are_counted_together() -> None:
    summary, _, categorical = first_look(levels=500)
    (axes,) = explore.categories(summary, categorical).axes
    assert len(axes.patches) == explore.MOST_LEVELS + 1
    assert ticks(axes)[-1] == "(488 others)"
    assert sum(widths(axes)) == 600


def test_numbers_by_category_show_medians_the_commonest_on_top() -> None:
    towns = ["Ulm"] * 2 + ["Bonn"] * 3
    table = pd.DataFrame({"n": [1.0, 2.0, 9.0, 8.0, 7.0] * 20, "town": towns * 20})
    found = summarise(table, numeric=["n"], categorical=["town"])
    (axes,) = explore.by_category(found, {"n": "n"}, {"town": "town"}).axes
    assert ticks(axes) == ["Ulm", "Bonn"]
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == [1.5, 8.0]


def test_missing_cells_are_shares_of_all_rows() -> None:
    quality = factories.quality(50, missing={"a": 1, "b": 5})
    (axes,) = explore.missing(quality, {"a": "A", "b": "B"}).axes
    assert (ticks(axes), texts(axes)) == (["B", "A"], ["5 (10%)", "1 (2%)"])


def test_no_categories_is_said_in_the_picture() -> None:
    summary = summarise(pd.DataFrame({"n": [1.0, 2.0]}), numeric=["n"], categorical=[])
    for picture in (
        explore.categories(summary, {}),
        explore.by_category(summary, {"n": "n"}, {}),
    ):
        assert [text.get_text() for text in picture.texts] == [
            "No categorical columns are declared"
        ]


CURVE = pd.DataFrame(
    {
        "k": [2, 3, 4],
        "inertia": [9.0, 5.0, 4.0],
        "silhouette": [0.2, 0.5, 0.4],
        "silhouette_se": 0.1,
    }
)


def test_the_elbow_shows_the_curve_the_choice_and_the_elbow() -> None:
    (axes,) = curves.elbow(CURVE, chosen=4, elbow=3).axes
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [9.0, 5.0, 4.0]
    assert texts(axes) == ["chosen: k = 4", "elbow: k = 3"]
    assert axes.get_ylim()[0] == 0
    (axes,) = curves.elbow(CURVE, chosen=3, elbow=3, used=4).axes
    assert texts(axes) == ["chosen: k = 3", "used: k = 4"]


def test_the_silhouette_is_drawn_with_its_standard_errors() -> None:
    (axes,) = curves.silhouette(CURVE, chosen=3).axes
    bars: Any = axes.collections[0]
    assert [bar[:, 1].tolist() for bar in bars.get_segments()] == [
        pytest.approx([y - 0.1, y + 0.1]) for y in CURVE["silhouette"]
    ]
    assert axes.get_ylim()[1] > 0.5


def test_every_criterion_has_a_panel_with_its_vote() -> None:
    labels = factories.choice(
        criteria=[
            {"name": name, "column": name, "label": name.title(), "reading": "how"}
            for name in ("inertia", "silhouette")
        ]
    ).criteria
    votes = {"inertia": 4, "silhouette": 3}
    by_hand = curves.criteria(CURVE, labels, chosen=3, votes=votes, used=2)
    assert by_hand.get_suptitle().endswith("k = 3 (dotted line); used: 2 (full line)")
    picture = curves.criteria(CURVE, labels, chosen=3, votes=votes)
    assert [title(axes) for axes in picture.axes] == ["Inertia: k = 4", "Silhouette: k = 3"]
    assert picture.get_suptitle().startswith("1 of 2 criteria prefers the chosen k = 3")


def test_distances_between_segments_stand_in_their_cells() -> None:
    apart = {1: {2: 1.5, 5: 2.0}, 2: {1: 1.5, 5: 3.0}, 5: {1: 2.0, 2: 3.0}}
    axes, _ = clustering.draw(factories.clustering([1, 2, 5]), apart=apart).axes
    assert ticks(axes) == ticks(axes, "x") == ["1", "2", "5"]
    assert texts(axes) == ["1.5", "2.0", "1.5", "3.0", "2.0", "3.0"]


def test_fewer_than_two_segments_have_no_distances() -> None:
    picture = clustering.draw(factories.clustering([1]), apart={1: {}})
    assert "Fewer than two segments" in picture.texts[0].get_text()


def test_what_an_algorithm_left_is_drawn_instead() -> None:
    tree = {"kind": "dendrogram", "dendrogram": [[0, 1, 1.0, 2], [2, 3, 4.0, 3]], "height": 2.0}
    (axes,) = clustering.draw(factories.clustering([1, 2], picture=tree), apart={}).axes
    assert texts(axes) == ["cut into 2"]
    curve = {"kind": "k_distances", "k_distances": [1.0, 2.0], "neighbours": 5, "eps": 1.5}
    (axes,) = clustering.draw(factories.clustering([1, 2], picture=curve), apart={}).axes
    assert texts(axes) == ["eps = 1.5"]
    assert axes.get_ylabel() == "distance to the 4th nearest other"


def test_silhouettes_are_drawn_by_segment_with_their_mean() -> None:
    drawn = pd.DataFrame({"segment": [1, 1, 2], "silhouette": [0.2, 0.4, 0.9]})
    (axes,) = evaluation.silhouette_samples(drawn, {1: 1_200, 2: 1}).axes
    assert [heights for heights, _ in steps(axes)] == [[0.4, 0.2], [0.9]]
    assert ticks(axes) == ["1  (n = 1,200)", "2  (n = 1)"]
    assert texts(axes) == ["mean 0.50"]
    assert title(axes) == "Silhouettes by segment"  # those in none have none


def test_stability_is_a_bar_a_segment() -> None:
    found = factories.clustering([1, 2], jaccard={1: 0.95, 2: 0.4}).stability
    (axes,) = evaluation.stability(found).axes
    assert widths(axes) == [0.95, 0.4]
    assert [bar.get_facecolor() for bar in axes.patches] == [
        mpl.colors.to_rgba(colours.colour(i)) for i in (1, 2)
    ]


def flat(segments: int, features: int = 3) -> Map:
    return factories.flat_map(
        centroids={i: {"pc1": i, "pc2": -i} for i in range(1, segments + 1)},
        loadings={f"f_{i}": {"pc1": i / 10, "pc2": 0.0} for i in range(features)},
    )


def test_the_map_names_centres_axes_and_the_strongest_features() -> None:
    points = pd.DataFrame({"pc1": [0.0, 1.0, 2.0], "pc2": 0.0, "segment": [1, 2, -1]})
    axes, weights = evaluation.pca_map(points, flat(2, features=12)).axes
    assert texts(axes) == ["1", "2"]
    assert axes.get_xlabel() == "first component (50% of the variance)"
    assert "(30% of the variance not shown)" in title(axes)
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["in no segment"]
    assert ticks(weights) == [f"f {i}" for i in range(4, 12)]


def test_long_names_of_features_are_broken_and_not_cut() -> None:
    name = "preferred_category Electronics"
    points = pd.DataFrame({"pc1": [0.0], "pc2": [0.0], "segment": [1]})
    place = {name: {"pc1": 0.1, "pc2": 0.0}}
    found = factories.flat_map(centroids={1: {"pc1": 0.0, "pc2": 0.0}}, loadings=place)
    _, weights = evaluation.pca_map(points, found).axes
    assert ticks(weights) == ["preferred category\nElectronics"]


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 2, 20])
def test_segments_are_drawn_at_any_number(tmp_path: Path, k: int) -> None:
    rng = np.random.default_rng(0)
    segment = rng.integers(1, k + 1, 200)
    segment[:5] = -1
    points = pd.DataFrame(rng.normal(size=(200, 2)), columns=["pc1", "pc2"]).assign(segment=segment)
    found = [
        factories.segment(
            i,
            name=f"Segment with a rather long name {i}",
            numeric=dict.fromkeys("ab", factories.number(difference=0.1)),
            categorical={"c": {"d": factories.level()}},
        )
        for i in range(1, k + 1)
    ]
    drawn = pd.DataFrame({"segment": segment[5:], "silhouette": rng.uniform(-1, 1, 195)})
    sizes = profiles.sizes(found, value="spend")
    assert len(sizes.axes[0].patches) == 2 * k
    for picture in (
        evaluation.pca_map(points, flat(k)),
        evaluation.silhouette_samples(drawn, dict.fromkeys(range(1, k + 1), 10)),
        sizes,
        profiles.profile(found),
    ):
        style.save(picture, tmp_path / "x.png")


def test_a_total_that_is_not_positive_leaves_the_value_bars_out(tmp_path: Path) -> None:
    found = [factories.segment(i, share_of_value=None) for i in (1, 2)]
    picture = profiles.sizes(found, value="owed")
    style.save(picture, tmp_path / "x.png")
    assert [text.get_text() for text in picture.axes[0].texts] == ["25% of customers"] * 2
