"""Where the time of a cold `dvc repro` goes, by stage: interpreter, imports, work, and DVC itself.

    python benchmarks/startup.py [--runs 3]

Each run has two scratch clones with empty caches. In the first, the stages run by themselves, in
the order of `dvc.yaml`, each timed as a whole process; then once more with `-X importtime`, which
tells what its imports take, wherever in the code they stand. In the second, `dvc repro` runs, and
what it takes beyond the stages is DVC's own. Prints medians, in seconds.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
# The commands of dvc.yaml say `python`: let that be this one.
BIN = Path(sys.executable).parent


def run(folder: Path, *command: str) -> tuple[float, str]:
    """Run a command as it is; give its seconds and what it wrote to the standard error."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    env |= {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(folder / "src")}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return seconds, done.stderr


def import_seconds(folder: Path, *arguments: str) -> float:
    """Add up what each module of a run of Python takes by itself."""
    _, told = run(folder, "python", "-X", "importtime", *arguments)
    lines = (line.removeprefix("import time:") for line in told.splitlines() if "|" in line)
    own = (line.partition("|")[0].strip() for line in lines)
    return sum(int(microseconds) for microseconds in own if microseconds.isdigit()) / 1e6


def measure(folder: Path) -> dict[tuple[str, str], float]:
    """Time one cold run: (stage, part) to seconds."""
    found: dict[tuple[str, str], float] = {}
    apart, piped = folder / "apart", folder / "piped"
    for clone in (apart, piped):
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    stages = yaml.safe_load((apart / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    commands = {name: stage["cmd"].split() for name, stage in stages.items()}

    run(apart, "python", "-c", "pass")  # as all that follow: with its files in memory
    interpreter, _ = run(apart, "python", "-c", "pass")
    already = import_seconds(apart, "-c", "pass")
    for name, command in commands.items():
        found[name, "whole"], _ = run(apart, *command)
    for name, (_, *arguments) in commands.items():
        imports = import_seconds(apart, *arguments) - already
        found[name, "interpreter"], found[name, "imports"] = interpreter, imports
        found[name, "work"] = found[name, "whole"] - interpreter - imports
    for part in ("whole", "interpreter", "imports", "work"):
        found["all stages", part] = sum(found[name, part] for name in commands)

    found["dvc repro", "whole"], _ = run(piped, "dvc", "repro", "-q")
    found["DVC itself", "whole"] = found["dvc repro", "whole"] - found["all stages", "whole"]
    found["of it, to start", "whole"], _ = run(piped, "dvc", "status", "-q", "--help")
    return found


def show(runs: Iterable[dict[tuple[str, str], float]]) -> None:
    """Print the median of every figure, a line a stage."""
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for measured in runs:
        for (name, part), seconds in measured.items():
            rows[name][part].append(seconds)
    parts = ("whole", "interpreter", "imports", "work")
    print(f"{'':16}" + "".join(f"{part:>13}" for part in parts))
    for name, figures in rows.items():
        cells = (f"{statistics.median(figures[p]):.2f}" if p in figures else "" for p in parts)
        print(f"{name:16}" + "".join(f"{cell:>13}" for cell in cells).rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    runs = []
    for _ in range(parser.parse_args().runs):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(measure(Path(folder)))
    show(runs)


if __name__ == "__main__":
    main()
