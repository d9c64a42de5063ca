"""Say what each segment is and what to do about it: facts, Markdown, the report, the export."""

from typing import Any

import pandas as pd

from segmentation import artifacts, files, paths
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import CategoryColumn, NumberColumn, Segments
from segmentation.config import Featurize, Params, load
from segmentation.errors import warn
from segmentation.identity.reference import load_reference
from segmentation.insight.facts import describe
from segmentation.insight.found import Found
from segmentation.insight.playbook import Playbook
from segmentation.views import profiles as pictures
from segmentation.views import style
from segmentation.views.export import for_spreadsheets
from segmentation.views.report import embedded, render

REPORT_PICTURES = (
    paths.SIZES_PLOT,
    paths.PROFILE_PLOT,
    paths.BOXPLOTS_PLOT,
    paths.CATEGORIES_PLOT,
    paths.PCA_PLOT,
    paths.ELBOW_PLOT,
    paths.SILHOUETTE_PLOT,
    paths.CRITERIA_PLOT,
    paths.ALGORITHM_PLOT,
    paths.STABILITY_PLOT,
    paths.SILHOUETTE_SAMPLES_PLOT,
    *(
        paths.EXPLORE / f"{name}.png"
        for name in ("distributions", "categories", "by_category", "correlation", "missing")
    ),
)


def run(params: Params) -> None:
    """Write the facts of every segment, the pages made from them, and the scored customers."""
    customers = files.read_parquet(paths.PREPARED)
    assignments = files.read_parquet(paths.ASSIGNMENTS)
    found = Found(
        choice=artifacts.read(Choice),
        clustering=artifacts.read(Clustering),
        metrics=artifacts.read(Metrics),
        details=artifacts.read(Details),
        flat=artifacts.read(Map),
    )
    facts = _facts(params, customers, assignments, found)
    for note in facts.playbook_notes:
        warn(note)
    artifacts.write(facts)
    _draw(facts)
    _write_pages(params, facts, found)

    scored = customers.assign(
        segment=assignments["segment"],
        segment_name=assignments["segment"].map(facts.names),
        confidence=assignments["confidence"],
    )
    files.write_csv(paths.CUSTOMERS, for_spreadsheets(scored), digits=12)


def _facts(
    params: Params, customers: pd.DataFrame, assignments: pd.DataFrame, found: Found
) -> Segments:
    """Gather what is known of the run and of each segment, in the digits that every page shows."""
    data = params.data
    return describe(
        customers,
        assignments["segment"].to_numpy(),
        found,
        numeric=data.numbers,
        categorical=list(data.categorical),
        value=data.value_column,
        labels={name: data.label(name) for name in (*data.numbers, *data.categorical)},
        units={name: data.unit(name) for name in data.numbers},
        descriptive={*data.numbers, *data.categorical} - {*data.features},
        playbook=load(Playbook, paths.PLAYBOOK),
        scaling=_scaling(params.featurize, categories=bool(data.categorical_features)),
        seed=params.seed,
        reference=load_reference().names,
    )


def _scaling(settings: Featurize, *, categories: bool) -> str:
    scaled = f"Distances depend on scales: numbers were scaled ({settings.scaler})"
    if settings.scaler == "none":
        scaled = "Distances depend on scales: numbers were not scaled, so the widest decide"
    if not categories:
        return scaled + "."
    if settings.encoding == "none":
        return scaled + "; categories were left out of them."
    weight, plural = settings.category_weight, "" if settings.category_weight == 1 else "s"
    number = "a number" if settings.scaler == "standard" else "a typical number (root mean square)"
    return (
        f"{scaled}; another category counts like {weight:g} standard deviation{plural} of {number}."
    )


def _draw(facts: Segments) -> None:
    segments = facts.segments
    numbers = {name: c for name, c in facts.columns.items() if isinstance(c, NumberColumn)}
    categories = {name: c for name, c in facts.columns.items() if isinstance(c, CategoryColumn)}
    style.save(pictures.boxplots(numbers, segments), paths.BOXPLOTS_PLOT)
    style.save(pictures.categories(categories, segments), paths.CATEGORIES_PLOT)
    worth = facts.columns[facts.value].label
    style.save(pictures.sizes(segments, value=worth), paths.SIZES_PLOT)
    style.save(pictures.profile(segments), paths.PROFILE_PLOT)


def _write_pages(params: Params, facts: Segments, found: Found) -> None:
    content = {
        "facts": facts,
        "metrics": found.metrics,
        "choice": found.choice,
        "clustering": found.clustering,
        "quality": artifacts.read(Quality),
        "kind": found.kind,
    }
    files.write_text(paths.SEGMENTS_MD, render("segments.md.j2", **content))
    files.write_text(
        paths.REPORT,
        render(
            "report.html.j2",
            **content,
            settings=_settings(params),
            pictures={
                f"{path.parent.name}/{path.stem}": embedded(path) for path in REPORT_PICTURES
            },
        ),
    )


def _settings(params: Params) -> dict[str, Any]:
    """List the settings that this run was made with, without those of other algorithms."""
    used: dict[str, Any] = {"seed": params.seed}
    for section in ("prepare", "featurize", "select_k"):
        for name, value in getattr(params, section).model_dump(mode="json").items():
            used[f"{section}.{name}"] = value
    used |= {"train.algorithm": params.train.algorithm, "train.k": params.train.k}
    for name, value in params.train.options.items():
        used[f"train.{params.train.algorithm}.{name}"] = value
    return used
