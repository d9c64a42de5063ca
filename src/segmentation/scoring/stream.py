"""Score a file of any length, batch by batch, and count what was met."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.algorithms import NOISE
from segmentation.artifacts.files import DIGITS
from segmentation.artifacts.segments import NO_SEGMENT, Segments
from segmentation.engines.scorable import Batch, Scorable
from segmentation.scoring.output import added_names, safe
from segmentation.scoring.reasons import MOST, Reasons
from segmentation.scoring.rule import Rule, Scores
from segmentation.settings.shared.data import Data

ADDED = (
    "segment", "name", "confidence", "runner_up", *(f"reason_{i + 1}" for i in range(MOST)),
    "unlike", "not_scored",
)  # fmt: skip


@dataclass
class Counts:
    """What was met while a file was scored.

    Attributes
    ----------
    rows, scored, unlike : int
    not_scored : Counter
        Rows by why they were not scored.
    segments : Counter
        Customers by segment.
    missing, unseen : Counter
        By column: cells without a value, and those of a category that the model does not know.
    """

    rows: int = 0
    scored: int = 0
    unlike: int = 0
    not_scored: Counter[str] = field(default_factory=Counter)
    segments: Counter[int] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    unseen: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Scored:
    """A batch of rows, and what was found of those that can be scored.

    Attributes
    ----------
    batch : Batch
    able : bool array
        Which of its rows.
    customers : DataFrame
        Their columns.
    scores : Scores
    """

    batch: Batch
    able: np.ndarray
    customers: pd.DataFrame
    scores: Scores


def columns_taken(rule: Rule, data: Data) -> Data:
    """Return the settings of a file of which no more is read than the model takes."""
    others: dict[str, Any] = {"flag": data.flag, "scale": data.scale}
    texts = {*data.flag, *data.scale}
    return data.model_copy(
        update={
            "numeric": {n: data.numeric.get(n) for n in rule.numbers if n not in data.date},
            "date": {n: data.date[n] for n in rule.numbers if n in data.date},
            "categorical": {n: data.categorical.get(n) for n in rule.categories if n not in texts},
            **{role: {n: of[n] for n in rule.categories if n in of} for role, of in others.items()},
            "describe": (),
        }
    )


def scored(customers: Scorable, rule: Rule, counts: Counts) -> Iterator[Scored]:
    """Score the rows of a file, batch by batch; `counts` is added to."""
    for batch in customers.batches():
        able = pc.is_null(batch.why_not).to_numpy(zero_copy_only=False)
        frame = batch.customers.to_pandas()
        some = frame if able.all() else frame[able]
        scores = rule.score(some)
        counts.rows += len(frame)
        counts.scored += len(some)
        counts.not_scored.update(batch.why_not.drop_null().to_pylist())
        ids, sizes = np.unique(scores.segment, return_counts=True)
        counts.segments.update(dict(zip(ids.tolist(), sizes.tolist(), strict=True)))
        counts.unlike += 0 if scores.unlike is None else int(scores.unlike.sum())
        for name in rule.columns:
            counts.missing[name] += int(some[name].isna().sum())
        for name, levels in rule.levels.items():
            column = some[name]
            counts.unseen[name] += int((~column.isin(levels) & column.notna()).sum())
        yield Scored(batch, able, some, scores)


class Beside:
    """Puts what was found beside the columns of the file."""

    def __init__(self, rule: Rule, data: Data, segments: Segments | None) -> None:
        self._reasons = Reasons(rule, data, segments)
        names = segments.names if segments else {}
        self._names = {i: names.get(i, f"Segment {i}") for i in rule.segments} | {NOISE: NO_SEGMENT}

    def rows(self, found: Scored) -> pa.RecordBatch:
        """Return the rows of a batch with the columns `ADDED`."""
        scores, able = found.scores, found.able
        ids, which = np.unique(scores.segment, return_inverse=True)
        names = pa.array([self._names[int(i)] for i in ids], pa.string())
        unlike = pa.nulls(len(scores.segment), pa.bool_())
        if scores.unlike is not None:
            unlike = pa.array(scores.unlike)
        columns = [
            pa.array(scores.segment, pa.int64()),
            safe(names.take(pa.array(which))),
            pa.array(_rounded(scores.confidence)),
            pa.array(scores.runner_up, pa.int64(), mask=scores.runner_up == NOISE),
            *map(safe, self._reasons.told(found.customers, scores)),
            unlike,
        ]
        if not able.all():
            place = np.cumsum(able) - 1
            index = pa.array(place, mask=~able)
            columns = [column.take(index) for column in columns]
        rows = found.batch.rows
        added = added_names(rows.schema.names, ADDED)
        fields = [
            pa.field(n, c.type) for n, c in zip(added, [*columns, found.batch.why_not], strict=True)
        ]
        schema = pa.schema([*rows.schema, *fields], metadata=rows.schema.metadata)
        return pa.RecordBatch.from_arrays(
            [*rows.columns, *columns, found.batch.why_not], schema=schema
        )


def _rounded(confidence: np.ndarray) -> np.ndarray:
    return np.asarray(confidence.round(DIGITS))
