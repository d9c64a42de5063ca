"""What `dvc.lock` says: the parameters, inputs and outputs of the stages that ran."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from segmentation.errors import InputError
from segmentation.paths import PARAMS
from segmentation.settings.shared.base import leaves
from segmentation.settings.shared.yaml_reader import parse_yaml

Stages = Mapping[str, Any]

CODE = "src/"
TRACK = "track"  # shows a state of the pipeline and is no part of it


def parse(text: str | bytes) -> Stages:
    """Return the stages that the text of a `dvc.lock` holds; there may be none.

    Raises
    ------
    InputError
        It is not what DVC writes.
    """
    try:
        content = parse_yaml(text) or {}
    except ValueError as error:
        raise InputError(f"dvc.lock is not valid YAML: {error}") from None
    stages = content.get("stages", {}) if isinstance(content, dict) else None
    if not isinstance(stages, dict):
        raise InputError("dvc.lock holds no stages; bring it back with git, or run `dvc repro`")
    return stages


def state_key(stages: Stages) -> str:
    """Hash the parameters and outputs of the pipeline's stages.

    Not their code: a change of code that changes no output does not make `track` run again, so
    the key must not change with it either.
    """
    entries = {
        name: {part: entry.get(part) for part in ("params", "outs")}
        for name, entry in pipeline(stages).items()
    }
    text = json.dumps(entries, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def pipeline(stages: Stages) -> Stages:
    """Return the stages without the one that tracks them."""
    return {name: entry for name, entry in stages.items() if name != TRACK}


def settings(stages: Stages) -> Iterator[tuple[str, Any]]:
    """Yield the settings that each stage of the pipeline ran with, by dotted name."""
    for entry in pipeline(stages).values():
        yield from entry.get("params", {}).get(PARAMS.as_posix(), {}).items()


def outdated_parameters(params: Mapping[str, Any], stages: Stages) -> tuple[str, ...]:
    """List the settings with which the results in `dvc.lock` were not made; tracking has none."""
    now = leaves(params)
    outdated: set[str] = set()
    for name, used in settings(stages):
        then = leaves({name: used})
        here = {key: now[key] for key in now if key == name or key.startswith(f"{name}.")}
        outdated |= {key for key in then.keys() | here.keys() if then.get(key) != here.get(key)}
    return tuple(sorted(outdated))


def outdated_inputs(stages: Stages) -> tuple[tuple[str, str], ...]:
    """List stages and inputs of theirs that another stage has written anew since."""
    made = hashes(pipeline(stages), "outs")
    return tuple(
        (name, path)
        for name, entry in pipeline(stages).items()
        for path, digest in _files(entry, "deps")
        if made.get(path, digest) != digest
    )


def inputs(stages: Stages) -> dict[str, str]:
    """Return DVC's hash of every file that the pipeline began with, its code apart."""
    made = hashes(pipeline(stages), "outs")
    return {
        path: digest
        for path, digest in hashes(pipeline(stages), "deps").items()
        if path not in made and not path.startswith(CODE)
    }


def hashes(stages: Stages, kind: Literal["deps", "outs"]) -> dict[str, str]:
    """Return DVC's hash of every input or output, by path."""
    return {path: digest for entry in stages.values() for path, digest in _files(entry, kind)}


def hash_of(stages: Stages, path: Path, kind: Literal["deps", "outs"]) -> str:
    """Return DVC's hash of one input or output.

    Raises
    ------
    InputError
        No stage has it.
    """
    digest = hashes(stages, kind).get(path.as_posix())
    if digest is None:
        raise InputError(f"dvc.lock does not know '{path.as_posix()}'; run `dvc repro`")
    return digest


def _files(entry: Mapping[str, Any], kind: Literal["deps", "outs"]) -> Iterator[tuple[str, str]]:
    """Yield path and hash of every input or output of a stage."""
    for each in entry.get(kind, ()):
        yield each["path"], each.get("md5", "")
