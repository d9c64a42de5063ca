"""Tables beside the customers', which DuckDB joins with theirs in bounded memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from segmentation import sql
from segmentation.artifacts.files import is_parquet
from segmentation.engines import foreign
from segmentation.errors import InputError, did_you_mean


@contextmanager
def database(told: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database that is gone afterwards; what goes wrong in it is told behind `told`."""
    con = duckdb.connect(config={"memory_limit": "700MB", "autoinstall_known_extensions": False})
    try:
        yield con
    except duckdb.Error as error:
        raise InputError(f"{told}: {str(error).splitlines()[0]}") from error
    finally:
        con.close()


def table(path: Path) -> str:
    """Return a file as SQL names it; cells of a CSV are texts."""
    name = sql.text(str(path))
    return f"read_parquet({name})" if is_parquet(path) else f"read_csv({name}, all_varchar = true)"


def table_with(con: duckdb.DuckDBPyConnection, path: Path, *columns: str) -> str:
    """Return a file as SQL names it, which has these columns.

    Raises
    ------
    InputError
        One is missing, or the file is no table.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a file")
    with path.open("rb") as file:
        head = file.read(foreign.HEAD)
    if not head.strip():
        raise InputError(f"{path} is empty; it needs a header and a row per customer")
    other = None if is_parquet(path) else foreign.recognise(head, path, "utf-8")
    if other and not other.startswith("compressed"):  # DuckDB unpacks
        raise InputError(f"{path} is {other.partition(';')[0]}; give a CSV or a Parquet file")
    found = table(path)
    known = [str(row[0]) for row in con.execute(f"DESCRIBE FROM {found}").fetchall()]
    for column in columns:
        if column not in known:
            raise InputError(f"{path} has no column '{column}'{did_you_mean(column, known)}")
    return found
