"""Run the base again with the data, the settings or the code of the head, one at a time.

Each trial runs in a copy with DVC's own cache: what was made before is not made again.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from segmentation import paths
from segmentation.errors import InputError, SegmentationError
from segmentation.progress import watched
from segmentation.repository import git
from segmentation.repository.dvc import dvc
from segmentation.repository.snapshot import WORKSPACE, Snapshot
from segmentation.review.comparison import compare
from segmentation.review.side import Side, side_of
from segmentation.review.why import Cause, Trial, causes

_NO_TIME = "there was no time left for it"


def why(base: Snapshot, head: Snapshot, *, root: Path, within: float | None) -> tuple[Trial, ...]:
    """Try each cause by itself; where only one differs, nothing is run.

    Parameters
    ----------
    base, head : Snapshot
    root : Path
        The repository.
    within : float or None
        Seconds after which what is not done is left open.
    """
    until = None if within is None else time.monotonic() + within
    commit = git.commit_of_workspace(root) if head.name == WORKSPACE else head.commit
    found = causes(git.changed_files(base.commit, commit, root))
    if len(found) < 2:
        return tuple(Trial(cause, files) for cause, files in found.items())
    before, cache = side_of(base), dvc("cache", "dir", folder=root).strip()
    told = watched(found.items(), total=len(found), doing="try each cause by itself")
    return tuple(
        _try(
            cause,
            files,
            before,
            head=commit,
            sides=(base, head),
            root=root,
            cache=cache,
            until=until,
        )
        for cause, files in told
    )


def _try(
    cause: Cause,
    files: tuple[str, ...],
    before: Side,
    *,
    head: str,
    sides: tuple[Snapshot, Snapshot],
    root: Path,
    cache: str,
    until: float | None,
) -> Trial:
    with tempfile.TemporaryDirectory(prefix="segmentation-why-") as folder:
        copy = Path(folder) / "copy"
        try:
            _left(until)
            _copy(copy, sides[0].commit, root, cache)
            _change(copy, files, head)
            table = [_table(snapshot.params) for snapshot in sides]
            if cause != "code" and table[0] != table[1]:
                _set_table(copy, table[1 if cause == "data" else 0])
            dvc("checkout", "--quiet", "--allow-missing", folder=copy)
            _run(copy, until)
            return Trial(cause, files, compare(before, side_of(Snapshot.of_workspace(copy))))
        except SegmentationError as error:
            return Trial(cause, files, trouble=str(error))


def _copy(copy: Path, commit: str, root: Path, cache: str) -> None:
    git.git("clone", "--quiet", "--shared", "--no-checkout", str(root.resolve()), str(copy))
    git.git("checkout", "--quiet", "--detach", commit, folder=copy)
    local = root / ".dvc/config.local"
    if local.exists():
        shutil.copy(local, copy / ".dvc/config.local")
    dvc("cache", "dir", "--local", cache, folder=copy)


def _change(copy: Path, files: tuple[str, ...], head: str) -> None:
    there = {path.as_posix() for path in git.files_of(head, copy)}
    for name in files:
        if name in there:
            git.git("checkout", "--quiet", head, "--", name, folder=copy)
        else:
            (copy / name).unlink(missing_ok=True)


def _table(params: Mapping[str, object]) -> object:
    data = params.get("data")
    return data.get("path") if isinstance(data, Mapping) else None


def _set_table(copy: Path, table: object) -> None:
    """Let the settings of one side read the table of the other."""
    yaml = YAML()
    yaml.width = 4096
    params = yaml.load((copy / paths.PARAMS).read_text(encoding="utf-8"))
    params["data"]["path"] = table
    with (copy / paths.PARAMS).open("w", encoding="utf-8") as file:
        yaml.dump(params, file)


def _left(until: float | None) -> float | None:
    """Return how many seconds are left; None for as many as it takes."""
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise InputError(_NO_TIME)
    return left


def _run(copy: Path, until: float | None) -> None:
    """Run the pipeline up to the segments' profiles, with the code of the copy."""
    left = _left(until)
    running = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "--quiet", "profile"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, told = running.communicate(timeout=left)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait()
        raise InputError(_NO_TIME) from None
    if running.returncode:
        lines = told.decode("utf-8", "replace").splitlines()
        errors = [line for line in lines if line.lower().startswith("error")]
        raise InputError((errors or lines or ["`dvc repro` failed"])[0])
