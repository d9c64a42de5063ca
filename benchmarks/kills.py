"""Kill `track` at random moments, and see that the next `dvc repro` ends with one whole run.

    python benchmarks/kills.py [--times 10] [--seed 0]

Each time starts with no store at all, so that its making is hit too. Exits with 1 unless every
`dvc repro` left one finished run with all artifacts.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mlflow

ROOT = Path(__file__).parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance, bad = random.Random(options.seed), 0  # noqa: S311
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        subprocess.run(["dvc", "repro", "-q"], cwd=clone, check=True)
        expected = only_run(clone)
        forget(clone)
        start = time.perf_counter()
        subprocess.run(["dvc", "repro", "-q"], cwd=clone, check=True)
        seconds = time.perf_counter() - start
        assert expected[:2] == ("FINISHED", 1)
        for _ in range(options.times):
            forget(clone)
            after = chance.uniform(0.2, 1) * seconds
            running = subprocess.Popen(
                ["dvc", "repro"],
                cwd=clone,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(after)
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            left = ", ".join(sorted(p.name for p in clone.glob("ml*"))) or "nothing"
            subprocess.run(["dvc", "repro", "-q"], cwd=clone, check=True)
            whole = only_run(clone) == expected
            bad += not whole
            print(f"killed after {after:.2f} s ({left}): {'whole' if whole else 'NOT WHOLE'}")
    sys.exit(bool(bad))


def forget(clone: Path) -> None:
    """Remove the store and what `track` wrote."""
    for file in clone.glob("mlflow.db*"):
        file.unlink()
    shutil.rmtree(clone / "mlartifacts", ignore_errors=True)
    (clone / "reports/track/state.json").unlink(missing_ok=True)


def only_run(clone: Path) -> tuple[str, int, set[str]]:
    """Status, number of models and artifacts of the one run in the store."""
    # MLflow keeps a connection for every address, and this file is deleted and made again.
    copy = clone.parent / f"{time.time_ns()}.db"
    shutil.copy(clone / "mlflow.db", copy)
    client = mlflow.MlflowClient(f"sqlite:///{copy}")
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    (run,) = client.search_runs(experiments)

    def artifacts(folder: str | None = None) -> set[str]:
        found: set[str] = set()
        for item in client.list_artifacts(run.info.run_id, folder):
            found |= artifacts(item.path) if item.is_dir else {item.path}
        return found

    return run.info.status, len(run.outputs.model_outputs), artifacts()


if __name__ == "__main__":
    main()
