"""`dvc.yaml` declares what the code really uses: no more, no less."""

from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import grimp
import pytest
import yaml
from code_deps import CHECK, MOST, PIPELINES, code_used_by, declared_code, places, rewritten

from segmentation import paths
from segmentation.__main__ import PURCHASES, STAGES
from segmentation.commands.purchases import SLEEPING
from segmentation.settings.params import Params

ROOT = Path(__file__).parents[2]
PIPELINE, BESIDE = (
    dict[str, Any](yaml.safe_load(file.read_text(encoding="utf-8"))) for file in PIPELINES
)
GRAPH = grimp.build_graph("segmentation")


def outputs(*stages: str, pipeline: dict[str, Any] = PIPELINE) -> set[str]:
    return {
        out if isinstance(out, str) else next(iter(out))
        for stage in (pipeline["stages"][name] for name in stages or pipeline["stages"])
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
    assert tuple(BESIDE["stages"]) == PURCHASES


@pytest.mark.parametrize("stage", PURCHASES)
def test_a_stage_for_purchases_declares_what_it_runs_and_takes(stage: str) -> None:
    used, declared = code_used_by(stage, GRAPH), declared_code(BESIDE, stage)
    assert declared == places(used), "make deps writes what a stage runs into purchases/dvc.yaml"
    assert len(declared) <= MOST
    taken = set(signature(import_module(f"segmentation.stages.{stage}").run).parameters)
    assert taken == set(BESIDE["stages"][stage]["params"])
    assert BESIDE["stages"][stage]["wdir"] == ".."
    assert BESIDE["stages"][stage]["desc"]


def test_the_stages_for_purchases_sleep_where_there_are_none() -> None:
    assert SLEEPING in (ROOT / ".dvcignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_declares_the_code_it_runs(stage: str) -> None:
    used, declared = code_used_by(stage, GRAPH), declared_code(PIPELINE, stage)
    assert declared == places(used), "make deps writes what a stage runs into dvc.yaml"
    assert all(declares(stage, file) for file in used)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_lists_at_most_seven_places_of_code(stage: str) -> None:
    assert len(declared_code(PIPELINE, stage)) <= MOST == 7


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_takes_the_parameters_that_it_declares(stage: str) -> None:
    taken = set(signature(import_module(f"segmentation.stages.{stage}").run).parameters)
    declared = set(PIPELINE["stages"][stage]["params"])
    everything = set(Params.model_fields) - {"purchases", "clv"}  # customers have none
    everything -= {"review"}  # judges results, and makes none
    assert taken == declared or (taken == {"params"} and declared == everything)


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
        assert not declares(stage, changed)
    assert not declares(stage, "src/segmentation/algorithms/new.py")
    assert declares("train", "src/segmentation/algorithms/new.py")


@pytest.mark.parametrize("stage", STAGES)
def test_modules_and_settings_of_one_stage_are_no_matter_of_another(stage: str) -> None:
    """The report lists the settings of all, and all are logged."""
    other = {f"src/segmentation/stages/{name}.py" for name in STAGES if name != stage}
    if stage not in ("report", "track"):
        settings = {path.name for path in (ROOT / "src/segmentation/settings").glob("[a-z]*.py")}
        taken = {f"{section}.py" for section in PIPELINE["stages"][stage]["params"]}
        other |= {f"src/segmentation/settings/{name}" for name in settings - taken}
        assert len(other) > len(STAGES)
    assert not [file for file in other if declares(stage, file)]


@pytest.mark.parametrize(
    "file", ["colours.py", "segmentation.mplstyle", "templates/report.html.j2"]
)
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
    folder = ROOT / "src/segmentation/clustering/kmeans"
    kmeans = {
        f"src/segmentation/clustering/kmeans/{file.name}" for file in folder.glob("[a-z]*.py")
    }
    one = "src/segmentation/clustering/metrics/agreement.py"
    assert places({*kmeans, one}) == ["src/segmentation/clustering/kmeans", one]


def test_places_are_folders_where_there_would_be_many_files() -> None:
    files = {f"src/segmentation/engines/{name}.py" for name in ("header", "local", "records")}
    assert places(files) == sorted(files)
    assert places(files, most=2) == ["src/segmentation/engines"]


def test_the_folders_are_those_that_bring_in_the_least() -> None:
    metrics = {f"src/segmentation/clustering/metrics/{n}.py" for n in ("indices", "measures")}
    one = "src/segmentation/clustering/dominance.py"
    assert places({*metrics, one}, most=2) == [one, "src/segmentation/clustering/metrics"]
    assert places({*metrics, one}, most=1) == ["src/segmentation/clustering"]


def test_no_place_brings_in_what_belongs_to_other_stages() -> None:
    stages = {f"src/segmentation/stages/{name}.py" for name in ("prepare", "train")}
    assert places(stages, most=1) == sorted(stages)
    shared = "src/segmentation/settings/shared"
    read = {f"{shared}/{name}.py" for name in ("base", "data", "yaml_reader")}
    own = "src/segmentation/settings/prepare.py"
    assert places({*read, own}, most=1) == [own, shared]
    several = {own, "src/segmentation/settings/train.py"}
    assert places({*read, *several}, most=1) == ["src/segmentation/settings"]


def test_a_name_that_is_only_checked_is_no_code_of_the_report() -> None:
    assert GRAPH.direct_import_exists(importer=CHECK[0], imported=CHECK[1])
    registry = "src/segmentation/clustering/choosing_k/registry.py"
    assert registry in code_used_by("select_k", GRAPH)
    assert registry not in code_used_by("report", GRAPH)


def test_the_code_of_one_stage_is_written_and_nothing_else() -> None:
    text = "stages:\n  a:\n    deps:\n      - in\n      - src/old.py\n    outs:\n      - o\n  b:\n"
    new = rewritten(text, "a", ["src/x", "src/y.py"])
    assert new == text.replace("src/old.py", "src/x\n      - src/y.py")


def test_every_file_between_stages_is_in_paths_and_in_the_pipeline() -> None:
    inputs = {"params.yaml", "playbook.yaml", "dvc.lock", "data/raw/customers.csv"}
    inputs |= {"data/reference/segments.json", "data/reference/assignments.parquet"}
    named = {v.as_posix() for k, v in vars(paths).items() if k.isupper() and v.suffix}
    named -= {p.as_posix() for p in (paths.REVIEW, paths.CONTRACT, paths.DIFFERENCES)}
    assert named - inputs == outputs() | outputs(pipeline=BESIDE)


def test_every_parameter_section_is_used_by_a_stage() -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    used = {
        name.split(".")[0]
        for stage in PIPELINE["stages"].values()
        for name in stage.get("params", ())
    }
    assert used == set(params) - {"review"}  # judges results, and makes none


def test_every_stage_says_what_it_does() -> None:
    assert all(stage["desc"] for stage in PIPELINE["stages"].values())


def test_tracking_depends_on_all_that_its_key_is_made_of() -> None:
    for out in outputs() - {"reports/track/state.json"}:
        assert declares("track", out), out
