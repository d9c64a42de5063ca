"""What runs in the workflows is pinned, and every exception of the audit says why."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_hash(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    for used in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", used), used


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_token_may_write_only_where_a_job_says_why(workflow: Path) -> None:
    whole = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert set(whole["permissions"].values()) <= {"read"}
    for line in workflow.read_text(encoding="utf-8").splitlines():
        if re.match(r"\s+(?!attestations)[\w-]+: write", line):
            assert "# " in line, line


def test_one_version_of_an_action_is_used_everywhere() -> None:
    used: dict[str, set[str]] = {}
    for workflow in WORKFLOWS:
        for name, pin in re.findall(r"uses: ([\w-]+/[\w-]+)\S*@(\S+)", workflow.read_text("utf-8")):
            used.setdefault(name, set()).add(pin)
    assert {name: pins for name, pins in used.items() if len(pins) > 1} == {}


def test_every_exception_has_its_reason() -> None:
    for line in (ROOT / ".github/vulnerabilities.txt").read_text(encoding="utf-8").splitlines():
        assert re.match(r"#|[A-Z]+-\S+  \S+ .{20,}", line), line
