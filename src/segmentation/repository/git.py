"""What git knows: run it, find a commit, read the files that a commit holds."""

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from segmentation.errors import InputError, SettingsError, did_you_mean
from segmentation.repository._program import printed


def git(*arguments: str, folder: Path | None = None) -> str:
    """Return what git prints, without the last line's end.

    Raises
    ------
    InputError
        Git failed.
    SettingsError
        It is not installed.
    """
    return _printed(*arguments, folder=folder).decode("utf-8", "replace").rstrip("\n")


def commit_of(revision: str, root: Path) -> str:
    """Return the hash of the commit that a branch, a tag or anything else in git names.

    Raises
    ------
    SettingsError
        There is no such revision, or this is not a git repository.
    """
    name = f"{revision}^{{commit}}"
    with suppress(InputError):
        return git("rev-parse", "--verify", "--quiet", "--end-of-options", name, folder=root)
    try:
        branches = git(
            "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", folder=root
        )
    except InputError:
        raise SettingsError(
            "this is not a git repository; run from the repository's root"
        ) from None
    if revision == "HEAD":
        raise SettingsError("this repository has no commit yet; there is nothing to compare with")
    known = [branch for branch in branches.split() if branch != "origin"]
    raise SettingsError(f"git knows no revision '{revision}'{did_you_mean(revision, known)}")


def files_of(commit: str, root: Path) -> list[Path]:
    """List the files below `root` that a commit holds."""
    listed = _printed("ls-tree", "-r", "-z", "--name-only", commit, folder=root)
    return [Path(name) for name in listed.decode("utf-8", "surrogateescape").split("\0") if name]


def content_of(commit: str, path: Path, root: Path) -> bytes:
    """Return the content of a file that a commit holds."""
    return _printed("cat-file", "blob", f"{commit}:./{path.as_posix()}", folder=root)


def changed_files(base: str, head: str, root: Path) -> list[str]:
    """List the files that differ between two commits."""
    listed = _printed("diff", "--name-only", "--no-renames", "-z", base, head, folder=root)
    return [name for name in listed.decode("utf-8", "surrogateescape").split("\0") if name]


def commit_of_workspace(root: Path) -> str:
    """Return the hash of a commit that holds the files as they are; no branch knows it."""
    someone = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (
            ("NAME", "x"),
            ("EMAIL", "x@example.com"),
            ("DATE", "2000-01-01T00:00Z"),
        )
    }
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        for arguments in (("read-tree", "HEAD"), ("add", "--all")):
            _printed(*arguments, folder=root, env=index)
        tree = _printed("write-tree", folder=root, env=index).decode().strip()
    made = _printed("commit-tree", "-p", "HEAD", "-m", "Workspace", tree, folder=root, env=someone)
    return made.decode().strip()


def _printed(*arguments: str, folder: Path | None, env: Mapping[str, str] | None = None) -> bytes:
    try:
        return printed(["git", *arguments], f"git {arguments[0]}", folder=folder, env=env)
    except FileNotFoundError:
        raise SettingsError("git is not installed, or not on the PATH") from None
