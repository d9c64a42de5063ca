"""Whether `segmentation export` and the model say the same of a million rows, and how fast.

    python benchmarks/sql.py [--rows 1000000]

As SQL in DuckDB and as ONNX in its runtime, both on all processors: customers of `segmentation
sample` with cells missing and categories that the training had not. Run it in a clone in which
`dvc repro` has run, with what the tests need (`make lint` installs it).
"""

import argparse
import resource

import duckdb
import numpy as np
import onnxruntime
import pandas as pd

from segmentation.commands.load import WORKSPACE, choose
from segmentation.scoring.onnx import graph
from segmentation.scoring.rule import Rule
from segmentation.scoring.sql import select
from segmentation.synthetic.customers import make_customers


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    rows = arguments.parse_args().rows
    chosen = choose(WORKSPACE)
    rule = Rule(chosen.model)
    customers = make_customers(rows=rows, seed=12, structure="segments", dirty=False)[0]
    customers = customers.astype(dict.fromkeys(rule.numbers, "float64"))
    rng = np.random.default_rng(0)
    for name in rule.columns:
        customers.loc[rng.random(rows) < 0.05, name] = None
    for name in rule.categories:
        customers.loc[rng.random(rows) < 0.05, name] = "Never seen"
    names = {i: chosen.name_of(i) for i in rule.segments}
    sql = select(rule, dialect="duckdb", names=names, key=chosen.data.id)
    con = duckdb.connect()
    con.register("frame", customers)
    con.execute("CREATE TABLE customers AS FROM frame")
    before = processor()
    con.execute(f"CREATE TABLE scored AS {sql}")
    took = processor() - before
    found = con.execute("FROM scored").df().set_index(chosen.data.id)["segment"]
    session = onnxruntime.InferenceSession(graph(rule, names=names).SerializeToString())
    cells = {name: customers[[name]].to_numpy("float64") for name in rule.numbers}
    cells |= {name: customers[[name]].fillna("").to_numpy("object") for name in rule.categories}
    before = processor()
    by_onnx = session.run(None, cells)[0]
    onnx_took = processor() - before
    before = processor()
    expected = pd.Series(chosen.model.predict(customers), index=customers[chosen.data.id])
    model_took = processor() - before
    wrong = int((found.reindex(expected.index) != expected).sum())
    wrong_by_onnx = int((by_onnx != expected.to_numpy()).sum())
    print(f"{rows:,} rows: {wrong} disagreements in SQL, {wrong_by_onnx} in ONNX")
    print(f"processor seconds: DuckDB {took:.1f}, ONNX Runtime {onnx_took:.1f}, "
          f"the model {model_took:.1f}")  # fmt: skip


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
