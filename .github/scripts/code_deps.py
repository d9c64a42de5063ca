"""Write into `dvc.yaml` which code each stage runs, in few places: make deps.

What a stage runs is known from the imports. A place is a file, or a folder: one of which all is
used, or, where more than `INSIDE` places of one room would be listed, one that brings in the least
besides. Never brought in are modules of a registry that the stage does not use, such as
algorithms, and the settings of other stages: adding to them must not rerun it.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import grimp
import yaml

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
INSIDE = 3  # places of one room
MOST = 6  # rooms that a stage uses
# Names of files and messages: they decide where a result is written and how a mistake is told,
# never what a result is.
PLUMBING = {"segmentation.errors", "segmentation.paths"}
# Files that a module reads from its own folder. The review's pages are no output of a stage.
BESIDE = {
    "segmentation.views.style": ["views/*.mplstyle"],
    "segmentation.views.report": ["views/templates/report.*", "views/templates/segments.*"],
}


def main() -> None:
    """Rewrite the lines of `dvc.yaml` that name code."""
    file = ROOT / "dvc.yaml"
    text = file.read_text(encoding="utf-8")
    graph = grimp.build_graph("segmentation")
    for stage in yaml.safe_load(text)["stages"]:
        text = rewritten(text, stage, places(code_used_by(stage, graph)))
    file.write_text(text, encoding="utf-8")


def code_used_by(stage: str, graph: grimp.ImportGraph) -> set[str]:
    """Return the files that a stage runs or reads beside its code, from the repository's root."""
    todo, used = {f"segmentation.stages.{stage}"}, set()
    while todo:
        module = todo.pop()
        used.add(module)
        found = set(graph.find_modules_directly_imported_by(module))
        if imports_by_name(module):  # a registry: what it names is imported where it is used
            found |= graph.find_descendants(module)
        todo |= found - used - PLUMBING
    files = {path for module in used if (path := file_of(module)) is not None}
    for module, patterns in BESIDE.items():
        if module in used:
            files |= {p for pattern in patterns for p in (SOURCE / "segmentation").glob(pattern)}
    return {path.relative_to(ROOT).as_posix() for path in files}


def imports_by_name(module: str) -> bool:
    """Tell whether a package imports its own modules by names that it makes up."""
    init = SOURCE / Path(*module.split(".")) / "__init__.py"
    return init.exists() and 'import_module(f"{__name__}.' in init.read_text(encoding="utf-8")


def file_of(module: str) -> Path | None:
    """Return a module's file; None for a package that only says what it holds."""
    place = SOURCE / Path(*module.split("."))
    if not place.is_dir():
        return place.with_suffix(".py")
    init = place / "__init__.py"
    return init if re.search(r"^(def|class|from|import) ", init.read_text("utf-8"), re.M) else None


def places(files: set[str], *, inside: int = INSIDE) -> list[str]:
    """Return files and folders that cover `files` with the least besides, few of each room."""
    by_room: dict[str, set[str]] = {}
    for file in files:
        by_room.setdefault(room(file), set()).add(file)
    return sorted(place for mine in by_room.values() for place in folded(mine, inside))


def folded(files: set[str], most: int) -> list[str]:
    """Return at most `most` places for the files of one room, if that can be."""
    chosen = dict.fromkeys(files, 0)  # what each place brings in that is not used, in bytes
    while True:
        few = len(chosen) <= most
        found = []
        for folder in {p.as_posix() for place in chosen for p in parents(place)}:
            inside = sum(place.startswith(f"{folder}/") for place in chosen)
            besides = unused(folder, files)
            cost = sum(path.stat().st_size for path in besides)
            if not besides or (not few and inside > 1 and not any(map(kept_apart, besides))):
                found.append((cost, inside, folder))
        if not found:
            return list(chosen)
        # The least that each place saved brings in besides.
        cost, _, folder = min(found, key=lambda f: (f[0] / max(f[1] - 1, 0.5), f[2]))
        chosen = {c: b for c, b in chosen.items() if not c.startswith(f"{folder}/")}
        chosen[folder] = cost


def room(place: str) -> str:
    """Return the room of a place; the modules beside the rooms are one."""
    name = Path(place).relative_to("src/segmentation").parts[0]
    return "beside" if name.endswith(".py") else name


def rooms(places: Iterable[str]) -> set[str]:
    """Return the rooms that a stage uses: those of its places, but for its own module's."""
    return {room(place) for place in places} - {"stages"}


def kept_apart(path: Path) -> bool:
    """Tell whether a module may not be named with others: a stage's, or one of a registry."""
    package = ".".join(path.parent.relative_to(SOURCE).parts)
    own = package in ("segmentation.stages", "segmentation.settings")
    return own or imports_by_name(package)


def parents(place: str) -> list[Path]:
    """Return the folders above a place that may stand for it: its room and what is inside."""
    return [p for p in Path(place).parents if len(p.parts) > 2]


def unused(folder: str, files: set[str]) -> list[Path]:
    """Return what of a folder is not among `files`; `__init__.py` is a label."""
    return [
        path
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and path.name != "__init__.py"
        and path.relative_to(ROOT).as_posix() not in files
    ]


def declared_code(pipeline: dict[str, Any], stage: str) -> list[str]:
    """Return the places of code that `dvc.yaml` lists under a stage."""
    return [dep for dep in pipeline["stages"][stage]["deps"] if dep.startswith("src/")]


def rewritten(text: str, stage: str, code: list[str]) -> str:
    """Return `dvc.yaml` with the places of code of one stage replaced."""
    start = re.search(rf"^  {stage}:\n", text, re.M)
    assert start, stage
    end = re.search(r"^  \S|^\S", text[start.end() :], re.M)
    stop = start.end() + (end.start() if end else len(text))
    body = re.sub(r"^      - src/.*\n", "", text[start.end() : stop], flags=re.M)
    lines = "".join(f"      - {place}\n" for place in code)
    # Code comes last among what the stage depends on.
    deps = re.search(r"^    deps:.*\n(?:      .*\n)*", body, re.M)
    assert deps, f"{stage} has no deps"
    return text[: start.end()] + body[: deps.end()] + lines + body[deps.end() :] + text[stop:]


if __name__ == "__main__":
    main()
