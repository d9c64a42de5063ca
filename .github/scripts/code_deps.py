"""Write into `dvc.yaml` which code each stage runs, in few places: make deps.

What a stage runs is known from the imports. A place is a file, or a folder of which all is used;
where those are more than `MOST`, also folders that bring in the least besides. Never brought in
is what belongs to other stages: their module, their settings, and with those the algorithms.
"""

import re
from pathlib import Path
from typing import Any

import grimp
import yaml

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PIPELINES = (ROOT / "dvc.yaml", ROOT / "purchases" / "dvc.yaml")
MOST = 7  # places of code that a stage lists
# Names of files, messages, processes, what a table can be asked: they decide where a result is
# written, how a mistake is told and who does the work, never what a result is.
PLUMBING = {
    f"segmentation.{name}"
    for name in ("columns", "engines.session", "errors", "paths", "progress", "workers")
}
# So does one import: the settings ask whether a rule is called so. `select_k` has it anyway.
CHECK = ("segmentation.settings.select_k", "segmentation.clustering.choosing_k.registry")
# The report and the tracking read what algorithms say of themselves and fit nothing.
FIT_NOTHING = ("report", "track")
# Files that a module reads from its own folder. The review's pages are no output of a stage.
BESIDE = {
    "segmentation.views.style": ["views/*.mplstyle"],
    "segmentation.views.report": [
        "views/templates/report.*",
        "views/templates/segments.*",
        "views/templates/lifetime.*",
    ],
}


def main() -> None:
    """Rewrite the lines of each `dvc.yaml` that name code."""
    graph = grimp.build_graph("segmentation")
    for file in PIPELINES:
        text = file.read_text(encoding="utf-8")
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
        if module == CHECK[0]:
            found.discard(CHECK[1])
        if stage in FIT_NOTHING and module.startswith("segmentation.algorithms."):
            found = {name for name in found if not name.startswith("segmentation.clustering.")}
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


def places(files: set[str], *, most: int = MOST) -> list[str]:
    """Return at most `most` files and folders that cover `files`, with the least besides."""
    chosen = set(files)
    while True:
        found = []
        for folder in {p.as_posix() for place in chosen for p in parents(place)}:
            inside = {place for place in chosen if place.startswith(f"{folder}/")}
            besides = unused(folder, files)
            # What each place saved brings in that is not used, in bytes.
            cost = sum(path.stat().st_size for path in besides) / max(len(inside) - 1, 1)
            if not besides or (len(chosen) > most and len(inside) > 1 and may_stand(folder, files)):
                found.append((cost, folder, inside))
        if not found:
            return sorted(chosen)
        _, folder, inside = min(found)
        chosen = chosen - inside | {folder}


def may_stand(folder: str, files: set[str]) -> bool:
    """Tell whether a folder of which not all is used may be named.

    What belongs to other stages may not be brought in, but for the settings of all, where a stage
    takes those of several anyway: the report lists them.
    """
    name = Path(folder).name
    settings = {file for file in files if Path(file).parent.as_posix() == folder}
    return name != "stages" and (name != "settings" or len(settings) > 1)


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
