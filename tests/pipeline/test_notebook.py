"""The notebook runs from top to bottom on what the pipeline wrote."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from conftest import ROOT, Project

pytestmark = pytest.mark.pipeline

NOTEBOOK = Path("notebooks/segmentation.ipynb")


def test_it_is_kept_without_outputs() -> None:
    notebook = nbformat.read(ROOT / NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_it_tells_the_story_of_the_run(finished: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.read(finished.path / NOTEBOOK, as_version=4)
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
