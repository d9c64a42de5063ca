"""Time every stage on many customers beside what others use, and write docs/performance.md.

    python benchmarks/performance.py [--rows 1000000] [--others PYTHON] [--write]

Customers are made up: a million different ones at most, which are repeated under other ids beyond
that. Each stage, and each alternative, is a process of its own. What is compared is processor time,
which other work on the machine touches less than the clock, and the largest memory. PYTHON is an
interpreter that has polars, faiss-cpu and scikit-learn-intelex; without it they are left out. With
--write the answers go into the section of docs/performance.md for this number of rows.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
STAGES = ("prepare", "explore", "featurize", "select_k", "train", "evaluate", "profile", "report")
DIFFERENT = 1_000_000  # customers that are made up; more are these again

READ = "import pandas as pd; pd.read_csv('data/raw/customers.csv')"
LOAD = """
import numpy as np, pyarrow.parquet as pq
X = pq.read_table('data/features/matrix.parquet').to_pandas().to_numpy(np.float32)
print(X.shape)
"""
KMEANS = """
from sklearn.cluster import KMeans
print(KMeans({k}, n_init={n}, random_state=0).fit(X.astype(np.float64)).inertia_)
"""
OURS = """
import numpy as np, pyarrow.parquet as pq
from pathlib import Path
from segmentation.algorithms import ALGORITHMS
from segmentation.engines.tables.lloyd import finish
from segmentation.engines.tables.sample import sample_rows
from segmentation.engines.tables.table import Table
points = Table(Path('data/features/matrix.parquet'))
people = Table(Path('data/prepared/customers.parquet'))
some = points.take(sample_rows(people, seed=0)).to_numpy()
found = ALGORITHMS['kmeans'](some, k={k}, seed=0, options={{'n_init': {n}}})
done = finish(points, found.assigner.centroids_, max_iter=300)
C = done.centres
def inertia(_, X):
    return ((X**2).sum(1) + (C**2).sum(1)[:, None] - 2 * C @ X.T).min(0).sum()
print(sum(points.arrays(inertia)))
"""
OTHERS = {
    "polars, `read_csv`": (
        "import polars as pl; pl.read_csv('data/raw/customers.csv', infer_schema=False)"
    ),
    "duckdb, `read_csv`": (
        'import duckdb; duckdb.sql("select count(columns(*)) from '
        "read_csv('data/raw/customers.csv', all_varchar=true)\").fetchall()"
    ),
}
FAISS = """
import faiss
model = faiss.Kmeans(X.shape[1], {k}, niter=100, nredo={n}, seed=1, max_points_per_centroid=len(X))
model.train(X)
print(float(model.obj[-1]))
"""
INTELEX = "from sklearnex import patch_sklearn; patch_sklearn(verbose=False)"


@dataclass(frozen=True)
class Run:
    """Seconds of processor time and of the clock, memory in MB, and what was printed last."""

    cpu: float
    wall: float
    memory: float
    said: str


def run(folder: Path, *command: str, python: str = sys.executable) -> Run:
    """Run a Python process and measure it; its whole family counts."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    env["PYTHONPATH"] = str(ROOT / "src") if python == sys.executable else ""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [python, *command], cwd=folder, env=env, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().strip()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)[:200]}\n{said}")
    return Run(
        used.ru_utime + used.ru_stime,
        time.perf_counter() - start,
        used.ru_maxrss / 1024,
        said.splitlines()[-1] if said else "",
    )


def make(folder: Path, rows: int) -> None:
    """Write so many customers, with the faults of a real export."""
    from segmentation.synthetic.customers import make_customers

    table, _ = make_customers(rows=min(rows, DIFFERENT), seed=7, structure="segments", dirty=True)
    path = folder / "data/raw/customers.csv"
    path.parent.mkdir(parents=True)
    table.to_csv(path, index=False, lineterminator="\n")
    if rows <= DIFFERENT:
        return
    head, *lines = path.read_text().splitlines(keepends=True)
    cut = [line.split(",", 1) for line in lines]
    with path.open("w") as file:
        file.write(head)
        for again in range(rows // DIFFERENT):
            file.writelines(f"{who}-{again},{rest}" for who, rest in cut)


def lay_out(folder: Path) -> None:
    """Put everything but the customers where the stages look for it."""
    for name in ("params.yaml", "playbook.yaml", "dvc.yaml"):
        (folder / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    reference = folder / "data/reference/segments.json"
    reference.parent.mkdir(parents=True)
    reference.write_text('{"next_id": 1, "schema_version": 1, "segments": []}\n', encoding="utf-8")


def measure(rows: int, others: str | None) -> str:
    """Run everything and return the section."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Elsewhere: what this process holds would count as the memory of those that it starts.
        run(folder, str(Path(__file__).resolve()), "--make", str(rows))
        lay_out(folder)
        size = (folder / "data/raw/customers.csv").stat().st_size / 1e6
        read = told("pandas.read_csv", run(folder, "-c", READ))
        stages = {s: told(s, run(folder, "-m", "segmentation", s)) for s in STAGES}
        load = run(folder, "-c", LOAD)
        once = told("KMeans", run(folder, "-c", LOAD + KMEANS.format(k=6, n=1)))
        ours = told("own k-means", run(folder, "-c", OURS.format(k=6, n=1)))
        fits = {
            "this project, from a sample to a standstill": ours,
            "scikit-learn, `KMeans(6, n_init=1)`": once,
        }
        reads = {"pandas, `read_csv`": read, "this project, `prepare`": stages["prepare"]}
        if rows <= DIFFERENT:
            fits["scikit-learn, `KMeans(6, n_init=10)`"] = told(
                "KMeans, 10 starts", run(folder, "-c", LOAD + KMEANS.format(k=6, n=10))
            )
        if others:
            for label, code in OTHERS.items():
                reads[label] = told(label, run(folder, "-c", code, python=others))
            code = LOAD + FAISS.format(k=6, n=1)
            fits["faiss-cpu, sampling off"] = told("faiss", run(folder, "-c", code, python=others))
            code = INTELEX + LOAD + KMEANS.format(k=6, n=1)
            fits["scikit-learn-intelex, `n_init=1`"] = told(
                "intelex", run(folder, "-c", code, python=others)
            )
    allowed = read.cpu + once.cpu - load.cpu
    whole = sum(stage.cpu for stage in stages.values())
    ratio = (
        f"Reading the file with pandas and one `KMeans(6, n_init=1)` of its scaled numbers take "
        f"{allowed:.1f} s together: the whole pipeline is **{whole / allowed:.1f} times** that."
    )
    besides = (
        "`prepare` also reads every spelling of numbers, refuses damaged rows with their line and "
        "reason, finds duplicates and writes Parquet; the others split lines into cells."
    )
    total = Run(
        whole, sum(r.wall for r in stages.values()), max(r.memory for r in stages.values()), ""
    )
    least = min(float(fit.said) for fit in fits.values())
    lines = [
        f"## {rows:,} customers",
        "",
        f"{size:,.0f} MB of CSV with nine columns and the faults of a real export. {machine()}",
        "",
        *table("stage", "clock s", stages | {"**all**": total}, lambda r: f"{r.wall:.1f}"),
        ratio,
        "",
        *table("reading", "to `read_csv`", reads, lambda r: f"{r.cpu / read.cpu:.1f}"),
        besides,
        "",
        *table(
            "k = 6 on all customers",
            "inertia, to the lowest",
            fits,
            lambda r: f"{float(r.said) / least:.6f}",
        ),
    ]
    return "\n".join(lines)


def table(title: str, figure: str, runs: dict[str, Run], shown: Callable[[Run], str]) -> list[str]:
    """Write a table with one figure besides processor time and memory."""
    rows = [f"| {n} | {r.cpu:.1f} | {shown(r)} | {r.memory:,.0f} |" for n, r in runs.items()]
    return [f"| {title} | processor s | {figure} | memory, MB |", "|---|---|---|---|", *rows, ""]


def told(name: str, done: Run) -> Run:
    """Say what is done."""
    print(f"{name:24} {done.cpu:8.1f} s {done.wall:8.1f} s {done.memory:8,.0f} MB", flush=True)
    return done


def machine() -> str:
    """Describe the machine in a sentence."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else []
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return (
        f"Measured on {cores} cores ({names[0] if names else platform.machine()}), Python "
        f"{platform.python_version()}, {platform.system()}, with a load of {load:.0f} at the end."
    )


def put(section: str) -> None:
    """Replace the section of the page that has the same heading, or add it."""
    page = PAGE.read_text(encoding="utf-8")
    heading = section.splitlines()[0]
    found = re.search(rf"^{re.escape(heading)}$.*?(?=^## |\Z)", page, re.M | re.S)
    if found:
        page = page[: found.start()] + section + "\n" + page[found.end() :]
    else:
        page = page.rstrip() + "\n\n" + section
    PAGE.write_text(page.rstrip() + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--others", help="a Python with polars, faiss-cpu, scikit-learn-intelex")
    parser.add_argument("--write", action="store_true", help="put the answers into the page")
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make(Path.cwd(), options.make)
        return
    section = measure(options.rows, options.others)
    print(section)
    if options.write:
        put(section)


if __name__ == "__main__":
    main()
