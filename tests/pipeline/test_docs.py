"""The commands in the README and the docs do what they say, on a scratch copy."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import tables
from PIL import Image

from browser import CHROMIUM, needs_a_browser
from conftest import ROOT, Project, script

pytestmark = pytest.mark.pipeline

BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(README) if kind == language]


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_commands_run(reproduced: Project) -> None:
    for block in blocks("sh"):
        for line in block.splitlines():
            command = line.split("#")[0].strip()
            if command.startswith(("make", "python3 -m venv", "pip")):
                continue  # what continuous integration itself does
            reproduced.run("sh", "-c", command)
            if command.startswith("dvc exp run"):
                reproduced.git("checkout", "-q", ".")


def test_the_model_is_used_as_shown(reproduced: Project) -> None:
    (snippet,) = blocks("python")
    (reproduced.path / "snippet.py").write_text(snippet, encoding="utf-8")
    printed = reproduced.run("python", "snippet.py").stdout
    assert re.fullmatch(r"\[[1-4]( [1-4]){4}\]", printed.strip())


@needs_a_browser
def test_the_readme_s_picture_is_taken_of_the_report(finished: Project, tmp_path: Path) -> None:
    module = script(ROOT / "docs/make_screenshots.py")
    module.photograph_report(CHROMIUM, finished.path, tmp_path / "report.png")
    with (
        Image.open(tmp_path / "report.png") as taken,
        Image.open(ROOT / "docs/images/report.png") as kept,
    ):
        assert taken.size == kept.size
        grey = taken.convert("L")
        dark = sum(grey.histogram()[:90]) / (grey.width * grey.height)
        assert 0.005 < dark < 0.2  # text and bars on paper


@needs_a_browser
@pytest.mark.thorough
def test_scripts_make_all_pictures_of_the_docs(tmp_path: Path) -> None:
    for name in ("make_screenshots", "make_structure_pictures"):
        command = [sys.executable, str(ROOT / f"docs/{name}.py"), "--images", str(tmp_path)]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    kept = {path.name: path for path in (ROOT / "docs/images").glob("*.png")}
    assert {path.name for path in tmp_path.glob("*.png")} == set(kept)
    for name, path in kept.items():
        with Image.open(tmp_path / name) as made, Image.open(path) as there:
            assert made.size == there.size, name


def test_named_places_exist() -> None:
    for place in re.findall(r"`([a-z_./]+/)`", README):
        assert (ROOT / place).exists() or place in {"mlartifacts/", "models/"}, place


def test_choosing_k_works_as_shown(project: Project) -> None:
    page = (ROOT / "docs/choosing-k.md").read_text(encoding="utf-8")
    ((_, snippet),) = BLOCK.findall(page)
    (project.path / "snippet.py").write_text(snippet, encoding="utf-8")
    assert project.run("python", "snippet.py").stdout.startswith("3 True\n")


def test_own_data_works_as_shown(project: Project) -> None:
    """From somebody's table to a finished report, without editing anything."""
    tables.write(tables.telco(300), project.path / "telco.csv")
    project.judge_less()
    page = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
    (block,) = [text for kind, text in BLOCK.findall(page) if kind == "sh"]
    for line in block.splitlines():
        said = project.run("sh", "-c", line.split("#")[0]).stdout
        if line.startswith("segmentation init"):
            assert "TotalCharges" in said
    assert (project.path / "reports/report.html").exists()
    facts = json.loads((project.path / "reports/profile/segments.json").read_text("utf-8"))
    assert facts["customers"] == 300
    assert facts["playbook_notes"] == []


def test_purchases_become_segments_and_value_as_shown(project: Project) -> None:
    project.judge_less()
    page = (ROOT / "docs/purchases.md").read_text(encoding="utf-8")
    (block,) = [text for kind, text in BLOCK.findall(page) if kind == "sh"]
    for line in block.splitlines():
        said = project.run("sh", "-c", line.split("#")[0]).stdout
        if line.startswith("segmentation months"):
            assert len(re.findall(r"customers, \d+ moved", said)) == 3
            page = (project.path / "reports/months/months.html").read_text(encoding="utf-8")
            assert "<svg" in page
            assert (project.path / "reports/months/flows.png").exists()
    lines = json.loads((project.path / "reports/purchases/lines.json").read_text("utf-8"))
    assert lines["lines_in"] == lines["lines_used"] + lines["lines_left_out"]
    assert len(lines["left_out"]) >= 4
    value = json.loads((project.path / "reports/purchases/lifetime.json").read_text("utf-8"))
    assert value["why_not"] == value["why_no_value"] == value["why_not_tried"] == ""
    report = (project.path / "reports/report.html").read_text(encoding="utf-8")
    assert "What they will be worth" in report
    with closing(sqlite3.connect(project.path / "mlflow.db")) as store:
        logged = dict(store.execute("SELECT key, value FROM latest_metrics"))
        named = [name for (name,) in store.execute("SELECT name FROM runs")]
    assert sum(name.startswith("month: ") for name in named) == 3
    assert logged["months/moved"] <= logged["months/customers"]
    assert logged["lifetime/purchases"] == value["purchases"]["mean"]
    assert project.run("dvc", "status").stdout.strip().endswith("up to date.")
