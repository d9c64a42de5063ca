"""Read what one revision of the repository knows: from git, DVC's cache or remote, or the disk."""

import io
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from segmentation import lock, paths
from segmentation.errors import InputError, SettingsError, did_you_mean
from segmentation.programs import git

WORKSPACE = "workspace"
PICTURES = {
    "The map (PCA)": paths.PCA_PLOT,
    "Each segment beside the average customer": paths.PROFILE_PLOT,
    "Size and worth": paths.SIZES_PLOT,
    "Silhouette of every customer": paths.SILHOUETTE_SAMPLES_PLOT,
}

Read = Callable[[Path], bytes | None]


@dataclass(frozen=True)
class Revision:
    """One revision. What it does not have, or what could not be read, is None.

    Attributes
    ----------
    name : str
        As it was asked for, or ``"workspace"``.
    commit : str
        Abbreviated hash; of the commit that is checked out, for the workspace.
    params : mapping
        All of `params.yaml`, as it stands there.
    stages : mapping
        The stages in `dvc.lock`; empty where there is no pipeline yet.
    metrics, choice, segments, quality, summary : mapping or None
        The JSON reports.
    curve : DataFrame or None
        Criteria by ``k``.
    customers : DataFrame or None
        Prepared customers.
    assignments : Series of int or None
        Segment by customer id.
    pictures : mapping of str to bytes
        PNGs by title.
    missing : tuple of str
        Outputs of the pipeline that are nowhere to be found.
    outdated : tuple of str
        Stages whose results do not belong to the rest of the workspace.
    trouble : str
        Why DVC's remote could not be asked for what is missing.
    """

    name: str
    commit: str
    params: Mapping[str, Any]
    stages: lock.Stages
    metrics: Mapping[str, Any] | None = None
    choice: Mapping[str, Any] | None = None
    segments: Mapping[str, Any] | None = None
    quality: Mapping[str, Any] | None = None
    summary: Mapping[str, Any] | None = None
    curve: pd.DataFrame | None = None
    customers: pd.DataFrame | None = None
    assignments: pd.Series | None = None
    pictures: Mapping[str, bytes] | None = None
    missing: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    trouble: str = ""


def read_revision(name: str | None) -> Revision:
    """Read a git revision of the repository in the current folder; None is the workspace.

    Raises
    ------
    SettingsError
        There is no such revision, or this is not a git repository.
    InputError
        A report cannot be read as what it is.
    """
    if name is None:
        return _load(WORKSPACE, _commit("HEAD"), _from_disk, outdated=_outdated_stages())
    commit = _commit(name)
    source = _Commit(commit)
    found = _load(name, commit, source.read)
    return replace(found, trouble=source.trouble) if found.missing else found


def _load(name: str, commit: str, read: Read, *, outdated: tuple[str, ...] = ()) -> Revision:
    def decoded(path: Path, decode: Callable[[bytes], Any]) -> Any:
        content = read(path)
        if content is None:
            missing.append(path)
            return None
        try:
            return decode(content)
        except ValueError as error:  # of JSON, CSV, Parquet and text alike
            raise InputError(f"{path} at {name} cannot be read: {error}") from error

    missing: list[Path] = []
    stages = decoded(paths.DVC_LOCK, lock.parse)
    params = decoded(paths.PARAMS, _yaml)
    short = commit[:7]
    if not stages or not params:
        return Revision(name, short, params or {}, {}, outdated=outdated)
    customers = decoded(paths.PREPARED, _parquet)
    assignments = decoded(paths.ASSIGNMENTS, _parquet)
    made = lock.hashes(stages, "outs")
    known = {
        title: decoded(path, bytes) for title, path in PICTURES.items() if path.as_posix() in made
    }
    return Revision(
        name,
        short,
        params,
        stages,
        metrics=decoded(paths.METRICS, json.loads),
        choice=decoded(paths.CHOICE, json.loads),
        segments=decoded(paths.SEGMENTS, json.loads),
        quality=decoded(paths.QUALITY, json.loads),
        summary=decoded(paths.EXPLORE_SUMMARY, json.loads),
        curve=decoded(paths.CURVE, lambda content: pd.read_csv(io.BytesIO(content))),
        customers=customers,
        assignments=None if assignments is None else _by_customer(assignments),
        pictures={title: picture for title, picture in known.items() if picture is not None},
        missing=tuple(path.as_posix() for path in missing if path.as_posix() in made),
        outdated=outdated,
    )


def _by_customer(assignments: pd.DataFrame) -> pd.Series:
    """Return the segments by customer id, which is the first column."""
    return assignments.set_index(assignments.columns[0])["segment"].rename_axis("id")


def _from_disk(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


class _Commit:
    """The files of a commit: those in git, and DVC's outputs from its cache or its remote.

    Attributes
    ----------
    trouble : str
        Why the remote could not be asked, if so.
    """

    def __init__(self, commit: str) -> None:
        from dvc.api import DVCFileSystem

        self.trouble = ""
        self._files = DVCFileSystem(".", rev=commit)
        self._without_remote = DVCFileSystem(".", rev=commit, config={"core": {"remote": ""}})

    def read(self, path: Path) -> bytes | None:
        """Return the content of a file, or None if it is nowhere."""
        try:
            content: bytes = self._files.read_bytes(path.as_posix())
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - each kind of remote has errors of its own
            if self._files is self._without_remote:
                return None
            self.trouble = str(error)
            self._files = self._without_remote  # one that does not answer is not asked again
            return self.read(path)
        return content


def _outdated_stages() -> tuple[str, ...]:
    """Name the stages of the workspace whose inputs or outputs are not those of `dvc.lock`."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(".") as repo:
            found = repo.status()
    except DvcException as error:
        raise SettingsError(f"DVC cannot read this folder: {error}") from None
    return tuple(
        stage for stage, changes in lock.pipeline(found).items() if not _only_gone(changes)
    )


def _only_gone(changes: list[Any]) -> bool:
    """Whether all that is wrong with a stage is that files are not on this disk."""
    return all(
        state in ("deleted", "not in cache")
        for change in changes
        for files in (change.values() if isinstance(change, dict) else [{"": change}])
        for state in files.values()
    )


def _commit(name: str) -> str:
    with suppress(InputError):
        return git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    try:
        branches = git("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes")
    except InputError:
        raise SettingsError(
            "this is not a git repository; run from the repository's root"
        ) from None
    if name == "HEAD":
        raise SettingsError("this repository has no commit yet; there is nothing to compare with")
    known = [branch for branch in branches.split() if branch != "origin"]
    raise SettingsError(f"git knows no revision '{name}'{did_you_mean(name, known)}")


def _yaml(content: bytes) -> Any:
    try:
        return yaml.load(content, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def _parquet(content: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(content))
