"""Look at a file of customers, and write the settings that fit it."""

import datetime as dt
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segmentation import paths
from segmentation.artifacts import files
from segmentation.artifacts.contract import Contract
from segmentation.errors import SettingsError
from segmentation.insight.playbook import Playbook
from segmentation.onboarding.contract import contract
from segmentation.onboarding.figures import count
from segmentation.onboarding.plan import Plan, plan
from segmentation.onboarding.roles import Column, Role
from segmentation.onboarding.source import UNNAMED, Source, opened, without_row, write_mended
from segmentation.onboarding.write import Reading, params_text, parse, playbook_text
from segmentation.settings.shared.base import validate
from segmentation.settings.shared.data import Data
from segmentation.settings.shared.yaml_reader import read_yaml

RAW = Path("data/raw")
_NONE = "(none)"
Ask = Callable[[str, Sequence[str], str], str]
"""A question, the answers allowed, and the one that is assumed."""


@dataclass(frozen=True)
class Onboarded:
    """What was found, and what was done about it.

    Attributes
    ----------
    plan : Plan
    rows : int
    target : Path
        The file that the pipeline reads.
    notes : tuple of str
    assumed : tuple of str
        What a person may want to look at.
    """

    plan: Plan
    rows: int
    target: Path
    notes: tuple[str, ...]
    assumed: tuple[str, ...]


def init(
    file: Path,
    *,
    root: Path,
    sheet: str | None = None,
    ask: Ask | None = None,
    dry_run: bool = False,
    fresh: bool = False,
    date_format: str = "auto",
) -> Onboarded:
    """Take a file for what it is, and write `params.yaml` and `playbook.yaml` for it.

    Parameters
    ----------
    file : Path
    root : Path
        Of the repository.
    sheet : str, optional
        Of a workbook.
    ask : callable, optional
        Asks a person about what is unsure; without it nobody is asked.
    dry_run : bool
        Write nothing.
    fresh : bool
        Forget what a person edited.
    date_format : str
        Of dates that may be read in several ways.

    Raises
    ------
    InputError
        There is no table of customers in the file.
    SettingsError
        This is no repository of the project.
    """
    params = root / paths.PARAMS
    if not params.is_file():
        raise SettingsError(
            f"there is no {paths.PARAMS} here; run `segmentation init` in the repository's root"
        )
    with opened(file, sheet=sheet) as whole:
        counted = count(whole, date_format=date_format)
        found = plan(counted, saved=dt.date.fromtimestamp(file.stat().st_mtime))
        # Of a table with an id, `prepare` tells that a row holds totals.
        sums = counted.totals if found.id is None else 0
        source = without_row(whole, sums) if sums else whole
        if ask is not None:
            found = _answered(found, ask)
        target, notes = _target(source, found, root)
        reading = Reading(
            path=target.as_posix(),
            delimiter="," if source.mended else source.delimiter,
            encoding="utf-8" if source.mended else source.encoding,
            id=found.id,
        )
        old = params.read_text(encoding="utf-8")
        same = not fresh and (read_yaml(params).get("data") or {}).get("path") == reading.path
        start = old if same else old.replace(f"path: {reading.path}\n", "path: anew\n", 1)
        text, kept = params_text(start, found, reading)
        book = root / paths.PLAYBOOK
        before = book.read_text(encoding="utf-8") if same and book.is_file() else None
        words = playbook_text(before, found, reading)
        # Nothing is written that could not be read again.
        data = validate(Data, parse(text)["data"], str(paths.PARAMS))
        validate(Playbook, parse(words), str(paths.PLAYBOOK))
        if not dry_run:
            _put(source, root / target)
            files.write_text(params, text)
            files.write_text(book, words)
            unnamed = UNNAMED if source.mended else ""
            made = contract(counted, found, data, file=target.name, unnamed=unnamed)
            files.write_json(root / Contract.path, made.content(), sort_keys=False)
    return Onboarded(
        plan=found,
        rows=source.rows,
        target=target,
        notes=(*source.notes, *found.notes, *notes, *kept),
        assumed=tuple(_assumed(found)),
    )


def _target(source: Source, found: Plan, root: Path) -> tuple[Path, list[str]]:
    """Where the table lies that the pipeline reads."""
    path = source.path.resolve()
    notes = ["no column tells customers apart: their lines do"] if not found.id else []
    if source.mended:
        target = RAW / f"{path.name.partition('.')[0] or path.stem}.csv"
        if (root / target).resolve() == path:
            target = RAW / f"{path.stem}-mended.csv"
        return target, [*notes, f"the copy is {target}; after a change of the file, run init again"]
    if path.is_relative_to(root.resolve() / RAW):
        return path.relative_to(root.resolve()), notes
    return RAW / path.name, [*notes, f"copied to {RAW / path.name}, which git ignores"]


def _put(source: Source, target: Path) -> None:
    if source.mended:
        write_mended(source, target)
    elif source.path.resolve() != target.resolve():
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.path.is_dir():
            shutil.copytree(source.path, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source.path, target)


def _answered(found: Plan, ask: Ask) -> Plan:
    """Ask about what is unsure, where there is a choice."""
    for column in found.columns:
        if column.unsure and column.options:
            question = f"{column.name}: {column.unsure}. {column.why.capitalize()}. It is"
            answer = ask(question, (column.role, *column.options), column.role)
            if answer != column.role:
                found = found.with_column(_as(column, answer))
    names = [column.name for column in found.of("numeric")]
    if found.value_unsure and len(names) > 1:
        assumed = found.value[0] if found.value else _NONE
        question = "Which column says what a customer is worth?"
        answer = ask(question, (*names, _NONE), assumed)
        value = () if answer == _NONE else (answer,)
        found = replace(found, value=value, value_why="as you said", value_unsure=False)
    return found


def _as(column: Column, answer: str) -> Column:
    roles: dict[str, Role] = {
        "numeric": "numeric",
        "categorical": "categorical",
        "ignore": "ignore",
    }
    becomes = {"numeric": "a number", "categorical": "categories", "ignore": "left out"}[answer]
    return replace(
        column,
        role=roles[answer],
        becomes=becomes,
        why="as you said",
        unsure="",
        code=answer == "categorical",
    )


def _assumed(found: Plan) -> list[str]:
    told = [f"{column.name}: {column.unsure}" for column in found.columns if column.unsure]
    if found.value_unsure and found.value:
        told.append(f"{', '.join(found.value)} says what a customer is worth: {found.value_why}")
    elif found.value_unsure:
        told.append(f"{found.value_why}; name a column under data.value if one does")
    return told
