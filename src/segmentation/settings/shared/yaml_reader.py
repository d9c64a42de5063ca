"""Read YAML the way DVC reads it, and stricter: `params.yaml`, `playbook.yaml`, `dvc.lock`."""

import re
from pathlib import Path
from typing import Any

import yaml

from segmentation.errors import SettingsError

_BOOL, _DATE = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"
_INT, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"

# What PyYAML says of text that has to stand in quotes.
_UNQUOTED = ("mapping values are not allowed", "cannot start any token", "expected node content")


DEEPEST, LARGEST = 50, 1_000_000  # levels and parts of any file that is read here


class _Loader(yaml.CSafeLoader):
    """YAML 1.2 as far as it matters here: ``Yes``, ``no`` and ``on`` are text, as they are to DVC.

    So is ``1:30``, which YAML 1.1 takes for 90; ``010`` is ten, and no eight. Dates stay text: what
    takes one reads it.

    A name is always text, so a column may be called 2019 and an alias stand for 1. No name may
    stand twice: PyYAML would silently take the last.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        lines: dict[str, int] = {}
        for name, _ in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="a name must be plain text", problem_mark=name.start_mark
                )
            if name.tag == _MERGE:
                continue
            if re.search(r"\S:[\[{]", name.value) and not name.style:
                raise yaml.MarkedYAMLError(
                    problem=f"a space is missing after the colon of '{name.value}'",
                    problem_mark=name.start_mark,
                )
            if name.value in lines:
                raise yaml.MarkedYAMLError(
                    problem=f"'{name.value}' stands there already, in line {lines[name.value]}",
                    problem_mark=name.start_mark,
                )
            lines[name.value] = name.start_mark.line + 1
            name.tag = _TEXT
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _DATE, _INT, _FLOAT)]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    _BOOL, re.compile(r"(true|True|TRUE|false|False|FALSE)$", re.ASCII), list("tTfF")
)
_Loader.add_implicit_resolver(
    _INT,
    re.compile(r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$", re.ASCII),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    _FLOAT,
    re.compile(
        r"[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$"
        r"|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$",
        re.ASCII,
    ),
    list("-+0123456789."),
)
_Loader.add_constructor(_INT, lambda _, node: _whole_number(node.value))


def _whole_number(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0 if digits.lstrip("-+")[1:2] in ("b", "o", "x") else 10)


def parse_yaml(content: str | bytes) -> Any:
    """Read YAML, of UTF-8 if it is bytes.

    Raises
    ------
    ValueError
        It is not valid; the message names the line.
    """
    text = content if isinstance(content, str) else content.decode("utf-8-sig")
    try:
        _check_size(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        conflict = re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE)
        if conflict:
            number = text.count("\n", 0, conflict.start()) + 1
            raise ValueError(
                f"line {number} is a mark of git's, in the middle of a merge; solve the conflict"
            ) from None
        mark = error.problem_mark or error.context_mark
        number = mark.line + 1 if mark else 1
        line = [*text.splitlines(), ""][number - 1]
        if re.match(r" *\t", line):
            raise ValueError(f"line {number} starts with a tab; indent it with spaces") from None
        problem = str(error.problem or error.context)
        if any(said in problem for said in _UNQUOTED):
            problem += "; put text that holds signs such as , : # % @ | in quotes"
        raise ValueError(f"line {number}: {problem}") from None
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def _check_size(text: str) -> None:
    """Refuse text that is small and becomes huge, or so deep that reading it ends the process."""
    anchors: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []  # anchors and sizes of what is not closed yet
    size = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):  # bit by bit: at no depth at all
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, size))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor:
                anchors[anchor] = size - before
        size += anchors.get(event.anchor or "", 1) if isinstance(event, yaml.AliasEvent) else 1
        if len(open_) > DEEPEST or size > LARGEST:
            number = event.start_mark.line + 1 if event.start_mark else 1
            what = f"nested more than {DEEPEST} deep" if len(open_) > DEEPEST else "too large"
            raise ValueError(f"line {number}: it is {what} for settings")


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping; an empty file holds none.

    Raises
    ------
    SettingsError
        The file is missing, or is not that.
    """
    try:
        content = parse_yaml(path.read_bytes())
    except FileNotFoundError:
        raise SettingsError(f"{path} is missing; run from the repository's root") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text: {error}") from None
    except ValueError as error:
        raise SettingsError(f"{path} is not valid YAML: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(f"{path} must hold settings as `name: value` lines")
    return content
