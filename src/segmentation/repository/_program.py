"""Run a program, and tell in one line why it failed."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from segmentation.errors import InputError


def printed(
    command: Sequence[str],
    called: str,
    *,
    folder: Path | None,
    watched: bool = False,
    env: Mapping[str, str] | None = None,
) -> bytes:
    """Return what a program prints.

    Parameters
    ----------
    command : sequence of str
    called : str
        What a message calls it.
    folder : Path or None
        Where it runs; None for the current one.
    watched : bool
        Show what it prints instead, on the standard error.
    env : mapping of str to str, optional
        What its environment holds besides.

    Raises
    ------
    InputError
        It failed.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **env} if env else None,
        check=False,
        stdout=sys.stderr.fileno() if watched else subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        errors = [line for line in lines if line.startswith("ERROR")]
        raise InputError(f"`{called}` failed: {' '.join(errors or lines)}")
    return done.stdout or b""
