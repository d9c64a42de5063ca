"""What all artifacts share: they cannot be changed, know their fields, and tell who wrote them."""

import json
import math
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from segmentation.artifacts.files import POSITION_DIGITS, rounded
from segmentation.errors import InputError, SchemaError

MERGE_MARK = b"<<<<<<< "  # what git leaves in a file that two sides changed


def _finite_or_none(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


Figure = Annotated[float, AfterValidator(rounded)]
"""A number with the digits that its file keeps, so that what is written is what is read again."""

Known = Annotated[Figure | None, BeforeValidator(_finite_or_none)]
"""The same, or None where it cannot be told (NaN and infinity, which JSON does not have)."""

Pair = tuple[Figure, Figure]

Position = Annotated[float, AfterValidator(partial(rounded, digits=POSITION_DIGITS))]
"""A number that says where on an axis something is drawn: far from zero, digits lie close."""

KnownPosition = Annotated[Position | None, BeforeValidator(_finite_or_none)]
"""The same, or None where it cannot be told."""


class Part(BaseModel):
    """A part of an artifact: immutable, and strict about names."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        populate_by_name=True,
        serialize_by_alias=True,
    )


class Artifact(Part):
    """One JSON file.

    A subclass states `path`, and `schema_version: Literal[1] = 1`; `in_order` if the order in which
    its dictionaries were filled means something; `mend` if no stage writes it; `unversioned`, the
    version of a file that names none, if there are such. Raise the version with every change of
    the fields or of what they mean: a state that older code wrote is then told as such.
    """

    path: ClassVar[Path]
    in_order: ClassVar[bool] = False
    mend: ClassVar[str] = "run `dvc repro`"
    unversioned: ClassVar[int] = 0

    def content(self) -> dict[str, Any]:
        """Return what goes into the file."""
        return self.model_dump()

    @classmethod
    def parse(cls, content: bytes | str, source: str | None = None) -> Self:
        """Read the content of a file.

        Parameters
        ----------
        content : bytes or str
        source : str, optional
            What the file is called in an error: its path, if nothing else is said.

        Raises
        ------
        InputError
            It is not JSON.
        SchemaError
            Another version of this package wrote it.
        """
        source = source or cls.path.as_posix()
        decoded = _decoded(content, source, cls.mend)
        ours = cls.model_fields.get("schema_version")
        if ours is not None:
            theirs = (
                decoded.get("schema_version", cls.unversioned) if isinstance(decoded, dict) else 0
            )
            if theirs != ours.default:
                raise SchemaError(source, f"schema {theirs}, this is {ours.default}", cls.mend)
        try:
            return cls.model_validate(decoded)
        except ValidationError as error:
            raise SchemaError(source, _first(error), cls.mend) from None


def _decoded(content: bytes | str, source: str, mend: str) -> Any:
    content = content.encode() if isinstance(content, str) else content
    if any(line.startswith(MERGE_MARK) for line in content.splitlines()):
        raise InputError(
            f"{source} holds the marks of a merge (<<<<<<<); take one side, then run `dvc repro`"
        )
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source} is not valid JSON ({error}); {mend}") from None


def _first(error: ValidationError) -> str:
    """Name the first field that does not fit, and why."""
    first, *more = error.errors()
    place = ".".join(str(part) for part in first["loc"]) or "the whole"
    what = {"missing": "is missing", "extra_forbidden": "is not known"}.get(
        first["type"], f"does not fit: {first['msg']}"
    )
    return f"{place} {what}" + (f", and {len(more)} more" if more else "")
