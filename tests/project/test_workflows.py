"""The workflows are valid, pinned and least privileged; the comment is one, and safely found."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
WORKFLOWS: dict[str, dict[Any, Any]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES
}
COMMENT = ROOT / ".github/scripts/comment.sh"
SHA, URL = "a" * 40, "https://example.com/run"


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in WORKFLOWS[name]["jobs"].values() for step in job["steps"]]


def triggers(name: str) -> set[str]:
    return set(WORKFLOWS[name][True])  # YAML 1.1 reads `on` as true


def test_they_follow_the_schema_of_workflows() -> None:
    command = [
        sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows",
    ]  # fmt: skip
    done = subprocess.run([*command, *map(str, FILES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_seven() -> None:
    ours = {"test", "review", "review-comment", "audit", "codeql", "release", "drift"}
    assert set(WORKFLOWS) == ours


def test_the_watch_over_drift_tells_by_its_colour() -> None:
    assert triggers("drift") == {"schedule", "workflow_dispatch"}
    (compare,) = (step for step in steps("drift") if step.get("name") == "Compare")
    assert compare["run"].endswith('exit "${PIPESTATUS[0]}"')


def test_actions_are_pinned_by_commit_with_their_version() -> None:
    pins: dict[str, str] = {}
    for file in FILES:
        for line in file.read_text(encoding="utf-8").splitlines():
            if "uses:" not in line:
                continue
            found = re.search(
                r"uses: ([\w.-]+/[\w.-]+)(?:/[\w-]+)?@([0-9a-f]{40}) # v\d+\.\d+\.\d+$", line
            )
            assert found, line
            assert pins.setdefault(found[1], found[2]) == found[2]
    assert pins


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_put_into_a_command(name: str) -> None:
    assert all("${{" not in step.get("run", "") for step in steps(name))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_token_is_not_left_in_the_clone(name: str) -> None:
    for step in steps(name):
        if "actions/checkout@" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", WORKFLOWS)
def test_jobs_end_and_old_runs_do_not_pile_up(name: str) -> None:
    assert all(job["timeout-minutes"] <= 60 for job in WORKFLOWS[name]["jobs"].values())
    assert WORKFLOWS[name]["concurrency"]


def test_the_oldest_the_newest_and_the_pinned_libraries_are_tried_and_every_case() -> None:
    pinned, versions = (WORKFLOWS["test"]["jobs"][name] for name in ("test", "versions"))
    assert pinned["steps"][-1]["run"] == "make test"
    assert versions["strategy"]["matrix"]["target"] == ["test-oldest", "test-newest"]
    assert versions["env"]["TARGET"] == "${{ matrix.target }}"
    assert versions["steps"][-1]["run"] == 'make "$TARGET"'
    assert WORKFLOWS["test"]["jobs"]["all"]["steps"][-1]["run"] == "make test-all"


@pytest.mark.parametrize(
    ("target", "resolution"), [("test-oldest", "lowest-direct"), ("test-newest", "highest")]
)
def test_make_resolves_the_libraries_that_a_target_names(target: str, resolution: str) -> None:
    plan = ["make", "--dry-run", "--always-make", "--no-print-directory", target]
    commands = subprocess.run(plan, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"--resolution {resolution} --group dev -e .[dashboard,spark]" in commands
    assert "pytest" in commands.splitlines()[-1]


@pytest.mark.parametrize("name", ["test", "review"])
def test_code_of_a_pull_request_runs_without_rights(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in WORKFLOWS[name]["jobs"].values())
    assert triggers(name) <= {"push", "pull_request"}
    assert "secrets." not in (ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8")


def test_the_right_to_comment_meets_no_foreign_code() -> None:
    workflow = WORKFLOWS["review-comment"]
    assert triggers("review-comment") == {"workflow_run"}
    assert workflow[True]["workflow_run"]["workflows"] == [WORKFLOWS["review"]["name"]]
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"actions": "read", "contents": "read", "pull-requests": "write"}
    checkout, download, comment = job["steps"]
    assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert download["with"]["path"].startswith("${{ runner.temp }}")
    assert comment["run"] == '.github/scripts/comment.sh "$RUNNER_TEMP/review"'


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ({}, "--check"),
        (
            {"TITLE": "Change the colours", "BODY": "No segment changes.\nReally."},
            "--check --unmoved",
        ),
        ({"TITLE": "Tidy up (no segment changes)"}, "--check --unmoved"),
        ({"LABELS": "tidy no-segment-changes"}, "--check --unmoved"),
        ({"BODY": "Segment changes are wanted; no segment is gone."}, "--check"),
    ],
)
def test_a_pull_request_that_says_so_may_move_nobody(
    tmp_path: Path, said: dict[str, str], options: str
) -> None:
    program = tmp_path / "segmentation"
    program.write_text('#!/bin/sh\necho "$@"; exit 3\n', encoding="utf-8")
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", str(ROOT / ".github/scripts/check-review.sh"), "main"],
        env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", **said},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert re.search(rf"^review {options} --out \S+/review.md -- main$", done.stdout, re.MULTILINE)


def test_the_review_is_checked_after_it_was_left_for_the_comment() -> None:
    (job,) = WORKFLOWS["review"]["jobs"].values()
    *_, upload, check = job["steps"]
    assert "upload-artifact" in upload["uses"]
    assert check["run"] == 'make check-review BASE="$GITHUB_BASE_REF"'
    assert set(check["env"]) == {"TITLE", "BODY", "LABELS"}
    assert {"edited", "labeled"} <= set(WORKFLOWS["review"][True]["pull_request"]["types"])


# A stand-in for GitHub's command line: one pull request and its comments, in a file.
GH = """#!{python}
import json, os, subprocess, sys
from pathlib import Path

store = Path(os.environ["STORE"])
state = json.loads(store.read_text())
comments = state["comments"]
given = sys.argv[2:]
options = {{o: given[given.index(o) + 1] for o in ("--jq", "--method", "-F") if o in given}}
(path,) = (a for a in given if a.startswith("repos/o/r/"))
if "--jq" in options:
    answers = {{"pulls/7": {{"head": {{"sha": state["sha"]}}}}, "issues/7/comments": comments}}
    answer = json.dumps(answers[path.removeprefix("repos/o/r/")])
    sys.exit(subprocess.run(["jq", "-r", options["--jq"]], input=answer, text=True).returncode)
if options["--method"] == "POST":
    assert path == "repos/o/r/issues/7/comments"
    found = {{"id": 100 + len(comments), "user": {{"login": "github-actions[bot]"}}}}
    comments.append(found)
else:
    (found,) = (c for c in comments if path == "repos/o/r/issues/comments/" + str(c["id"]))
found["body"] = Path(options["-F"].removeprefix("body=@")).read_text()
store.write_text(json.dumps(state))
"""


class GitHub:
    """A folder with the artifact, and the stand-in on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.artifact = folder / "artifact"
        self.artifact.mkdir()
        (folder / "bin").mkdir()
        gh = folder / "bin/gh"
        gh.write_text(GH.format(python=sys.executable), encoding="utf-8")
        gh.chmod(0o755)
        self.path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.store = folder / "store.json"
        someone = {"id": 1, "user": {"login": "eve"}, "body": "<!-- segmentation review --> mine"}
        self.store.write_text(json.dumps({"sha": SHA, "comments": [someone]}), encoding="utf-8")
        self.leave("# Review\n", "7\n")

    def leave(self, review: str, number: str) -> None:
        (self.artifact / "review.md").write_text(review, encoding="utf-8")
        (self.artifact / "review.number").write_text(number, encoding="utf-8")

    def comment(self, sha: str = SHA) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": self.path, "STORE": str(self.store), "GITHUB_REPOSITORY": "o/r",
            "HEAD_SHA": sha, "RUN_URL": URL, "GH_TOKEN": "x",
        }  # fmt: skip
        return subprocess.run(
            ["bash", str(COMMENT), str(self.artifact)],
            env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def bodies(self) -> list[str]:
        comments = json.loads(self.store.read_text(encoding="utf-8"))["comments"]
        return [comment["body"] for comment in comments]


needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="the stand-in for gh uses jq")


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    return GitHub(tmp_path)


@needs_jq
def test_one_comment_is_kept_up_to_date(github: GitHub) -> None:
    for review in ("# First\n", "# Second\n", "# Third\n"):
        github.leave(review, "7\n")
        done = github.comment()
        assert done.returncode == 0, done.stderr
    theirs, ours = github.bodies
    assert theirs == "<!-- segmentation review --> mine"
    assert "# Third" in ours
    assert "# Second" not in ours
    assert URL in ours


@needs_jq
def test_a_review_of_another_commit_is_not_posted(github: GitHub) -> None:
    done = github.comment(sha="b" * 40)
    assert done.returncode == 0
    assert "not for it" in done.stdout
    assert len(github.bodies) == 1


@pytest.mark.parametrize("number", ["", "0", "7; rm -rf /", "7\n8", "../8", "99999999999", "$(id)"])
def test_what_is_no_number_is_refused(github: GitHub, number: str) -> None:
    github.leave("# Review\n", number)
    done = github.comment()
    assert done.returncode == 1
    assert "not the number of a pull request" in done.stderr
    assert len(github.bodies) == 1


@pytest.mark.parametrize("name", ["review.md", "review.number"])
def test_a_link_in_the_artifact_is_refused(github: GitHub, name: str) -> None:
    (github.artifact / name).unlink()
    (github.artifact / name).symlink_to(github.store)
    assert "holds no plain file" in github.comment().stderr
    assert len(github.bodies) == 1


@needs_jq
def test_a_long_page_is_cut_and_calls_nobody(github: GitHub) -> None:
    github.leave("@team ü\n" + "ü" * 70_000, "7")
    assert github.comment().returncode == 0
    body = github.bodies[1]
    assert len(body) < 65_536
    assert "@team" not in body
    assert "@\u200bteam ü" in body
