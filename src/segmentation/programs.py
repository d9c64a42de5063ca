"""Run git and DVC, and tell in one line why they failed."""

import subprocess
import sys
from pathlib import Path

from segmentation.errors import InputError, SettingsError


def git(*arguments: str, folder: Path | None = None) -> str:
    """Return what git prints, without the last line's end.

    Raises
    ------
    InputError
        Git failed.
    SettingsError
        It is not installed.
    """
    try:
        return _printed(["git", *arguments], f"git {arguments[0]}", folder).rstrip("\n")
    except FileNotFoundError:
        raise SettingsError("git is not installed, or not on the PATH") from None


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
    return _printed(command, f"dvc {' '.join(arguments[:2])}", folder, watched=watched)


def _printed(command: list[str], called: str, folder: Path | None, *, watched: bool = False) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        check=False,
        stdout=sys.stderr.fileno() if watched else subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        lines = done.stderr.splitlines()
        errors = [line for line in lines if line.startswith("ERROR")]
        raise InputError(f"`{called}` failed: {' '.join(errors or lines)}")
    return done.stdout or ""
