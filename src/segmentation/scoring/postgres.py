"""A table in PostgreSQL, written all at once or not at all."""

import io
import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from pyarrow import csv

from segmentation import sql
from segmentation.errors import InputError, SettingsError

SCHEMES = ("postgresql://", "postgres://")
_TYPES = {
    pa.string(): "TEXT",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE PRECISION",
    pa.bool_(): "BOOLEAN",
}


def is_postgres(out: str) -> bool:
    """Tell whether something is the address of a database."""
    return out.startswith(SCHEMES)


def without_password(address: str) -> str:
    """Return an address as it may be shown.

    Examples
    --------
    >>> without_password("postgresql://crm:secret@db.example.com:5432/crm")
    'postgresql://crm@db.example.com:5432/crm'
    """
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}").geturl()


def replace_rows(address: str, table: str, batches: Iterator[pa.RecordBatch]) -> None:
    """Put rows in the place of those that a table has; rights and views on it stay.

    Parameters
    ----------
    address : str
        ``postgresql://USER@HOST:PORT/DATABASE``; the password is taken from `PGPASSWORD` where
        it does not stand there.
    table : str
        Made if it does not exist.
    batches : iterator of RecordBatch

    Raises
    ------
    InputError
        The database cannot be reached, or refuses.
    """
    try:
        import pg8000.dbapi
    except ImportError:
        raise InputError("PostgreSQL is written to with pg8000: pip install pg8000") from None

    called = without_password(address)
    try:
        with closing(pg8000.dbapi.connect(**_place(address))) as database:
            cursor = database.cursor()  # in one transaction, as long as nothing is committed
            for i, batch in enumerate(batches):
                names = ", ".join(map(sql.name, batch.schema.names))
                if not i:
                    columns = ", ".join(
                        f"{sql.name(field.name)} {_TYPES.get(field.type, 'TEXT')}"
                        for field in batch.schema
                    )
                    cursor.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
                    cursor.execute(f"DELETE FROM {table}")
                cursor.execute(
                    f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv)", stream=_as_csv(batch)
                )
            database.commit()
    except pg8000.dbapi.Error as error:
        if isinstance(error.__cause__, OSError):
            why = error.__cause__.strerror or error.__cause__
            raise InputError(f"{called} cannot be reached: {why}") from None
        raise InputError(f"{called} cannot be written to: {_why(error)}") from None
    except OSError as error:  # the connection broke
        raise InputError(f"{called} cannot be reached: {error.strerror or error}") from None


def _place(address: str) -> dict[str, Any]:
    """Take an address apart as the driver wants it."""
    parts = urlsplit(address)
    try:
        port = parts.port or 5432
    except ValueError:
        port = 0
    database = unquote(parts.path.removeprefix("/"))
    if not (parts.hostname and parts.username and database and port):
        raise SettingsError(
            f"'{without_password(address)}' is no address of a database; give "
            "postgresql://USER@HOST:5432/DATABASE"
        )
    return {
        "user": unquote(parts.username),
        "password": unquote(parts.password or "") or os.environ.get("PGPASSWORD"),
        "host": parts.hostname,
        "port": port,
        "database": database,
    }


def _as_csv(batch: pa.RecordBatch) -> io.BytesIO:
    """Write rows as COPY reads them: what is missing is empty, what is there stands in quotes."""
    out = io.BytesIO()
    csv.write_csv(batch, out, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    out.seek(0)
    return out


def _why(error: Exception) -> str:
    """What the server says: PostgreSQL tells in fields, of which M is the message."""
    told = error.args[0] if error.args else error
    text = told.get("M", told) if isinstance(told, dict) else told
    return " ".join(str(text).split())
