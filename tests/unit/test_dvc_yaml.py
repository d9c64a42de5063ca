"""`dvc.yaml` declares what the code really uses: no more, no less."""

from pathlib import Path
from typing import Any

import grimp
import pytest
import yaml

from segmentation import paths
from segmentation.__main__ import STAGES

ROOT = Path(__file__).parents[2]
PIPELINE: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
GRAPH = grimp.build_graph("segmentation")

# Names of files and messages: they decide where a result is written and how a mistake is told,
# never what a result is.
PLUMBING = {"segmentation.errors", "segmentation.paths"}
# Files that a module reads from its own folder. The review's pages are no output of a stage.
VIEWS = Path("src/segmentation/views")
BESIDE = {
    "segmentation.views.style": {(VIEWS / "segmentation.mplstyle").as_posix()},
    "segmentation.views.report": {
        (VIEWS / "templates" / file.name).as_posix()
        for file in (ROOT / VIEWS / "templates").iterdir()
        if not file.name.startswith("review.")
    },
}


def code_used_by(stage: str) -> set[str]:
    module = f"segmentation.stages.{stage}"
    used = {module} | GRAPH.find_upstream_modules(module)
    files = set()
    for name in used - PLUMBING:
        place = ROOT / "src" / Path(*name.split("."))
        if place.is_dir():
            init = (place / "__init__.py").read_text(encoding="utf-8")
            if not any(line.startswith("def fit") for line in init.splitlines()):
                continue  # a package that only says what it holds
            files.add(f"{place.relative_to(ROOT).as_posix()}/__init__.py")
        else:
            files.add(place.with_suffix(".py").relative_to(ROOT).as_posix())
        files |= BESIDE.get(name, set())
    return files


def declared_code(stage: str) -> list[str]:
    return [dep for dep in PIPELINE["stages"][stage]["deps"] if dep.startswith("src/")]


def outputs() -> set[str]:
    return {
        out if isinstance(out, str) else next(iter(out))
        for stage in PIPELINE["stages"].values()
        for kind in ("outs", "metrics")
        for out in stage.get(kind, ())
    }


def test_the_stages_are_those_of_the_command() -> None:
    assert tuple(PIPELINE["stages"]) == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_declares_the_code_it_runs(stage: str) -> None:
    used, declared = code_used_by(stage), declared_code(stage)
    for file in used:
        assert any(file == d or file.startswith(f"{d}/") for d in declared), (
            f"{file} is not declared"
        )
    for d in declared:
        assert any(file == d or file.startswith(f"{d}/") for file in used), f"{d} is not used"


def test_every_file_between_stages_is_in_paths_and_in_the_pipeline() -> None:
    inputs = {"params.yaml", "playbook.yaml", "dvc.lock", "data/raw/customers.csv"}
    inputs |= {"data/reference/segments.json", "data/reference/assignments.parquet"}
    named = {v.as_posix() for k, v in vars(paths).items() if k.isupper() and v.suffix}
    named -= {paths.REVIEW.as_posix()}
    pictures = {out for out in outputs() if out.startswith("reports/explore/")}
    assert named - inputs == outputs() - pictures | (named & pictures)


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
    deps = PIPELINE["stages"]["track"]["deps"]
    for out in outputs() - {"reports/track/state.json"}:
        assert any(out == dep or out.startswith(f"{dep}/") for dep in deps), out
