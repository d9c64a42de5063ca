"""Let many clones track the same states on one server at once, and count what it holds afterwards.

    python benchmarks/clones.py [--clones 10] [--states 10]

Every clone tracks the first state in the same moment, then the second one, and so on, on a tracking
server of this machine. Exits with 1 unless each state is exactly one complete run in the end, all
of the same files.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
from mlflow.entities import Run

ROOT = Path(__file__).parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--clones", type=int, default=10)
    parser.add_argument("--states", type=int, default=10)
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        del os.environ[name]
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as uri:
        first = Path(folder) / "clone-0"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(first)], check=True)
        states = [101 + number for number in range(options.states)]
        for number, points in enumerate(states):
            settings = first / "params.yaml"
            text = settings.read_text(encoding="utf-8")
            old = "max_points: 2000 " if number == 0 else f"max_points: {points - 1} "
            assert old in text
            settings.write_text(text.replace(old, f"max_points: {points} "), encoding="utf-8")
            subprocess.run(
                [sys.executable, "-m", "dvc", "repro", "--quiet", "report"], cwd=first, check=True
            )
            clones = [first]
            for clone in range(1, options.clones):
                clones.append(Path(folder) / f"clone-{clone}")
                shutil.rmtree(clones[-1], ignore_errors=True)
                shutil.copytree(first, clones[-1], symlinks=True)
            tracked(clones, uri)
        sys.exit(not whole(uri, states, options.clones))


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a tracking server, and stop it in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    uri = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "2",
             "--backend-store-uri", f"sqlite:///{folder}/server.db",
             "--artifacts-destination", str(folder / "artifacts")],
            env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
        try:
            while not answers(uri):
                assert running.poll() is None
                time.sleep(0.2)
            yield uri
        finally:
            running.terminate()
            running.wait()


def answers(uri: str) -> bool:
    try:
        with urllib.request.urlopen(f"{uri}/health", timeout=5):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError):
        return False


def tracked(clones: list[Path], uri: str) -> None:
    """Run `track` in every clone, all at once; each runs the code of its own folder."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "segmentation", "track"],
            cwd=clone, stderr=subprocess.PIPE, text=True,
            env={
                **os.environ,
                "MLFLOW_TRACKING_URI": uri,
                "DVC_ROOT": str(clone),
                "PYTHONPATH": str(clone / "src"),
            },
        )
        for clone in clones
    ]  # fmt: skip
    failed = [(process.communicate()[1], process.returncode) for process in running]
    for told, code in failed:
        assert code == 0, told


def whole(uri: str, states: list[int], clones: int) -> bool:
    """Tell what the server holds, and whether it is what it should be."""
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    runs: list[Run] = mlflow.search_runs(search_all_experiments=True, output_format="list")
    points = sorted(int(run.data.params["evaluate.max_points"]) for run in runs)

    def files(run: Run, within: str | None = None) -> set[str]:
        found: set[str] = set()
        for item in client.list_artifacts(run.info.run_id, within):
            found |= files(run, item.path) if item.is_dir else {item.path}
        return found

    contents = {frozenset(files(run)) for run in runs}
    models = {len(run.outputs.model_outputs) for run in runs}
    status = {run.info.status for run in runs}
    fine = points == states and len(contents) == 1 and models == {1} and status == {"FINISHED"}
    print(
        f"{clones} clones tracked {len(states)} states at once, {clones * len(states)} times: "
        f"{len(runs)} runs of {len(set(points))} states, {'all' if fine else 'not all'} whole"
    )
    return fine


if __name__ == "__main__":
    main()
