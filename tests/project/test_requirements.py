"""What is installed is pinned with hashes, and compiled from what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WANTED = {
    "requirements.txt": PYPROJECT["project"]["dependencies"],
    "requirements-dev.txt": PYPROJECT["dependency-groups"]["dev"],
    "requirements-dashboard.txt": PYPROJECT["project"]["optional-dependencies"]["dashboard"],
    "requirements-build.txt": PYPROJECT["dependency-groups"]["build"],
    "requirements-audit.txt": PYPROJECT["dependency-groups"]["audit"],
    "requirements-spark.txt": [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["project"]["optional-dependencies"]["spark"],
    ],
}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(name: str) -> list[tuple[Requirement, int, list[str]]]:
    """Each package with the number of its hashes and what brought it in."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for entry in re.split(r"\n(?=\S)", text.strip()):
        pin, *_ = entry.split("\\\n")
        (via,) = re.findall(r"# via (.+)", entry) or [""]
        found.append((Requirement(pin.strip()), len(HASH.findall(entry)), via.split(", ")))
    return found


def direct(name: str) -> dict[str, list[Requirement]]:
    """The packages that pyproject.toml itself asked for when the file was compiled."""
    pins: dict[str, list[Requirement]] = {}
    for pin, _, via in entries(name):
        if any(reason.startswith("segmentation (pyproject.toml") for reason in via):
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


@pytest.mark.parametrize("name", WANTED)
def test_it_is_compiled_from_what_pyproject_asks_for(name: str) -> None:
    wanted = {canonicalize_name(r.name): r for r in map(Requirement, WANTED[name])}
    pins = direct(name)
    assert set(pins) == set(wanted), "run `make requirements`"
    for package, requirement in wanted.items():
        for pin in pins[package]:
            (version,) = pin.specifier
            assert requirement.specifier.contains(version.version), f"{pin}; `make requirements`"


@pytest.mark.parametrize("name", WANTED)
def test_every_package_is_one_version_with_hashes(name: str) -> None:
    assert entries(name)
    for pin, hashes, _ in entries(name):
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
        assert hashes > 0, pin


def test_the_extra_is_what_is_compiled() -> None:
    extra = PYPROJECT["project"]["optional-dependencies"]["dashboard"]
    assert PYPROJECT["dependency-groups"]["dashboard"] == extra


def test_the_files_agree() -> None:
    runtime = {(str(pin.specifier), pin.name) for pin, *_ in entries("requirements.txt")}
    names = {name for _, name in runtime}
    for file in ("requirements-dev.txt", "requirements-dashboard.txt"):
        for pin, *_ in entries(file):
            assert pin.name not in names or (str(pin.specifier), pin.name) in runtime


@pytest.mark.parametrize("name", WANTED)
def test_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
