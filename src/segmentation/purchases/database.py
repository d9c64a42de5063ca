"""A database for as long as it takes, in memory where that is enough."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_IN_MEMORY = 300_000_000  # bytes of a file whose lines are kept in memory
_MOST = "2GB"


@contextmanager
def opened(size: int) -> Iterator["DuckDBPyConnection"]:
    """Give a database for a file of so many bytes; what does not fit in memory goes to disk."""
    import duckdb

    with TemporaryDirectory(prefix="purchases-") as folder:
        place = ":memory:" if size <= _IN_MEMORY else str(Path(folder) / "lines.duckdb")
        with duckdb.connect(place) as con:
            con.execute(f"set memory_limit = '{_MOST}'")
            con.execute("set temp_directory = ?", [folder])
            con.execute("set timezone = 'UTC'")
            con.execute("set enable_progress_bar = false")
            con.execute("set autoinstall_known_extensions = false")
            con.execute("set autoload_known_extensions = false")
            con.execute(f"set preserve_insertion_order = {size <= _IN_MEMORY}")
            yield con
