"""A file of purchases as DuckDB reads it: all columns as texts."""

import codecs
import csv
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation import sql
from segmentation.artifacts.files import is_parquet
from segmentation.engines import foreign
from segmentation.errors import InputError, SettingsError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# cp1252 is latin-1 but for a few signs such as the euro's.
_KNOWN = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "ascii": "utf-8", "iso8859-1": "latin-1",
          "cp1252": "latin-1", "utf-16": "utf-16"}  # fmt: skip
_PLACES, _PIECE = 50, 2048  # of a file whose values are looked at first, and their bytes
_FEW = 1000  # values where a file cannot be looked at all over


@dataclass(frozen=True)
class Source:
    """A file, and how it is read; of a Parquet file, delimiter and encoding mean nothing."""

    path: Path
    delimiter: str = ","
    encoding: str = "utf-8"

    @property
    def is_parquet(self) -> bool:
        """Whether the file is Parquet, and CSV if not."""
        return is_parquet(self.path)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        if not self.path.is_file():
            raise InputError(f"{self.path} is missing; purchases.path says where purchases are")
        return self.path.stat().st_size

    def relation(self) -> str:
        """Return SQL of the file. Lines that cannot be taken apart go to the table `damaged`."""
        place = sql.text(self.path.as_posix())
        if self.is_parquet:
            return f"read_parquet({place})"
        names = ", ".join(f"{sql.text(name)}: 'VARCHAR'" for name in self._header())
        return (
            f"read_csv({place}, header=true, auto_detect=false, delim={sql.text(self.delimiter)}, "
            f"quote='\"', escape='\"', encoding={sql.text(self._for_duckdb())}, "
            f"store_rejects=true, rejects_table='damaged', rejects_scan='damaged_in', "
            f"columns={{{names}}})"
        )

    def columns(self, con: "DuckDBPyConnection") -> list[str]:
        """Return the names of the columns."""
        import duckdb

        try:
            if self.is_parquet:
                foreign.check_parquet(self.path)
            rows = con.execute(f"describe from {self.relation()}").fetchall()
        except duckdb.Error as error:
            raise unreadable(self.path, error) from None
        return [row[0] for row in rows]

    def examples(self, con: "DuckDBPyConnection", column: str) -> list[str]:
        """Return some values of a column as they are written, from all over the file."""
        found = [] if self.is_parquet or self._codec() == "utf-16" else self._all_over(column)
        if found:
            return found
        few = f"select {sql.name(column)}::varchar from {self.relation()} limit {_FEW}"
        return [row[0] for row in con.execute(few).fetchall() if row[0]]

    def _all_over(self, column: str) -> list[str]:
        found: list[str] = []
        size, header = self.size, self._header()
        with self.path.open("rb") as file:
            file.readline()
            first = file.tell()
            for place in range(_PLACES):
                file.seek(max(size * place // _PLACES, first - 1))
                file.readline()  # what is left of a line
                lines = file.read(_PIECE).decode(self._codec(), errors="replace").splitlines()
                whole = lines[:-1] if file.tell() < size else lines
                rows = csv.reader(whole, delimiter=self.delimiter)
                with suppress(csv.Error):  # a cell too long to be one
                    found += [row[header.index(column)] for row in rows if len(row) == len(header)]
        return found

    def _header(self) -> list[str]:
        """Return the names in the first line, each once."""
        _check_kind(self.path, self.encoding)
        try:
            with self.path.open(encoding=self._codec(), newline="") as file:
                header = next(csv.reader(file, delimiter=self.delimiter), [])
        except UnicodeError as error:
            raise InputError(
                f"{self.path} is not {self.encoding} text ({error}); set purchases.encoding, for "
                "example to latin-1"
            ) from None
        except csv.Error as error:
            raise InputError(f"{self.path} has no header in its first line ({error})") from None
        names: list[str] = []
        for place, word in enumerate(header, start=1):
            name = word.strip() or f"column {place}"
            names.append(name if name not in names else f"{name} ({place})")
        if not names:
            raise InputError(f"{self.path} is empty")
        return names

    def _for_duckdb(self) -> str:
        """Return DuckDB's name of the encoding."""
        try:
            name = codecs.lookup(self.encoding).name
        except LookupError:
            name = ""
        if name not in _KNOWN:
            raise SettingsError(
                f"purchases.encoding '{self.encoding}' is not one of utf-8, latin-1, cp1252 and "
                "utf-16; save the file as utf-8"
            )
        return _KNOWN[name]

    def _codec(self) -> str:
        name = self._for_duckdb()
        return "utf-8-sig" if name == "utf-8" else name


def sniffed(path: Path) -> Source:
    """Return how a file is read: UTF-8 if it is that, and the delimiter that DuckDB finds."""
    import duckdb

    if not path.is_file():
        raise InputError(f"{path} is missing")
    source = Source(path)
    if source.is_parquet:
        return source
    decoder, encoding = codecs.getincrementaldecoder("utf-8")(), "utf-8"
    with path.open("rb") as file:
        mark = file.read(4)
        if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-8" if mark == codecs.BOM_UTF32_LE else "utf-16"
        else:
            file.seek(0)
            try:
                while piece := file.read(1 << 20):
                    decoder.decode(piece)
            except UnicodeDecodeError:
                encoding = "latin-1"
    _check_kind(path, encoding)
    with duckdb.connect() as con:
        try:
            row = con.execute(
                f"select delimiter from sniff_csv({sql.text(path.as_posix())}, "
                f"encoding={sql.text(encoding)}, all_varchar=true, ignore_errors=true)"
            ).fetchone()
        except duckdb.Error as error:
            raise unreadable(path, error) from None
    return Source(path, delimiter=row[0] if row and row[0] else ",", encoding=encoding)


def _check_kind(path: Path, encoding: str) -> None:
    """Refuse what is no text, which an encoding where every byte is a letter takes for some."""
    try:
        with path.open("rb") as file:
            kind = foreign.recognise(file.read(foreign.HEAD), path, encoding)
    except FileNotFoundError:
        raise InputError(f"{path} is missing") from None
    if kind and kind.startswith("UTF-"):
        raise InputError(f"{path} is {kind.partition(';')[0]}, not {encoding}; save it as UTF-8")
    if kind:
        raise InputError(f"{path} is {kind.replace('data.', 'purchases.')}")


def unreadable(path: Path, error: Exception) -> InputError:
    """Return what to tell of a file that DuckDB cannot read."""
    why = str(error).splitlines()[0]
    if "not latin-1 encoded" in why:
        why = "it holds letters that latin-1 lacks, such as € in Windows' cp1252; save it as UTF-8"
    if "when sniffing file" in why:
        why = "lines end in several ways, or a quote is never closed; save it as CSV once more"
    return InputError(f"{path} cannot be read: {why}")
