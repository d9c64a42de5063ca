"""Draw every picture and write the pages, from what the other stages found."""

from typing import Any

from segmentation import artifacts, files, paths
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import Segments
from segmentation.artifacts.summary import Summary
from segmentation.config import Params
from segmentation.insight.found import Found
from segmentation.views import style
from segmentation.views.pictures import Tables, pictures
from segmentation.views.report import embedded, render


def run(params: Params) -> None:
    """Write the pictures, `segments.md`, and the report that holds them all."""
    found = Found(
        choice=artifacts.read(Choice),
        clustering=artifacts.read(Clustering),
        metrics=artifacts.read(Metrics),
        details=artifacts.read(Details),
        flat=artifacts.read(Map),
    )
    facts, quality = artifacts.read(Segments), artifacts.read(Quality)
    tables = Tables(
        curve=files.read_csv(paths.CURVE),
        points=files.read_csv(paths.PCA_POINTS),
        silhouettes=files.read_csv(paths.SILHOUETTES),
    )
    data = params.data
    drawings = pictures(
        found,
        facts,
        quality,
        artifacts.read(Summary),
        tables,
        numeric={name: data.label(name) for name in data.numeric},
        categorical={name: data.label(name) for name in data.categorical},
    )
    for path, draw in drawings.items():
        style.save(draw(), path)

    content = {
        "facts": facts,
        "metrics": found.metrics,
        "choice": found.choice,
        "clustering": found.clustering,
        "quality": quality,
        "kind": found.kind,
    }
    files.write_text(paths.SEGMENTS_MD, render("segments.md.j2", **content))
    shown = {f"{path.parent.name}/{path.stem}": embedded(path) for path in drawings}
    page = render("report.html.j2", **content, settings=_settings(params), pictures=shown)
    files.write_text(paths.REPORT, page)


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
