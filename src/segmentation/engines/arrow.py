"""Arrow arrays of what is here: `pyarrow.array` imports pandas, which few files are worth."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def integers(values: Iterable[int] | NDArray[np.int64]) -> pa.Array:
    """Return an array of whole numbers."""
    numbers = np.asarray(values if isinstance(values, np.ndarray) else list(values), dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def flags(values: NDArray[np.bool_]) -> pa.Array:
    """Return an array of truth values."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def texts(values: Iterable[str | None]) -> pa.Array:
    """Return an array of text, missing where that is None."""
    encoded = [None if value is None else value.encode() for value in values]
    lengths = [0, *(len(text or b"") for text in encoded)]
    known = np.array([text is not None for text in encoded], dtype=bool)
    offsets = np.cumsum(lengths, dtype=np.int32)
    content = pa.py_buffer(b"".join(text for text in encoded if text is not None))
    buffers = [_bits(known), pa.py_buffer(offsets), content]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def empty(schema: pa.Schema) -> pa.Table:
    """Return a table without rows."""
    return pa.table([pa.nulls(0, field.type) for field in schema], schema=schema)


def _bits(values: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))


def as_integers(array: pa.Array) -> NDArray[np.int64]:
    """Return whole numbers, none of them missing."""
    numbers = np.frombuffer(array.buffers()[1], dtype=np.int64) if len(array) else np.empty(0, int)
    return numbers[array.offset : array.offset + len(array)]


def as_flags(array: pa.Array) -> NDArray[np.bool_]:
    """Return truth values, none of them missing."""
    bits = np.frombuffer(array.buffers()[1], dtype=np.uint8)
    return np.unpackbits(bits, bitorder="little")[array.offset :][: len(array)].astype(bool)
