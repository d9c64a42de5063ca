"""Compressed files, which are read as they are, unless they would fill the disk."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyarrow as pa

from segmentation.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_KINDS: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": lambda path: pa.CompressedInputStream(str(path), "zstd"),
}
_MARK = max(map(len, _KINDS))
_BYTES = 1 << 30  # that any file may unpack to
_TIMES = 200  # of its size, to which any may unpack: tables of customers are packed to a tenth
CUT_OFF = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


def is_packed(head: bytes) -> bool:
    """Whether a file that begins so is compressed."""
    return head.startswith(tuple(_KINDS))


def unpacked(path: Path) -> BinaryIO:
    """Open a file for its bytes, those of a compressed one as they were before.

    Where a compressed file becomes too long for its size, reading raises `InputError`.
    """
    with path.open("rb") as file:
        head = file.read(_MARK)
    unpack = next((unpack for mark, unpack in _KINDS.items() if head.startswith(mark)), None)
    if unpack is None:
        return path.open("rb")
    return cast(BinaryIO, io.BufferedReader(_Limited(unpack(path), path), 1 << 16))


def cut_off(path: Path, error: Exception) -> InputError:
    """Return what to tell of a compressed file that does not unpack."""
    return InputError(
        f"{path} is compressed, and damaged or not whole ({error}); get the whole file"
    )


class _Limited(io.RawIOBase):
    """An unpacked file, up to where it has become too long."""

    def __init__(self, file: Any, path: Path) -> None:
        self._file, self._path = file, path
        self._left = max(_BYTES, _TIMES * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        read = int(self._file.readinto(buffer))
        self._left -= read
        if self._left < 0:
            raise InputError(
                f"{self._path} unpacks to more than {_TIMES} times its size; if it is a table of "
                "customers all the same, and not made to fill the disk, unpack it"
            )
        return read

    def close(self) -> None:
        self._file.close()
        super().close()
