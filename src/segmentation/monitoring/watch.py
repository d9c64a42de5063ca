"""Whether a model still fits the customers that come: everything counted, tested, put in words.

Tests tell drift from chance, at one level for all of them together (Holm's correction); how much of
it matters is told by its size, because of a million customers every difference is more than chance.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.baseline import Baseline, Counted, LevelCounts, NumberBins
from segmentation.artifacts.drift import Drift, FeatureDrift, ShareDrift, Verdict
from segmentation.artifacts.privacy import FEWEST, OTHER
from segmentation.artifacts.segments import NO_SEGMENT
from segmentation.clustering.identity.matching import NOISE
from segmentation.insight.intervals import wilson
from segmentation.insight.numbers import number, percent
from segmentation.monitoring.drift import MODERATE, STRONG, rare_levels, stability_index

ALPHA = 0.01
"""How often chance alone gives any alarm."""

FEW_ROWS = 100
"""Of fewer customers nothing is told: no test would find what matters."""

_FIRMNESS = 0.2  # standard deviations by which the mean confidence may fall
_UNLIKE, _MANY_UNLIKE = 0.01, 0.05  # shares of customers unlike any in training
_UNSCORED = 0.05  # of rows that cannot be scored

Counts = NDArray[np.float64]


@dataclass
class Tally:
    """Customers counted, batch by batch, as a baseline counts those of the training."""

    baseline: Baseline
    customers: int = 0
    unlike: int = 0
    confidence: float = 0.0
    squares: float = 0.0
    segments: Counter[int] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    sums: dict[str, float] = field(default_factory=dict)
    bins: dict[str, NDArray[np.intp]] = field(default_factory=dict)
    levels: dict[str, Counter[str]] = field(default_factory=dict)

    def add(
        self,
        customers: pd.DataFrame,
        segment: NDArray[np.intp],
        confidence: NDArray[np.float64],
        unlike: NDArray[np.bool_],
    ) -> None:
        """Count some more."""
        self.customers += len(customers)
        self.unlike += int(unlike.sum())
        self.confidence += float(confidence.sum())
        self.squares += float((confidence**2).sum())
        ids, sizes = np.unique(segment, return_counts=True)
        self.segments.update(dict(zip(ids.tolist(), sizes.tolist(), strict=True)))
        for name, of in self.baseline.columns.items():
            cells = customers[name].dropna()
            self.missing[name] += len(customers) - len(cells)
            if isinstance(of, NumberBins):
                values = cells.to_numpy(np.float64)
                found = np.bincount(np.searchsorted(of.edges, values), minlength=len(of.counts))
                self.bins[name] = self.bins.get(name, np.zeros(len(of.counts), np.intp)) + found
                self.sums[name] = self.sums.get(name, 0.0) + float(values.sum())
            else:
                counts = {str(level): int(n) for level, n in cells.value_counts().items()}
                self.levels.setdefault(name, Counter()).update(counts)


def watch(
    tally: Tally,
    *,
    names: dict[int, str],
    model: str,
    data: str,
    md5: str,
    rows: int,
    not_scored: dict[str, int],
) -> Drift:
    """Compare what was counted with the training.

    Parameters
    ----------
    tally : Tally
    names : dict of int to str
        Of the segments.
    model, data, md5 : str
        What is told of the model and the file.
    rows : int
        Of the file.
    not_scored : dict of str to int
        Rows by why they were not scored.
    """
    base = tally.baseline
    tests: dict[str, float] = {}
    sizes: dict[str, float] = {}
    for name, of in base.columns.items():
        one, other = _counts(name, of, tally)
        sizes[name], _ = stability_index(one, other)
        tests[name] = homogeneous(one, other)
    ids = [*base.segments, *([NOISE] if base.unassigned or tally.segments[NOISE] else [])]
    one = np.array(
        [base.segments[i].customers if i > NOISE else base.unassigned for i in ids], float
    )
    other = np.array([tally.segments[i] for i in ids], float)
    psi, _ = stability_index(one, other)
    corrected = holm(
        [
            *tests.values(),
            homogeneous(one, other),
            _same_mean(tally),
            homogeneous(
                np.array([base.unlike, base.customers - base.unlike], float),
                np.array([tally.unlike, tally.customers - tally.unlike], float),
            ),
        ]
    )
    *of_features, of_segments, of_confidence, of_unlike = corrected
    p_values = dict(zip(tests, of_features, strict=True))
    features = [
        _feature(name, of, tally, sizes[name], p_values[name]) for name, of in base.columns.items()
    ]
    low, high = (float(each) for each in wilson(tally.unlike, tally.customers))
    found = Drift(
        verdict="steady",
        reasons=(),
        model=model,
        data=data,
        md5=md5,
        rows=rows,
        scored=tally.customers,
        not_scored=not_scored,
        features=tuple(sorted(features, key=lambda each: -each.psi)),
        segments=tuple(
            _share(i, names, int(a), int(b), base.customers, tally.customers)
            for i, a, b in zip(ids, one, other, strict=True)
        ),
        segments_psi=psi,
        segments_p_value=of_segments,
        base_confidence=base.confidence,
        confidence=tally.confidence / tally.customers,
        confidence_p_value=of_confidence,
        base_unlike=base.unlike / base.customers,
        unlike=tally.unlike / tally.customers,
        unlike_interval=(low, high),
        unlike_p_value=of_unlike,
    )
    verdict, reasons = judge(found, deviation=base.confidence_deviation)
    return found.model_copy(update={"verdict": verdict, "reasons": reasons})


def judge(found: Drift, *, deviation: float) -> tuple[Verdict, tuple[str, ...]]:
    """Say what to do, and why.

    Parameters
    ----------
    found : Drift
    deviation : float
        Standard deviation of the confidence in training.
    """
    grave: list[str] = []
    light: list[str] = []
    for each in found.features:
        if each.strength in ("moderate", "strong"):
            (grave if each.strength == "strong" else light).append(_told(each))
    if found.segments_p_value < ALPHA and found.segments_psi >= MODERATE:
        moved = max(found.segments, key=lambda each: abs(each.share - each.base_share))
        (grave if found.segments_psi >= STRONG else light).append(
            f"the segments have other shares (stability index {found.segments_psi:.2f}): "
            f"'{moved.name}' has {percent(moved.share)} instead of {percent(moved.base_share)}"
        )
    if found.unlike_p_value < ALPHA and found.unlike > max(found.base_unlike, _UNLIKE):
        (grave if found.unlike > _MANY_UNLIKE else light).append(
            f"{percent(found.unlike)} of the customers are unlike any in training, where "
            f"{percent(found.base_unlike)} were"
        )
    fall = found.base_confidence - found.confidence
    if found.confidence_p_value < ALPHA and fall > _FIRMNESS * deviation:
        light.append(
            f"customers belong to their segments less firmly ({found.confidence:.2f} on average "
            f"instead of {found.base_confidence:.2f})"
        )
    lost = sum(found.not_scored.values())
    if lost > _UNSCORED * found.rows:
        most = max(found.not_scored, key=lambda why: found.not_scored[why])
        light.append(
            f"{percent(lost / found.rows)} of the rows cannot be scored, most for '{most}'"
        )
    if grave:
        return "retrain", (*grave, *light)
    if light:
        return "watch", tuple(light)
    small = [each.column for each in found.features if each.strength == "small"]
    if small:
        return "steady", (f"what drifted is small: {', '.join(small)}",)
    return "steady", ("no more than chance does",)


def homogeneous(one: Counts, other: Counts) -> float:
    """Return the p-value of Pearson's test that two sets of counts are of one population.

    Cells of which fewer than five are expected are taken together.

    Examples
    --------
    >>> round(homogeneous(np.array([500.0, 500.0]), np.array([400.0, 600.0])), 6)
    7e-06
    """
    from scipy.special import chdtrc

    total = one + other
    share = min(one.sum(), other.sum()) / total.sum()
    few = total * share < 5
    if few.any():
        one, other = (np.append(each[~few], each[few].sum()) for each in (one, other))
        total = one + other
        if 0 < total[-1] * share < 5 and len(total) > 1:  # still too few: with the smallest
            least = int(total[:-1].argmin())
            for each in (one, other):
                each[least] += each[-1]
            one, other = one[:-1], other[:-1]
            total = one + other
    used = total > 0
    one, other, total = one[used], other[used], total[used]
    if len(total) < 2:
        return 1.0
    statistic = 0.0
    for each in (one, other):
        expected = total * each.sum() / total.sum()
        statistic += float(((each - expected) ** 2 / expected).sum())
    return float(chdtrc(len(total) - 1, statistic))


def holm(p_values: list[float]) -> list[float]:
    """Correct p-values for their number.

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    p = np.array(p_values)
    order = np.argsort(p)
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(raised, 1.0)
    return [float(each) for each in corrected]


def _same_mean(tally: Tally) -> float:
    """Return the p-value of the test that customers belong as firmly as those of the training."""
    from scipy.special import erfc

    base, n = tally.baseline, tally.customers
    mean = tally.confidence / n
    variance = max(tally.squares / n - mean**2, 0.0)
    error = np.sqrt(base.confidence_deviation**2 / base.customers + variance / n)
    return float(erfc(abs(mean - base.confidence) / error / np.sqrt(2))) if error > 0 else 1.0


def _counts(name: str, of: Counted, tally: Tally) -> tuple[Counts, Counts]:
    missing = [of.missing], [tally.missing[name]]
    if isinstance(of, NumberBins):
        return np.append(of.counts, missing[0]).astype(float), np.append(
            tally.bins[name], missing[1]
        ).astype(float)
    there = tally.levels[name]
    if OTHER in of.counts:  # so are those called that the training had too few of, by any name
        there = Counter({level: n for level, n in there.items() if level in of.counts})
        there[OTHER] += tally.levels[name].total() - there.total()
    levels = sorted({*of.counts, *there})
    one = np.array([of.counts.get(level, 0) for level in levels], float)
    other = np.array([there[level] for level in levels], float)
    rare = rare_levels(one, other)
    return (
        np.concatenate([one[~rare], [one[rare].sum()], missing[0]]),
        np.concatenate([other[~rare], [other[rare].sum()], missing[1]]),
    )


def _feature(name: str, of: Counted, tally: Tally, psi: float, p_value: float) -> FeatureDrift:
    if p_value >= ALPHA:
        strength = "within noise"
    else:
        strength = "small" if psi < MODERATE else "moderate" if psi < STRONG else "strong"
    missing = tally.missing[name]
    known = tally.customers - missing
    new: tuple[str, ...] = ()
    if isinstance(of, LevelCounts):
        there = tally.levels[name]
        # Of as small a share, the training would not have told of it.
        enough = FEWEST * max(1.0, tally.customers / tally.baseline.customers)
        new = tuple(
            each for each, n in there.most_common() if n >= enough and each not in of.counts
        )
    return FeatureDrift.model_validate(
        {
            "column": name,
            "psi": psi,
            "p_value": p_value,
            "strength": strength,
            "base_missing": of.missing / tally.baseline.customers,
            "missing": missing / tally.customers,
            "base_mean": of.mean if isinstance(of, NumberBins) else None,
            "mean": tally.sums[name] / known
            if isinstance(of, NumberBins) and known >= FEWEST
            else None,
            "new_levels": new,
        }
    )


def _share(
    segment: int, names: dict[int, str], before: int, now: int, base: int, customers: int
) -> ShareDrift:
    low, high = (float(each) for each in wilson(now, customers))
    return ShareDrift(
        segment=segment,
        name=names.get(segment, NO_SEGMENT),
        customers=now,
        base_share=before / base,
        share=now / customers,
        interval=(low, high),
    )


def _told(each: FeatureDrift) -> str:
    told = f"{each.column} has drifted ({each.strength}, stability index {each.psi:.2f})"
    if each.mean is not None and each.base_mean is not None:
        told += f": {number(each.mean)} on average instead of {number(each.base_mean)}"
    if each.new_levels:
        told += f"; new: {', '.join(each.new_levels[:3])}"
    if each.missing > each.base_missing + 0.05:
        before = percent(each.base_missing)
        told += f"; {percent(each.missing)} of its cells are missing instead of {before}"
    return told
