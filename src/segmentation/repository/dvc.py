"""Run DVC by its command line, which is what it promises to keep."""

import sys
from pathlib import Path

from segmentation.repository._program import printed


def dvc(*arguments: str, folder: Path | None = None, watched: bool = False) -> str:
    """Return what DVC prints, the one that is installed beside this code.

    Parameters
    ----------
    *arguments : str
    folder : Path, optional
    watched : bool
        Show what it prints instead, on the standard error.

    Raises
    ------
    InputError
        DVC failed.
    """
    command = [sys.executable, "-m", "dvc", *arguments]
    called = f"dvc {' '.join(arguments[:2])}"
    return printed(command, called, folder=folder, watched=watched).decode("utf-8", "replace")
