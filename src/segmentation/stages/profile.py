"""Say what each segment is and what to do about it: facts, Markdown, the report, the export."""

from typing import Any

import pandas as pd

from segmentation import files, paths
from segmentation.config import Params, read_yaml, validate
from segmentation.insight.facts import describe, verdict
from segmentation.insight.playbook import Playbook
from segmentation.views import profiles as pictures
from segmentation.views import style
from segmentation.views.export import for_spreadsheets
from segmentation.views.report import embedded, render

REPORT_PICTURES = (
    paths.SIZES_PLOT,
    paths.PROFILE_PLOT,
    paths.PCA_PLOT,
    paths.ELBOW_PLOT,
    paths.SILHOUETTE_PLOT,
    paths.SILHOUETTE_SAMPLES_PLOT,
    *(
        paths.EXPLORE / f"{name}.png"
        for name in ("distributions", "categories", "by_category", "correlation", "missing")
    ),
)


def run(params: Params) -> None:
    """Write the facts of every segment, the pages made from them, and the scored customers."""
    data = params.data
    customers = files.read_parquet(paths.PREPARED)
    assignments = files.read_parquet(paths.ASSIGNMENTS)
    playbook = validate(Playbook, read_yaml(paths.PLAYBOOK), str(paths.PLAYBOOK))
    metrics = files.read_json(paths.METRICS)
    numeric, labels = list(data.numeric), {name: data.label(name) for name in data.columns}
    segment = assignments["segment"].to_numpy()
    facts = describe(
        customers,
        segment,
        numeric=numeric,
        categorical=list(data.categorical),
        value=data.value,
        labels=labels,
        units={name: data.limits(name).unit for name in numeric},
        playbook=playbook,
        structured=bool(metrics["structured"]),
        seed=params.seed,
    )
    facts["verdict"] = verdict(facts, metrics)
    facts = files.rounded(facts)  # every page shows the same digits as the JSON
    files.write_json(paths.SEGMENTS, facts)
    names = {s["id"]: s["name"] for s in facts["segments"]}
    _draw(facts, names, data.label(data.value), numeric)
    _write_pages(
        params,
        facts,
        metrics,
        labels,
        everyone={name: facts["columns"][name]["mean"] for name in numeric},
    )

    scored = customers.assign(
        segment=segment,
        segment_name=pd.Series(segment).map(names),
        confidence=assignments["confidence"],
    )
    files.write_csv(paths.CUSTOMERS, for_spreadsheets(scored), digits=12)


def _draw(facts: dict[str, Any], names: dict[int, str], value: str, numeric: list[str]) -> None:
    shown = ["id", "name", "share", "share_of_value"]
    table = pd.DataFrame(facts["segments"], columns=shown).set_index("id")
    style.save(pictures.sizes(table, value=value), paths.SIZES_PLOT)
    differences = pd.DataFrame(
        {
            s["id"]: {
                **{name.replace("_", " "): s["numeric"][name]["difference"] for name in numeric},
                **{
                    f"{column.replace('_', ' ')}: {level}": figures["difference"]
                    for column, levels in s["categorical"].items()
                    for level, figures in levels.items()
                },
            }
            for s in facts["segments"]
        },
        dtype="float64",
    )
    style.save(pictures.profile(differences, names=names), paths.PROFILE_PLOT)


def _write_pages(
    params: Params,
    facts: dict[str, Any],
    metrics: dict[str, Any],
    labels: dict[str, str],
    everyone: dict[str, float],
) -> None:
    choice = files.read_json(paths.CHOICE)
    pca = files.read_json(paths.PCA)
    common = {
        **facts,
        "reading": (
            f"Segments are numbered by {labels[params.data.value]}, best first. The mean "
            f"silhouette is {metrics['silhouette']:.2f} ± {metrics['silhouette_se']:.3f} "
            "(standard error)."
        ),
        "value_label": labels[params.data.value],
    }
    files.write_text(paths.SEGMENTS_MD, render("segments.md.j2", **common))
    files.write_text(
        paths.REPORT,
        render(
            "report.html.j2",
            **common,
            numeric={name: labels[name] for name in params.data.numeric},
            everyone=everyone,
            quality=files.read_json(paths.QUALITY),
            why=choice["why"],
            metrics=metrics,
            limits=_limits(params, pca),
            pictures={path.stem: embedded(path) for path in REPORT_PICTURES},
        ),
    )


def _limits(params: Params, pca: dict[str, Any]) -> list[str]:
    settings = params.featurize
    scaled = f"Numbers were scaled ({settings.scaler}); "
    if settings.encoding == "onehot":
        scaled += (
            f"another category is as far away as {settings.category_weight:g} standard "
            "deviation(s) of a number."
        )
    else:
        scaled += "categories were left out of the distances."
    shape = (
        f"Segments were found by {params.train.algorithm}, which prefers round groups of similar "
        "spread; long or nested groups would be cut."
    )
    hidden = 1 - sum(pca["explained_variance"])
    map_ = f"The flat map hides {hidden:.0%} of the variance: groups that overlap there may not."
    return [shape, scaled, map_, "A segment describes an average; single customers differ from it."]
