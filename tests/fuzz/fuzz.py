"""Feed drawn files to what reads customers and settings, for as long as you like.

    python tests/fuzz/fuzz.py customers|purchases|settings [--seconds 600] [--seed 0]

Whatever a file holds, it is read right or refused in one clear line. Ends with the smallest file
that is not, and what went wrong; otherwise it says how many were tried.

Customers: every line of the file is accounted for, rows in are rows kept and rejected, and a file
that is cut by the block gives what it gives line by line. Settings: what is taken is what DVC reads
in the same file, and settings that were taken are taken again as they are tracked.
"""

import argparse
import bz2
import contextlib
import datetime as dt
import gzip
import io
import itertools
import lzma
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from segmentation import artifacts, paths
from segmentation.__main__ import run_stage
from segmentation.artifacts import files
from segmentation.artifacts.purchases import PurchaseLines
from segmentation.artifacts.quality import Lines, Quality
from segmentation.engines import blocks, source
from segmentation.errors import SegmentationError, SettingsError
from segmentation.settings.params import Params, load_params
from segmentation.settings.shared.data import Data
from segmentation.settings.shared.yaml_reader import parse_yaml

ROUND = 200  # files of one seed
LONGEST = 1500  # characters of an error


# --- customers ------------------------------------------------------------------------------------

HEADER = "id,age,spend,town"
TOWNS = ("Bonn", "Köln", "Ulm")
PIECES: list[bytes] = [
    *(
        sign.encode()
        for sign in "\",;\t|.-+%='()\\/ \r\n\0\x1a\x1f\x85\xa0é€½−٣Ⅷ𝟙\u2028\u200b\ufeff"
    ),
    *(b'""', b"\r\n", b"\r\r\n", b"\n\n", b'"\n"', b"\xff", b"\xf6", b"\xc3", b"\xed\xa0\x80"),
    *(b"1e308", b"1e-400", b"nan", b"inf", b"1_0", b"0x1F", b"1,5", b"1.000,5", b"1,000"),
    *(b"NA", b"#N/A", b"true", b"null", b"Total", b"20210304", b"007,30,1,Ulm\n"),
    *(b"<<<<<<< HEAD\n", b"=======\n", b">>>>>>> a\n", HEADER.encode(), b"sep=;\n", b"id"),
    *(b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"x" * 140_000, b"9" * 400, b"\n" * 5000, b'"' * 999),
]
ENCODINGS = (
    *("utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32", "ascii", "shift_jis"),
    *("gb18030", "utf-7", "cp037", "iso2022_jp", "hz", "idna", "hex", "utf-9", ""),
)
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


@dataclass(frozen=True)
class Customers:
    """A customers' file and the settings it is read with."""

    content: bytes
    packed: str
    data: dict[str, Any]
    rules: dict[str, Any]
    block: int
    prepared: bool


def spoilt(draw: st.DrawFn, text: str, *, good: int, most: int) -> tuple[str, bytes]:
    """Write a text in some encoding, UTF-8 `good` times as often as any other, and edit it."""
    encoding = draw(st.sampled_from(["utf-8"] * good + list(ENCODINGS)))
    try:
        content = text.encode(encoding, "replace")
    except (LookupError, UnicodeError):
        content = text.encode("utf-8", "replace")
    for edit in draw(st.lists(st.sampled_from(EDITS), max_size=most)):
        content = edit(draw, content)[:1_000_000]
    return encoding, content


@st.composite
def customers(draw: st.DrawFn) -> Customers:
    """Draw a file: a good one, edited a few times."""
    rows = draw(st.sampled_from([40, 40, 300, 12, 1, 0]))
    delimiter = draw(st.sampled_from([*",,,,,;;\t| a1.é\x1f"]))
    lines = [f"{i:03d},{20 + i % 60},{10.5 + 3.25 * i:g},{TOWNS[i % 3]}" for i in range(rows)]
    for column in draw(st.lists(st.integers(0, 3), max_size=2)):  # all cells of a column
        cells = draw(st.lists(texts, min_size=1, max_size=5))
        for i, line in enumerate(lines):
            parts = line.split(",")
            parts[column] = cells[i % len(cells)]
            lines[i] = ",".join(parts)
    text = "\n".join([HEADER, *lines, ""]).replace(",", delimiter)
    encoding, content = spoilt(draw, text, good=40, most=5)
    packed = draw(st.sampled_from(["", "", "", *PACKED]))
    data: dict[str, Any] = {
        "path": "shop.csv",
        "id": "id",
        "value": draw(st.sampled_from(["spend", ["spend"], ["age", "spend"]])),
        "numeric": {
            "age": draw(st.sampled_from([None, {"min": 0, "max": 120}, {"max": 30}])),
            "spend": None,
        },
        "categorical": draw(
            st.sampled_from([{"town": None}, {"town": {"aliases": {"bonn": "Ulm"}}}, {}])
        ),
        "delimiter": draw(st.sampled_from([delimiter] * 19 + [",", '"'])),
        "encoding": draw(st.sampled_from([encoding] * 19 + ["utf-8", "latin-1"])),
        "decimal": draw(st.sampled_from([".", ".", ","])),
    }
    rules = {
        "outside_limits": draw(st.sampled_from(["reject", "blank"])),
        "duplicate_ids": draw(st.sampled_from(["first", "last", "reject"])),
        "max_missing": draw(st.sampled_from([0, 0.5, 1])),
        "max_unreadable": draw(st.sampled_from([0.1, 1])),
        "max_rejected": draw(st.sampled_from([0.2, 1])),
    }
    block = draw(st.sampled_from([1, 7, 64, 1 << 22]))
    return Customers(
        content, packed, data, rules, block, prepared=draw(st.sampled_from([False] * 19 + [True]))
    )


texts = st.one_of(
    st.text(max_size=8),
    st.sampled_from(PIECES).map(lambda piece: piece.decode("utf-8", "replace")[:500]),
    st.floats().map(str),
    st.integers().map(str),
    st.decimals(allow_nan=False, places=2).map(lambda n: f"{n:,}"),
)
pieces = st.one_of(st.sampled_from(PIECES), st.binary(max_size=6))


def _place(draw: st.DrawFn, content: bytes) -> int:
    """Draw a place, mostly under the header: without one, nothing is looked at further."""
    header = draw(st.sampled_from([len(HEADER) + 1] * 4 + [0]))
    return draw(st.integers(min(header, len(content)), len(content)))


def _insert(draw: st.DrawFn, content: bytes) -> bytes:
    place = _place(draw, content)
    return content[:place] + draw(pieces) + content[place:]


def _write_over(draw: st.DrawFn, content: bytes) -> bytes:
    place, piece = _place(draw, content), draw(pieces)
    return content[:place] + piece + content[place + len(piece) :]


def _leave_out(draw: st.DrawFn, content: bytes) -> bytes:
    place = _place(draw, content)
    return content[:place] + content[place + draw(st.integers(1, 60)) :]


def _quote(draw: st.DrawFn, content: bytes) -> bytes:
    start = _place(draw, content)
    end = start + draw(st.integers(0, 12))
    return b'"'.join([content[:start], content[start:end], content[end:]])


def _repeat(draw: st.DrawFn, content: bytes) -> bytes:
    start, end = sorted([_place(draw, content), _place(draw, content)])
    return content[:end] + content[start:end] + content[end:]


def _cut_off(draw: st.DrawFn, content: bytes) -> bytes:
    return content[: _place(draw, content)]


def _begin_with(draw: st.DrawFn, content: bytes) -> bytes:
    return draw(pieces) + content


def _replace(draw: st.DrawFn, content: bytes) -> bytes:
    old = draw(st.sampled_from([b"\n", b"\n", b".", b"0", b"3", b"Ulm", b"Ulm", b",", b"age"]))
    return content.replace(old, draw(st.sampled_from(PIECES))[:50])


EDITS = [
    *(_insert, _insert, _insert, _write_over, _write_over, _quote, _quote),
    *(_leave_out, _repeat, _cut_off, _begin_with, _replace),
]


def check_customers(drawn: Customers) -> None:
    """Read a file cut by the block, and line by line, and prepare some, which is slow."""
    file = Path("shop.csv")
    file.write_bytes(PACKED[drawn.packed](drawn.content))
    params = Params.model_validate({"data": drawn.data, "prepare": drawn.rules})
    read = outcome(params.data, drawn.block)
    with mock.patch.object(blocks, "seen_lines", _none_seen):
        assert outcome(params.data, 1 << 22) == read
    if isinstance(read, str):
        return
    lines, rows = read
    assert lines.in_file == lines.header + lines.rows + lines.blank + lines.breaks_in_cells
    assert lines.rows == len(rows)
    assert [row[0] for row in rows] == sorted({row[0] for row in rows})
    if params.data.encoding in ("utf-8", "latin-1", "cp1252"):
        text = drawn.content.decode(params.data.encoding, "replace")
        assert lines.in_file == len(io.StringIO(text, newline=None).readlines())
    if drawn.prepared:
        check_prepared(params)


def outcome(data: Data, block: int) -> tuple[Lines, list[tuple[Any, ...]]] | str:
    """Return the account of lines, and line, damage, text and cells of each row, or the error."""
    with mock.patch.object(source, "_BLOCK", block):
        try:
            opened = source.Source(data)
            batches = [batch.drop_columns(["loose"]) for batch in opened.batches()]
        except SegmentationError as error:
            return told(error)
    return opened.lines, [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


def check_prepared(params: Params) -> None:
    """See that each row is a customer or is rejected, with its reason."""
    try:
        with contextlib.redirect_stderr(io.StringIO()) as warnings:
            run_stage("prepare", params)
            run_stage("explore", params)
    except SegmentationError as error:
        told(error)
        return
    kept, rejected = files.read_parquet(paths.PREPARED), files.read_parquet(paths.REJECTED)
    quality = artifacts.read(Quality)
    assert quality.lines.rows == quality.rows_in == len(kept) + len(rejected)
    assert len(rejected) == quality.rows_rejected == sum(quality.rejected.values())
    assert rejected["reason"].str.strip().ne("").all()
    assert rejected["line"].is_monotonic_increasing
    assert kept["id"].is_unique
    assert all(line.startswith("warning: ") for line in warnings.getvalue().splitlines())


def _none_seen(lines: blocks.Blocks, layout: blocks.Layout) -> blocks.Seen:
    """Leave every line to be read by itself."""
    seen = _SEEN(lines, layout)
    return seen._replace(plain=seen.plain & False, widths=seen.widths * 0)


_SEEN = blocks.seen_lines


def told(error: SegmentationError) -> str:
    """Return the words of an error, which are some and no more than people read."""
    words = str(error)
    assert words.strip()
    assert len(words) < LONGEST
    return words


# --- purchases ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bought:
    """A file of purchases and the settings it is read with."""

    content: bytes
    purchases: dict[str, Any]


@st.composite
def purchases(draw: st.DrawFn) -> Bought:
    """Draw a file: a good one, edited a few times."""
    rows = draw(st.sampled_from([40, 300, 3, 0]))
    delimiter = draw(st.sampled_from([*",,,;;\t|"]))
    lines = [
        f"c{i % 11},2024-01-{1 + i % 28:02d},{1 + i % 3},{2.5 * (1 + i % 9):g},{i // 2},p{i % 5}"
        for i in range(rows)
    ]
    for column in draw(st.lists(st.integers(0, 5), max_size=2)):
        cells = draw(st.lists(texts, min_size=1, max_size=5))
        for i in draw(st.sampled_from([range(0, rows, 7), range(rows)])):
            parts = lines[i].split(",")
            parts[column] = cells[i % len(cells)]
            lines[i] = ",".join(parts)
    text = "\n".join(["who,day,count,price,bill,what", *lines, ""]).replace(",", delimiter)
    encoding, content = spoilt(draw, text, good=20, most=4)
    settings = {
        "path": "orders.csv", "customer": "who", "date": "day", "max_left_out": 1,
        "delimiter": draw(st.sampled_from([delimiter] * 19 + [",", '"', "\n", "€"])),
        "encoding": draw(st.sampled_from([encoding] * 19 + ["utf-8", "latin-1", "utf-16"])),
        "decimal": draw(st.sampled_from([".", ","])),
        "date_format": draw(st.sampled_from(["auto"] * 9 + ["%Y-%m-%d", "%d.%m.%Y", "%", "x'y"])),
        "as_of": draw(st.sampled_from(["auto", "auto", "2024-01-10", "0001-01-01"])),
        "returns": draw(st.sampled_from(["subtract", "leave_out"])),
        "duplicates": draw(st.sampled_from(["drop", "keep"])),
        **draw(st.sampled_from([{"amount": "price"}, {"quantity": "count", "price": "price"}])),
        **draw(st.sampled_from([{}, {"invoice": "bill"}, {"product": "what", "invoice": "bill"}])),
        **draw(st.sampled_from([{}, {}, {"currency": "what2", "currencies": {"p1": 2}}])),
    }  # fmt: skip
    return Bought(content, settings)


def check_purchases(drawn: Bought) -> None:
    """Make customers of purchases; every line counts or is left out, with its reason."""
    Path("orders.csv").write_bytes(drawn.content)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            run_stage("customers", Params.model_validate({**PEOPLE, "purchases": drawn.purchases}))
    except SegmentationError as error:
        told(error)
        return
    lines = artifacts.read(PurchaseLines)
    left_out = files.read_parquet(paths.LEFT_OUT)
    assert lines.lines_in == lines.lines_used + lines.lines_left_out
    assert lines.lines_left_out == sum(lines.left_out.values()) == len(left_out)
    assert left_out["reason"].notna().all()
    if not set(drawn.content) & set(b'"\r\0'):  # each line is one by itself
        in_file = [line for line in drawn.content.split(b"\n")[1:] if line]
        assert lines.lines_in == len(in_file)
    assert lines.customers == len(files.read_csv(paths.PURCHASERS))


PEOPLE = {"data": {"path": "x", "id": "a", "value": "b", "numeric": {"b": None, "c": None}}}


# --- settings -------------------------------------------------------------------------------------

PARAMS = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")
WORDS = [
    *("~", "null", "yes", "No", "on", "true", "0o17", "010", "0x1F", "1_000", "1:30", "1e3"),
    *("1.e3", ".5", "+.5", "5.", ".inf", "-.inf", ".nan", "+12", "-0", "1e400", "9" * 400),
    *("2021-03-04", "=", "<<", "*a", "&a b", "&a", "!!int 5", "!!float 5", "!!str 5"),
    *("!!binary aGk=", "!!set {a}", "!x y", "!!python/object/apply:os.system [id]"),
    *("!!timestamp 2021-03-04", "!!omap [a: 1]", "? a", "?", "[", "]", "{", "}", "[]", "{}"),
    *("[a, b]", "{a: 1}", "{a: 1, a: 2}", "- a", "-", "|", ">", "'", '"', '"\\x1b[2J"'),
    *('"\\ud800"', '"\\0"', "\0", "\ufeff", "\x85", "\u2028", "\t", "# x", "\r", "\U0001f600"),
    *("%YAML 1.1\n---\n", "\n---\n", "\n...\n", "<<<<<<< HEAD\n", ">>>>>>> a\n", "${a}"),
    *("${data.path}", "@", "`", "%", "auto", "kmeans", "data", "seed: 1\n", "\n  ", "a" * 300),
    *("[" * 60, "- " * 60),
]
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.sampled_from(WORDS), st.dates(), st.binary(max_size=4), st.integers(-1, 10),
        st.floats(-1, 2, width=16),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.text(max_size=5), st.integers()), inner, max_size=3),
    ),
    max_leaves=4,
)  # fmt: skip


@st.composite
def params_texts(draw: st.DrawFn) -> bytes:
    """Draw the project's own `params.yaml`, with other values or edited as text."""
    text = PARAMS
    if draw(st.booleans()):
        tree = yaml.safe_load(PARAMS)
        for _ in range(draw(st.integers(1, 3))):
            _change(draw, tree)
        text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=draw(st.booleans()))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        kind = draw(st.sampled_from(["insert", "value", "leave out", "cut off", "repeat"]))
        if kind == "insert":
            text = text[:place] + draw(st.sampled_from(WORDS)) + text[place:]
        elif kind == "value":
            lines = text.split("\n")
            at = draw(st.integers(0, len(lines) - 1))
            name, colon, _ = lines[at].partition(": ")
            lines[at] = f"{name}{colon or ': '}{draw(st.sampled_from(WORDS))}"
            text = "\n".join(lines)
        elif kind == "leave out":
            text = text[:place] + text[place + draw(st.integers(1, 40)) :]
        elif kind == "repeat":
            text = text[:place] + text[place : place + draw(st.integers(1, 80))] * 2 + text[place:]
        else:
            text = text[:place]
    content = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        place = draw(st.integers(0, len(content)))
        content = content[:place] + draw(st.binary(max_size=4)) + content[place:]
    return content


def _change(draw: st.DrawFn, tree: dict[Any, Any]) -> None:
    """Give one setting, at any depth, another value, another name or none."""
    here = tree
    while True:
        name = draw(st.sampled_from(list(here) or [""]))
        if not (isinstance(here.get(name), dict) and here[name] and draw(st.integers(0, 4))):
            break
        here = here[name]
    how = draw(st.integers(0, 5))
    if how == 0:
        here.pop(name, None)
    elif how == 1:
        here[draw(st.text(max_size=6))] = draw(values)
    else:
        here[name] = draw(values)


def check_settings(content: bytes) -> None:
    """Read `params.yaml` as a stage does, and as DVC does."""
    path = Path("params.yaml")
    path.write_bytes(content)
    try:
        params = load_params(path)
    except SettingsError as error:
        told(error)
        return
    try:
        to_dvc = YAML(typ="safe").load(content.decode("utf-8-sig"))
    except (YAMLError, ValueError):
        pass  # DVC says so itself
    else:
        assert _by_text(to_dvc) == _by_text(parse_yaml(content))
    assert Params.model_validate(params.model_dump(mode="json")) == params


def _by_text(tree: Any) -> Any:
    """Values by names as texts: here a column may be called 2019, which is a number to DVC."""
    if isinstance(tree, dict):
        return {str(name): _by_text(value) for name, value in tree.items()}
    if isinstance(tree, dt.date):  # what takes a date reads it itself
        return str(tree)
    return [_by_text(value) for value in tree] if isinstance(tree, list) else tree


# --- both -----------------------------------------------------------------------------------------

TARGETS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], None]]] = {
    "customers": (customers(), check_customers),
    "purchases": (purchases(), check_purchases),
    "settings": (params_texts(), check_settings),
}


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """Work in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("playbook.yaml").write_text("plays: []\n", encoding="utf-8")
        yield


def tried(target: str, *, number: int, examples: int = ROUND) -> None:
    """Try files of one seed; raises what the smallest file does that is not read right."""
    drawn, check = TARGETS[target]

    @seed(number)
    @settings(
        max_examples=examples, deadline=None, database=None, print_blob=False,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(drawn)
    def run(file: Any) -> None:
        check(file)

    with elsewhere():
        run()


def main() -> None:
    """Try files until the time is over."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start = time.monotonic()
    for number in itertools.count(options.seed):
        tried(options.target, number=number)
        if time.monotonic() - start > options.seconds:
            break
    count = (number - options.seed + 1) * ROUND
    print(f"{options.target}: {count:,} files in {time.monotonic() - start:.0f} s, all read right")


if __name__ == "__main__":
    main()
