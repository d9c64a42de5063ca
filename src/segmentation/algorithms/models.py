"""Save models with skops, the same model as the same bytes, and load them."""

import io
import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.errors import ModelError

# A plain description of an array, kept by scikit-learn's imputer: it cannot run code when loaded.
TRUSTED_TYPES = ("numpy.dtype",)

# What such an archive may hold. Its parts are not compressed, so that it takes no more room once it
# is unpacked; a compressed one of 2 MB can take gigabytes.
PARTS = (".npy", ".json")
MOST_PARTS, MOST_STEPS = 100_000, 1_000_000

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip member can carry


def settled(values: NDArray[np.float64], *, digits: int = 10) -> NDArray[np.float64]:
    """Round to some digits of the largest: the last are the processor's, not the customers'."""
    largest = np.abs(values).max(initial=0.0)
    if not largest:
        return values
    return np.asarray(np.round(values, digits - math.ceil(math.log10(largest))), dtype=np.float64)


def dumps(model: object) -> bytes:
    """Return a scikit-learn object as an archive of skops.

    skops names parts by their address in memory and stamps the time into the archive, so the
    same model would never give the same bytes twice. Both are replaced here by fixed values.
    """
    import skops.io

    return _canonical_archive(skops.io.dumps(model))


def loads(content: bytes, source: str) -> Any:
    """Return the model that `dumps` saved.

    Parameters
    ----------
    content : bytes
    source : str
        What it is called in an error.

    Raises
    ------
    ModelError
        It is not a skops archive, or holds types that skops does not trust.
    """
    import skops.io

    try:
        _check_archive(content)
        return skops.io.loads(content, trusted=list(TRUSTED_TYPES))
    except Exception as error:
        raise ModelError(
            f"{source} is not a readable model ({type(error).__name__}: {error}); "
            "make it again with `dvc repro --force train`"
        ) from error


def _check_archive(content: bytes) -> None:
    """Raise `ValueError` if an archive could take more room or time than it seems to."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise ValueError(f"it holds {len(parts):,} parts")
        for part in parts:
            if part.compress_type != zipfile.ZIP_STORED or part.file_size != part.compress_size:
                raise ValueError(f"its part {part.filename} is compressed")
            if not part.filename.endswith(PARTS):
                raise ValueError(f"its part {part.filename} is none of a model")
        if sum(part.file_size for part in parts) > len(content):
            raise ValueError("its parts overlap")
        if _steps(json.loads(archive.read("schema.json"))) > MOST_STEPS:
            raise ValueError("its parts stand for too many others")


def _steps(schema: Any) -> int:
    """Count the parts that skops goes through to see their types.

    It goes through what stands at several places as often: 30 lists, each of the one before and the
    one before, are a billion. Parts that hold each other are none of a model.
    """
    places: dict[Any, list[dict[str, Any]]] = {}
    found: dict[Any, int] = {}

    def below(value: Any) -> Iterator[dict[str, Any]]:
        for each in value.values() if isinstance(value, dict) else value:
            if isinstance(each, dict):
                yield each
            elif isinstance(each, list):
                yield from below(each)

    def gather(part: dict[str, Any]) -> None:
        places.setdefault(part.get("__id__"), []).append(part)
        for each in below(part):
            gather(each)

    def steps(part: dict[str, Any]) -> int:
        name = part.get("__id__")
        if name is None:
            return 1 + sum(map(steps, below(part)))
        if name not in found:
            found[name] = -1
            found[name] = max(1 + sum(map(steps, below(place))) for place in places[name])
        if found[name] < 0:
            raise ValueError("its parts hold each other")
        return found[name]

    gather(schema)
    return steps(schema)


def _canonical_archive(archive: bytes) -> bytes:
    """Renumber the parts of a skops archive in order of appearance and drop the time stamps."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    schema = json.loads(members.pop("schema.json"))
    part_ids: dict[int, int] = {}
    file_names: dict[str, str] = {}

    def renumber(node: Any) -> Any:
        if isinstance(node, list):
            return [renumber(part) for part in node]
        if not isinstance(node, dict):
            return node
        fresh: dict[str, Any] = {}
        for key, value in node.items():
            if key == "__id__":
                fresh[key] = part_ids.setdefault(value, len(part_ids))
            elif key == "file" and value in members:
                suffix = Path(value).suffix
                fresh[key] = file_names.setdefault(value, f"{len(file_names)}{suffix}")
            else:
                fresh[key] = renumber(value)
        return fresh

    schema = renumber(schema)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        for old, new in file_names.items():
            out.writestr(zipfile.ZipInfo(new, _EPOCH), members[old])
        out.writestr(zipfile.ZipInfo("schema.json", _EPOCH), json.dumps(schema, indent=2))
    return target.getvalue()
