"""What docs/extending.md adds is added as it says, and runs."""

import re
import sys

import pandas as pd
import pytest

from conftest import ROOT, Project
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering

pytestmark = pytest.mark.pipeline

PAGE = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
CHANGES = re.findall(r"```diff\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def extended(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository with every change of the page, in which the stages ran that they are about."""
    project = finished.copy(tmp_path_factory.mktemp("extended") / "project")
    for change in CHANGES:
        (project.path / "change.diff").write_text(change, encoding="utf-8", newline="\n")
        project.git("apply", "change.diff")
    project.run(sys.executable, ".github/scripts/code_deps.py")  # make deps
    project.edit("params.yaml", "  algorithm: kmeans ", "  algorithm: kmedians ")
    project.edit("params.yaml", "  rule: consensus ", "  rule: xie_beni ")
    project.judge_less()
    project.dvc("repro", "pareto")  # and what it stands on
    return project


def test_the_page_shows_an_algorithm_a_criterion_and_a_stage() -> None:
    assert len(CHANGES) == 3
    new = re.findall(r"^\+\+\+ b/(src/\S+)/(\w+)\.py\n@@ -0,0", PAGE, re.MULTILINE)
    assert [name for _, name in new] == ["kmedians", "xie_beni", "pareto", "pareto"]


def test_the_algorithm_is_trained_and_known_everywhere(extended: Project) -> None:
    found = Clustering.parse((extended.path / Clustering.path).read_bytes())
    assert found.algorithm == "kmedians"
    # By a shell: a fork would have this repository's code.
    wrong = extended.run("segmentation", "sweep", "--algorithm", "kmediens", check=False)
    assert "did you mean 'kmedians'" in wrong.stderr


def test_the_criterion_votes_and_its_rule_chooses(extended: Project) -> None:
    choice = Choice.parse((extended.path / Choice.path).read_bytes())
    curve = pd.read_csv(extended.path / "reports/select_k/curve.csv").set_index("k")
    assert choice.rule == "xie_beni"
    assert choice.k == choice.votes["xie_beni"] == curve["xie_beni"].idxmin()
    assert (curve["xie_beni_se"] > 0).all()


def test_the_stage_runs(extended: Project) -> None:
    shares = pd.read_csv(extended.path / "reports/pareto/pareto.csv")
    assert shares["top_share"].between(0.2, 1).all()
    assert shares["customers"].sum() == len(
        pd.read_parquet(extended.path / "data/segments/assignments.parquet")
    )


@pytest.mark.thorough
def test_the_report_tells_of_the_algorithm_and_stages_run_for_their_own_settings(
    extended: Project,
) -> None:
    extended.dvc("repro")
    told = (extended.path / "reports/report.html").read_text(encoding="utf-8")
    assert re.search(r"kmedians prefers round (segment|group)s of similar width", told)
    assert "train.kmedians.rounds" in told
    extended.edit("params.yaml", "  top: 0.2 ", "  top: 0.1 ")
    out_of_date = extended.dvc("status").stdout
    extended.edit("params.yaml", "  top: 0.1 ", "  top: 0.2 ")
    assert re.findall(r"^(\w+):$", out_of_date, re.MULTILINE) == ["pareto", "track"]


@pytest.mark.thorough
def test_what_holds_for_all_holds_for_the_new(extended: Project) -> None:
    contracts = ("tests/algorithms", "tests/clustering/choosing_k/test_registry.py")
    project = ("tests/project/test_dvc_yaml.py",)
    chosen = "kmedians or documentation or page or stage"
    tested = extended.run(
        sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *contracts, *project, "-k", chosen
    )
    assert "passed" in tested.stdout
