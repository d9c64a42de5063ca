"""Real tracking servers and databases on free ports of this machine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def mlflow_server(
    folder: Path, store: str, *options: str, port: int = 0, **env: str
) -> Iterator[str]:
    """Run a tracking server that keeps its files in `folder`, and stop it in the end."""
    port = port or free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, *options]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    log = folder / "server.log"
    # As docs/teams.md has them.
    settings = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with log.open("ab") as output:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **settings, **env},
            stdout=output,
            stderr=output,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(server)


def stop(process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGTERM) -> None:
    """End a process, whether it listens to a signal or not."""
    process.send_signal(sign)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path | None = None) -> None:
    """Wait until a server answers, and tell its log if it never does."""
    deadline = time.monotonic() + 120
    while not _answers(url):
        told = log.read_text(encoding="utf-8") if log else url
        assert server.poll() is None, told
        assert time.monotonic() < deadline, told
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError):
        return False


def system_program(name: str) -> str | None:
    """Find a program that Debian keeps off a user's PATH."""
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))


@contextmanager
def nginx(folder: Path, server: str, port: int) -> Iterator[Path]:
    """Run nginx with a `server` block that listens on a port; yield its certificate and stop it.

    The block names its certificate and key as `tls.crt` and `tls.key`.
    """
    program = system_program("nginx")
    assert program
    folder.mkdir()
    request = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            *request,
            *files,
        ],
        check=True,
        capture_output=True,
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    # As root, or it may not write into the folders of a test.
    user = "user root; " if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(
        f"{user}daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}{server}}}\n",
        encoding="utf-8",
    )
    running = subprocess.Popen([program, "-p", str(folder), "-c", str(file)])
    try:
        deadline = time.monotonic() + 60
        while not _listens(port):
            assert running.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield folder / "tls.crt"
    finally:
        stop(running)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def postgres_program(name: str) -> str | None:
    """Find one of PostgreSQL's programs, which Debian keeps off the PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, places)]))


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL server with two empty databases; yield its address.

    PostgreSQL refuses to run as root: there, its own user `postgres` runs it.
    """
    initdb, program = postgres_program("initdb"), postgres_program("postgres")
    assert initdb
    assert program
    user, port = "postgres" if os.geteuid() == 0 else None, free_port()
    with TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user)
        data, log = f"{folder}/data", Path(folder) / "postgres.log"
        init = [initdb, "-D", data, "-U", "team", "-A", "trust", "--no-sync"]
        subprocess.run(init, cwd=folder, check=True, capture_output=True, user=user)
        command = [program, "-D", data, "-p", str(port), "-k", folder, "-c", "fsync=off"]
        with log.open("wb") as output:
            server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, user=user)
        try:
            deadline = time.monotonic() + 60
            while not _create_databases(port):
                assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
                time.sleep(0.1)
            yield f"postgresql+pg8000://team@127.0.0.1:{port}"
        finally:
            stop(server, signal.SIGINT)  # PostgreSQL's fast shutdown


def _create_databases(port: int) -> bool:
    import pg8000.dbapi

    try:
        database = pg8000.dbapi.connect("team", host="127.0.0.1", port=port, database="postgres")
    except (pg8000.dbapi.Error, OSError):
        return False
    database.autocommit = True
    for name in ("mlflow", "mlflow_users"):
        database.cursor().execute(f"CREATE DATABASE {name}")
    database.close()
    return True
