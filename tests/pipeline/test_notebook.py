"""The notebook runs from top to bottom on what the pipeline wrote, and is kept with its outputs."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from conftest import ROOT, Project, script

pytestmark = pytest.mark.pipeline

NOTEBOOK = Path("notebooks/segmentation.ipynb")
SCRIPT = ROOT / "docs/make_notebook.py"


def test_it_is_kept_with_small_outputs() -> None:
    notebook = nbformat.read(ROOT / NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert (ROOT / NOTEBOOK).stat().st_size < 250_000
    assert sum(bool(cell.get("outputs")) for cell in notebook.cells) > 10
    for cell in notebook.cells:
        assert cell.get("execution_count") is None


def test_it_tells_the_story_of_the_run(finished: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.read(finished.path / NOTEBOOK, as_version=4)
    kept = texts(notebook)
    for name in ("PATH", "PYTHONPATH"):  # the kernel inherits them
        monkeypatch.setenv(name, finished.environment()[name])
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY")  # that of these tests
    folder = {"metadata": {"path": str(finished.path / "notebooks")}}
    NotebookClient(notebook, timeout=120, resources=folder).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    text = "".join(out.get("text", "") for out in outputs)
    assert "993 customers fall into 4 segments" in text
    assert "shuffled: no structure" in text
    assert sum("image/png" in out.get("data", {}) for out in outputs) == 4
    assert not [out for out in outputs if out.get("name") == "stderr"]
    assert texts(notebook) == kept, f"run `python {SCRIPT.relative_to(ROOT)}`"


def texts(notebook: Any) -> list[str]:
    """Return what the cells say: figures and names, not the pictures."""
    module = script(SCRIPT)
    outputs = [
        module.tidy(nbformat.from_dict(output))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]
    return [str(out.get("text", out.get("data", {}).get("text/html", ""))) for out in outputs]
