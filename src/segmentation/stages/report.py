"""Draw every picture and write the pages, from what the other stages found."""

import hashlib
import json
from typing import Any

from segmentation import __version__, artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.details import Details
from segmentation.artifacts.features import Features
from segmentation.artifacts.lifetime import LifetimeValue
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.purchases import PurchaseLines
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import Segments
from segmentation.artifacts.summary import Summary
from segmentation.insight.results import Results
from segmentation.settings.featurize import Featurize
from segmentation.settings.prepare import Prepare
from segmentation.settings.select_k import SelectK
from segmentation.settings.shared.base import Seed, Settings, leaves
from segmentation.settings.shared.data import Data
from segmentation.settings.train import Train
from segmentation.views import findings, style
from segmentation.views.columns import became
from segmentation.views.lifetime import calibration
from segmentation.views.pictures import Tables, pictures
from segmentation.views.report import render
from segmentation.views.svg import inline


def run(
    *,
    seed: Seed,
    data: Data,
    prepare: Prepare,
    featurize: Featurize,
    select_k: SelectK,
    train: Train,
) -> None:
    """Write the pictures, `segments.md`, and the report that holds them all."""
    results = Results(
        choice=artifacts.read(Choice),
        clustering=artifacts.read(Clustering),
        metrics=artifacts.read(Metrics),
        details=artifacts.read(Details),
        flat=artifacts.read(Map),
    )
    facts, quality = artifacts.read(Segments), artifacts.read(Quality)
    features = artifacts.read(Features)
    tables = Tables(
        curve=files.read_csv(paths.CURVE),
        points=files.read_csv(paths.PCA_POINTS),
        silhouettes=files.read_csv(paths.SILHOUETTES),
    )
    drawings = pictures(
        results,
        facts,
        quality,
        artifacts.read(Summary),
        tables,
        numeric={name: data.label(name) for name in data.measures},
        categorical={name: data.label(name) for name in data.kinds},
    )
    drawn = style.save_all({path: each.draw for path, each in drawings.items()})
    shown = {
        f"{path.parent.name}/{path.stem}": inline(
            svg, name=f"{path.parent.name}-{path.stem}", alt=each.finding
        )
        for (path, each), svg in zip(drawings.items(), drawn, strict=True)
        if each.finding is not None
    }
    used: dict[str, Settings] = {"prepare": prepare, "featurize": featurize, "select_k": select_k}
    settings = _settings(seed, used, train)
    # Of purchases, the stages of purchases/dvc.yaml ran before this one.
    purchases = data.path == paths.PURCHASERS
    lines = artifacts.read(PurchaseLines) if purchases else None
    lifetime = artifacts.read(LifetimeValue) if purchases else None
    content: dict[str, Any] = {
        "facts": facts,
        "metrics": results.metrics,
        "choice": results.choice,
        "clustering": results.clustering,
        "quality": quality,
        "kind": results.kind,
        "columns": became(data, features, quality),
        "lines": lines,
        "lifetime": lifetime,
        "synthetic": data.synthetic,
        "settings_hash": _hash({"data": data.model_dump(mode="json"), **settings}),
        "version": __version__,
    }
    if lifetime is not None and (tried := lifetime.tried) is not None:
        svg = style.as_svg(calibration(tried))
        alt = findings.calibration(tried)
        shown["purchases/calibration"] = inline(svg, name="calibration", alt=alt)
    files.write_text(paths.SEGMENTS_MD, render("segments.md.j2", **content))
    page = render(
        "report.html.j2",
        **content,
        settings=settings,
        pictures=shown,
        export=paths.CUSTOMERS.as_posix(),
    )
    files.write_text(paths.REPORT, page)


def _hash(settings: dict[str, Any]) -> str:
    """Return what tells two sets of settings apart."""
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _settings(seed: int, sections: dict[str, Settings], train: Train) -> dict[str, Any]:
    """List the settings that this run was made with, without those of other algorithms."""
    groups: dict[str, Any] = {name: each.model_dump(mode="json") for name, each in sections.items()}
    chosen = {train.algorithm: train.options.model_dump(mode="json")}
    trained = {"algorithm": train.algorithm, "k": train.k, "smallest": train.smallest, **chosen}
    return leaves({"seed": seed, **groups, "train": trained})
