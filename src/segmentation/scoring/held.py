"""A file in memory, for those who can only open one by its path."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(content: bytes) -> Iterator[Path]:
    """Give a file in memory a path.

    Where the system has no such files it is one in a folder that only this user can enter.
    """
    if not hasattr(os, "memfd_create"):
        with tempfile.TemporaryDirectory(prefix="segmentation-") as folder:
            path = Path(folder) / "customers"
            path.write_bytes(content)
            yield path
        return
    number = os.memfd_create("customers")
    try:
        with os.fdopen(os.dup(number), "wb") as file:
            file.write(content)
        yield Path(f"/proc/self/fd/{number}")
    finally:
        os.close(number)


def nameless(text: str, file: Path, *, called: str) -> str:
    """Say what a file is called to people where a message names the one that is held."""
    return text.replace(str(file), called)
