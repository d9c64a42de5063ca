"""What each picture of the report shows, in a sentence for whoever does not see it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segmentation.artifacts.clustering import Clustering, DistanceCurve, Tree
from segmentation.artifacts.lifetime import Tried
from segmentation.artifacts.map import Map
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import NumberColumn, Profile, Segments
from segmentation.artifacts.summary import Summary
from segmentation.insight.numbers import number, percent

_MOST = 6  # parts of a sentence


def differences(segment: Profile) -> dict[str, float | None]:
    """Return how far a segment is from everyone else in each number and category."""
    numbers = {
        name.replace("_", " "): figures.difference for name, figures in segment.numeric.items()
    }
    levels = {
        f"{column.replace('_', ' ')}: {level}": figures.difference
        for column, levels in segment.categorical.items()
        for level, figures in levels.items()
    }
    return numbers | levels


def sizes(facts: Segments, kind: str) -> str:
    """Say how large each segment is, and what it is worth."""
    parts = [
        f"{kind} {s.id} has {percent(s.share)} of the customers"
        + (f" and {percent(s.share_of_value)} of the value" if s.share_of_value is not None else "")
        for s in facts.segments
    ]
    if facts.outside:
        parts.append(f"{percent(facts.outside.share)} of the customers are in none")
    return _sentence(parts) or f"No customer is in a {kind}."


def profile(facts: Segments, kind: str) -> str:
    """Name what sets each segment apart most."""
    parts = []
    for segment in facts.segments:
        known = {n: d for n, d in differences(segment).items() if d is not None}
        if known:
            name = max(known, key=lambda n: abs(known[n]))
            side = "above" if known[name] > 0 else "below"
            far = f"{abs(known[name]):.1f}"
            parts.append(f"{kind} {segment.id} is {far} standard deviations {side} in {name}")
    return _sentence(parts) or "Nothing is described."


def boxplots(facts: Segments, kind: str) -> str:
    """Say how far the medians of the value lie apart."""
    if facts.value is None:
        return f"Medians and spreads of each number by {kind}."
    label = facts.columns[facts.value].label
    medians = {
        s.id: s.numeric[facts.value].median
        for s in facts.segments
        if s.numeric[facts.value].median is not None
    }
    if not medians:
        return f"Medians and spreads of each number by {kind}."
    low, high = (
        min(medians, key=lambda i: medians[i] or 0),
        max(medians, key=lambda i: medians[i] or 0),
    )
    return (
        f"The median of {label} goes from {number(medians[low])} in {kind} {low} to "
        f"{number(medians[high])} in {kind} {high}."
    )


def categories(facts: Segments, kind: str) -> str:
    """Name the category that a segment has most beyond everyone's share."""
    found = [
        (figures.share - column.levels[level], segment.id, column.label, level, figures.share)
        for segment in facts.segments
        for name, levels in segment.categorical.items()
        if not isinstance(column := facts.columns[name], NumberColumn)
        for level, figures in levels.items()
        if figures.share is not None and level in column.levels
    ]
    if not found:
        return "There are no categories to show."
    more, i, label, level, share = max(found)
    return (
        f"What stands out most: {percent(share)} of {kind} {i} have {label} {level}, "
        f"against {percent(share - more)} of everyone."
    )


def flat_map(flat: Map, kind: str) -> str:
    """Say how much the map shows, and which segments lie farthest apart on it."""
    shown = f"The map shows {percent(sum(flat.explained_variance))} of the variance"
    ids = sorted(flat.centroids)
    pairs = [(i, j) for i in ids for j in ids if i < j]
    if not pairs:
        return f"{shown}."

    def apart(pair: tuple[int, int]) -> float:
        a, b = (flat.centroids[i] for i in pair)
        return float(np.hypot(a.pc1 - b.pc1, a.pc2 - b.pc2))

    near, far = min(pairs, key=apart), max(pairs, key=apart)
    text = f"{shown}; {kind}s {far[0]} and {far[1]} lie farthest apart on it"
    return text + (f", {near[0]} and {near[1]} nearest." if near != far else ".")


def criteria(votes: Mapping[str, int], *, chosen: int, used: int) -> str:
    """Count the criteria that prefer the number that was chosen, and the one that is used."""
    agreeing = sum(vote == chosen for vote in votes.values())
    prefer = "prefers" if agreeing == 1 else "prefer"
    text = f"{agreeing} of {len(votes)} criteria {prefer} {chosen}, the number that was chosen"
    if used != chosen:
        asked = sum(vote == used for vote in votes.values())
        text += f"; {asked} {'prefers' if asked == 1 else 'prefer'} {used}, the number that is used"
    return text + "."


def algorithm(clustering: Clustering, apart: Mapping[int, Mapping[int, float]], kind: str) -> str:
    """Say what the picture of the algorithm shows."""
    match clustering.picture:
        case Tree() as tree:
            return (
                f"The tree in which customers were merged is cut at the height {tree.height:.3g}, "
                f"into {clustering.k}."
            )
        case DistanceCurve() as curve:
            far = curve.k_distances[-1] / max(curve.k_distances[len(curve.k_distances) // 2], 1e-12)
            return (
                "The customer in the sparsest place is "
                f"{far:.1f} times as far from others as the customer in the middle."
            )
    pairs = {(i, j): d for i, row in apart.items() for j, d in row.items() if i < j}
    if not pairs:
        return f"Fewer than two {kind}s: no distances."
    near, far_pair = min(pairs, key=lambda p: pairs[p]), max(pairs, key=lambda p: pairs[p])
    return (
        f"{kind.capitalize()}s {near[0]} and {near[1]} are nearest to each other, "
        f"{pairs[near]:.1f} mean radii; {far_pair[0]} and {far_pair[1]} are farthest apart, "
        f"{pairs[far_pair]:.1f}."
    )


def stability(clustering: Clustering, kind: str) -> str:
    """Name the segments that change most and least when customers are drawn again."""
    found = clustering.stability.segments
    if not found:
        return f"There is no {kind}."
    least = min(found, key=lambda i: found[i].jaccard)
    return (
        f"Drawn again, {kind} {least} overlaps with itself least, by "
        f"{percent(found[least].jaccard)}: {found[least].grade}."
    )


def silhouettes(drawn: pd.DataFrame, kind: str) -> str:
    """Say how much closer customers are to their own segment, by segment."""
    if drawn.empty:
        return "There is nothing to draw."
    ids = sorted(drawn.segment.unique().tolist())
    means = {i: float(drawn.silhouette[drawn.segment == i].mean()) for i in ids}
    best, worst = max(means, key=lambda i: means[i]), min(means, key=lambda i: means[i])
    return (
        f"The mean silhouette is {drawn.silhouette.mean():.2f}; {kind} {best} is set apart best "
        f"with {means[best]:.2f}, {kind} {worst} least with {means[worst]:.2f}."
    )


def distributions(summary: Summary, labels: Mapping[str, str]) -> str:
    """Say where the middle half of each number lies."""
    parts = []
    for name, label in labels.items():
        box = summary.numeric[name].box
        if box:
            low, _, high = box.quartiles
            parts.append(f"{label} from {number(low)} to {number(high)}")
    return f"Middle half of the customers: {_sentence(parts)}" if parts else "Too few to draw."


def shares(summary: Summary, labels: Mapping[str, str]) -> str:
    """Name the commonest category of each column."""
    parts = []
    for name, label in labels.items():
        counts = summary.categorical[name]
        if counts:
            most = max(counts, key=lambda level: (counts[level], level))
            parts.append(f"{label} {most} {percent(counts[most] / summary.customers)}")
    return f"Commonest: {_sentence(parts)}" if parts else "There are no categories."


def by_category(
    summary: Summary, numeric: Mapping[str, str], categorical: Mapping[str, str]
) -> str:
    """Name the number whose medians differ most between categories, in its own middle half."""
    found = []
    for column, label in categorical.items():
        for name, said in numeric.items():
            box = summary.numeric[name].box
            levels = summary.by_category.get(column, {}).get(name, {})
            middles = {level: q[1] for level, q in levels.items() if q[1] is not None}
            if box is None or len(middles) < 2 or box.quartiles[2] <= box.quartiles[0]:
                continue
            low = min(middles, key=lambda level: (middles[level] or 0, level))
            high = max(middles, key=lambda level: (middles[level] or 0, level))
            bottom, top = middles[low] or 0.0, middles[high] or 0.0
            width = box.quartiles[2] - box.quartiles[0]
            text = (
                f"The widest difference: the median of {said} is {number(bottom)} for {label} "
                f"{low} and {number(top)} for {high}."
            )
            found.append(((top - bottom) / width, text))
    return max(found)[1] if found else "There are no categories to compare."


def correlation(summary: Summary, labels: Mapping[str, str]) -> str:
    """Name the two numbers that go together most."""
    names = list(labels)
    pairs = {
        (a, b): value
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        if (value := summary.rank_correlation.get(a, {}).get(b)) is not None
    }
    if not pairs:
        return "There are no two numbers to compare."
    (a, b), value = max(pairs.items(), key=lambda item: abs(item[1]))
    said = f"{value:.2f}".replace("-", "−")
    return f"{labels[a]} and {labels[b]} go together most: rank correlation {said}."


def missing(quality: Quality, labels: Mapping[str, str]) -> str:
    """Name the column with most cells missing."""
    if not any(quality.missing.values()):
        return "No cell is missing."
    worst = max(quality.missing, key=lambda name: (quality.missing[name], name))
    share = percent(quality.missing[worst] / max(quality.rows_in, 1))
    return f"Most cells are missing in {labels[worst]}: {quality.missing[worst]:,} ({share})."


def calibration(tried: Tried) -> str:
    """Compare forecast and what happened."""
    it = tried.purchases
    return (
        f"In {tried.days} days {number(it.predicted.mean)} days with purchases were forecast, and "
        f"{number(it.actual)} happened."
    )


def _sentence(parts: list[str]) -> str:
    """Put parts together; of many the first ones, and how many more."""
    if not parts:
        return ""
    text = "; ".join(parts[:_MOST])
    if len(parts) > _MOST:
        text += f"; and {len(parts) - _MOST} more"
    return f"{text[0].upper()}{text[1:]}."
