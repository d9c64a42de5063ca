"""Every picture of the pipeline: where it lies, and what it is drawn from."""

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
from segmentation.views import clustering, curves, evaluation, explore, profiles


@dataclass(frozen=True)
class Tables:
    """The small tables that pictures need beside the artifacts."""

    curve: pd.DataFrame
    points: pd.DataFrame
    silhouettes: pd.DataFrame


def pictures(
    results: Results,
    facts: Segments,
    quality: Quality,
    summary: Summary,
    tables: Tables,
    *,
    numeric: Mapping[str, str],
    categorical: Mapping[str, str],
) -> dict[Path, Callable[[], Figure]]:
    """Return what draws each picture, by the picture's file.

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
    choice, segments = results.choice, facts.segments
    numbers = {name: c for name, c in facts.columns.items() if isinstance(c, NumberColumn)}
    categories = {name: c for name, c in facts.columns.items() if isinstance(c, CategoryColumn)}
    worth = facts.columns[facts.value].label
    sizes = {segment.id: segment.size for segment in segments}
    curve, k, votes = tables.curve, choice.k, choice.votes
    return {
        paths.DISTRIBUTIONS_PLOT: lambda: explore.distributions(summary, numeric),
        paths.CORRELATION_PLOT: lambda: explore.correlation(summary, numeric),
        paths.CATEGORIES_PLOT: lambda: explore.categories(summary, categorical),
        paths.BY_CATEGORY_PLOT: lambda: explore.by_category(summary, numeric, categorical),
        paths.MISSING_PLOT: lambda: explore.missing(quality, {**numeric, **categorical}),
        paths.ELBOW_PLOT: lambda: curves.elbow(curve, chosen=k, elbow=votes["elbow"]),
        paths.CRITERIA_PLOT: lambda: curves.criteria(curve, choice.criteria, chosen=k, votes=votes),
        paths.SILHOUETTE_PLOT: lambda: curves.silhouette(curve, chosen=k),
        paths.ALGORITHM_PLOT: lambda: clustering.draw(
            results.clustering, apart=results.details.distances
        ),
        paths.STABILITY_PLOT: lambda: evaluation.stability(results.clustering.stability),
        paths.PCA_PLOT: lambda: evaluation.pca_map(tables.points, results.flat),
        paths.SILHOUETTE_SAMPLES_PLOT: lambda: evaluation.silhouette_samples(
            tables.silhouettes, sizes
        ),
        paths.PROFILE_PLOT: lambda: profiles.profile(segments),
        paths.BOXPLOTS_PLOT: lambda: profiles.boxplots(numbers, segments),
        paths.SEGMENT_CATEGORIES_PLOT: lambda: profiles.categories(categories, segments),
        paths.SIZES_PLOT: lambda: profiles.sizes(segments, value=worth),
    }
