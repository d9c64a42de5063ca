"""Hand the model, or who moved, to other programs."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.segments import Segments
from segmentation.commands.load import Chosen, choose
from segmentation.engines.tables.table import Table
from segmentation.repository.snapshot import Snapshot
from segmentation.scoring import onnx, sql
from segmentation.scoring import star as tables
from segmentation.scoring.output import aside, safe, writing
from segmentation.scoring.rule import Rule
from segmentation.settings.params import load_params


def as_sql(dialect: str, out: Path | None, *, model: str | None, table: str) -> str:
    """Return a model as a SELECT, which is written if a file is named.

    Parameters
    ----------
    dialect : str
        One of `sql.DIALECTS`.
    out : Path, optional
    model : str, optional
        As `choose` takes it.
    table : str
        The table of customers, in the database.

    Raises
    ------
    InputError
        The model has no such form.
    """
    chosen = choose(model)
    rule = Rule(chosen.model, chosen.baseline)
    about = _about(chosen)
    if chosen.data.id is None:  # its customers were told apart by their line
        about += f"; the table needs a column {chosen.data.id_column} that tells customers apart"
    text = sql.select(
        rule,
        dialect=dialect,
        names=_names(chosen, rule),
        key=chosen.data.id_column,
        table=table,
        about=about,
    )
    if out is not None:
        files.write_text(out, text)
    return text


def _names(chosen: Chosen, rule: Rule) -> dict[int, str]:
    return {segment: chosen.name_of(segment) for segment in rule.segments}


def _about(chosen: Chosen) -> str:
    return f"The segment of each customer, by {chosen.called} (md5 {chosen.md5})"


def as_onnx(out: Path, *, model: str | None) -> None:
    """Write a model as a graph of ONNX.

    Parameters
    ----------
    out : Path
    model : str, optional
        As `choose` takes it.

    Raises
    ------
    InputError
        The model has no such form, or onnx is not installed.
    """
    chosen = choose(model)
    rule = Rule(chosen.model)
    told = {"model": chosen.called, "md5": chosen.md5, "run": chosen.run}
    told |= {"run_id": chosen.run_id, "version": chosen.version}
    graph = onnx.graph(
        rule,
        names=_names(chosen, rule),
        about=_about(chosen),
        told={name: text for name, text in told.items() if text is not None},
    )
    files.write_bytes(out, graph.SerializeToString(deterministic=True))


def star(folder: Path) -> list[Path]:
    """Write the last run as a star of CSV files, and `dictionary.csv` that says what they hold.

    Raises
    ------
    InputError
        There is no run here, or its results are not those of `dvc.lock`.
    """
    here = Snapshot.of_workspace()
    here.verify(paths.PREPARED, paths.ASSIGNMENTS, paths.SEGMENTS, paths.METRICS)
    facts, data = artifacts.read(Segments), load_params(paths.PARAMS).data
    written = [
        _rows(folder, "segments", tables.segments(facts)),
        _rows(folder, "profile_facts", tables.profile_facts(facts)),
        _rows(folder, "run_facts", tables.run_facts(artifacts.read(Metrics))),
        _rows(folder, "dictionary", tables.dictionary()),
    ]
    customers = Table(paths.PREPARED, paths.ASSIGNMENTS)
    path = folder / "customers.csv"
    told = [data.id_column, "segment", "confidence"]
    told += [data.value_column] if data.value_column else []
    with aside(path) as unfinished, writing(unfinished, path) as writer:
        for _, cells in customers.slices(told):
            columns = [column.combine_chunks() for column in cells.columns]
            if data.value_column is None:
                columns.append(pa.nulls(len(columns[0]), pa.float64()))
            columns[0] = safe(columns[0].cast(pa.string()))
            names = list(tables.DICTIONARY["customers"])
            writer.write(pa.RecordBatch.from_arrays(columns, names=names))
    return [path, *written]


_NAMES: Mapping[str, list[str]] = {
    **{table: list(columns) for table, columns in tables.DICTIONARY.items()},
    "dictionary": ["table_name", "column_name", "kind", "meaning"],
}


def _rows(folder: Path, table: str, rows: Iterable[tables.Row]) -> Path:
    path, names = folder / f"{table}.csv", _NAMES[table]
    columns = [pa.array(list(column)) for column in zip(*rows, strict=True)]
    columns = [safe(each) if pa.types.is_string(each.type) else each for each in columns]
    with aside(path) as unfinished, writing(unfinished, path) as writer:
        writer.write(pa.RecordBatch.from_arrays(columns, names=names))
    return path
