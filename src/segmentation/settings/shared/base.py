"""What all settings share: they are strict, and a mistake is told in one line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self, TypeVar, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

from segmentation.errors import SettingsError, did_you_mean, shortened
from segmentation.settings.shared.yaml_reader import read_yaml

Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Model = TypeVar("Model", bound=BaseModel)


class Settings(BaseModel):
    """A group of settings: immutable, and strict about names."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: Any, info: ValidationInfo) -> Any:
        """Take a group that nothing stands under as one left out; never take true for a 1."""
        field = cls.model_fields[str(info.field_name)]
        if value is None and isinstance(field.default, Mapping | tuple | Settings):
            return field.default
        if isinstance(value, bool) and field.annotation is not bool:
            raise ValueError(f"{str(value).lower()} is a yes or no to YAML; {_unquoted(value)}")
        return value


class _Mistake(NamedTuple):
    """What pydantic holds against a setting; `cause` is our own error, or the values allowed."""

    kind: str
    given: Any
    message: str
    cause: str

    @classmethod
    def of(cls, error: ErrorDetails) -> Self:
        context = error.get("ctx", {})
        cause = context.get("error", context.get("expected", ""))
        return cls(error["type"], error["input"], error["msg"], str(cause))


def load(model: type[Model], path: Path) -> Model:
    """Read a YAML file and check it against a settings model; it fails like `load_params`."""
    return validate(model, read_yaml(path), str(path))


def leaves(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by dotted name; an empty group is a setting too.

    Examples
    --------
    >>> leaves({"seed": 42, "train": {"k": 4}})
    {'seed': 42, 'train.k': 4}
    """
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        if isinstance(value, Mapping) and value:
            flat |= leaves(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def validate(model: type[Model], content: dict[str, Any], source: str) -> Model:
    """Check `content` against a settings model; every mistake is named, in one line."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        mistakes: dict[tuple[str, ...], list[_Mistake]] = {}
        for each in error.errors():
            mistakes.setdefault(_place(each["loc"]), []).append(_Mistake.of(each))
        for place, wrong in list(mistakes.items()):  # a list is too short without its wrong items
            inside = any(other[: len(place)] == place and other != place for other in mistakes)
            if inside and all(mistake.kind == "too_short" for mistake in wrong):
                del mistakes[place]
        messages = [_message(model, place, wrong) for place, wrong in mistakes.items()]
        raise SettingsError(f"{source}: " + "; ".join(messages)) from None


def _place(location: tuple[Any, ...]) -> tuple[str, ...]:
    """Where a mistake stands, without the parts that only name a branch of a union."""
    branches = ("literal[", "constrained-", "function-")
    return tuple(str(part) for part in location if not str(part).startswith(branches))


def _message(model: type[BaseModel], place: tuple[str, ...], mistakes: list[_Mistake]) -> str:
    """Say in plain words what is wrong in one place."""
    where, first = ".".join(place), mistakes[0]
    kind, given = first.kind, first.given
    if kind == "extra_forbidden":
        return f"unknown setting '{where}'{did_you_mean(place[-1], _known(model, place[:-1]))}"
    if kind == "missing":
        return f"'{where}' is missing"
    if kind == "value_error":
        return f"'{where}': {first.cause}" if where else first.cause
    if given is None or kind in ("too_short", "string_too_short"):
        return f"'{where}' is empty"
    if kind in ("dict_type", "model_type"):
        names = given.split(", ") if isinstance(given, str) else given
        names = names if isinstance(names, list) else []
        lines = ", ".join(f"`{name}:`" for name in names if isinstance(name, str))
        such = f", such as {lines}, each on a line of its own" if lines else ""
        return f"'{where}' is {_kind(given)}; it takes `name: value` lines{such}"
    if kind == "tuple_type":
        such = f", such as [{given}]" if isinstance(given, str) else ""
        return f"'{where}' is {_kind(given)}; it takes a list{such}"
    if kind == "path_type":
        return f"'{where}' is {_kind(given)}; it takes the path of one file"
    if kind == "string_type":
        mend = "it takes a text" if isinstance(given, dict | list) else _unquoted(given)
        return f"'{where}' is {_kind(given)}; {mend}"
    allowed = []
    for mistake in mistakes:
        if mistake.kind == "literal_error":
            allowed.append(mistake.cause)
        else:
            allowed.append(mistake.message.removeprefix("Input should be ").split(", unable")[0])
    return f"'{where}' is {shortened(repr(given))}; allowed: {', or '.join(dict.fromkeys(allowed))}"


def _kind(value: Any) -> str:
    """What YAML read, for people."""
    if isinstance(value, dict):
        return "a group of `name: value` lines"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return f"{str(value).lower()}, a yes or no to YAML"
    return f"the text '{value}'" if isinstance(value, str) else f"the number {value}"


def _unquoted(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'put it in quotes where text is meant: "{text}"'


def _known(model: type[BaseModel], parents: tuple[str, ...]) -> list[str]:
    """The names allowed inside `parents`. A key of a mapping of columns leads nowhere new."""
    here = model
    for part in parents:
        if part in here.model_fields:
            here = _model_in(here.model_fields[part].annotation) or here
    return list(here.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The settings model that an annotation such as ``dict[str, Column | None]`` is about."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
