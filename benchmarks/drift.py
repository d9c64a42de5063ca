"""How often `segmentation drift` raises an alarm where nothing changed, and where something did.

    python benchmarks/drift.py [--samples 200] [--rows 1000]

Samples are customers of `segmentation sample` with other seeds than that of the training, dirt and
all. Nothing changed in the first part; in the second, one number is half a standard deviation
higher for everyone (at most its limit). Run it in a clone in which `dvc repro` has run.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd

from segmentation.commands.drift import compare
from segmentation.commands.load import WORKSPACE, choose
from segmentation.synthetic.customers import make_customers

FIRST_SEED = 10_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=int, default=200)
    arguments.add_argument("--shifted", type=int, default=10)
    arguments.add_argument("--rows", type=int, default=1000)
    asked = arguments.parse_args()
    chosen = choose(WORKSPACE)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "customers.csv"

        def verdict(customers: pd.DataFrame) -> str:
            customers.to_csv(file, index=False)
            return compare(file, chosen).verdict

        def sample(seed: int) -> pd.DataFrame:
            return make_customers(
                rows=asked.rows, seed=FIRST_SEED + seed, structure="segments", dirty=True
            )[0]

        same = Counter(verdict(sample(i)) for i in range(asked.samples))
        print(f"| nothing changed | {asked.samples} | {alarms(same)} |", flush=True)
        for name, limits in chosen.data.numeric.items():
            found: Counter[str] = Counter()
            for i in range(asked.shifted):
                customers = sample(i)
                numbers = pd.to_numeric(customers[name], errors="coerce")
                moved = numbers + numbers.std() / 2
                if limits is not None and limits.max is not None:
                    moved = moved.where(numbers > limits.max, moved.clip(upper=limits.max))
                customers[name] = customers[name].where(numbers.isna(), moved.map("{:.2f}".format))
                found[verdict(customers)] += 1
            print(f"| {name} + half a deviation | {asked.shifted} | {alarms(found)} |", flush=True)


def alarms(verdicts: Counter[str]) -> str:
    watch, retrain = verdicts["watch"], verdicts["retrain"]
    return f"{watch} watch, {retrain} retrain: {(watch + retrain) / verdicts.total():.1%}"


if __name__ == "__main__":
    main()
