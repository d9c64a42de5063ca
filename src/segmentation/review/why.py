"""What moved the segments: the data, the settings or the code, each tried by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from segmentation import paths
from segmentation.review.comparison import Comparison

Cause = Literal["data", "settings", "code"]
CAUSES: tuple[Cause, ...] = ("data", "settings", "code")

_SETTINGS = (paths.PARAMS.as_posix(), paths.PLAYBOOK.as_posix())
_CODE = ("src/", "purchases/", "dvc.yaml", ".dvcignore")


@dataclass(frozen=True)
class Trial:
    """The base with one cause changed as in the head.

    Attributes
    ----------
    cause : {"data", "settings", "code"}
    files : tuple of str
        What the cause changes.
    outcome : Comparison or None
        The base beside the base so changed; None where it could not be made.
    trouble : str
        Why it could not.
    """

    cause: Cause
    files: tuple[str, ...]
    outcome: Comparison | None = None
    trouble: str = ""


def causes(changed: Iterable[str]) -> dict[Cause, tuple[str, ...]]:
    """Group the files that differ by what they are to the pipeline; others are left out.

    Examples
    --------
    >>> causes(["README.md", "params.yaml", "src/segmentation/cli.py"])
    {'settings': ('params.yaml',), 'code': ('src/segmentation/cli.py',)}
    """
    found: dict[Cause, list[str]] = {cause: [] for cause in CAUSES}
    for path in sorted(changed):
        cause = _cause(path)
        if cause is not None:
            found[cause].append(path)
    return {cause: tuple(files) for cause, files in found.items() if files}


def _cause(path: str) -> Cause | None:
    """What a file is to the pipeline."""
    if path in _SETTINGS:
        return "settings"
    if path.startswith("data/"):
        return "data"
    return "code" if path.startswith(_CODE) else None
