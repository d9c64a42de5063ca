"""Write what a table was taken for into `params.yaml` and `playbook.yaml`."""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from segmentation.onboarding.plan import Plan
from segmentation.onboarding.plays import plays
from segmentation.onboarding.roles import Column
from segmentation.onboarding.words import words
from segmentation.settings.shared.data import ROLES

_PLAYBOOK = """\
# How segments are named, and what to do about them; docs/profiles.md says how. `segmentation init`
# wrote it for the columns of {path}. Change whatever you would say or do otherwise: running it
# again keeps what is here, and adds only what is missing.
"""
_ABOUT_WORDS = """
What a column says about a segment far above (high) or below (low) the others, or with more of a
category (levels). Of columns about the same, one is said."""
_ABOUT_PLAYS = """
The first play whose conditions all hold is a segment's main one. An index of 100 is the average
customer; a lift of 1 is as frequent as among everyone."""
_PLAIN = re.compile(r"[a-z]{3,}([ _-][a-z]+)+")  # of several words, so none that YAML knows
_ROLES = (*ROLES, "ignore")


@dataclass(frozen=True)
class Reading:
    """How the file is read."""

    path: str
    delimiter: str
    encoding: str
    id: str | None


def params_text(text: str, plan: Plan, reading: Reading) -> tuple[str, list[str]]:
    """Put the section `data` into the text of `params.yaml`, comments kept.

    Where the section is about the same file already, what it says of a column stays; what is new
    in the file is added, what is gone is taken out.

    Returns
    -------
    str
        The new text.
    list of str
        What was kept, and what is gone.
    """
    yaml = _yaml()
    params = yaml.load(text) or CommentedMap()
    data = params.get("data")
    if not isinstance(data, CommentedMap):
        data = params["data"] = CommentedMap()
    notes = _update(data, plan) if data.get("path") == reading.path else _fill(data, plan, reading)
    return _dumped(yaml, params), notes


def parse(text: str) -> Any:
    """Read what was written, as DVC does."""
    return YAML(typ="safe").load(text)


def _fill(data: CommentedMap, plan: Plan, reading: Reading) -> list[str]:
    """Write the section anew."""
    data["path"] = reading.path
    data.pop("synthetic", None)
    data["delimiter"] = Quoted(reading.delimiter)
    data["encoding"] = reading.encoding
    data["decimal"] = Quoted(plan.decimal)
    data["id"] = reading.id
    data["value"] = (
        None
        if not plan.value
        else plan.value[0]
        if len(plan.value) == 1
        else _flow(map(_text, plan.value))
    )
    data["as_of"] = None if plan.as_of is None else plan.as_of.isoformat()
    data["describe"] = _flow(map(_text, plan.describe))
    groups = {role: CommentedMap() for role in _ROLES}
    for column in plan.columns:
        if column.role != "id" and column.name:
            role, entry = _entry(column)
            groups[role][column.becomes_column] = entry
    for role in _ROLES:
        data[role] = groups[role] or _empty()
    return []


def _update(data: CommentedMap, plan: Plan) -> list[str]:
    """Add columns that the section does not name yet, and take out those that are gone."""
    declared = {_source(data, role, name) for role in _ROLES for name in data.get(role) or {}}
    there = {column.name for column in plan.columns}
    added = []
    for column in plan.columns:
        if not column.name or column.name in declared or column.name == data.get("id"):
            continue
        if column.role == "id":
            continue
        role, entry = _entry(column)
        if not data.get(role):
            data[role] = CommentedMap()
        data[role][column.becomes_column] = entry
        if role == "date" and data.get("as_of") is None and plan.as_of is not None:
            data["as_of"] = plan.as_of.isoformat()
        added.append(column.name)
    gone = []
    for role in _ROLES:
        for name in list(data.get(role) or {}):
            if _source(data, role, name) not in there:
                del data[role][name]
                gone.append(str(name))
    for key in ("describe", "value"):
        if isinstance(data.get(key), list):
            data[key] = _flow(name for name in data[key] if name not in gone)
    notes = ["params.yaml is about this file already: what it says of a column was kept"]
    if added:
        notes.append(f"added: {', '.join(added)}")
    if gone:
        notes.append(f"no longer in the file, taken out: {', '.join(gone)}")
    return notes


def _source(data: CommentedMap, role: str, name: Any) -> str:
    """The column of the file that something is made of."""
    entry = data[role][name] if role == "date" else None
    return str(entry.get("from", name)) if isinstance(entry, Mapping) else str(name)


def _entry(column: Column) -> tuple[str, Any]:
    if column.role == "ignore":
        return "ignore", column.why
    if column.role == "scale":
        return "scale", _flow(_text(level) for level in column.levels)
    if column.role in ("categorical", "flag"):
        if not column.aliases:
            return column.role, None
        aliases = _flow_map({_text(a): right for a, right in column.aliases.items()})
        return column.role, _flow_map({"aliases": aliases})
    found: dict[str, Any] = {}
    if column.role == "date":
        if column.called != column.name:
            found["from"] = _text(column.name)
        found["format"] = Quoted(column.format)
    if column.minimum is not None:
        found["min"] = _number(column.minimum)
    if column.maximum is not None:
        found["max"] = _number(column.maximum)
    if column.unit:
        found["unit"] = _text(column.unit)
    if column.never:
        found["never"] = _flow(_number(value) for value in column.never)
    return column.role, _flow_map(found) if found else None


def playbook_text(old: str | None, plan: Plan, reading: Reading) -> str:
    """Write a playbook for the table; of an old one for the same table, all that it says stays.

    Parameters
    ----------
    old : str or None
        The playbook that is there, if it is about this table.
    plan : Plan
    reading : Reading
    """
    yaml = _yaml()
    if old is None:
        book = CommentedMap()
        book["names"] = _flow_map({})
        book["words"] = CommentedMap()
        book["plays"] = CommentedSeq()
        for play in plays(plan):
            book["plays"].append(_play(play))
        book.yaml_set_comment_before_after_key("words", before=_ABOUT_WORDS)
        book.yaml_set_comment_before_after_key("plays", before=_ABOUT_PLAYS)
    else:
        book = yaml.load(old) or CommentedMap()
        if not isinstance(book.get("words"), CommentedMap):
            book["words"] = CommentedMap()
    for name, word in words(plan).items():
        if name not in book["words"]:
            entry = {k: _flow_map(v) if isinstance(v, dict) else v for k, v in word.items()}
            book["words"][name] = _flow_map(entry)
    head = _PLAYBOOK.format(path=reading.path) + "\n" if old is None else ""
    return head + _dumped(yaml, book)


def _play(play: Mapping[str, Any]) -> CommentedMap:
    entry = CommentedMap()
    for key, value in play.items():
        if key == "when":
            entry[key] = CommentedSeq(
                _flow_map({k: _flow_map(v) if isinstance(v, dict) else v for k, v in each.items()})
                for each in value
            )
        else:
            entry[key] = value
    return entry


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "")
    )
    return yaml


def _dumped(yaml: YAML, content: Any) -> str:
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _text(text: str) -> Any:
    """Quote what YAML would read as something else than text, or not at all, inside braces."""
    if isinstance(text, Quoted) or _PLAIN.fullmatch(text):
        return text
    try:
        plain = YAML(typ="safe").load(f"{{{text}: {text}}}") == {text: text}
    except YAMLError:
        plain = False
    return text if plain else Quoted(text)


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _flow(items: Iterable[Any]) -> CommentedSeq:
    listed = CommentedSeq(items)
    listed.fa.set_flow_style()
    return listed


def _flow_map(items: Mapping[Any, Any]) -> CommentedMap:
    mapped = CommentedMap(
        (_text(key), _text(value) if isinstance(value, str) else value)
        for key, value in items.items()
    )
    mapped.fa.set_flow_style()
    return mapped


def _empty() -> CommentedMap:
    return _flow_map({})
