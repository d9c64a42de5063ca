"""Each file that a stage wrote, damaged in turn: whoever reads it says so in one line."""

import io
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import skops.io
import yaml

from conftest import ROOT, Project, Told
from segmentation import cli, paths
from segmentation.repository import dvc_internals
from segmentation.repository.snapshot import Snapshot

pytestmark = pytest.mark.pipeline

STAGES: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
RUBBISH = bytes(range(256)) * 4
MERGE = b"<<<<<<< HEAD\n{0}=======\n{0}>>>>>>> other\n"


def names(entries: list[Any]) -> list[str]:
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


OUTPUTS = [
    name
    for stage in STAGES.values()
    for name in names(stage.get("metrics", []) + stage.get("outs", []))
    if name.endswith((".json", ".csv", ".parquet", ".skops")) and not name.endswith("state.json")
]
MADE = [*OUTPUTS, paths.REFERENCE.as_posix()]

REVIEWED = [
    path.as_posix()
    for path in (
        *(paths.METRICS, paths.SEGMENTS, paths.QUALITY, paths.SUMMARY),
        *(paths.CURVE, paths.PREPARED, paths.ASSIGNMENTS),
    )
]


def readers(name: str) -> list[str]:
    """The stages that depend on a file, or on a folder that holds it; `track` reads anything."""
    return [
        stage
        for stage, entry in STAGES.items()
        if stage != "track" and {name, *map(str, Path(name).parents)} & set(names(entry["deps"]))
    ]


def damages(name: str) -> dict[str, bytes]:
    """What a file may hold instead; "half" and "no rows" are made of the file itself."""
    made = {"empty": b"", "rubbish": RUBBISH}
    if name.endswith(".json"):
        made |= {f"only {text}": text.encode() for text in ("[]", "5", "{}")}
        made["merge"] = MERGE
        made["deeply nested"] = b"[" * 100_000
    elif name.endswith(".csv"):
        made["other columns"] = b"x,y\n1,2\n"
    elif name.endswith(".parquet"):
        made["other columns"] = pd.DataFrame({"x": [1, 2]}).to_parquet()
        if name == paths.PREPARED.as_posix():  # the others have as many rows
            made["no rows"] = b""
    else:
        made["another object"] = skops.io.dumps({"a": 1})
    if not name.endswith(".csv"):  # the first half of one is a table: that it is another, DVC sees
        made["half"] = b""
    if name == paths.REFERENCE.as_posix():
        del made["only {}"]  # so it is before the first promotion
    return made


def in_turn(cases: Sequence[tuple[str, ...]]) -> list[Any]:
    """Mark all cases of a file but one as thorough: another kind of damage with each file.

    A case is a file, a kind of damage and, where there are several, who reads the file.
    """
    turns: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for case in cases:
        turns.setdefault((case[0], *case[2:]), []).append(case)
    usual = {each[turn % len(each)] for turn, each in enumerate(turns.values())}
    return [
        pytest.param(
            *case,
            id="-".join([*case[2:], Path(case[0]).name, case[1]]),
            marks=[] if case in usual else pytest.mark.thorough,
        )
        for case in cases
    ]


CASES = [
    (name, kind, reader) for name in MADE for kind in damages(name) for reader in readers(name)
]


@pytest.fixture(scope="module")
def workspace(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the finished project, in which each test puts back what it damaged."""
    return finished.copy(tmp_path_factory.mktemp("damaged") / "project")


@pytest.fixture
def damaged(finished: Project, workspace: Project, request: pytest.FixtureRequest) -> Iterator[str]:
    """Damage the file that the test names."""
    name, kind = request.getfixturevalue("name"), request.getfixturevalue("kind")
    file = workspace.path / name
    whole = file.read_bytes()
    file.unlink()  # it may be a link into DVC's cache
    content = damages(name)[kind]
    if kind == "no rows":
        content = pd.read_parquet(io.BytesIO(whole)).head(0).to_parquet()
    elif kind == "half":
        content = whole[: len(whole) // 2]
    elif kind == "merge":
        content = MERGE.replace(b"{0}", whole)
    file.write_bytes(content)
    yield name
    file.write_bytes(whole)
    # A stage may have written some of its files before it failed.
    for path in Snapshot.of_workspace(workspace.path).changed():
        (workspace.path / path).unlink()
        shutil.copy(finished.path / path, workspace.path / path)


def check(code: int, lines: list[str], name: str) -> None:
    assert code in (1, 2), lines
    errors = [line for line in lines if not line.startswith("warning: ")]
    assert len(errors) == 1, errors
    assert errors[0].startswith("error: ")
    assert "unexpected" not in errors[0]
    assert name in errors[0]
    assert any(mend in errors[0] for mend in ("dvc repro", "from git")), errors[0]


@pytest.mark.parametrize(("name", "kind", "reader"), in_turn(CASES))
def test_the_stage_that_reads_it(
    workspace: Project, damaged: str, name: str, kind: str, reader: str, told: Told
) -> None:
    check(*told(workspace, reader), name)


@pytest.mark.parametrize(("name", "kind"), [(name, "rubbish") for name in OUTPUTS])
def test_track(workspace: Project, damaged: str, name: str, kind: str, told: Told) -> None:
    check(*told(workspace, "track"), name)


@pytest.mark.parametrize(
    ("name", "kind"), in_turn([(name, kind) for name in REVIEWED for kind in damages(name)])
)
def test_review(
    workspace: Project, damaged: str, name: str, kind: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(workspace.path)
    # That DVC sees a change of content needs no trial for each; it takes a second.
    monkeypatch.setattr(dvc_internals, "outdated_stages", lambda root: ())
    page = tmp_path / "review.md"
    code, lines = commanded(monkeypatch, capsys, "review", "HEAD", "--out", str(page))
    if code or lines:
        check(code, lines, name)
    elif name.endswith(".json"):  # of another version: left out, and the page says so
        assert f"{name} was written by another version" in page.read_text(encoding="utf-8")
    else:  # another table is another result, and its stage out of date, as DVC tells
        assert kind in ("other columns", "no rows")


@pytest.mark.parametrize(
    ("name", "kind"),
    in_turn([("reports/profile/segments.json", kind) for kind in damages("segments.json")]),
)
def test_summary(
    workspace: Project, damaged: str, name: str, kind: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(workspace.path)
    check(*commanded(monkeypatch, capsys, "summary"), name)


SCORE = ("score", "data/raw/customers.csv", "-o", "{out}.csv", "--model", "workspace")


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("reports/profile/segments.json", SCORE),
        ("reports/train/baseline.json", SCORE),
        ("reports/profile/segments.json", ("export", "--star", "{out}")),
        ("reports/evaluate/metrics.json", ("export", "--star", "{out}")),
        ("data/prepared/customers.parquet", ("typing", "--model", "workspace")),
    ],
)
def test_nothing_is_handed_on_that_is_not_as_it_was_made(
    workspace: Project, name: str, command: tuple[str, ...], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A digit in JSON, or a customer less: each of them can be read."""
    monkeypatch.chdir(workspace.path)
    file = workspace.path / name
    whole = file.read_bytes()
    file.unlink()  # it may be a link into DVC's cache
    if name.endswith(".json"):
        file.write_bytes(whole.replace(b"0.", b"0.1", 1))
    else:
        pd.read_parquet(io.BytesIO(whole)).iloc[1:].to_parquet(file)
    out = tmp_path / "out"
    try:
        told = commanded(monkeypatch, capsys, *(word.format(out=out) for word in command))
    finally:
        file.unlink()
        file.write_bytes(whole)
    assert told == (1, [f"error: {name} is not the one in dvc.lock; run `dvc repro`"])
    assert not list(tmp_path.iterdir())


def commanded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, list[str]]:
    """Run a command here; its exit code and errors."""
    monkeypatch.setattr("sys.argv", ["segmentation", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        cli.main()
    code = left.value.code
    return (code if isinstance(code, int) else 1), capsys.readouterr().err.splitlines()
