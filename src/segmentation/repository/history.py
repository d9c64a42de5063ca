"""Which states of the pipeline are committed."""

from pathlib import Path

from segmentation.errors import InputError
from segmentation.paths import DVC_LOCK
from segmentation.repository import lock
from segmentation.repository.dvc_internals import experiments
from segmentation.repository.git import content_of, git


def commits(root: Path) -> list[str]:
    """Return the commits of all branches and tags that changed `dvc.lock`, the latest first."""
    everywhere = ("HEAD", "--branches", "--remotes", "--tags")
    return git("rev-list", "--topo-order", *everywhere, "--", str(DVC_LOCK), folder=root).split()


def is_committed(stages: lock.Stages, root: Path) -> bool:
    """Tell whether a branch, a tag or an experiment of DVC holds a state of the pipeline.

    Most often one of the latest does, so that a long history is not read.
    """
    key = lock.state_key(stages)
    made = {digest.encode() for digest in lock.hashes(lock.pipeline(stages), "outs").values()}
    for commit in [*commits(root), *(each.commit for each in experiments(root))]:
        try:
            text = content_of(commit, DVC_LOCK, root)
            # Reading YAML takes longer than looking for the outputs in it.
            if all(digest in text for digest in made) and lock.state_key(lock.parse(text)) == key:
                return True
        except InputError:
            continue  # the pipeline was not there yet, or DVC itself could not read this
    return False
