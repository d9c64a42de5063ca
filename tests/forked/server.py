"""Import the heavy libraries once, and fork for every program that a client asks for."""

import atexit
import gc
import importlib
import io
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import types
import warnings
from typing import Any

LIBRARIES = (
    "dvc.cli", "dvc.cli.parser", "dvc.repo", "dvc.commands.repro", "dvc.api", "duckdb",
    "matplotlib.pyplot", "mlflow", "mlflow.sklearn", "mlflow.pyfunc",
    "mlflow.store.tracking.sqlalchemy_store", "mlflow.store.model_registry.sqlalchemy_store",
    "alembic.command", "typer", "rich.progress", "rich.table", "rich.prompt", "narwhals",
    "pandas", "pyarrow.parquet", "pydantic", "scipy.stats", "scipy.optimize", "sklearn.cluster",
    "sklearn.mixture", "sklearn.preprocessing", "sklearn.pipeline", "sklearn.compose",
    "sklearn.tree", "skops.io", "jinja2", "yaml",
)  # fmt: skip


def serve(path: str) -> None:
    """Fork for each client that connects, until the parent closes its end of the pipe."""
    for library in LIBRARIES:
        importlib.import_module(library)
    assert not any(name.partition(".")[0] == "segmentation" for name in sys.modules)
    gc.collect()
    gc.freeze()  # so that children need not copy what they do not change
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    os.close(1)
    with selectors.DefaultSelector() as ready:
        ready.register(listener, selectors.EVENT_READ)
        ready.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fd == 0:
                    return
                client, _ = listener.accept()
                if os.fork() == 0:
                    listener.close()
                    ready.close()
                    wait_on(client)
                client.close()


def wait_on(client: socket.socket) -> None:
    """Run the program in a process of its own; tell its status, or kill it with its client."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, files, _, _ = socket.recv_fds(client, 16, 3)
    while not head.endswith(b"\n"):
        head += client.recv(1)
    stream = client.makefile("rb")
    asked = json.loads(stream.read(int(head)))
    child = os.fork()
    if child == 0:
        client.close()
        os.setsid()
        os._exit(run(asked, files))
    for file in files:
        os.close(file)
    client.settimeout(0)
    gone = os.pidfd_open(child)
    with selectors.DefaultSelector() as ready:
        ready.register(client, selectors.EVENT_READ)
        ready.register(gone, selectors.EVENT_READ)
        if not any(key.fd == gone for key, _ in ready.select()):
            os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    try:
        client.settimeout(None)
        client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    except OSError:
        pass  # who asked is gone
    os._exit(0)


def run(asked: dict[str, Any], files: list[int]) -> int:
    """Become the program, `python -m MODULE` or a script; its exit code."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        if file > 2:
            os.close(file)
    before = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    os.chdir(asked["cwd"])
    here = [entry for entry in asked["env"].get("PYTHONPATH", "").split(os.pathsep) if entry]
    rest = [entry for entry in sys.path[1:] if entry not in before]
    sys.path[:] = [*([asked["cwd"]] if asked["program"].startswith("-") else []), *here, *rest]
    program = asked["program"]
    sys.argv = [program, *asked["arguments"]]
    sys.orig_argv = [sys.executable, *program.split(), *asked["arguments"]]
    sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False), encoding="utf-8")
    for number, name in ((1, "stdout"), (2, "stderr")):
        raw = open(number, "wb", closefd=False)
        lines = number == 2 or raw.isatty()
        errors = "strict" if number == 1 else "backslashreplace"
        text = io.TextIOWrapper(raw, encoding="utf-8", errors=errors, line_buffering=lines)
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
    code = 0
    try:
        if program == "-c":
            warnings.simplefilter("ignore")
            main = types.ModuleType("__main__")
            sys.modules["__main__"] = main
            exec(sys.argv[1], main.__dict__)
        elif program.startswith("-m "):
            runpy.run_module(program[3:], run_name="__main__", alter_sys=True)
        else:
            sys.exit(importlib.import_module(f"{program}.cli").main())
    except SystemExit as left:
        if isinstance(left.code, str):
            sys.stderr.write(f"{left.code}\n")
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve(sys.argv[1])
