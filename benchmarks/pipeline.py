"""Time a cold `dvc repro` against the same job done by one script, in turns.

    python benchmarks/pipeline.py PEER [--runs 3]

PEER is a command that does the job as a notebook would: it reads the customers' CSV named as its
first argument and writes to the folder named as its second one. The pipeline runs in a scratch
clone with empty caches. Prints both medians and the median of the ratios of each turn.
"""

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def seconds(command: list[str], folder: Path) -> float:
    # Python keeps what it compiled, as on anyone's machine: else each of nine stages compiles its
    # libraries, and one script compiles them once.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("peer", help="for example: 'python notebook.py --mlflow'")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    turns = []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            clone = Path(folder) / "clone"
            subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
            ours = seconds(["dvc", "repro", "-q"], clone)
            words = shlex.split(options.peer)
            words[2:2] = [str(ROOT / "data/raw/customers.csv"), str(Path(folder) / "peer")]
            theirs = seconds(words, Path(folder))
            shutil.rmtree(clone)
        turns.append((ours, theirs))
        print(f"pipeline {ours:.1f} s, peer {theirs:.1f} s, ratio {ours / theirs:.2f}")
    print(
        f"median: pipeline {statistics.median(o for o, _ in turns):.1f} s, "
        f"peer {statistics.median(t for _, t in turns):.1f} s, "
        f"ratio {statistics.median(o / t for o, t in turns):.2f}"
    )


if __name__ == "__main__":
    main()
