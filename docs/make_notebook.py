"""Run the notebook on what the pipeline wrote, and keep it with small outputs.

dvc repro && python docs/make_notebook.py
"""

import base64
import io
import re
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "notebooks/segmentation.ipynb"
WIDTH, COLOURS = 640, 64  # of a picture: enough to see what it is


def main() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            cell.metadata = {}
            cell.execution_count = None
            cell.outputs = [tidy(output) for output in cell.outputs]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    NOTEBOOK.write_text(nbformat.writes(notebook, indent=1) + "\n", encoding="utf-8")
    print(f"{NOTEBOOK.relative_to(ROOT)}: {NOTEBOOK.stat().st_size / 1000:.0f} kB")


def tidy(output: Any) -> Any:
    """Return an output without what differs from run to run, its picture made small."""
    kept = nbformat.from_dict({k: v for k, v in output.items() if k != "execution_count"})
    if kept.output_type == "execute_result":
        kept.execution_count = None
    kept.metadata = {} if "metadata" in kept else kept.get("metadata", {})
    data = kept.get("data", {})
    for kind, content in data.items():
        if kind == "image/png":
            data[kind] = small(content)
        elif kind.startswith("text/"):
            data[kind] = re.sub(r"\bT_[0-9a-f]{5,}|\b0x[0-9a-f]{5,}", "x", content)
    if kept.output_type == "stream":
        kept.pop("metadata")
    return kept


def small(png: str) -> str:
    """Return a picture with fewer dots and colours."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        shown = picture.convert("RGB")
    shown.thumbnail((WIDTH, 10 * WIDTH))
    written = io.BytesIO()
    shown.quantize(COLOURS).save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode()


if __name__ == "__main__":
    main()
