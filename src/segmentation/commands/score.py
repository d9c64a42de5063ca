"""Score a file of customers with a model that was seen to be the one that was made."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentation.artifacts import files
from segmentation.commands.load import Chosen, choose
from segmentation.engines.local import Local
from segmentation.engines.scorable import MEMORY, Scorable
from segmentation.errors import InputError
from segmentation.scoring.mending import for_files
from segmentation.scoring.output import added_names, aside, writing
from segmentation.scoring.rule import Rule
from segmentation.scoring.stream import ADDED, Beside, Counts, columns_taken, scored

TEXTS = (".csv", ".tsv", ".txt", "")
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True)
class Done:
    """What was written: the file, the one beside it that tells of it, and what that says."""

    out: Path
    sidecar: Path
    chosen: Chosen
    counts: Counts
    damaged: int
    first_damage: str


def score(file: Path, out: Path | None = None, *, model: str | None = None) -> Done:
    """Write a file's rows with the segment of each.

    Parameters
    ----------
    file : Path
        CSV or Parquet.
    out : Path, optional
        By default beside it, ``_scored`` behind its name.
    model : str, optional
        As `choose` takes it.

    Raises
    ------
    InputError
        A column is missing, the file cannot be read, or it would be written onto itself.
    """
    if out is None:
        out = beside_it(file)
    elif out.suffix.lower() not in TEXTS and not files.is_parquet(out):
        raise InputError(f"{out}: the ending says what is written; known: .csv, .parquet")
    if out.is_dir() or not out.name:
        raise InputError(f"{out} is a folder; name a file with -o, such as scored.csv")
    if out.exists() and file.exists() and out.samefile(file):
        raise InputError(f"{out} is the file that is read; name another one with -o")
    chosen = choose(model)
    rule = Rule(chosen.model, chosen.baseline)
    data = columns_taken(rule, chosen.data).model_copy(update={"path": file})
    beside, counts = Beside(rule, data, chosen.segments), Counts()
    names: list[str] = []
    with for_files(data), Local(data, memory=MEMORY) as engine:
        customers = Scorable(engine, data, chosen.prepare, rule.levels)
        damaged, first = customers.damaged()
        as_read = {"delimiter": data.delimiter, "encoding": data.encoding}
        with aside(out) as unfinished, writing(unfinished, out, **as_read) as writer:
            for each in scored(customers, rule, counts):
                names = each.batch.rows.schema.names
                writer.write(beside.rows(each))
    told = _told(file, out, chosen, counts, names=names, columns=[data.id_column, *data.cells])
    sidecar = out.with_name(f"{out.name}.json")
    with aside(sidecar) as unfinished:
        files.write_json(unfinished, told | {"damaged_lines": damaged})
    return Done(out, sidecar, chosen, counts, damaged, first)


def beside_it(file: Path) -> Path:
    """Return where a file's scored customers go.

    Examples
    --------
    >>> [beside_it(Path(name)).name for name in ("new.csv", "new.csv.gz", "new.parquet")]
    ['new_scored.csv', 'new_scored.csv', 'new_scored.parquet']
    """
    name = Path(file.stem) if file.suffix.lower() in COMPRESSED else Path(file.name)
    ending = name.suffix if name.suffix and not file.is_dir() else ".csv"
    return file.with_name(f"{name.stem}_scored{ending}")


def _told(
    file: Path, out: Path, chosen: Chosen, counts: Counts, *, names: list[str], columns: list[str]
) -> dict[str, Any]:
    """Say which model made a file of what, and what was met."""
    return {
        "schema_version": 1,
        "model": {
            "what": chosen.called,
            "md5": chosen.md5,
            "run": chosen.run,
            "run_id": chosen.run_id,
            "version": chosen.version,
        },
        "data": {"file": file.name, "md5": files.md5(file)},
        "out": {"file": out.name, "md5": files.md5(out)},
        "columns_added": added_names(names, ADDED),
        "extra_columns": [name for name in names if name not in columns],
        "rows": counts.rows,
        "scored": counts.scored,
        "not_scored": dict(counts.not_scored),
        "segments": {str(i): n for i, n in sorted(counts.segments.items())},
        "names": {str(i): chosen.name_of(i) for i in sorted(counts.segments) if i > 0},
        "unlike": None if chosen.baseline is None else counts.unlike,
        "missing_cells": {name: n for name, n in counts.missing.items() if n},
        "unseen_categories": {name: n for name, n in counts.unseen.items() if n},
    }
