"""What one run shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.settings.shared.base import leaves
from segmentation.tracking.serving import Serving

if TYPE_CHECKING:
    import pandas as pd

LONGEST_TAG = 8000


@dataclass(frozen=True)
class Dataset:
    """The customers' file: its name, content hash, columns (with types) and number of rows."""

    name: str
    path: str
    digest: str
    columns: Mapping[str, str]
    rows: int


@dataclass(frozen=True)
class Record:
    """Everything that one run shows.

    Attributes
    ----------
    key : str
        Identifies the state of the pipeline.
    name, description : str
        What the run is called, and Markdown that tells what it found.
    tags : mapping of str to str
    params : mapping
        Nested; its leaves become parameters.
    metrics : mapping of str to number or None
        None is left out.
    curves : mapping of str to mapping of int to float
        Metrics against the number of segments.
    tables : mapping of str to DataFrame
        Small ones to show as tables, by the name of the file.
    files : mapping of Path to bytes
        What to attach, by where it lies in the repository.
    dataset : Dataset
    model : bytes
        The saved pipeline from a raw row to a segment.
    example : DataFrame
        One made-up customer, with the columns of the file that the model is made of.
    serving : Serving
        What lies beside the model so that it can be served.
    """

    key: str
    name: str
    description: str
    tags: Mapping[str, str]
    params: Mapping[str, Any]
    metrics: Mapping[str, float | None]
    curves: Mapping[str, Mapping[int, float]]
    tables: Mapping[str, "pd.DataFrame"]
    files: Mapping[Path, bytes]
    dataset: Dataset
    model: bytes
    example: "pd.DataFrame"
    serving: Serving


def flatten(nested: Mapping[str, Any]) -> dict[str, str]:
    """Turn nested settings into ``a.b.c: value`` pairs with names that MLflow accepts."""
    return {re.sub(r"[^\w.\- :/]", "_", name): str(value) for name, value in leaves(nested).items()}


def artifact_of(path: Path) -> Path:
    """Return where among a run's artifacts a file of the repository is attached.

    Examples
    --------
    >>> [artifact_of(Path(path)).as_posix() for path in ("dvc.lock", "reports/report.html")]
    ['dvc.lock', 'report.html']
    >>> artifact_of(Path("reports/train/clustering.json")).as_posix()
    'train/clustering.json'
    >>> artifact_of(Path("reports/evaluate/pca.png")).as_posix()
    'plots/evaluate/pca.png'
    """
    folder = Path(path.parent.name if len(path.parts) > 2 else "")
    return Path("plots" if path.suffix == ".png" else "") / folder / path.name


def shortened(text: str) -> str:
    """Cut a description at the end of a line to the length that MLflow takes."""
    if len(text) <= LONGEST_TAG:
        return text
    rest = "\n\nThe rest is among the run's artifacts, in `profile/segments.md`.\n"
    return text[: LONGEST_TAG - len(rest)].rpartition("\n")[0] + rest
