"""What scoring a file takes, beside reading and writing it with pandas.

    python benchmarks/scoring.py [--rows 1000000]

CSV to CSV, customers of `segmentation sample`, each in a process of its own. Run it in a clone in
which `dvc repro` has run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLE = """
import sys
from segmentation.synthetic.customers import make_customers
made, _ = make_customers(rows=int(sys.argv[2]), seed=5, structure="segments", dirty=True)
made.to_csv(sys.argv[1], index=False)
print(f"{len(made):,} rows, processor seconds and MB", flush=True)
"""
PANDAS = "import sys, pandas; pandas.read_csv(sys.argv[1]).to_csv(sys.argv[2], index=False)"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "new.csv", str(Path(folder) / "out.csv")
        program = [sys.executable, "-W", "ignore"]
        # Elsewhere: what this process holds would count as the memory of those that it starts.
        subprocess.run([*program, "-c", SAMPLE, str(file), str(rows)], check=True)
        theirs = taken([*program, "-c", PANDAS, str(file), out])
        score = ["from segmentation.cli import main; main()", "score", str(file), "-o", out]
        ours = taken([*program, "-c", *score, "--model", "workspace"])
    for name, (seconds, memory) in (("pandas", theirs), ("segmentation score", ours)):
        print(f"| {name} | {seconds:.1f} | {memory:,.0f} | {seconds / theirs[0]:.1f} |")


def taken(command: list[str]) -> tuple[float, float]:
    """Run a program; return the processor time it took in seconds, and its memory in MB."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    assert status == 0, command
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
