"""What became of every column of the file, and why: rows of a table."""

from collections.abc import Iterator
from typing import NamedTuple

from segmentation.artifacts.features import Features
from segmentation.artifacts.quality import Quality
from segmentation.insight.numbers import percent
from segmentation.settings.shared.data import Data


class Became(NamedTuple):
    """A column of the file."""

    column: str
    role: str
    became: str
    missing: str


def became(data: Data, features: Features, quality: Quality) -> list[Became]:
    """List the columns as they are declared, those that are left out last."""
    rows = max(quality.rows_in, 1)
    told = [
        Became(
            data.source(name),
            data.role(name),
            "; ".join(_became(name, data, features, quality)),
            percent(quality.missing.get(name, 0) / rows),
        )
        for name in data.columns
    ]
    if data.id is not None:
        told.insert(0, Became(data.id, "id", "tells customers apart; no feature", ""))
    return told + [
        Became(name, "ignore", f"left out{f': {why}' if why else ''}", "")
        for name, why in data.ignore.items()
    ]


def _became(name: str, data: Data, features: Features, quality: Quality) -> Iterator[str]:
    role = data.role(name)
    if role == "date":
        date = data.dated(name)
        yield f"{name.replace('_', ' ')}: {date.unit} until {data.as_of}"
    elif role == "scale":
        yield f"a step a level: {', '.join(data.scale[name])}"
    else:
        yield {"numeric": "a number", "flag": "yes or no", "categorical": "a category"}[role]
    if name in data.describe:
        yield "described only: segments are not found in it"
        return
    skew = features.skewness.get(name)
    if name in features.transformed.columns and skew is not None:
        yield f"skewed ({skew:.1f}), so {features.transformed.method}"
    if quality.never.get(name):
        yield f"{quality.never[name]:,} cells say never or not known, and are no number"
    if name in features.flags:
        flag = features.flags[name]
        full = f"{percent(flag.share)} are zero, so " if flag.of == "zero" else ""
        yield f"{full}a yes or no beside it says who has any: both count as one"
    for group in features.alike:
        if name in group:
            others = ", ".join(each for each in group if each != name)
            yield f"says what {others} says: together they count as one"
    if name in features.bounded:
        yield "a handful who are far out count as the farthest of the others"
    # What a number shares with others would be taken for a setting.
    shared = name in features.flags or any(name in group for group in features.alike)
    if name in features.weights and not shared:
        yield f"weight {features.weights[name]:g}"
