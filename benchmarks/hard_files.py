"""Clean files that are hard to clean beside `pandas.read_csv`, and write docs/performance.md.

    python benchmarks/hard_files.py [--rows 1000000] [--write]

Half of the rows rejected, categories of as many values as there are customers or nearly, every
number another one. Each is made up, read and cleaned in one run, in processes of their own, so the
ratio of processor time says the same on any machine. A column that tells who somebody is is
refused: then it is how long that takes. With --write the answers go into docs/performance.md.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from performance import READ, Run, lay_out, machine, put, run, told
from ruamel.yaml import YAML

COLUMNS = (
    "id,age,gender,income,spending_score,membership_years,purchase_frequency,preferred_category,"
    "last_purchase_amount"
)
TOWNS = ("Electronics", "Groceries", "Sports", "Clothing", "Home & Garden")
PREPARE = """
import sys
from segmentation.__main__ import main
try:
    main(["prepare"])
except SystemExit:
    pass
"""

Cells = list[str]


class Customer(NamedTuple):
    """Which one, its place from 0 to 1 in the file, and its cells."""

    i: int
    part: float
    cells: Cells


def ordinary(of: Customer) -> Iterator[Cells]:
    yield of.cells


def half_rejected(of: Customer) -> Iterator[Cells]:
    """Of four rows two are rejected, for one of five reasons in turn."""
    i, cells = of.i, of.cells
    yield cells
    if i % 2:
        return
    other = [f"{cells[0]}x", *cells[1:]]
    kind = i // 2 % 5
    if kind == 0:
        other[1] = "999"
    elif kind == 1:
        other = cells
    elif kind == 2:
        other = other[:5]
    elif kind == 3:
        other = [cells[0], *other[1:3], str(10**6 + i), *other[4:]]
    else:
        other[3] = "unsure"
    yield other
    yield [f"{cells[0]}y", "-1", *cells[2:]] if kind else ["", *cells[1:]]


def many_values(of: Customer) -> Iterator[Cells]:
    yield [*of.cells[:7], f"Town {of.i}", of.cells[8]]


def fewer_values(of: Customer) -> Iterator[Cells]:
    yield [*of.cells[:7], f"Town {of.i * 2 // 5}", of.cells[8]]


def other_numbers(of: Customer) -> Iterator[Cells]:
    part, cells = of.part, of.cells
    yield [
        cells[0], f"{18 + 60 * part:.8f}", cells[2], f"{30000 + 1000 * part:.6f}",
        f"{100 * part:.8f}", f"{20 * part:.8f}", f"{50 * part:.8f}", cells[7],
        f"{1000 * part:.8f}",
    ]  # fmt: skip


def other_cells(of: Customer) -> Iterator[Cells]:
    for row in other_numbers(of):
        yield [*row[:2], f"Kind {of.i}", *row[3:7], f"Town {of.i}", row[8]]


CASES: dict[str, Callable[[Customer], Iterator[Cells]]] = {
    "nothing hard": ordinary,
    "half of the rows rejected": half_rejected,
    "a category of two values for five customers": fewer_values,
    "a category with a value for each customer": many_values,
    "every number another one": other_numbers,
    "every cell another one": other_cells,
}


def make(path: Path, case: str, rows: int) -> None:
    """Write so many customers."""
    rng = np.random.default_rng(7)
    first = rows // 2 if case == "half of the rows rejected" else rows
    of = [
        rng.integers(18, 80, first), rng.integers(0, 2, first), rng.integers(20, 150, first) * 1000,
        rng.integers(0, 101, first), rng.integers(0, 20, first), rng.integers(1, 60, first),
        rng.integers(0, len(TOWNS), first), rng.integers(500, 90000, first),
    ]  # fmt: skip
    with path.open("w") as file:
        file.write(COLUMNS + "\n")
        for i, (age, sex, income, score, years, often, town, cents) in enumerate(
            zip(*(each.tolist() for each in of), strict=True)
        ):
            cells = [
                f"C{i:07}", str(age), "Female" if sex else "Male", str(income), str(score),
                str(years), str(often), TOWNS[town], f"{cents / 100:.2f}",
            ]  # fmt: skip
            file.writelines(
                ",".join(row) + "\n" for row in CASES[case](Customer(i, i / first, cells))
            )


def measure(rows: int) -> str:
    """Run everything and return the section."""
    lines = [
        "## Files that are hard to clean",
        "",
        f"{rows:,} rows with nine columns, beside `pandas.read_csv` in the same run. {machine()}",
        "",
        "| file | `read_csv`, processor s | `prepare`, processor s | ratio | memory, MB | |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder)
        yaml = YAML()
        params = yaml.load(folder / "params.yaml")
        params["prepare"]["max_rejected"] = 1.0
        yaml.dump(params, folder / "params.yaml")
        (folder / "data/raw").mkdir(parents=True)
        for case in CASES:
            script = str(Path(__file__).resolve())
            run(folder, script, "--make", case, "--rows", str(rows))
            # A short row without an end of its own ends pandas, unless it is told to go on.
            read = told(
                "read_csv", run(folder, "-c", READ.replace("')", "', on_bad_lines='skip')"))
            )
            ours = told(case, run(folder, "-c", PREPARE))
            lines.append(row(case, read, ours))
    return "\n".join([*lines, ""])


def row(case: str, read: Run, ours: Run) -> str:
    """Write a line of the table."""
    end = "refused" if ours.said.startswith("error: ") else "cleaned"
    if end == "refused" and "they tell who somebody is" not in ours.said:
        raise SystemExit(ours.said)
    return (
        f"| {case} | {read.cpu:.1f} | {ours.cpu:.1f} | {ours.cpu / read.cpu:.1f} | "
        f"{ours.memory:,.0f} | {end} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="put the answers into the page")
    parser.add_argument("--make", choices=CASES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make(Path("data/raw/customers.csv"), options.make, options.rows)
        return
    section = measure(options.rows)
    print(section)
    if options.write:
        put(section)


if __name__ == "__main__":
    main()
