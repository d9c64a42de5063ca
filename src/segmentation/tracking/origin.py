"""Where a state of the pipeline comes from: git's view and DVC's experiment."""

import os

from segmentation.errors import SegmentationError
from segmentation.repository.git import git

KEY_TAG = "dvc.lock.key"  # names the state
EXPERIMENT_TAG = "dvc.exp.name"  # the first DVC experiment that reached the state
ALSO_TAG = "dvc.exp.also"  # later ones, separated by commas


def present_origin() -> dict[str, str]:
    """Return the tags that say where the present state comes from, as far as it is known."""
    baseline = os.environ.get("DVC_EXP_BASELINE_REV")
    changed = _told_by_git("status", "--porcelain", "--untracked-files=no")
    commit = baseline or _told_by_git("rev-parse", "HEAD")
    branch = _told_by_git("rev-parse", "--abbrev-ref", "HEAD")
    tags = {
        "git.commit": commit,
        "git.branch": None if branch == "HEAD" else branch,
        "git.dirty": None if changed is None else str(_inputs_changed(changed)).lower(),
        EXPERIMENT_TAG: os.environ.get("DVC_EXP_NAME"),
        "dvc.exp.baseline": baseline,
        # What the UI's columns "Source", "Version" and "User" show.
        "mlflow.source.name": "dvc exp run" if baseline else "dvc repro",
        "mlflow.source.git.commit": commit,
        "mlflow.user": _told_by_git("config", "user.name"),
    }
    return {name: value for name, value in tags.items() if value}


def _inputs_changed(status: str) -> bool:
    """Whether anything but the pipeline's own results differs from the commit."""
    changed = [line[3:].strip('"') for line in status.splitlines()]
    return any(path != "dvc.lock" and not path.startswith("reports/") for path in changed)


def _told_by_git(*arguments: str) -> str | None:
    try:
        return git(*arguments)
    except SegmentationError:
        return None  # no git here, or no commit yet: the run says nothing of it
