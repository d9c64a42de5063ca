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
    data = _section(params, "data")
    notes = _update(data, plan) if data.get("path") == reading.path else _fill(data, plan, reading)
    return _dumped(yaml, params), notes


def parse(text: str) -> Any:
    """Read what was written, as DVC does."""
    return YAML(typ="safe").load(text)


def _section(of: CommentedMap, name: str) -> CommentedMap:
    """The section of that name, which is made if there is none."""
    section = of.get(name)
    if not isinstance(section, CommentedMap):
        section = of[name] = CommentedMap()
    return section


def _fill(data: CommentedMap, plan: Plan, reading: Reading) -> list[str]:
    """Write the section anew."""
    data.pop("synthetic", None)
    groups = {role: CommentedMap() for role in _ROLES}
    for column in plan.columns:
        if column.role != "id" and column.name:
            role, entry = _entry(column)
            groups[role][column.becomes_column] = entry
    written = {
        "path": reading.path,
        "delimiter": Quoted(reading.delimiter),
        "encoding": reading.encoding,
        "decimal": Quoted(plan.decimal),
        "id": reading.id,
        "value": _value(plan),
        "as_of": _day(plan),
        "describe": _flow(map(_text, plan.describe)),
        **{role: group or _empty() for role, group in groups.items()},
    }
    for name, what in written.items():
        data[name] = what
    return []


def _value(plan: Plan) -> str | CommentedSeq | None:
    if len(plan.value) > 1:
        return _flow(map(_text, plan.value))
    return plan.value[0] if plan.value else None


def _day(plan: Plan) -> str | None:
    return None if plan.as_of is None else plan.as_of.isoformat()


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
            data["as_of"] = _day(plan)
        added.append(column.name)
    gone = []
    for role in _ROLES:
        for name in list(data.get(role) or {}):
            if _source(data, role, name) not in there:
                del data[role][name]
                gone.append(str(name))
    if isinstance(data.get("describe"), list):
        data["describe"] = _flow(name for name in data["describe"] if name not in gone)
    worth = data.get("value")
    if isinstance(worth, list):
        data["value"] = _flow(name for name in worth if name not in gone)
    if worth and (worth in gone or not data["value"]):
        there = set(data.get("numeric") or {})
        data["value"] = _value(plan) if there.issuperset(plan.value) else None
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
    dated = column.role == "date"
    said = {
        "from": _text(column.name) if dated and column.called != column.name else None,
        "format": Quoted(column.format) if dated else None,
        "min": None if column.minimum is None else _number(column.minimum),
        "max": None if column.maximum is None else _number(column.maximum),
        "unit": _text(column.unit) if column.unit else None,
        "never": _flow(map(_number, column.never)) if column.never else None,
    }
    found = {name: what for name, what in said.items() if what is not None}
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
        book = CommentedMap(
            {
                "names": _flow_map({}),
                "words": CommentedMap(),
                "plays": CommentedSeq(map(_play, plays(plan))),
            }
        )
        book.yaml_set_comment_before_after_key("words", before=_ABOUT_WORDS)
        book.yaml_set_comment_before_after_key("plays", before=_ABOUT_PLAYS)
    else:
        book = yaml.load(old) or CommentedMap()
    written = _section(book, "words")
    for name, word in words(plan).items():
        if name not in written:
            entry = {key: _flow_map(v) if isinstance(v, Mapping) else v for key, v in word}
            written[name] = _flow_map(entry)
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
