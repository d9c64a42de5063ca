"""Run queued experiments side by side, and count what the embedded store holds afterwards.

    python benchmarks/experiments.py [--experiments 10] [--workers 2] [--last-stages]

In a scratch clone with an empty store, queue experiments with `dvc exp run --queue`, start the
workers with `dvc queue start`, and wait. With `--last-stages` they differ in a setting of
`evaluate`, and take the stages before it from DVC's cache: most of their time they write to the
store, all at once. Exits with 1 unless every experiment is exactly one complete run under its own
name.
"""

import argparse
import os
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
    parser.add_argument("--experiments", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--last-stages", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}

        def dvc(*arguments: str, **env: str) -> str:
            done = subprocess.run(
                [sys.executable, "-m", "dvc", *arguments],
                cwd=clone, env=environment | env, check=True, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            return done.stdout

        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        setting = "evaluate.max_points" if options.last_stages else "seed"
        if options.last_stages:
            # So that the cache holds what is the same in all, and the store nothing.
            dvc("repro", "--quiet", MLFLOW_TRACKING_URI=f"sqlite:///{folder}/other.db")
        names = [f"{setting}-{value}" for value in range(101, 101 + options.experiments)]
        for name in names:
            value = name.rpartition("-")[2]
            dvc("exp", "run", "--queue", "--quiet", "--name", name, "-S", f"{setting}={value}")
        start = time.perf_counter()
        dvc("queue", "start", "--jobs", str(options.workers))
        while "Queued" in (status := dvc("queue", "status")) or "Running" in status:
            time.sleep(1)
        print(f"{options.experiments} experiments in {time.perf_counter() - start:.0f} s")
        print(status)
        dvc("queue", "stop", "--kill")

        mlflow.set_tracking_uri(f"sqlite:///{clone}/mlflow.db")
        runs = mlflow.search_runs(search_all_experiments=True, output_format="list")
        client = mlflow.MlflowClient()
        whole = [
            run.info.run_name
            for run in runs
            if run.info.status == "FINISHED"
            and run.data.tags["dvc.exp.name"] == run.info.run_name
            and run.info.artifact_uri.startswith((clone / "mlartifacts").as_uri())
            and "report.html" in {item.path for item in client.list_artifacts(run.info.run_id)}
            and len(run.outputs.model_outputs) == 1
        ]
        print(f"{len(runs)} runs, complete: {', '.join(sorted(whole))}")
        sys.exit(sorted(whole) != sorted(names) or len(runs) != len(names))


if __name__ == "__main__":
    main()
