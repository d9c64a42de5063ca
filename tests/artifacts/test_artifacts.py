"""Artifacts are what their files hold, and tell who wrote them."""

import json
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

import factories
import segmentation.artifacts
from segmentation import artifacts, paths
from segmentation.artifacts.base import Artifact
from segmentation.artifacts.clustering import DistanceCurve, Picture, Tree
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.reference import Reference
from segmentation.artifacts.segments import Segments
from segmentation.artifacts.state import State
from segmentation.artifacts.summary import Summary
from segmentation.errors import InputError, SchemaError

ROOT = Path(__file__).parents[2]
QUALITY = {
    "lines": {"in_file": 4, "header": 1, "rows": 3, "blank": 0, "breaks_in_cells": 0},
    "rows_in": 3, "rows_kept": 2, "rows_rejected": 1, "rejected": {"exact copy": 1},
    "repaired": {}, "missing": {"age": 1},
}  # fmt: skip
METRICS = {
    "k": 2, "structured": 1, "structure_level": 2, "structure_p_value": 0.0, "inertia": 1.5,
    "dominance": 0.25, "noise_share": 0.0,
}  # fmt: skip


def kinds() -> list[type[Artifact]]:
    for module in pkgutil.iter_modules(segmentation.artifacts.__path__):
        import_module(f"segmentation.artifacts.{module.name}")
    return Artifact.__subclasses__()


def test_every_json_of_a_stage_has_one_model() -> None:
    pipelines: list[dict[str, Any]] = [
        yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
        for name in ("dvc.yaml", "purchases/dvc.yaml")
    ]
    outs = [
        out if isinstance(out, str) else next(iter(out))
        for pipeline in pipelines
        for stage in pipeline["stages"].values()
        for kind in ("outs", "metrics")
        for out in stage.get(kind, ())
    ]
    written = sorted(out for out in outs if out.endswith(".json"))
    by_stages = [kind for kind in kinds() if kind.mend == Artifact.mend]
    assert sorted(kind.path.as_posix() for kind in by_stages) == written


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_file_says_its_version_but_that_of_the_metrics(kind: type[Artifact]) -> None:
    assert ("schema_version" in kind.model_fields) == (kind is not Metrics)


def test_what_is_written_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = Map.model_validate(
        {
            "explained_variance": (np.float64(2 / 3), 1 / 7),
            "loadings": {"b": {"pc1": 1e-9 / 3, "pc2": -0.0}, "a": {"pc1": 123456.789, "pc2": 1}},
            "centroids": {np.int64(10): {"pc1": 0, "pc2": 0}, 9: {"pc1": 0, "pc2": 0}},
        }
    )
    artifacts.write(made)
    assert artifacts.read(Map) == made
    assert made.explained_variance == (0.666667, 0.142857)
    text = paths.PCA.read_text(encoding="utf-8")
    assert list(json.loads(text)["loadings"]) == ["a", "b"]
    assert '"explained_variance": [0.666667, 0.142857]' in text
    assert json.loads(text)["schema_version"] == 1


def test_figures_that_cannot_be_told_are_none() -> None:
    ordinary = factories.summary({"age": 1.0}).content()
    figures = ordinary["numeric"]["age"] | {"std": np.nan, "mean": np.inf}
    made = Summary.model_validate(
        ordinary | {"numeric": {"age": figures}, "rank_correlation": {"age": {"age": float("nan")}}}
    )
    assert (made.numeric["age"].std, made.numeric["age"].mean) == (None, None)
    assert made.rank_correlation == {"age": {"age": None}}


def test_metrics_are_a_flat_file_of_the_numbers_that_apply() -> None:
    made = Metrics.model_validate({**METRICS, "silhouette": float("nan"), "stability": 0.5})
    assert made.content() == {**METRICS, "stability": 0.5}
    assert list(made.figures()) == sorted(made.content())
    assert all(isinstance(value, int | float) for value in made.content().values())


def test_the_state_keeps_the_name_of_the_run_s_tag() -> None:
    assert State(key="abc").content() == {"dvc.lock.key": "abc", "schema_version": 1}


def test_an_artifact_cannot_be_changed_or_hold_what_it_does_not_know() -> None:
    made = Quality.model_validate(QUALITY)
    with pytest.raises(ValidationError, match="frozen"):
        made.rows_in = 4  # type: ignore[misc]
    with pytest.raises(ValidationError, match="rows_lost"):
        Quality.model_validate({**QUALITY, "rows_lost": 1})


@pytest.mark.parametrize(
    ("kind", "content", "why"),
    [
        (Quality, QUALITY, "schema 0, this is 3"),
        (Quality, {**QUALITY, "schema_version": 4}, "schema 4, this is 3"),
        (Quality, [], "schema 0, this is 3"),
        (Metrics, {**METRICS, "gini": 1}, "gini is not known"),
        (Metrics, {"k": 2, "structured": 1}, "inertia is missing, and 4 more"),
        (Metrics, {**METRICS, "k": "two"}, "k does not fit: Input should be a valid integer"),
        (Metrics, [], "the whole does not fit"),
    ],
)
def test_what_older_code_wrote_is_told_by_name_and_version(
    kind: type[Artifact], content: Any, why: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        kind.parse(json.dumps(content).encode())
    told = str(caught.value)
    assert told.startswith(f"{kind.path} was written by another version of segmentation ({why}")
    assert told.endswith("): run `dvc repro`")
    assert "\n" not in told


def test_a_reference_without_a_version_is_of_the_first() -> None:
    kept = {"next_id": 2, "segments": [{"id": 1, "name": "Old", "centroid": {"age": 1 / 3}}]}
    read = Reference.parse(json.dumps(kept))
    assert (read.next_id, read.names) == (2, {1: "Old"})
    assert read.segments[0].centroid == {"age": 0.333333}
    assert Reference.parse(json.dumps(read.content())) == read
    wrong: Any
    for wrong in ({**kept, "schema_version": 2}, {**kept, "next_id": "two"}, []):
        with pytest.raises(SchemaError, match=r"take it from git, or promote a run again$"):
            Reference.parse(json.dumps(wrong))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"k": 4', r"reports/evaluate/metrics.json at main is not valid JSON \(Expecting"),
        (b"\xff\xfe{}", "is not valid JSON"),
        (b'{\n<<<<<<< HEAD\n  "k": 4\n=======\n  "k": 5\n>>>>>>> five\n}', "marks of a merge"),
    ],
)
def test_what_is_no_json_is_told_by_name(content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        Metrics.parse(content, "reports/evaluate/metrics.json at main")
    assert not isinstance(caught.value, SchemaError)


def test_a_missing_artifact_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"metrics.json is missing; make it with `dvc repro`"):
        artifacts.read(Metrics)


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        ({"kind": "dendrogram", "dendrogram": [[0, 1, 0.5, 2]], "height": 0.7}, Tree),
        ({"kind": "k_distances", "k_distances": [1.0], "neighbours": 5, "eps": None},
         DistanceCurve),
    ],
)  # fmt: skip
def test_a_picture_is_one_of_its_kinds(picture: dict[str, Any], kind: type) -> None:
    assert isinstance(TypeAdapter(Picture).validate_python(picture), kind)


def test_the_order_of_columns_and_categories_is_kept_where_it_means_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    town = factories.category_column({"Ulm": 0.6, "Bonn": 0.4})
    columns = {"spend": factories.number_column(), "age": factories.number_column(), "a": town}
    artifacts.write(factories.segments([], columns=columns))
    read = artifacts.read(Segments)
    assert list(read.columns) == ["spend", "age", "a"]
    assert list(read.columns["a"].model_dump()["levels"]) == ["Ulm", "Bonn"]
    artifacts.write(factories.summary({"spend": 1.0, "age": 1.0}))
    assert list(artifacts.read(Summary).numeric) == ["age", "spend"]
