"""All that rests on what DVC does not promise: Python objects, words of its status, names of refs.

Written for DVC 3.67. `tests/repository/test_dvc_internals.py` tries each of these with the version
that is installed, so that a new one which does otherwise is told here and not by a user.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from segmentation.errors import InputError, SettingsError
from segmentation.repository import lock
from segmentation.repository.dvc import dvc
from segmentation.repository.git import commit_of as git_commit_of
from segmentation.repository.git import git

T = TypeVar("T")

EXPERIMENT_REF = re.compile(r"(\w+) refs/exps/([0-9a-f]{2})/([0-9a-f]{38})/(.+)")


@dataclass(frozen=True)
class Experiment:
    """A DVC experiment: its name, its own commit, and the commit that it started from."""

    name: str
    commit: str
    baseline: str


class Outputs:
    """The outputs of DVC at a commit, from its cache or its remote.

    Parameters
    ----------
    commit : str
    root : Path
    remote : bool
        Whether to ask the remote for what is not in the cache.

    Attributes
    ----------
    trouble : str
        Why the remote could not be asked, if so.
    """

    def __init__(self, commit: str, root: Path, *, remote: bool) -> None:
        from dvc.api import DVCFileSystem

        self.trouble = ""
        where, without = str(root.resolve()), {"core": {"remote": ""}}
        self._without_remote = DVCFileSystem(where, rev=commit, config=without)
        self._files = DVCFileSystem(where, rev=commit) if remote else self._without_remote

    def read(self, path: Path) -> bytes | None:
        """Return the content of an output, or None if it is nowhere."""
        return self._asked(lambda files: bytes(files.read_bytes(path.as_posix())))

    def files(self, folder: Path) -> list[Path]:
        """List the files of an output that is a folder; none if it is nowhere."""
        names = self._asked(lambda files: list(files.find(folder.as_posix())))
        return [Path(name) for name in names or ()]

    def _asked(self, ask: Callable[[Any], T]) -> T | None:
        try:
            return ask(self._files)
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - each kind of remote has errors of its own
            if self._files is self._without_remote:
                return None
            self.trouble = str(error)
            self._files = self._without_remote  # one that does not answer is not asked again
            return self._asked(ask)


def outdated_stages(root: Path) -> tuple[str, ...]:
    """Name the stages of the workspace whose inputs or outputs are not those of `dvc.lock`."""
    try:
        status = json.loads(dvc("status", "--json", folder=root))
    except InputError as error:
        raise SettingsError(f"DVC cannot read this folder: {error}") from None
    return tuple(
        stage for stage, changes in lock.pipeline(status).items() if not _only_gone(changes)
    )


def _only_gone(changes: list[Any]) -> bool:
    """Whether all that is wrong with a stage is that files are not on this disk."""
    return all(
        state in ("deleted", "not in cache")
        for change in changes
        for files in (change.values() if isinstance(change, dict) else [{"": change}])
        for state in files.values()
    )


def digest_of_folder(files: Mapping[Path, str]) -> str:
    """Return DVC's hash of a folder from those of its files, named from the folder on."""
    listed = [
        {"md5": files[path], "relpath": path.as_posix()}
        for path in sorted(files, key=Path.as_posix)
    ]
    text = json.dumps(listed, sort_keys=True)
    return f"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}.dir"


def cached(md5: str, root: Path) -> Path | None:
    """Return the file with this content in DVC's cache, if it is there."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        path = Path(repo.cache.local.oid_to_path(md5))
    return path if path.exists() else None


def experiments(root: Path) -> Iterator[Experiment]:
    """Yield DVC's experiments, which it keeps as commits on their baselines."""
    refs = git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps", folder=root)
    for commit, start, rest, name in EXPERIMENT_REF.findall(refs):
        yield Experiment(name, commit, start + rest)


def commit_of(revision: str, root: Path) -> str:
    """Return the hash of the commit that git knows by a name, or of the experiment called so.

    Raises
    ------
    SettingsError
        There is no such revision, more than one experiment has the name, or this is not a git
        repository.
    """
    try:
        return git_commit_of(revision, root)
    except SettingsError as unknown:
        try:
            named = [each for each in experiments(root) if each.name == revision]
        except InputError:  # this is not a git repository
            named = []
        here = [each for each in named if each.baseline == git_commit_of("HEAD", root)]
        if len(found := here or named) == 1:
            return found[0].commit
        if found:
            starts = ", ".join(sorted(each.baseline[:7] for each in found))
            raise SettingsError(
                f"experiments on {starts} are called '{revision}'; name the commit of the one meant"
            ) from None
        raise unknown
