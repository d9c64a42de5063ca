"""YAML as DVC reads it, and stricter."""

from itertools import pairwise
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from segmentation.errors import SettingsError
from segmentation.settings.shared.yaml_reader import parse_yaml, read_yaml


def test_words_that_only_old_yaml_takes_for_a_yes_or_no_are_text() -> None:
    read = parse_yaml("a: Yes\nb: no\nc: on\nd: [Y, off]\ne: true\nf: False\ng: truely\n")
    assert read["a"] == "Yes"
    assert read["b"] == "no"
    assert read["c"] == "on"
    assert read["d"] == ["Y", "off"]
    assert (read["e"], read["f"], read["g"]) == (True, False, "truely")


@pytest.mark.parametrize(
    "number",
    [*("12", "-3", "0", "010", "-007", "0o17", "-0x1F", "0b11", "1_000", "1.5", ".5", "00.5"),
     *("1e3", "01e3", "-2.5E-3", "1_0.0", "1:30", "0o8", "1.2.3", "e3", "true", "on", "~")],
)  # fmt: skip
def test_a_number_is_what_it_is_to_dvc(number: str) -> None:
    read, to_dvc = parse_yaml(f"a: {number}")["a"], YAML(typ="safe").load(f"a: {number}")["a"]
    assert (read, type(read)) == (to_dvc, type(to_dvc))


def test_a_space_missing_after_a_colon_is_told() -> None:
    with pytest.raises(ValueError, match=r"line 2: a space is missing .* 'age:\{min'"):
        parse_yaml("numeric:\n  age:{min: 10}\n")
    assert parse_yaml('"a:{b": 1\n') == {"a:{b": 1}


def test_a_merge_that_is_not_finished_is_told() -> None:
    with pytest.raises(ValueError, match=r"line 2 .* in the middle of a merge"):
        parse_yaml("a: 1\n<<<<<<< HEAD\nseed: 42\n=======\nseed: 43\n>>>>>>> other\n")


@pytest.mark.parametrize("text", ["action: Do this: now", "unit: %", "delimiter: ,\nid: a"])
def test_text_that_needs_quotes_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match="in quotes"):
        parse_yaml(text)


def test_names_are_text_as_they_are_written() -> None:
    read = parse_yaml("2019: {min: 0}\nno:\n007:\n2019-01-01:\n1.50: x\n~: y\ntrue: z\n")
    assert list(read) == ["2019", "no", "007", "2019-01-01", "1.50", "~", "true"]
    assert read["2019"] == {"min": 0}


def test_a_name_that_stands_twice_is_told_with_both_lines() -> None:
    with pytest.raises(ValueError, match="line 4: 'age' stands there already, in line 2"):
        parse_yaml("numeric:\n  age:\n  income:\n  age: {min: 1}\n")
    with pytest.raises(ValueError, match="line 2: 'a' stands there already, in line 1"):
        parse_yaml("a: 1\na: 1\n")
    with pytest.raises(ValueError, match="'b' stands there already"):
        parse_yaml("x: {b: 1, c: 2, b: 3}\n")
    assert parse_yaml("x: {a: 1}\ny: {a: 1}\n") == {"x": {"a": 1}, "y": {"a": 1}}
    merged = parse_yaml("x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}\n")
    assert merged["y"] == {"a": 3, "b": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data:\n\tpath: a\n", "line 2 starts with a tab; indent it with spaces"),
        ("data:\n  a: 1\n \t b: 2\n", "line 3 starts with a tab"),
        ("a: [1, 2\nb: 3\n", "is not valid YAML: line 2"),
        ("a: 1\n? [x, y]\n: 2\n", "line 2: a name must be plain text"),
        ("a: \x00\n", "is not valid YAML"),
        ("just text", "must hold settings"),
        ("- a\n- b\n", "must hold settings"),
    ],
)
def test_what_is_not_yaml_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message) as error:
        read_yaml(file)
    assert "\n" not in str(error.value)
    assert len(str(error.value).removeprefix(str(tmp_path))) < 150


def test_a_file_of_comments_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "playbook.yaml").write_bytes(b"\xef\xbb\xbf# nothing here\n")
    assert read_yaml(tmp_path / "playbook.yaml") == {}


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in pairwise("abcdefghij")
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        # From PyYAML 6.0.4 on it looks ahead, and refuses before the fiftieth level is seen.
        ("[" * 200_000, "line 1: (it is nested more than 50 deep|exceeded maximum nesting depth)"),
        ("".join("  " * depth + "a:\n" for depth in range(3000)), "line 51: it is nested"),
        (BOMB, "it is too large for settings"),
    ],
)
def test_text_that_would_end_the_process_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_yaml(text)


def test_anchors_of_a_usual_size_are_fine() -> None:
    assert parse_yaml("a: &a [1, 2]\nb: *a\nc: [*a, *a]\n") == {
        "a": [1, 2],
        "b": [1, 2],
        "c": [[1, 2], [1, 2]],
    }
