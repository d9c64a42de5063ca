"""Clean and segment the same customers with both engines, and say how far they agree.

    python benchmarks/spark.py [--rows 1000000] [--memory 2g] [--results 16m] [--until train]
        [--write]

Asked of Spark: the same rows rejected for the same reasons, the same k, centroids within 1% of a
standard deviation, and an adjusted Rand index of the segments of at least .99. Processor time is
that of all processes that a stage starts, Java and its Python among them. With
--write the answers go into docs/performance.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from performance import ROOT, lay_out, machine, put, run
from ruamel.yaml import YAML

STAGES = ("prepare", "featurize", "select_k", "train")
TICK = os.sysconf("SC_CLK_TCK")


def measured(folder: Path, stage: str) -> tuple[float, float]:
    """Run a stage; the processor time of its whole family, and the clock's."""
    start, spent = time.perf_counter(), dict[int, float]()
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH')}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "segmentation", stage], cwd=folder, env=env, start_new_session=True
    )
    while process.poll() is None:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue  # it is gone
            if int(fields[3]) == process.pid:  # its session
                spent[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / TICK
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"{stage} failed in {folder}")
    return sum(spent.values()), time.perf_counter() - start


def laid_out(folder: Path, customers: Path, engine: dict[str, object]) -> Path:
    folder.mkdir()
    lay_out(folder)
    (folder / "data/raw").mkdir(parents=True)
    os.link(customers, folder / "data/raw/customers.csv")
    yaml = YAML()
    params = yaml.load(folder / "params.yaml")
    params["engine"] = engine
    yaml.dump(params, folder / "params.yaml")
    return folder


def same(one: Path, other: Path, name: str) -> bool:
    return (one / name).read_bytes() == (other / name).read_bytes()


def centroids(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Mean features of each segment, and each customer's segment."""
    segment = pq.read_table(folder / "data/segments/assignments.parquet")["segment"].to_numpy()
    points = pq.ParquetFile(folder / "data/features/matrix.parquet")
    sums = np.zeros((segment.max() + 1, len(points.schema_arrow)))
    row = 0
    for batch in points.iter_batches():
        X = np.column_stack([column.to_numpy() for column in batch.columns])
        np.add.at(sums, segment[row : row + len(X)], X)
        row += len(X)
    counts = np.bincount(segment)
    return sums[counts > 0] / counts[counts > 0, None], segment


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--memory", default="2g", help="of Spark's driver, which works too")
    parser.add_argument("--results", default="16m", help="that all tasks may hand to the driver")
    parser.add_argument("--until", choices=STAGES, default=STAGES[-1])
    parser.add_argument("--write", action="store_true", help="put the answers into the page")
    options = parser.parse_args()
    stages = STAGES[: STAGES.index(options.until) + 1]
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        made = base / "made"
        made.mkdir()
        run(made, str(ROOT / "benchmarks/performance.py"), "--make", str(options.rows))
        customers = made / "data/raw/customers.csv"
        engines: dict[str, dict[str, object]] = {
            "local": {"name": "local"},
            "spark": {
                "name": "spark",
                "options": {
                    "spark.driver.memory": options.memory,
                    "spark.driver.maxResultSize": options.results,
                },
            },
        }
        folders = {who: laid_out(base / who, customers, engines[who]) for who in engines}
        spent: dict[str, list[float]] = {stage: [] for stage in stages}
        for stage in stages:
            for who, folder in folders.items():
                cpu, wall = measured(folder, stage)
                spent[stage].append(cpu)
                print(f"{who:6} {stage:10} {cpu:7.1f} processor s {wall:7.1f} s", flush=True)
        found = agree(folders["local"], folders["spark"], trained="train" in stages)
        driver = f"Spark's driver had {options.memory} of memory and took {options.results} at most"
        text = section(f"{options.rows:,} customers; {driver}. {machine()}", spent, found)
        print(text)
        if options.write:
            put(text)
    if not all(found.values()):
        raise SystemExit(1)


def section(what: str, spent: dict[str, list[float]], found: dict[str, bool]) -> str:
    """Write processor time by stage, and what is the same, as a part of the page."""
    lines = [
        "## Spark beside the local engine",
        "",
        what,
        "",
        "| stage | local, processor s | Spark, processor s |",
        "|---|---|---|",
        *(f"| {stage} | {local:.1f} | {spark:.1f} |" for stage, (local, spark) in spent.items()),
        "",
        *(f"- {'yes' if holds else '**no**'}: {which}" for which, holds in found.items()),
        "",
    ]
    return "\n".join(lines)


def agree(one: Path, other: Path, *, trained: bool) -> dict[str, bool]:
    """Say what is the same."""
    quality = [json.loads((f / "reports/prepare/quality.json").read_text()) for f in (one, other)]
    print(f"rows {quality[0]['rows_in']:,}, rejected {quality[0]['rows_rejected']:,}")
    found = {
        "account of rows": quality[0] == quality[1],
        "kept rows, byte for byte": same(one, other, "data/prepared/customers.parquet"),
        "rejected rows and reasons, byte for byte": same(
            one, other, "data/prepared/rejected.parquet"
        ),
    }
    if trained:
        from sklearn.metrics import adjusted_rand_score

        k = [
            json.loads((f / "reports/select_k/choice.json").read_text())["k"] for f in (one, other)
        ]
        (ours, segment), (theirs, others) = centroids(one), centroids(other)
        found["the same k"] = k[0] == k[1]
        far = float(np.abs(ours - theirs).max()) if ours.shape == theirs.shape else np.inf
        rand = adjusted_rand_score(segment, others)
        print(f"k {k[0]} and {k[1]}, centroids {far:.3g} apart at most, adjusted Rand {rand:.6f}")
        found["centroids within .01"] = far <= 0.01
        found["adjusted Rand at least .99"] = rand >= 0.99
    return found


if __name__ == "__main__":
    main()
