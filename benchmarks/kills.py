"""Kill stages at random moments, and see that the next `dvc repro` mends everything.

    python benchmarks/kills.py [--times 200] [--seed 0]

In a scratch clone with purchases, so that every stage there is runs. One stage after the other
runs anew, and everything, or now and then the stage alone, is killed with SIGKILL while it does, or
while DVC keeps what it wrote; every tenth time it is a whole run with another seed. `track` starts
without a store, so that its making is hit too. Then `dvc repro`, which may take nothing from DVC's
run cache, must end with the results, the `dvc.lock` and the MLflow runs of runs that nobody
disturbed, and with no other file. A `dvc.lock` that DVC was killed in writing, and then refuses, is
removed first, as docs/experiments.md says. Exits with 1 unless all was mended.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow

from segmentation.errors import InputError
from segmentation.repository import lock
from segmentation.repository.snapshot import Snapshot

ROOT = Path(__file__).parent.parent
SEEDS = (42, 43)
WHOLE = "a whole run"


@dataclass(frozen=True)
class Undisturbed:
    """What a run that nobody disturbed ends with."""

    lock: list[lock.Stages]
    key: str
    run: dict[str, Any]
    files: str
    seconds: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        del os.environ[name]
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        # A run imports the code of the folder that it runs in; so must the commands here.
        os.environ["PYTHONPATH"] = str(clone / "src")
        make(clone)
        expected = {seed: undisturbed(clone, seed) for seed in SEEDS}
        known = {each.key: each.run for each in expected.values()}
        seconds = expected[SEEDS[0]].seconds  # with the next seed, the first stages did not run
        stages = list(seconds)
        seed, tracked = SEEDS[-1], set(known)
        kills: Counter[str] = Counter()
        bad: list[str] = []
        start = time.perf_counter()
        for number in range(options.times):
            victim = WHOLE if number % 10 == 9 else stages[(number - number // 10) % len(stages)]
            if victim == "track":
                forget(clone)
                tracked = set()
            if victim == WHOLE:
                seed = SEEDS[1 - SEEDS.index(seed)]
                replace(clone, r"(?m)^seed: \d+", f"seed: {seed}")
            told = killed(clone, victim, seconds, chance)
            tracked.add(expected[seed].key)
            wrong = mended(clone, expected[seed], known, tracked)
            kills[victim] += 1
            print(f"{number + 1:4} {victim}: {told}: {wrong or 'whole'}", flush=True)
            bad += [f"{victim}: {wrong}"] if wrong else []
        each = ", ".join(f"{name} {count}" for name, count in kills.items())
        print(f"{options.times} kills in {time.perf_counter() - start:.0f} s ({each})")
        print(f"{len(bad)} not mended: {'; '.join(bad)}" if bad else "all mended")
    sys.exit(bool(bad))


def make(clone: Path) -> None:
    """Clone the repository, and give it few purchases and little to do: stages are what counts."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    table = "data/raw/purchases.csv"
    for command in (
        ["sample-purchases", "--customers", "150", "--out", table],
        ["purchases", table],
    ):
        subprocess.run(["segmentation", *command], cwd=clone, check=True, stdout=subprocess.DEVNULL)
    replace(clone, r"(draws|resamples): \d+", r"\1: 10")
    replace(clone, r"k_max: \d+", "k_max: 5")


def replace(clone: Path, old: str, new: str) -> None:
    """Change settings."""
    file = clone / "params.yaml"
    file.write_text(re.sub(old, new, file.read_text(encoding="utf-8")), encoding="utf-8")


def undisturbed(clone: Path, seed: int) -> Undisturbed:
    """Run everything, and see how long each stage takes with what DVC does after it."""
    replace(clone, r"(?m)^seed: \d+", f"seed: {seed}")
    running = subprocess.Popen(
        ["dvc", "repro"], cwd=clone, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert running.stdout is not None
    starts = [
        (line.split("'")[1], time.perf_counter())
        for line in running.stdout
        if line.startswith("Running stage")
    ]
    assert running.wait() == 0
    ends = [begun for _, begun in starts[1:]] + [time.perf_counter()]
    seconds = {name: end - begun for (name, begun), end in zip(starts, ends, strict=True)}
    key = lock.state_key(locks(clone)[0])
    return Undisturbed(locks(clone), key, runs(clone)[key][0], files_of(clone), seconds)


def locks(clone: Path) -> list[lock.Stages]:
    """What `dvc.lock` says; stages stand in the order in which they first ran."""
    files = (clone / "dvc.lock", clone / "purchases/dvc.lock")
    return [lock.parse(file.read_bytes()) for file in files if file.is_file()]


def started(clone: Path, name: str) -> subprocess.Popen[str]:
    """Run one stage whether it must or not, or all that must, and come back when a stage starts."""
    one = [] if name == WHOLE else ["--force", "--single-item", name]
    running = subprocess.Popen(
        ["dvc", "repro", "--no-run-cache", *one],
        cwd=clone, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith("Running stage"):
            break
    return running


def killed(clone: Path, name: str, seconds: dict[str, float], chance: random.Random) -> str:
    """Run, kill, and tell how."""
    running = started(clone, name)
    after = chance.uniform(0, sum(seconds.values()) if name == WHOLE else seconds[name])
    alone = chance.random() < 0.25
    time.sleep(after)
    over = running.poll() is not None
    with suppress(ProcessLookupError):  # over in between
        if alone:
            for child in children(running.pid):
                os.kill(child, signal.SIGKILL)
        else:
            os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    what = "over before" if over else "the stage alone" if alone else "all"
    return f"killed after {after:.2f} s ({what})"


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, task.read_text().split()):
                found += [child, *children(child)]
    return found


def mended(
    clone: Path, expected: Undisturbed, known: dict[str, dict[str, Any]], tracked: set[str]
) -> str:
    """Run `dvc repro`, and tell what is not as if nobody had disturbed anything."""
    repro = ["dvc", "repro", "--no-run-cache"]
    done = subprocess.run(repro, cwd=clone, check=False, capture_output=True, text=True)
    if done.returncode and "dvc.lock' " in done.stderr:  # DVC was killed while it wrote that
        for name in ("dvc.lock", "purchases/dvc.lock"):
            if f"{name}' " in done.stderr:
                (clone / name).unlink()
        done = subprocess.run(repro[:2], cwd=clone, check=False, capture_output=True, text=True)
    if done.returncode:
        return f"dvc repro failed: {done.stderr}"
    if locks(clone) != expected.lock:
        return "another dvc.lock"
    try:
        Snapshot.of_workspace(clone).check()
    except InputError as error:
        return str(error)
    if files_of(clone) != expected.files:
        return "other files"
    found = runs(clone)
    if found.keys() != tracked:
        return f"{len(found)} runs instead of {len(tracked)}"
    for key, all_of_it in found.items():
        if len(all_of_it) != 1:
            return f"{len(all_of_it)} runs of one state"
        if all_of_it[0] != known[key]:
            return "a run that is not whole"
    return ""


def forget(clone: Path) -> None:
    """Remove the store and what `track` wrote."""
    for file in clone.glob("mlflow.db*"):
        file.unlink()
    shutil.rmtree(clone / "mlartifacts", ignore_errors=True)
    (clone / "reports/track/state.json").unlink(missing_ok=True)


def files_of(clone: Path) -> str:
    """What git sees in the clone: changed and new files, ignored ones too, apart from caches."""
    done = subprocess.run(
        ["git", "status", "--porcelain", "--ignored"],
        cwd=clone, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return "".join(line for line in done.stdout.splitlines(True) if "__pycache__" not in line)


def runs(clone: Path) -> dict[str, list[dict[str, Any]]]:
    """All runs in the store, by the state that they show; what depends on the time is left out."""
    # MLflow keeps a connection for every address, and this file is deleted and made again.
    copy = clone.parent / f"{time.time_ns()}.db"
    shutil.copy(clone / "mlflow.db", copy)
    client = mlflow.MlflowClient(f"sqlite:///{copy}")

    def artifacts(run: str, folder: str | None = None) -> set[str]:
        found: set[str] = set()
        for item in client.list_artifacts(run, folder):
            found |= artifacts(run, item.path) if item.is_dir else {item.path}
        return found

    found: dict[str, list[dict[str, Any]]] = {}
    for run in client.search_runs([each.experiment_id for each in client.search_experiments()]):
        found.setdefault(run.data.tags["dvc.lock.key"], []).append(
            {
                "status": run.info.status,
                "params": run.data.params,
                "metrics": run.data.metrics,
                "curves": len(client.get_metric_history(run.info.run_id, "select_k/silhouette")),
                "models": len(run.outputs.model_outputs),
                "artifacts": artifacts(run.info.run_id),
            }
        )
    copy.unlink()
    return found


if __name__ == "__main__":
    main()
