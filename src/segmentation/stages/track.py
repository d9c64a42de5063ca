"""Log everything that the other stages wrote as one MLflow run."""

import pandas as pd

from segmentation import files, lock, paths
from segmentation.config import Params
from segmentation.errors import TrackingError
from segmentation.tracking.origin import KEY_TAG
from segmentation.tracking.record import Dataset, Record
from segmentation.tracking.runs import track


def run(params: Params) -> None:
    """Gather the state of the pipeline, track it, and write which state that was."""
    record = gather(params)
    try:
        track(record, experiment=params.track.experiment)
    except TrackingError as error:
        raise TrackingError(
            f"{error}; all other stages are done, and the next `dvc repro` runs this one alone"
        ) from error
    files.write_json(paths.TRACKED, {KEY_TAG: record.key})


def gather(params: Params) -> Record:
    """Read what a run is made of."""
    data = params.data
    facts = files.read_json(paths.SEGMENTS)
    metrics = files.read_json(paths.METRICS)
    quality = files.read_json(paths.QUALITY)
    customers = files.read_parquet(paths.PREPARED)
    choice = files.read_json(paths.CHOICE)
    curve = files.read_csv(paths.CURVE)
    stages = lock.read(paths.DVC_LOCK)
    # Aggregates only: tables of customers stay here, and so do the points of the map.
    reports = [path for path in lock.output_files(stages, "reports/") if path != paths.PCA_POINTS]
    return Record(
        key=lock.state_key(stages),
        name=f"{params.train.algorithm} k={metrics['k']}"
        + ("" if metrics["structured"] else " (no structure)"),
        tags={"structured": str(bool(metrics["structured"])).lower(), "verdict": facts["verdict"]},
        description=described(paths.SEGMENTS_MD.read_text(encoding="utf-8")),
        params=params.model_dump(mode="json"),
        metrics={
            **metrics,
            "select_k/chosen_k": choice["k"],
            **{f"prepare/{name}": quality[name] for name in quality if name.startswith("rows_")},
            **{
                f"segment_{segment['id']}/{name}": segment[name]
                for segment in facts["segments"]
                for name in ("size", "share", "share_of_value", "value_mean")
            },
        },
        curves={
            f"select_k/{name}": dict(zip(curve["k"].tolist(), values.tolist(), strict=True))
            for name, values in curve.drop(columns="k").items()
        },
        pictures=[path for path in reports if path.suffix == ".png"],
        documents=[
            paths.PARAMS,
            paths.PLAYBOOK,
            paths.DVC_LOCK,
            *(path for path in reports if path.suffix != ".png"),
        ],
        dataset=Dataset(
            name=data.path.stem,
            path=data.path.as_posix(),
            digest=lock.hash_of(stages, data.path, "deps"),
            columns={
                **dict.fromkeys(data.numeric, "double"),
                **dict.fromkeys(data.categorical, "string"),
            },
            rows=quality["rows_in"],
        ),
        model_path=paths.MODEL,
        example=typical_customer(customers[data.columns]),
    )


def described(markdown: str) -> str:
    """Put the title in bold: the MLflow UI sets the lines of a long title on top of each other."""
    title, _, text = markdown.partition("\n")
    return f"**{title.removeprefix('# ')}**\n{text}"


def typical_customer(customers: pd.DataFrame) -> pd.DataFrame:
    """Make up one customer of medians and most frequent categories: an example, not a person."""
    return pd.DataFrame(
        {
            name: [column.median() if column.dtype.kind == "f" else column.mode().iloc[0]]
            for name, column in customers.items()
        }
    )
