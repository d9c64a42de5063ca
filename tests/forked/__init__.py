"""Processes that need not import the heavy libraries again.

A test of the pipeline starts dozens of processes, and each would spend seconds on importing the
same libraries. A server (`server.py`) imports them once and forks for each: the same program with
its own arguments, environment, folder and files, in a process of its own that can be killed. What
goes through it are `python -m segmentation`, `python -m dvc`, their scripts and `python -W ignore
-c`, by programs of these names (`client.py`) that stand first on the PATH; the project's own code
is never in the server, so each process has that of its own project. Anything else is the real
`python`.
"""

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def programs() -> Path:
    """Start the server of this process; the folder of the programs that ask it."""
    folder = Path(tempfile.mkdtemp(prefix="forked-"))
    client = (HERE / "client.py").read_text(encoding="utf-8")
    settings = f"REAL, SOCKET = {sys.executable!r}, {str(folder / 'socket')!r}"
    client = client.replace('REAL = SOCKET = ""', settings)
    for name in ("python", "dvc", "segmentation"):
        program = folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!{sys.executable} -IS\n{client}", encoding="utf-8")
        program.chmod(0o700)
    server = subprocess.Popen(
        [sys.executable, HERE / "server.py", folder / "socket"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdout.read()  # until it listens, and closes it

    def stop() -> None:
        server.communicate()  # closes what it waits for
        shutil.rmtree(folder)

    atexit.register(stop)
    return folder / "bin"
