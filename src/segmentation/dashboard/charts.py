"""Charts in the colours of the report, of figures that the stages worked out.

Fields have names of our own: a column's name could read as a formula of the library.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from segmentation.artifacts import privacy
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.lifetime import Tried
from segmentation.artifacts.map import Map
from segmentation.artifacts.segments import NO_SEGMENT, Profile, Segments
from segmentation.dashboard.limits import COLOURED
from segmentation.insight.numbers import percent
from segmentation.views import findings
from segmentation.views.colours import ACCENT, DARK, MUTED, OTHER, colour

Drawing = Any  # the types of what the library returns are wider than what it can be

_MOST_ROWS = 20
_FIFTHS = ("lowest fifth", "second", "third", "fourth", "highest fifth")
_LIGHT_TO_DARK = ("#9BD0E8", "#5FB0D3", "#2B8CB8", "#14648D", "#083B5C")
# On a dark page, where the darkest of those would not be seen.
_DARK_TO_LIGHT = ("#1B6E99", "#2F8FBF", "#58ADD6", "#8CCBEA", "#BDE4F7")
_UNKNOWN = "not known"
_RUNS = (ACCENT, OTHER)


def tone(segment: int, *, dark: bool) -> str:
    """Return the colour of a segment, the same as in the report."""
    own = colour(segment)
    return DARK.get(own, own) if dark else own


def called(facts: Segments, segment: int) -> str:
    """Return what a segment is called where it needs its number, too."""
    return f"{segment}  {facts.names[segment]}" if segment in facts.names else NO_SEGMENT


def scale(facts: Segments, segments: Sequence[int], *, dark: bool) -> alt.Scale:
    """Return one colour a segment."""
    return alt.Scale(
        domain=[called(facts, i) for i in segments],
        range=[tone(i, dark=dark) for i in segments],
    )


def sizes(facts: Segments, *, kind: str, dark: bool) -> Drawing:
    """Draw each segment's share of customers, and of the value where it can be told."""
    parts: list[Profile] = [*facts.segments, *([facts.outside] if facts.outside else [])]
    rows = [
        {"name": called(facts, each.id), "of": what, "share": share, "customers": each.size}
        for each in parts
        for what, share in (("customers", each.share), ("value", each.share_of_value))
        if share is not None
    ]
    ids = [each.id for each in parts]
    return (
        alt.Chart(pd.DataFrame(rows), description=findings.sizes(facts, kind))
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="share (light: of customers, full: of value)",
                    axis=alt.Axis(format="%", titleAnchor="end")),
            y=alt.Y("name:N", title=None, sort=[called(facts, i) for i in ids],
                    axis=alt.Axis(labelLimit=150)),
            yOffset=alt.YOffset("of:N"),
            color=alt.Color("name:N", scale=scale(facts, ids, dark=dark), legend=None),
            opacity=alt.condition("datum.of == 'customers'", alt.value(0.55), alt.value(1)),
            tooltip=[
                alt.Tooltip("name:N", title=kind),
                alt.Tooltip("of:N", title="share of"),
                alt.Tooltip("share:Q", format=".1%"),
                alt.Tooltip("customers:Q", format=","),
            ],
        )
        .properties(height=60 + 50 * len(parts))
    )  # fmt: skip


def apart(facts: Segments, pair: tuple[int, int], *, kind: str, dark: bool) -> Drawing:
    """Draw in what two segments differ most, in standard deviations from everyone else."""
    one, other = (next(s for s in facts.segments if s.id == i) for i in pair)
    first, second = findings.differences(one), findings.differences(other)
    gaps = {
        name: abs(a - b)
        for name, a in first.items()
        if a is not None and (b := second.get(name)) is not None
    }
    shown = sorted(gaps, key=lambda name: -gaps[name])[:_MOST_ROWS]
    rows = [
        {"feature": name, "name": called(facts, each.id), "difference": found[name]}
        for name in shown
        for each, found in ((one, first), (other, second))
    ]
    base = alt.Chart(
        pd.DataFrame(rows, columns=["feature", "name", "difference"]),
        description=f"How far two {kind}s are from everyone else, and so from each other",
    ).encode(y=alt.Y("feature:N", sort=shown, title=None, axis=alt.Axis(labelLimit=220)))
    # On a phone a title in the middle of the axis would begin too far to the right to end in time.
    axis = alt.Axis(titleAnchor="end")
    x = alt.X("difference:Q", title="standard deviations from everyone else", axis=axis)
    lines = base.mark_line(color=MUTED).encode(x=x, detail="feature:N")
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=x,
        color=alt.Color(
            "name:N",
            scale=scale(facts, pair, dark=dark),
            legend=None,  # `pieces.key` wraps where a phone has no room for it
        ),
        tooltip=[
            alt.Tooltip("name:N", title=kind),
            alt.Tooltip("feature:N"),
            alt.Tooltip("difference:Q", format="+.2f"),
        ],
    )
    return alt.layer(lines, dots)


def criterion(
    curve: pd.DataFrame, choice: Choice, name: str, *, used: int, looked_at: int
) -> dict[str, Any]:
    """Return the chart of a criterion against the number of segments, in Vega-Lite's own words.

    A page has a dozen of them, and Altair takes a tenth of a second for each.
    """
    label = next(each for each in choice.criteria if each.name == name)
    column, vote = label.column, choice.votes[name]
    k, value, error = curve["k"], curve[column], curve.get(f"{column}_se", 0)
    shown = pd.DataFrame(
        {
            "k": k,
            "value": value,
            "low": value - error,
            "high": value + error,
            "mark": k.isin([vote, used, looked_at]),
        }
    ).dropna()
    y = {"type": "quantitative", "title": None, "scale": {"zero": False}}
    marked = {"test": "datum.mark"}
    return {
        "description": f"{label.label} against the number of segments; it prefers {vote}",
        "title": {"text": f"{label.label}: k = {vote}", "anchor": "start"},
        "height": 200,
        "data": {"values": shown.to_dict("records")},
        "encoding": {"x": {"field": "k", "type": "ordinal", "title": "number of segments",
                           "axis": {"labelAngle": 0}}},
        "layer": [
            {"mark": {"type": "rule", "color": MUTED},
             "encoding": {"y": {"field": "low", **y}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "color": ACCENT}, "encoding": {"y": {"field": "value", **y}}},
            {"mark": {"type": "point", "filled": True, "opacity": 1},
             "encoding": {
                 "y": {"field": "value", **y},
                 "size": {"condition": {**marked, "value": 150}, "value": 40},
                 "color": {"condition": {**marked, "value": OTHER}, "value": ACCENT},
                 "tooltip": [{"field": "k", "type": "ordinal"},
                             {"field": "value", "type": "quantitative", "format": ".4g",
                              "title": label.label}]}},
        ],
    }  # fmt: skip


def sample(points: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return so many points at most, the same ones each time."""
    return points if len(points) <= most else points.sample(most, random_state=0)


def flat_map(
    facts: Segments,
    points: pd.DataFrame,
    flat: Map,
    *,
    shown: Sequence[int],
    kind: str,
    dark: bool,
    by: str | None = None,
) -> Drawing:
    """Draw customers on the first two principal components.

    They are in the colours of their segments, or in those of what stands in the column `by`.
    """
    there = sorted({*map(int, points["segment"].unique())} & {*shown}, key=lambda i: (i < 1, i))
    drawn = points[points["segment"].isin(there)]
    table = pd.DataFrame(
        {
            "x": drawn["pc1"],
            "y": drawn["pc2"],
            "name": [called(facts, int(i)) for i in drawn["segment"]]
            if by is None
            else [_roughly(cell) for cell in drawn[COLOURED + by]],
        }
    )
    first, second = flat.explained_variance
    # The axes stay where they are when segments are hidden.
    ends = {
        axis: alt.Scale(domain=[float(points[axis].min()), float(points[axis].max())], nice=True)
        for axis in ("pc1", "pc2")
    }
    x = alt.X("x:Q", title=f"first component ({percent(first)} of the variance)", scale=ends["pc1"])
    y = alt.Y("y:Q", title=f"second component ({percent(second)})", scale=ends["pc2"])
    dots = (
        alt.Chart(table, description=findings.flat_map(flat, kind))
        .mark_circle(size=28, opacity=0.6)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "name:N",
                scale=scale(facts, there, dark=dark)
                if by is None
                else _marks_scale(points[COLOURED + by], dark=dark),
                legend=alt.Legend(
                    orient="top", title=None, columns=1 if by is None else 3, labelLimit=320
                ),
            ),
        )
    )
    middle = pd.DataFrame(
        [
            {"x": place.pc1, "y": place.pc2, "id": str(i), "name": called(facts, i)}
            for i, place in flat.centroids.items()
            if i in there
        ],
        columns=["x", "y", "id", "name"],
    )
    ink = "#E8ECF1" if dark else "#222222"
    centres = (
        alt.Chart(middle)
        .mark_text(fontSize=18, fontWeight="bold", color=ink)
        .encode(x=x, y=y, text="id:N", tooltip=[alt.Tooltip("name:N", title=kind)])
    )
    return alt.layer(dots, centres).properties(height=520)


def _roughly(cell: Any) -> str:
    """Say what the mark of a point stands for."""
    if pd.isna(cell):
        return _UNKNOWN
    return str(cell) if isinstance(cell, str) else (_UNKNOWN, *_FIFTHS)[int(cell)]


def _marks_scale(marks: pd.Series, *, dark: bool) -> alt.Scale:
    """Return a colour for each mark: farther from the page is more; commonest categories first."""
    known = marks.dropna()
    if pd.api.types.is_numeric_dtype(known):
        tones = dict(zip(_FIFTHS, _DARK_TO_LIGHT if dark else _LIGHT_TO_DARK, strict=True))
        told = [each for i, each in enumerate(_FIFTHS, start=1) if (known == i).any()]
        gaps = bool((known == 0).any())
    else:
        told = [str(level) for level in known.value_counts().index]
        own = [level for level in told if level != privacy.OTHER]
        tones = {level: tone(i, dark=dark) for i, level in enumerate(own, start=1)}
        tones[privacy.OTHER] = MUTED
        gaps = bool(marks.isna().any())
    domain = told + [_UNKNOWN] * gaps
    return alt.Scale(domain=domain, range=[tones.get(each, tone(-1, dark=dark)) for each in domain])


def two_curves(
    curves: Mapping[str, pd.DataFrame], column: str, *, label: str
) -> Drawing:  # fmt: skip
    """Draw a criterion of two runs against the number of segments."""
    rows = [
        pd.DataFrame({"k": curve["k"], "value": curve[column], "run": run})
        for run, curve in curves.items()
        if column in curve
    ]
    table = pd.concat(rows) if rows else pd.DataFrame(columns=["k", "value", "run"])
    return (
        alt.Chart(table, title=alt.Title(label, anchor="start"), description=f"{label} of two runs")
        .mark_line(point=True)
        .encode(
            x=alt.X("k:O", title="number of segments", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            color=alt.Color(
                "run:N",
                scale=alt.Scale(domain=list(curves), range=list(_RUNS[: len(curves)])),
                legend=alt.Legend(orient="top", title=None, columns=1, labelLimit=320),
            ),
            tooltip=[alt.Tooltip("run:N"), alt.Tooltip("k:O"),
                     alt.Tooltip("value:Q", format=".4g")],
        )
        .properties(height=320)
    )  # fmt: skip


def month_by_month(facts: Segments, sizes: pd.DataFrame, *, dark: bool) -> Drawing:
    """Draw how many customers each segment had at the end of each month."""
    ids = sorted({*map(int, sizes["segment"])}, key=lambda i: (i < 1, i))
    table = pd.DataFrame(
        {
            "month": pd.to_datetime(sizes["month_end"]),
            "customers": sizes["customers"],
            "name": [called(facts, int(i)) for i in sizes["segment"]],
        }
    )
    return (
        alt.Chart(table, description="Customers of each segment at the end of each month")
        .mark_line(point=True)
        .encode(
            x=alt.X("month:T", title=None),
            y=alt.Y("customers:Q"),
            color=alt.Color(
                "name:N",
                scale=scale(facts, ids, dark=dark),
                legend=alt.Legend(orient="top", title=None, columns=1, labelLimit=320),
            ),
            tooltip=[
                alt.Tooltip("name:N", title="segment"),
                alt.Tooltip("month:T", format="%Y-%m-%d"),
                alt.Tooltip("customers:Q", format=","),
            ],
        )
        .properties(height=340)
    )


def moves(facts: Segments, rates: pd.DataFrame, *, dark: bool) -> Drawing:
    """Draw the share of each segment's customers that is in each segment a month later."""
    names = {int(i): called(facts, int(i)) for i in {*rates["before"], *rates["after"]}}
    ids = sorted(names, key=lambda i: (i < 1, i))
    order, short = [names[i] for i in ids], {i: str(i) if i > 0 else NO_SEGMENT for i in ids}
    told = rates[rates["customers"] >= privacy.FEWEST]  # no share tells of fewer
    table = told.dropna(subset=["share"]).assign(
        start=lambda t: t["before"].map(names),
        end=lambda t: t["after"].map(short),
        told=lambda t: t["share"].map(percent),
    )[["start", "end", "share", "told"]]
    base = alt.Chart(
        table, description="Share of a segment's customers that is in each segment a month later"
    ).encode(
        x=alt.X("end:N", sort=list(short.values()), title="a month later",
                axis=alt.Axis(labelAngle=0)),
        y=alt.Y("start:N", sort=order, title="before"),
        tooltip=[alt.Tooltip("start:N"), alt.Tooltip("end:N"),
                 alt.Tooltip("share:Q", format=".1%")],
    )  # fmt: skip
    low = "#1b222b" if dark else "#f1f5f9"
    cells = base.mark_rect().encode(
        color=alt.Color("share:Q", scale=alt.Scale(range=[low, ACCENT], domain=[0, 1]), legend=None)
    )
    text = base.mark_text().encode(
        text="told:N",
        color=alt.condition(
            "datum.share > .5", alt.value("#FEFEFE"), alt.value("#E8ECF1" if dark else "#222222")
        ),
    )
    return alt.layer(cells, text).properties(height=140 + 40 * len(order))


def calibration(tried: Tried) -> Drawing:
    """Draw forecasts beside what happened, in groups of customers with like forecasts."""
    table = pd.DataFrame(
        [
            {"group": i, "forecast": g.predicted, "happened": g.actual, "customers": g.customers}
            for i, g in enumerate(tried.purchases.groups, start=1)
        ]
    )
    told = "Days with purchases a customer (bars: happened, diamonds: forecast)"
    title = alt.Title(told, anchor="start")
    base = alt.Chart(table, title=title, description=findings.calibration(tried)).encode(
        x=alt.X("group:O", title="groups of like forecasts, most first",
                axis=alt.Axis(labelAngle=0)),
        tooltip=["group:O", alt.Tooltip("forecast:Q", format=".3g"),
                 alt.Tooltip("happened:Q", format=".3g"), alt.Tooltip("customers:Q", format=",")],
    )  # fmt: skip
    bars = base.mark_bar(color=ACCENT).encode(y=alt.Y("happened:Q", title=f"in {tried.days} days"))
    marks = base.mark_point(shape="diamond", filled=True, size=90, color=OTHER, opacity=1).encode(
        y="forecast:Q"
    )
    return alt.layer(bars, marks).properties(height=300)
