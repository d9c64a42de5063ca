"""`segmentation review` and the steps of its workflow, on two revisions that really ran."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.optimize import linear_sum_assignment

from conftest import ROOT, Project

pytestmark = pytest.mark.pipeline

PAGE, ASSIGNMENTS = "reports/review.md", "data/segments/assignments.parquet"


@pytest.fixture
def changed(two_revisions: tuple[Project, pd.DataFrame], tmp_path: Path) -> Project:
    """A copy of both revisions that a test may change."""
    return two_revisions[0].copy(tmp_path / "project")


def review(project: Project, *arguments: str, check: bool = True) -> str:
    done = project.run("segmentation", "review", *arguments, check=check)
    return done.stdout if check else done.stderr


def page(project: Project) -> str:
    return (project.path / PAGE).read_text(encoding="utf-8")


def table(text: str, title: str) -> dict[str, list[str]]:
    """Return the first table below a title: the cells of each row by its first one."""
    lines = re.split(rf"^(?:#+ |<details><summary>){title}", text, flags=re.MULTILINE)[
        1
    ].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|"))
    rows = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        first, *others = [cell.strip() for cell in line.strip("|").split("|")]
        rows[first.replace("\\", "")] = others
    return rows


def test_numbers_are_those_of_an_independent_count(
    two_revisions: tuple[Project, pd.DataFrame],
) -> None:
    project, base = two_revisions
    printed = review(project, "main", "--html")
    after = pd.read_parquet(project.path / ASSIGNMENTS)
    both = base.merge(after, on="id", suffixes=("_base", "_head"))
    counts = pd.crosstab(both["segment_base"], both["segment_head"]).to_numpy()
    rows, columns = linear_sum_assignment(counts, maximize=True)
    moved = len(both) - counts[rows, columns].sum()

    text = page(project)
    assert text.startswith(f"# 🟠 {printed.splitlines()[0]}")
    assert f"k 4 to 5; silhouette 0.360 to 0.292, worse; {moved} of 993 customers change" in text
    assert re.search(rf"^- amber, `review.moved`: .* \({moved:,} of 993, ", text, re.MULTILINE)
    number = table(text, "Can they be trusted")["Is 5 the right number?"]
    assert number[0].startswith("Agreed: ")
    assert number[1].startswith("Set by hand: 0 of")
    assert table(text, "Settings") == {"train.k": ["auto", "5"]}
    assert table(text, "Metrics")["k"] == ["4", "5", "+1", "–"]
    assert "The prepared customers are the same." in text
    shown = table(text, "Who moved")
    assert shown.pop("all")[-1] == str(len(both))
    cells = np.array([[int(cell) for cell in row] for row in shown.values()])
    assert cells[:, -1].tolist() == counts.sum(axis=1).tolist()
    assert cells[:, :-1].sum() == len(both)
    assert sorted(cells[:, :-1].ravel()) == sorted(counts.ravel())
    assert np.trace(cells) == len(both) - moved  # matched columns follow the rows

    assert project.git("status", "--porcelain") == ""
    html = (project.path / PAGE).with_suffix(".html").read_text(encoding="utf-8")
    words = set(re.split(r"[^\w-]+", text + re.sub(r'src="data:[^"]*"', "", html)))
    assert not words & set(base["id"])
    assert not re.search(r'(src|href)="(?!#|data:)', html)
    assert html.count("<figure") == 9  # flows, and four pairs; the curves are the same
    visible = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    assert len([line for line in visible.splitlines() if line.strip()]) <= 60
    assert not re.search(r"\b[0-9a-f]{40}\b", text + html)


def test_a_commit_is_read_as_the_workspace_is(
    two_revisions: tuple[Project, pd.DataFrame],
) -> None:
    project, _ = two_revisions
    review(project, "main", "--out", "reports/review.here.md")
    review(project, "main", "--head", "five", "--out", "reports/review.there.md")
    here, there = (
        (project.path / f"reports/review.{name}.md").read_text(encoding="utf-8")
        for name in ("here", "there")
    )
    assert there.replace("five", "workspace") == here


def test_an_unknown_revision_is_told_in_one_line(
    two_revisions: tuple[Project, pd.DataFrame],
) -> None:
    told = review(two_revisions[0], "mian", check=False)
    assert told == "error: git knows no revision 'mian'; did you mean 'main'?\n"


def test_outputs_that_are_nowhere_are_named_and_the_rest_is_shown(changed: Project) -> None:
    changed.dvc("remote", "add", "-d", "gone", "s3://nowhere")
    changed.git("commit", "-q", "-a", "-m", "Share")
    shutil.rmtree(changed.path / ".dvc/cache")
    printed = review(changed, "five", "--head", "main")
    assert printed.startswith("Amber, as who moved cannot be told: ")
    assert "k 5 to 4; silhouette 0.292 to 0.360, better; who moved cannot be told" in printed
    text = page(changed)
    assert "the remote could not be asked: s3 is supported" in text
    assert f"{ASSIGNMENTS}, reports/evaluate/pca_points.csv" in text
    assert "`make base BASE=main` pulls them, or makes them again" in text
    assert len(table(text, "Segments")) == 5  # the fifth is gone
    assert "The curves by number of segments are the same." in text


def test_a_base_without_a_pipeline_shows_the_head_alone(changed: Project) -> None:
    changed.git("checkout", "-q", "--orphan", "empty")
    changed.git("rm", "-rfq", "--cached", ".")
    changed.git("commit", "-q", "--allow-empty", "-m", "Empty")
    changed.git("checkout", "-qf", "five")
    assert (
        "empty has no results of a pipeline; workspace: 993 customers fall into 5 segments"
        in review(changed, "empty")
    )


def test_a_workspace_that_is_out_of_date_says_so(changed: Project) -> None:
    changed.edit("params.yaml", "n_init: 10", "n_init: 11")
    review(changed, "main")
    assert "The workspace is out of date: `dvc repro` would run train" in page(changed)
    assert "made with other settings than its params.yaml holds (train.kmeans.n" in page(changed)


@pytest.mark.thorough
def test_why_tries_each_cause_by_itself(changed: Project) -> None:
    with (changed.path / "src/segmentation/insight/plays.py").open("a") as code:
        code.write("# another line\n")
    before = changed.git("status", "--porcelain")
    review(changed, "main", "--why")
    rows = table(page(changed), "Why")
    assert list(rows) == ["settings alone", "code alone", "all of it"]
    assert rows["settings alone"] == rows["all of it"]
    assert rows["code alone"][0] == "4"
    assert rows["code alone"][-1] == "0 of 993"
    assert changed.git("status", "--porcelain") == before


def steps() -> Iterator[str]:
    """Yield the commands of the workflow, in turn."""
    text = (ROOT / ".github/workflows/review.yml").read_text(encoding="utf-8")
    for step in yaml.safe_load(text)["jobs"]["review"]["steps"]:
        if "run" in step:
            yield step["run"]


def run_step(project: Project, command: str, **said: str) -> subprocess.CompletedProcess[str]:
    return project.run(
        "bash", "-e", "-o", "pipefail", "-c", command,
        check=False, GITHUB_BASE_REF="main", NUMBER="7", **said,
        GITHUB_STEP_SUMMARY=str(project.path.parent / "summary.md"),
    )  # fmt: skip


def ready(project: Project) -> Project:
    """Let make see that the environment is set up: it is the one that runs the tests."""
    (project.path / ".venv").mkdir(exist_ok=True)
    for made in (".build", ".run"):  # in the order in which make would
        (project.path / ".venv" / made).touch()
    return project


def test_the_steps_of_the_workflow_review_a_pull_request(changed: Project, tmp_path: Path) -> None:
    changed.git("checkout", "-q", "main")
    changed.dvc("remote", "add", "-d", "shared", str(tmp_path / "storage"))
    changed.git("commit", "-q", "-a", "-m", "Share")
    # A folder as remote is laid out as the cache is: this is what `dvc push` would do.
    shutil.copytree(changed.path / ".dvc/cache", tmp_path / "storage")
    changed.git("checkout", "-q", "--detach", "main")
    changed.git("merge", "-q", "--no-ff", "-m", "Merge", "five")
    changed.git("update-ref", "refs/pull/7/merge", "HEAD")
    changed.git("clone", "-q", "--mirror", ".", str(tmp_path / "bare.git"))

    (tmp_path / "ci").mkdir()
    clone = Project(tmp_path / "ci")  # as actions/checkout does it
    clone.git("init", "-q")
    bare = (tmp_path / "bare.git").as_uri()
    clone.git("fetch", "-q", "--depth=2", bare, "refs/pull/7/merge")
    clone.git("checkout", "-q", "--detach", "FETCH_HEAD")
    ready(clone)

    check, base, write, last = steps()
    done = run_step(clone, check)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "are what the pipeline makes" in done.stdout
    for command in (base, write):
        done = run_step(clone, command)
        assert done.returncode == 0, done.stdout + done.stderr
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary == page(clone)
    assert summary.startswith("# 🟠 Amber, as ")
    assert table(summary, "Who moved")["all"][-1] == "993"
    assert (clone.path / "reports/review.number").read_text(encoding="utf-8") == "7\n"
    assert clone.git("status", "--porcelain") == ""
    assert run_step(clone, last).returncode == 0
    done = run_step(clone, last, TITLE="No segment changes")
    assert done.returncode != 0
    assert "error: no segment should change, but " in done.stderr


def test_a_stale_lock_fails_with_what_the_pipeline_made(changed: Project) -> None:
    ready(changed).edit("params.yaml", "experiment: customer-", "experiment: client-")
    changed.git("commit", "-q", "-a", "-m", "Forget to run")
    done = run_step(changed, next(steps()))
    assert done.returncode != 0
    assert re.search(r"\n\+ +experiment: client-segmentation\n", done.stdout)
    assert "run 'dvc repro' and commit dvc.lock" in done.stderr


@pytest.mark.thorough
def test_what_the_base_lacks_is_made_again(changed: Project) -> None:
    lock = yaml.safe_load(changed.git("show", "main:dvc.lock"))
    (md5,) = (o["md5"] for o in lock["stages"]["train"]["outs"] if o["path"] == ASSIGNMENTS)
    (changed.path / ".dvc/cache/files/md5" / md5[:2] / md5[2:]).unlink()
    done = ready(changed).run("make", "base", "BASE=main")
    assert "Running stage 'train'" in done.stdout
    assert "Running stage 'select_k'" not in done.stdout
    assert "of 993 customers change segment" in review(changed, "main")
    assert changed.git("status", "--porcelain") == ""
