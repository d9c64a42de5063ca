"""Every picture of the pipeline: where it lies, what it is drawn from, what it shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from segmentation import paths
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import CategoryColumn, NumberColumn, Segments
from segmentation.artifacts.summary import Summary
from segmentation.insight.results import Results
from segmentation.views import clustering, curves, evaluation, explore, findings, profiles


@dataclass(frozen=True)
class Tables:
    """The small tables that pictures need beside the artifacts."""

    curve: pd.DataFrame
    points: pd.DataFrame
    silhouettes: pd.DataFrame


@dataclass(frozen=True)
class Drawing:
    """What draws a picture, and for one that stands in the report, what it shows in a sentence."""

    draw: Callable[[], Figure]
    finding: str | None = None


def pictures(
    results: Results,
    facts: Segments,
    quality: Quality,
    summary: Summary,
    tables: Tables,
    *,
    numeric: Mapping[str, str],
    categorical: Mapping[str, str],
) -> dict[Path, Drawing]:
    """Return every picture by its file.

    Parameters
    ----------
    results : Results
    facts : Segments
    quality : Quality
    summary : Summary
    tables : Tables
    numeric, categorical : dict of str to str
        Columns with their names for people.
    """
    choice, segments, kind = results.choice, facts.segments, results.kind
    numbers = {name: c for name, c in facts.columns.items() if isinstance(c, NumberColumn)}
    categories = {name: c for name, c in facts.columns.items() if isinstance(c, CategoryColumn)}
    worth = None if facts.value is None else facts.columns[facts.value].label
    apart = results.details.distances
    counts = {segment.id: segment.size for segment in segments}
    curve, k, votes, used = tables.curve, choice.k, choice.votes, results.metrics.k
    labels = {**numeric, **categorical}
    return {
        paths.DISTRIBUTIONS_PLOT: Drawing(
            lambda: explore.distributions(summary, numeric),
            findings.distributions(summary, numeric),
        ),
        paths.CORRELATION_PLOT: Drawing(
            lambda: explore.correlation(summary, numeric), findings.correlation(summary, numeric)
        ),
        paths.CATEGORIES_PLOT: Drawing(
            lambda: explore.categories(summary, categorical), findings.shares(summary, categorical)
        ),
        paths.BY_CATEGORY_PLOT: Drawing(
            lambda: explore.by_category(summary, numeric, categorical),
            findings.by_category(summary, numeric, categorical),
        ),
        paths.MISSING_PLOT: Drawing(
            lambda: explore.missing(quality, labels), findings.missing(quality, labels)
        ),
        # The report shows these two among the panels of all criteria.
        paths.ELBOW_PLOT: Drawing(
            lambda: curves.elbow(curve, chosen=k, elbow=votes["elbow"], used=used)
        ),
        paths.SILHOUETTE_PLOT: Drawing(lambda: curves.silhouette(curve, chosen=k, used=used)),
        paths.CRITERIA_PLOT: Drawing(
            lambda: curves.criteria(curve, choice.criteria, chosen=k, votes=votes, used=used),
            findings.criteria(votes, chosen=k, used=used),
        ),
        paths.ALGORITHM_PLOT: Drawing(
            lambda: clustering.draw(results.clustering, apart=apart, kind=kind),
            findings.algorithm(results.clustering, apart, kind),
        ),
        paths.STABILITY_PLOT: Drawing(
            lambda: evaluation.stability(results.clustering.stability, kind=kind),
            findings.stability(results.clustering, kind),
        ),
        paths.PCA_PLOT: Drawing(
            lambda: evaluation.pca_map(tables.points, results.flat, kind=kind),
            findings.flat_map(results.flat, kind),
        ),
        paths.SILHOUETTE_SAMPLES_PLOT: Drawing(
            lambda: evaluation.silhouette_samples(tables.silhouettes, counts, kind=kind),
            findings.silhouettes(tables.silhouettes, kind),
        ),
        paths.PROFILE_PLOT: Drawing(
            lambda: profiles.profile(segments), findings.profile(facts, kind)
        ),
        paths.BOXPLOTS_PLOT: Drawing(
            lambda: profiles.boxplots(numbers, segments), findings.boxplots(facts, kind)
        ),
        paths.SEGMENT_CATEGORIES_PLOT: Drawing(
            lambda: profiles.categories(categories, segments, kind=kind),
            findings.categories(facts, kind),
        ),
        paths.SIZES_PLOT: Drawing(
            lambda: profiles.sizes(segments, value=worth, outside=facts.outside, kind=kind),
            findings.sizes(facts, kind),
        ),
    }
