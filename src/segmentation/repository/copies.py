"""Whether a table is in the copies of the repository: clones, and experiments outside it."""

from collections.abc import Iterable
from pathlib import Path

from segmentation import paths
from segmentation.errors import SegmentationError
from segmentation.repository import lock
from segmentation.repository.git import git


def missing_in_copies(table: Path, root: Path) -> str:
    """Say why a copy of the repository would lack a table, and how to mend it.

    A copy has the files in git's index and what DVC makes of the pointers and stages among them.
    DVC itself tells the lack as "No such file or directory" in a temporary folder.

    Parameters
    ----------
    table : Path
        The customers' table. A path from `/` leads every copy on this machine to the same file.
    root : Path
        The repository.

    Returns
    -------
    str
        A sentence without its full stop; empty if a copy has the table.
    """
    if table.is_absolute():
        return ""
    lack = f"clones, and experiments in a copy (--temp, --queue, sweep), lack {table}, because"
    if ".." in table.parts:
        return f"{lack} it is outside the repository: copy it to data/raw and `dvc add` it there"
    pointers = [Path(f"{each}.dvc") for each in (table, *table.parents[:-1])]
    if _in_git((table, *pointers), root) or _made_by_a_stage(table, root):
        return ""
    for pointer in pointers:
        if (root / pointer).is_file():
            return f"{lack} git does not know {pointer}: `git add {pointer}`, then commit"
    return (
        f"{lack} neither DVC nor git keeps it: `dvc add {table}` and `git add {table}.dvc`, "
        "then commit"
    )


def _in_git(files: Iterable[Path], root: Path) -> bool:
    """Whether git has one of the files; where there is no git there are no copies to miss it in."""
    try:
        return bool(git("ls-files", "--", *(f":(literal){file}" for file in files), folder=root))
    except SegmentationError:
        return True


def _made_by_a_stage(table: Path, root: Path) -> bool:
    file = root / paths.DVC_LOCK
    if not file.is_file():
        return False
    outputs = lock.hashes(lock.parse(file.read_bytes()), "outs")
    return any(each.as_posix() in outputs for each in (table, *table.parents))
