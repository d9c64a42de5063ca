"""Why a customer is in a segment and not in the next one, in words."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentation.artifacts.features import having
from segmentation.artifacts.segments import Segments
from segmentation.insight.numbers import amount, number, percent
from segmentation.scoring.rule import Rule, Scores
from segmentation.settings.shared.columns import NO
from segmentation.settings.shared.data import Data

MOST = 3
_DIGITS = 3  # of a customer's own number in a reason: it stands in the row with all of them
_SHOWN = 40  # letters of a category


class Reasons:
    """Words for the columns that pull the hardest.

    Parameters
    ----------
    rule : Rule
    data : Data
        Labels and units of the columns.
    segments : Segments, optional
        What each segment is like; without it, a reason tells of the customer alone.
    """

    def __init__(self, rule: Rule, data: Data, segments: Segments | None) -> None:
        self._columns, self._numbers = rule.columns, set(rule.numbers)
        self._data = data
        self._profiles = {each.id: each for each in segments.segments} if segments else {}
        self._names = {name: name.replace("_", " ").strip() for name in rule.columns}

    def told(self, customers: pd.DataFrame, scores: Scores) -> list[pa.Array]:
        """Return the first, second and third reason of each customer; null where there is none."""
        count = min(MOST, len(self._columns))
        top = np.argsort(-scores.pulls, axis=1, kind="stable")[:, :count]
        pulled = np.take_along_axis(scores.pulls, top, axis=1) > 0
        place = np.full(top.shape, -1)
        texts: list[pa.Array] = []
        at = 0
        for j, name in enumerate(self._columns):
            rows, slots = np.nonzero((top == j) & pulled)
            if len(rows):
                place[rows, slots] = np.arange(at, at + len(rows))
                texts.append(self._column(name, customers[name].iloc[rows], scores, rows))
                at += len(rows)
        every = pa.concat_arrays(texts) if texts else pa.nulls(0, pa.string())
        found = [
            every.take(pa.array(slot, mask=slot < 0)) if at else pa.nulls(len(slot), pa.string())
            for slot in place.T
        ]
        return found + [pa.nulls(len(customers), pa.string())] * (MOST - count)

    def _column(
        self, name: str, cells: pd.Series, scores: Scores, rows: NDArray[np.intp]
    ) -> pa.Array:
        pairs, pair = np.unique(
            scores.segment[rows] * 10_000 + scores.runner_up[rows], return_inverse=True
        )
        of = [(int(each) // 10_000, int(each) % 10_000) for each in pairs]
        if name in self._numbers:
            values, which = np.unique(_shortened(cells.to_numpy(np.float64)), return_inverse=True)
            unit = self._data.unit(name)
            written = [
                f"no {self._names[name]}"  # which is a reason where it says never
                if np.isnan(value)
                else f"{self._names[name]} {_amount(value, unit)}"
                for value in values
            ]
            endings = [self._beside(name, one, other) for one, other in of]
            none = [self._shares(having(name), NO, one, other) for one, other in of]
            after = pa.array([*endings, *none]).take(
                pa.array(pair + len(of) * np.isnan(values)[which])
            )
            return pc.binary_join_element_wise(pa.array(written).take(pa.array(which)), after, "")
        codes, levels = pd.factorize(cells)
        both, which = np.unique(codes * len(of) + pair, return_inverse=True)
        said = [
            f"{self._names[name]} {str(levels[i // len(of)])[:_SHOWN]}"
            + self._shares(name, str(levels[i // len(of)]), *of[i % len(of)])
            for i in both.tolist()
        ]
        return pa.array(said, pa.string()).take(pa.array(which))

    def _beside(self, name: str, one: int, other: int) -> str:
        """The averages of a number in both segments."""
        unit = self._data.unit(name)
        return self._compared(
            one, other, lambda of: of.numeric[name].mean if name in of.numeric else None,
            lambda mean: _amount(mean, unit), "average here {}, in the runner-up {}",
        )  # fmt: skip

    def _shares(self, name: str, level: str, one: int, other: int) -> str:
        """The shares of a category in both segments."""
        return self._compared(
            one, other,
            lambda of: getattr(of.categorical.get(name, {}).get(level), "share", None),
            percent, "{} of those here, {} of the runner-up",
        )  # fmt: skip

    def _compared(
        self,
        one: int,
        other: int,
        figure: Callable[..., float | None],
        written: Callable[[float], str],
        sentence: str,
    ) -> str:
        if one not in self._profiles or other not in self._profiles:
            return ""
        known = [figure(self._profiles[each]) for each in (one, other)]
        told = [_ascii(written(each)) for each in known if each is not None]
        return f" ({sentence.format(*told)})" if len(told) == len(known) else ""


def _amount(value: float, unit: str | None) -> str:
    return _ascii(amount(number(value), unit))


def _ascii(text: str) -> str:
    return text.replace("−", "-")


def _shortened(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to the digits that are told, so that few numbers are different."""
    size = np.abs(values)
    power = np.floor(np.log10(np.where(size > 0, size, 1.0)))
    unit = 10.0 ** (power - _DIGITS + 1)
    return np.asarray(np.round(values / unit) * unit, dtype=np.float64)
