"""Rights in the workflows and exceptions of the audit say why."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_token_may_write_only_where_a_job_says_why(workflow: Path) -> None:
    whole = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert set(whole["permissions"].values()) <= {"read"}
    for line in workflow.read_text(encoding="utf-8").splitlines():
        if re.match(r"\s+(?!attestations)[\w-]+: write", line):
            assert "# " in line, line


def test_every_exception_has_its_reason() -> None:
    for line in (ROOT / ".github/vulnerabilities.txt").read_text(encoding="utf-8").splitlines():
        assert re.match(r"#|[A-Z]+-\S+  \S+ .{20,}", line), line


def test_a_container_is_made_of_what_it_needs_and_of_no_customers() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    taken = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {path for line in re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE)
              for path in line.split()}  # fmt: skip
    assert all((ROOT / path).exists() for path in copied)
    assert taken[1] == "*"
    assert {line[1:] for line in taken if line.startswith("!")} == copied
    experiment = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["track"]
    assert f"MODEL=models:/{experiment['experiment']}@champion " in text
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)
