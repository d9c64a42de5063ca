"""Read YAML the way DVC reads it, and stricter: `params.yaml`, `playbook.yaml`, `dvc.lock`."""

import re
from pathlib import Path
from typing import Any

import yaml

from segmentation.errors import SettingsError

_BOOL, _DATE = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"


class _Loader(yaml.CSafeLoader):
    """YAML 1.2 as far as it matters here: ``Yes``, ``no`` and ``on`` are text, as they are to DVC.

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
            if name.value in lines:
                raise yaml.MarkedYAMLError(
                    problem=f"'{name.value}' stands there already, in line {lines[name.value]}",
                    problem_mark=name.start_mark,
                )
            lines[name.value] = name.start_mark.line + 1
            name.tag = _TEXT
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _DATE)]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    _BOOL, re.compile(r"(true|True|TRUE|false|False|FALSE)$", re.ASCII), list("tTfF")
)


def parse_yaml(content: str | bytes) -> Any:
    """Read YAML, of UTF-8 if it is bytes.

    Raises
    ------
    ValueError
        It is not valid; the message names the line.
    """
    text = content if isinstance(content, str) else content.decode("utf-8-sig")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        number = mark.line + 1 if mark else 1
        line = [*text.splitlines(), ""][number - 1]
        if re.match(r" *\t", line):
            raise ValueError(f"line {number} starts with a tab; indent it with spaces") from None
        raise ValueError(f"line {number}: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


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
