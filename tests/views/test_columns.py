"""What the report says became of every column."""

import factories
from segmentation.artifacts.features import Features, Flag, Transformed
from segmentation.settings.shared.data import Data
from segmentation.views.columns import became

DATA = Data.model_validate(
    {
        "path": "a.csv",
        "id": "who",
        "value": "spend",
        "as_of": "2014-06-29",
        "numeric": {"spend": None, "total": None, "pdays": {"never": -1}},
        "date": {"age": {"from": "born", "format": "%Y", "unit": "years"}},
        "flag": {"member": None},
        "scale": {"use": ["low", "mid", "high"]},
        "describe": ["member"],
        "ignore": {"note": "it is free text"},
    }
)
FEATURES = Features(
    rows=100,
    features=("spend", "total", "pdays", "age", "use"),
    transformed=Transformed(method="yeo-johnson", columns=("spend", "total")),
    skewness={"spend": 3.21, "total": 3.0, "pdays": 0.1, "age": 0.0},
    weights={"spend": 0.7, "total": 0.7, "pdays": 2.0},
    alike=(("spend", "total"),),
    bounded=("total",),
    flags={"spend": Flag(of="zero", share=0.4)},
    category_scale=None,
)


def test_every_column_says_what_became_of_it_and_why() -> None:
    quality = factories.quality(100, missing={"spend": 7}, never={"pdays": 80})
    rows = became(DATA, FEATURES, quality)
    assert {row.column: row.became for row in rows} == {
        "who": "tells customers apart; no feature",
        "spend": "a number; skewed (3.2), so yeo-johnson; 40% are zero, so a yes or no "
        "beside it says who has any: both count as one; says what total says: together they "
        "count as one",
        "total": "a number; skewed (3.0), so yeo-johnson; says what spend says: together they "
        "count as one; a handful who are far out count as the farthest of the others",
        "pdays": "a number; 80 cells say never or not known, and are no number; weight 2",
        "born": "age: years until 2014-06-29",
        "member": "yes or no; described only: segments are not found in it",
        "use": "a step a level: low, mid, high",
        "note": "left out: it is free text",
    }
    assert rows[1].missing == "7%"
