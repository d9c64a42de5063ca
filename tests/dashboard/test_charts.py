"""What the pages show, without a server: charts, pieces of the report, words."""

import datetime as dt
import html
import importlib.util
import re
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest

import factories
from hostile import as_html, hostile
from segmentation.artifacts.map import Map, Place
from segmentation.artifacts.segments import NO_SEGMENT
from segmentation.dashboard import charts, pieces, start, tables
from segmentation.dashboard.words import plain
from segmentation.errors import InputError
from segmentation.insight.numbers import percent
from segmentation.tracking import compared
from segmentation.tracking.compared import Tracked
from segmentation.views.colours import DARK, colour

ODD = "<img src=x onerror=alert(1)> ![x](http://a.example/x) :red[x]"
FACTS = factories.segments(
    [factories.segment(i, name=f"{ODD} {i}", numeric={"n": factories.number(difference=i / 2)})
     for i in (1, 2, 3)],
)  # fmt: skip


def colours(chart: Any, channel: str = "color") -> dict[str, str]:
    drawn = chart.to_dict()
    encoding = next(
        each["encoding"][channel]
        for each in (drawn, *drawn.get("layer", ()))
        if "scale" in each.get("encoding", {}).get(channel, {})
    )
    return dict(zip(encoding["scale"]["domain"], encoding["scale"]["range"], strict=True))


@pytest.mark.parametrize("dark", [False, True])
def test_a_segment_has_the_report_s_colour_in_every_chart(dark: bool) -> None:
    points = pd.DataFrame({"pc1": [0.0, 1, 2], "pc2": [0.0, 1, 2], "segment": [1, 3, -1]})
    drawn = [
        charts.sizes(FACTS, kind="segment", dark=dark),
        charts.apart(FACTS, (3, 1), kind="segment", dark=dark),
        charts.flat_map(
            FACTS, points, factories.flat_map(), shown=[3, 1, -1], kind="segment", dark=dark
        ),
    ]
    for each in drawn:
        for name, tone in colours(each).items():
            own = colour(-1 if name == NO_SEGMENT else int(name.split()[0]))
            assert tone == (DARK.get(own, own) if dark else own)


@pytest.mark.parametrize("dark", [False, True])
def test_points_are_coloured_by_what_stands_in_a_column(dark: bool) -> None:
    points = pd.DataFrame({"pc1": [0.0, 1, 2], "pc2": [0.0, 1, 2], "segment": [1, 3, 1]})
    points["by age"], points["by town"] = [5, 0, 1], ["Ulm", "(other)", None]

    def drawn(by: str) -> dict[str, str]:
        return colours(charts.flat_map(
            FACTS, points, factories.flat_map(), shown=[1], kind="segment", dark=dark, by=by
        ))  # fmt: skip

    assert list(drawn("age")) == ["lowest fifth", "highest fifth", "not known"]
    assert list(drawn("town")) == ["Ulm", "(other)", "not known"]
    assert len({*drawn("age").values(), *drawn("town").values()}) > 4


def test_hidden_segments_are_not_drawn_and_axes_stay() -> None:
    points = pd.DataFrame({"pc1": [0.0, 5, 9], "pc2": [0.0, 1, 2], "segment": [1, 2, 3]})
    drawn = charts.flat_map(
        FACTS, points, factories.flat_map(), shown=[1], kind="segment", dark=False
    ).to_dict()
    assert list(colours(charts.flat_map(
        FACTS, points, factories.flat_map(), shown=[1], kind="segment", dark=False
    ))) == [charts.called(FACTS, 1)]  # fmt: skip
    assert drawn["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 9]
    assert set(next(iter(drawn["datasets"].values()))[0]) == {"x", "y", "name"}


def test_another_number_stands_beside_the_one_that_is_used() -> None:
    criteria = [{"name": n, "column": n, "label": n, "reading": "higher is better"} for n in "ab"]
    choice = factories.choice(k=3, criteria=criteria, votes={"a": 3, "b": 2})
    curve = pd.DataFrame({"k": [2, 3, 4]} | {c.column: [0.1, 0.2, None] for c in choice.criteria})
    found = tables.another_number(curve, choice, used=3, looked_at=4)
    assert found.names[1:3] == ("at 3", "at 4")
    assert {row[1:3] for row in found.rows} == {("0.2", "–")}
    for each in choice.criteria:
        drawn = charts.criterion(curve, choice, each.name, used=3, looked_at=4)
        alt.LayerChart.from_dict(drawn)  # is what Vega-Lite understands
        marked = {row["k"] for row in drawn["data"]["values"] if row["mark"]}
        assert marked == {3, choice.votes[each.name]}  # of 4 nothing is known


@pytest.mark.parametrize("odd", [ODD, *hostile("http://a.example")])
def test_names_are_text_on_every_piece(odd: str) -> None:
    facts = factories.segments(
        [factories.segment(i, name=odd, marks=(odd,),
                           numeric={odd: factories.number(mean=i)}) for i in (1, 2)],
        headline=odd,
    )  # fmt: skip
    results = factories.results([1, 2])
    shown = pieces.verdict(facts, results, synthetic=False) + pieces.cards(facts, [1, 2])
    shown += pieces.table([odd], [[odd, odd]], label=odd, at_once=4)
    shown += pieces.text(heading=odd, note=odd)
    assert not re.search(r"<(img|script|svg|iframe|b onclick)", shown)
    assert "<style" not in shown


@pytest.mark.parametrize("odd", [ODD, "1. a", "12) a", "# a", "> a", "- a", "a_b _c_ ~~d~~ &lt;",
                                 *hostile("http://a.example")])  # fmt: skip
def test_markdown_reads_nothing_in_text(odd: str) -> None:
    written = plain(odd)
    shown = as_html(written).strip()
    assert shown.startswith("<p>")
    inside = shown.removeprefix("<p>").removesuffix("</p>")
    assert "<" not in inside
    assert html.unescape(inside).replace("\u2060", "").split() == odd.split()
    assert not re.search(r"(?<!\\):\S", written)  # of Streamlit's own: colours and icons
    assert "http://" not in written


def test_a_card_filter_leaves_out_the_others() -> None:
    facts = factories.segments([factories.segment(i, name=f"name{i}") for i in (1, 2)])
    shown = pieces.cards(facts, [1])
    assert "name1" in shown
    assert "name2" not in shown


def test_streamlit_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"requirements-dashboard\.txt"):
        start.command("127.0.0.1", 8501)


def test_it_serves_this_machine_and_tells_nobody() -> None:
    words = start.command("127.0.0.1", 0)
    told = dict(zip(words[5::2], words[6::2], strict=True))
    assert told["--server.address"] == "127.0.0.1"
    assert told["--browser.gatherUsageStats"] == "false"


def run(name: str, **changed: Any) -> Tracked:
    ordinary: dict[str, Any] = {
        "run_id": name * 32, "name": name, "headline": "", "champion": False,
        "started": dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC),
        "metrics": {"silhouette": 0.4}, "settings": {"seed": "7", "train.k": "4"},
    }  # fmt: skip
    return Tracked(**ordinary | changed)


def test_two_runs_stand_beside_each_other() -> None:
    one, other = run("a"), run("b", metrics={"silhouette": 0.3, "k": 5}, settings={"seed": "7"})
    assert tables.metrics_of(one, other).rows == (
        ("k", "–", "5", "–"),
        ("silhouette", "0.4", "0.3", "0.1"),
    )
    assert tables.settings_of(one, other).rows == (("train.k", "4", "–"),)
    assert tables.run_label(one) != tables.run_label(run("a", run_id="x" * 32))
    curve = pd.DataFrame({"k": [2, 3], "silhouette": [0.1, 0.2]})
    drawn = charts.two_curves({"a": curve, "b": curve}, "silhouette", label="Silhouette")
    assert len(set(colours(drawn).values())) == 2


def test_looking_for_runs_makes_no_store(tmp_path: Path) -> None:
    assert compared.finished("customers", tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_ways_of_fewer_than_ten_are_not_told() -> None:
    rates = pd.DataFrame(
        {"before": [1, 1, 2, 2], "after": [1, 2, 1, 2], "customers": [90, 10, 9, 91],
         "share": [0.9, 0.1, 0.09, 0.91]}
    )  # fmt: skip
    drawn = charts.moves(FACTS, rates, dark=False).to_dict()
    shares = [row["share"] for row in next(iter(drawn["datasets"].values()))]
    assert shares == [0.9, 0.1, 0.91]


def test_shares_in_a_picture_are_those_of_the_tables() -> None:
    rates = pd.DataFrame({"before": [1], "after": [1], "customers": [61], "share": [0.305]})
    drawn = charts.moves(FACTS, rates, dark=False).to_dict()
    ((row,),) = drawn["datasets"].values()
    assert row["told"] == percent(61 / 200) == "31%"


def test_a_line_a_segment_by_month() -> None:
    sizes = pd.DataFrame(
        {"month_end": ["2026-01-31", "2026-02-28"] * 2, "segment": [1, 1, 3, 3],
         "customers": [5, 6, 7, 8]}
    )  # fmt: skip
    drawn = charts.month_by_month(FACTS, sizes, dark=False)
    assert colours(drawn) == {charts.called(FACTS, i): colour(i) for i in (1, 3)}
    drawn.to_dict()


def test_the_map_shows_a_sample_of_all_of_them() -> None:
    points = pd.DataFrame({"pc1": range(100), "segment": [1] * 50 + [2] * 50})
    shown = charts.sample(points, 20)
    assert len(shown) == 20
    assert set(shown["segment"]) == {1, 2}
    assert charts.sample(points, 20).equals(shown)
    assert charts.sample(points, 100) is points


def test_a_phone_unfolds_what_it_does_not_show_at_once() -> None:
    wide = pieces.table(["a", "b", "c", "d"], [["1", "2", "3", ""]], label="it", at_once=2)
    assert "<summary><b>1</b><span>b: 2</span></summary>" in wide
    assert "<dl><dt>c</dt><dd>3</dd><dt>d</dt><dd>–</dd></dl>" in wide
    assert "<details>" not in pieces.table(["a", "b"], [["1", "2"]], label="it", at_once=2)


def test_the_encoders_word_for_rare_categories_is_not_shown() -> None:
    place = Place(pc1=0.5, pc2=0.1)
    names = ("gender_infrequent_sklearn", "net_sum")
    flat = Map(loadings=dict.fromkeys(names, place), centroids={}, explained_variance=(0.5, 0.1))
    assert [row[0] for row in tables.loadings(flat).rows] == ["gender (other)", "net sum"]
