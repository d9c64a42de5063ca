"""What one run shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.config import leaves

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
    pictures, documents : sequence of Path
        Files to attach: pictures under ``plots/``, the others beside them.
    dataset : Dataset
    model_path : Path
        The pipeline from a raw row to a segment.
    example : DataFrame
        One made-up customer.
    """

    key: str
    name: str
    description: str
    tags: Mapping[str, str]
    params: Mapping[str, Any]
    metrics: Mapping[str, float | None]
    curves: Mapping[str, Mapping[int, float]]
    pictures: Sequence[Path]
    documents: Sequence[Path]
    dataset: Dataset
    model_path: Path
    example: "pd.DataFrame"


def flatten(nested: Mapping[str, Any]) -> dict[str, str]:
    """Turn nested settings into ``a.b.c: value`` pairs with names that MLflow accepts."""
    return {re.sub(r"[^\w.\- :/]", "_", name): str(value) for name, value in leaves(nested).items()}


def shortened(text: str) -> str:
    """Cut a description at the end of a line to the length that MLflow takes."""
    if len(text) <= LONGEST_TAG:
        return text
    rest = "\n\nThe rest is among the run's artifacts, in `profile/segments.md`.\n"
    return text[: LONGEST_TAG - len(rest)].rpartition("\n")[0] + rest
