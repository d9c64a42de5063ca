"""`dvc.yaml` declares what the code really uses: no more, no less."""

from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import grimp
import pytest
import yaml
from code_deps import MOST, code_used_by, declared_code, places, rewritten, rooms

from segmentation import paths
from segmentation.__main__ import STAGES
from segmentation.settings.params import Params

ROOT = Path(__file__).parents[2]
PIPELINE: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
GRAPH = grimp.build_graph("segmentation")


def outputs(*stages: str) -> set[str]:
    return {
        out if isinstance(out, str) else next(iter(out))
        for stage in (PIPELINE["stages"][name] for name in stages or STAGES)
        for kind in ("outs", "metrics")
        for out in stage.get(kind, ())
    }


def declares(stage: str, place: str) -> bool:
    """Whether a stage declares that it depends on a file, or on a folder that holds it."""
    return any(
        place == dep or place.startswith(f"{dep}/") for dep in PIPELINE["stages"][stage]["deps"]
    )


def test_the_stages_are_those_of_the_command() -> None:
    assert tuple(PIPELINE["stages"]) == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_declares_the_code_it_runs(stage: str) -> None:
    used, declared = code_used_by(stage, GRAPH), declared_code(PIPELINE, stage)
    assert declared == places(used), "make deps writes what a stage runs into dvc.yaml"
    assert all(declares(stage, file) for file in used)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_uses_few_rooms(stage: str) -> None:
    assert len(rooms(declared_code(PIPELINE, stage))) <= MOST


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_takes_the_parameters_that_it_declares(stage: str) -> None:
    taken = set(signature(import_module(f"segmentation.stages.{stage}").run).parameters)
    declared = set(PIPELINE["stages"][stage]["params"])
    assert taken == declared or (taken == {"params"} and declared == set(Params.model_fields))


@pytest.mark.parametrize("stage", ["prepare", "explore", "featurize", "select_k"])
def test_an_algorithm_and_its_options_rerun_nothing_before_training(stage: str) -> None:
    """A change of these files is none of what DVC watches for the stage."""
    for changed in (
        "src/segmentation/algorithms/hdbscan.py",
        "src/segmentation/algorithms/__init__.py",
        "src/segmentation/settings/train.py",
        "src/segmentation/settings/params.py",
    ):
        assert (ROOT / changed).exists()
        assert changed not in code_used_by(stage, GRAPH)
        for place in declared_code(PIPELINE, stage):
            assert not Path(changed).is_relative_to(place), (changed, place)


def test_settings_of_one_stage_are_no_matter_of_another() -> None:
    for stage in STAGES[:-1]:
        used = {Path(place).stem for place in declared_code(PIPELINE, stage) if "settings" in place}
        assert "params" not in used
        assert "settings" not in used
    assert "src/segmentation/settings/prepare.py" in declared_code(PIPELINE, "prepare")
    assert "src/segmentation/settings/prepare.py" not in declared_code(PIPELINE, "featurize")


@pytest.mark.parametrize("file", ["style.py", "segmentation.mplstyle", "templates/report.html.j2"])
def test_a_colour_reruns_the_report_and_the_tracking_only(file: str) -> None:
    look = f"src/segmentation/views/{file}"
    assert [stage for stage in STAGES if declares(stage, look)] == ["report"]
    drawn = outputs("report")
    after = [stage for stage in STAGES if any(declares(stage, out) for out in drawn)]
    assert after == ["track"]


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "report"])
def test_only_the_report_imports_what_draws(stage: str) -> None:
    assert not any("/views/" in file for file in code_used_by(stage, GRAPH))


def test_modules_that_a_registry_names_are_used() -> None:
    used = code_used_by("train", GRAPH)
    assert "src/segmentation/algorithms/hdbscan.py" in used
    assert "src/segmentation/clustering/choosing_k/criteria/gap.py" not in used


def test_places_are_folders_where_all_is_used_and_files_elsewhere() -> None:
    kmeans = {f"src/segmentation/clustering/kmeans/{name}.py" for name in ("lloyd", "path")}
    one = "src/segmentation/clustering/metrics/agreement.py"
    assert places({*kmeans, one}) == ["src/segmentation/clustering/kmeans", one]


def test_places_are_folders_where_there_would_be_many_files() -> None:
    files = {f"src/segmentation/engines/{name}.py" for name in ("header", "local", "records")}
    assert places(files) == sorted(files)
    assert places(files, inside=2) == ["src/segmentation/engines"]


def test_no_place_brings_in_algorithms_or_settings_that_a_stage_does_not_use() -> None:
    for files in (
        {f"src/segmentation/clustering/metrics/{name}.py" for name in ("jaccard", "measures")}
        | {"src/segmentation/clustering/dominance.py"},
        {f"src/segmentation/settings/{name}.py" for name in ("base", "data", "prepare")},
    ):
        assert not {"src/segmentation/clustering", "src/segmentation/settings"} & set(
            places(files, inside=1)
        )


def test_the_code_of_one_stage_is_written_and_nothing_else() -> None:
    text = "stages:\n  a:\n    deps:\n      - in\n      - src/old.py\n    outs:\n      - o\n  b:\n"
    new = rewritten(text, "a", ["src/x", "src/y.py"])
    assert new == text.replace("src/old.py", "src/x\n      - src/y.py")


def test_every_file_between_stages_is_in_paths_and_in_the_pipeline() -> None:
    inputs = {"params.yaml", "playbook.yaml", "dvc.lock", "data/raw/customers.csv"}
    inputs |= {"data/reference/segments.json", "data/reference/assignments.parquet"}
    named = {v.as_posix() for k, v in vars(paths).items() if k.isupper() and v.suffix}
    named -= {paths.REVIEW.as_posix()}
    assert named - inputs == outputs()


def test_every_parameter_section_is_used_by_a_stage() -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    used = {
        name.split(".")[0]
        for stage in PIPELINE["stages"].values()
        for name in stage.get("params", ())
    }
    assert used == set(params)


def test_every_stage_says_what_it_does() -> None:
    assert all(stage["desc"] for stage in PIPELINE["stages"].values())


def test_tracking_depends_on_all_that_its_key_is_made_of() -> None:
    for out in outputs() - {"reports/track/state.json"}:
        assert declares("track", out), out
