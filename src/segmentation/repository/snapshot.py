"""A state of the project, read by name: the workspace, or any revision in git."""

import hashlib
import io
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from segmentation import paths
from segmentation.artifacts.base import Artifact
from segmentation.errors import InputError
from segmentation.repository import dvc_internals, git, lock
from segmentation.settings.shared.yaml_reader import parse_yaml

if TYPE_CHECKING:
    import pandas as pd

WORKSPACE = "workspace"

_MD5 = partial(hashlib.md5, usedforsecurity=False)  # names content; it need not withstand attacks

T = TypeVar("T")
Model = TypeVar("Model", bound=Artifact)


class Source(Protocol):
    """Where the files of a state are."""

    @property
    def commit(self) -> str:
        """The commit that is read, or, of the workspace, the one that is checked out."""

    @property
    def outdated(self) -> tuple[str, ...]:
        """Stages whose results do not belong to the rest."""

    @property
    def trouble(self) -> str:
        """Why DVC's remote could not be asked for what is missing, if so."""

    def read(self, path: Path) -> bytes | None:
        """Return the content of a file, or None if it is nowhere."""

    def files(self, folder: Path) -> list[Path]:
        """List the files below a folder."""

    def digest(self, path: Path) -> str | None:
        """Return the MD5 of what a file holds, or None if it is nowhere."""


class Snapshot:
    """A state of the project: settings, results, tables, pictures, wherever they are kept.

    Parameters
    ----------
    name : str
        What people call it: a revision as it was asked for, or ``"workspace"``.
    source : Source

    Examples
    --------
    >>> snapshot = Snapshot.at("main")  # doctest: +SKIP
    >>> snapshot.artifact(Metrics).k  # doctest: +SKIP
    4
    """

    def __init__(self, name: str, source: Source, root: Path = Path()) -> None:
        self.name = name
        self._root = root
        self._source = source
        self._nowhere: dict[str, None] = {}  # in the order in which they were asked for

    @classmethod
    def of_workspace(cls, root: Path = Path()) -> Self:
        """Return the state that lies on the disk."""
        return cls(WORKSPACE, _Workspace(root), root)

    @classmethod
    def at(cls, revision: str, *, root: Path = Path(), remote: bool = True) -> Self:
        """Return the state of a git revision, or of a DVC experiment by its name.

        Parameters
        ----------
        revision : str
        root : Path
            The repository.
        remote : bool
            Whether to ask DVC's remote for outputs that are not in its cache.

        Raises
        ------
        SettingsError
            There is no such revision, or this is not a git repository.
        """
        commit = dvc_internals.commit_of(revision, root)
        return cls(revision, _Commit(commit, root, remote=remote), root)

    @property
    def commit(self) -> str:
        """Hash of the commit; of the one that is checked out, for the workspace."""
        return self._source.commit

    @property
    def outdated(self) -> tuple[str, ...]:
        """Stages whose results do not belong to the rest of the workspace; a commit has none."""
        return self._source.outdated

    @property
    def trouble(self) -> str:
        """Why DVC's remote could not be asked for what is missing, if so."""
        return self._source.trouble if self.missing else ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Outputs of the pipeline that were asked for and are nowhere to be found."""
        made = self._outputs
        return tuple(name for name in self._nowhere if name in made)

    @cached_property
    def stages(self) -> lock.Stages:
        """The stages in `dvc.lock`; empty where there is no pipeline yet."""
        return self.find(paths.DVC_LOCK, lock.parse) or {}

    @cached_property
    def params(self) -> Mapping[str, Any]:
        """All of `params.yaml`, as it stands there; empty if there is none."""
        return self.find(paths.PARAMS, as_settings) or {}

    @cached_property
    def _outputs(self) -> dict[str, str]:
        return lock.hashes(lock.pipeline(self.stages), "outs")

    def read(self, path: Path) -> bytes | None:
        """Return the content of a file, or None if it is nowhere."""
        content = self._source.read(path)
        if content is None:
            self._nowhere[path.as_posix()] = None
        return content

    def find(self, path: Path, decode: Callable[[bytes], T]) -> T | None:
        """Return what a file holds, or None if it is nowhere.

        Raises
        ------
        InputError
            It cannot be read as what it is.
        """
        content = self.read(path)
        if content is None:
            return None
        try:
            return decode(content)
        except ValueError as error:  # of YAML, CSV, Parquet and text alike
            mend = self._mend(path, content)
            raise InputError(f"{path} at {self.name} cannot be read: {error}{mend}") from error

    def _mend(self, path: Path, content: bytes) -> str:
        """Say how an output that cannot be read is mended, if it is one."""
        digest = self._outputs.get(path.as_posix())
        if digest is None:
            return ""
        if self.name == WORKSPACE:
            return "; make it again with `dvc repro`"
        source = dvc_internals.cached(digest, self._root)
        if source is None or md5(content) == digest:
            return ""
        return f"; DVC's cache has it damaged: `rm {source}`, then `dvc pull` or `dvc repro`"

    def get(self, path: Path, decode: Callable[[bytes], T]) -> T:
        """Return what a file holds.

        Raises
        ------
        InputError
            It is nowhere, or cannot be read as what it is.
        """
        return _there(path, self.find(path, decode))

    def find_artifact(self, kind: type[Model]) -> Model | None:
        """Return what a stage wrote, or None if it is nowhere.

        Raises
        ------
        InputError
            It is not JSON.
        SchemaError
            Another version of this package wrote it.
        """
        content = self.read(kind.path)
        if content is None:
            return None
        place = "" if self.name == WORKSPACE else f" at {self.name}"
        return kind.parse(content, f"{kind.path}{place}")

    def artifact(self, kind: type[Model]) -> Model:
        """Return what a stage wrote; nowhere to be found is an `InputError` too."""
        return _there(kind.path, self.find_artifact(kind))

    def outputs(self, folder: Path) -> list[Path]:
        """List the files below a folder that the pipeline wrote."""
        outputs: list[Path] = []
        for name, digest in self._outputs.items():
            path = Path(name)
            if path.is_relative_to(folder):
                outputs += self._source.files(path) if _is_folder(digest) else [path]
        return sorted(outputs)

    def changed(self, stage: str | None = None) -> tuple[str, ...]:
        """List outputs that are not what `dvc.lock` says was made; of a stage, those it reads."""
        asked = self._outputs
        if stage is not None:
            asked = lock.hashes({stage: self.stages.get(stage, {})}, "deps")
        return tuple(
            name
            for name, digest in self._outputs.items()
            if any(Path(name).is_relative_to(each) for each in asked)
            and self._digest(Path(name), folder=_is_folder(digest)) not in (digest, None)
        )

    def verify(self, *files: Path) -> None:
        """Make sure that files which the pipeline made are those of `dvc.lock`.

        Raises
        ------
        InputError
            One is another, or nowhere.
        """
        for path in files:
            there = self._source.digest(path)
            if there is None:
                raise _missing(path)
            self._compare(path, there)

    def verified(self, path: Path) -> bytes:
        """Return the content of a file, the very bytes that were seen to be those of `dvc.lock`.

        Raises
        ------
        InputError
            They are others, or nowhere.
        """
        content = self.get(path, bytes)
        self._compare(path, md5(content))
        return content

    def _compare(self, path: Path, digest: str) -> None:
        if digest != lock.hash_of(self.stages, path, "outs"):
            raise InputError(f"{path} is not the one in dvc.lock; run `dvc repro`")

    def check(self) -> None:
        """Make sure that the state is whole: settings, inputs and outputs are those of `dvc.lock`.

        Raises
        ------
        InputError
            A setting, an input or an output is another, or an output is nowhere.
        """
        if not self.stages:
            raise InputError("there is no dvc.lock yet")
        if changed := lock.outdated_parameters(self.params, self.stages):
            raise InputError(f"params.yaml has another {changed[0]} than dvc.lock")
        for stage, path in lock.outdated_inputs(self.stages):
            raise InputError(f"{stage} ran on another {path} than the one in dvc.lock")
        for name, digest in lock.inputs(self.stages).items():
            # Of a folder DVC counts files that others ignore; an input that is away can wait.
            if not _is_folder(digest) and self._source.digest(Path(name)) not in (digest, None):
                raise InputError(f"{name} is not the one in dvc.lock")
        for name, digest in self._outputs.items():
            there = self._digest(Path(name), folder=_is_folder(digest))
            if there is None:
                raise InputError(f"{name} is not there")
            if there != digest:
                raise InputError(f"{name} is not the one in dvc.lock")

    def _digest(self, path: Path, *, folder: bool) -> str | None:
        """Return DVC's hash of a file or a folder as it is, or None if it is not whole."""
        if not folder:
            return self._source.digest(path)
        digests = {
            file.relative_to(path): self._source.digest(file) for file in self._source.files(path)
        }
        whole = {name: digest for name, digest in digests.items() if digest is not None}
        if not whole or len(whole) < len(digests):
            return None
        return dvc_internals.digest_of_folder(whole)


def as_text(content: bytes) -> str:
    """Decode text."""
    return content.decode("utf-8")


def as_settings(content: bytes) -> dict[str, Any]:
    """Decode a YAML file of settings."""
    settings = parse_yaml(content) or {}
    if not isinstance(settings, dict):
        raise ValueError("it must hold settings as `name: value` lines")
    return settings


def as_csv(content: bytes) -> "pd.DataFrame":
    """Decode a small table."""
    import pandas as pd

    return pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])


def as_parquet(content: bytes) -> "pd.DataFrame":
    """Decode a table of customers."""
    import pandas as pd

    return pd.read_parquet(io.BytesIO(content))


def _there(path: Path, content: T | None) -> T:
    if content is None:
        raise _missing(path)
    return content


def _missing(path: Path) -> InputError:
    return InputError(f"{path} is missing; make it with `dvc repro`, or fetch it with `dvc pull`")


def _is_folder(digest: str) -> bool:
    return digest.endswith(".dir")


def md5(content: bytes) -> str:
    """Return DVC's hash of a file with this content."""
    return _MD5(content).hexdigest()


class _Workspace:
    """The files on the disk."""

    trouble = ""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def commit(self) -> str:
        return git.commit_of("HEAD", self._root)

    @property
    def outdated(self) -> tuple[str, ...]:
        return dvc_internals.outdated_stages(self._root)

    def read(self, path: Path) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def digest(self, path: Path) -> str | None:
        try:
            with (self._root / path).open("rb") as file:
                return hashlib.file_digest(file, _MD5).hexdigest()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def files(self, folder: Path) -> list[Path]:
        inside = (self._root / folder).rglob("*")
        return [path.relative_to(self._root) for path in inside if path.is_file()]


class _Commit:
    """The files of a commit: those in git, and DVC's outputs from its cache or its remote."""

    outdated = ()

    def __init__(self, commit: str, root: Path, *, remote: bool) -> None:
        self.commit = commit
        self._root = root
        self._remote = remote

    @cached_property
    def _in_git(self) -> frozenset[Path]:
        return frozenset(git.files_of(self.commit, self._root))

    @cached_property
    def _in_dvc(self) -> dvc_internals.Outputs:
        return dvc_internals.Outputs(self.commit, self._root, remote=self._remote)

    @property
    def trouble(self) -> str:
        return self._in_dvc.trouble

    def read(self, path: Path) -> bytes | None:
        if path in self._in_git:
            return git.content_of(self.commit, path, self._root)
        return self._in_dvc.read(path)

    def digest(self, path: Path) -> str | None:
        content = self.read(path)
        return None if content is None else md5(content)

    def files(self, folder: Path) -> list[Path]:
        in_git = [path for path in self._in_git if path.is_relative_to(folder)]
        return in_git or self._in_dvc.files(folder)
